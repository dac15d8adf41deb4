//! The pages, one file for each: the router calls `page`, `load` calls the use
//! cases, and the view only shows the data it is given.

pub(crate) mod account;
mod account_customer;
mod account_facts;
mod account_follow_up;
mod account_head;
mod account_panels;
mod account_question;
mod account_tabs;
pub(crate) mod accounts;
mod accounts_counts;
pub mod accounts_filter;
#[cfg(feature = "testing")]
pub mod accounts_held;
pub mod accounts_import;
mod accounts_none;
pub(crate) mod accounts_notices;
mod accounts_query;
mod accounts_table;
pub mod accounts_views;
pub(crate) mod any_account;
mod api_token_form;
pub(crate) mod api_tokens;
pub(crate) mod app;
mod app_form;
pub mod app_impact;
pub(crate) mod app_new;
mod app_rejudging;
pub(crate) mod apps;
pub(crate) mod audit;
mod audit_entries;
pub mod audit_filter;
pub(crate) mod authenticator;
mod bulk_bar;
pub(crate) mod campaign;
mod campaign_funnel;
pub(crate) mod campaign_new;
pub(crate) mod campaigns;
pub(crate) mod confirm;
pub(crate) mod connect;
pub(crate) mod counted;
pub(crate) mod disconnect;
pub(crate) mod erase;
mod error;
mod getting_started;
mod history;
pub(crate) mod invitation;
pub(crate) mod job;
mod job_words;
pub(crate) mod jobs;
pub(crate) mod keyboard;
pub(crate) mod keys;
mod link_fields;
mod link_status;
mod mail_progress;
pub(crate) mod me;
mod me_factor;
mod me_passkeys;
mod me_sso;
pub(crate) mod member;
mod member_form;
pub(crate) mod member_remove;
pub(crate) mod members;
mod open_link;
mod outcome;
pub(crate) mod overview;
mod overview_links;
mod overview_needs;
mod overview_notices;
mod passkey_form;
pub(crate) mod problem;
pub(crate) mod reconnect;
pub(crate) mod reset;
pub(crate) mod reset_ask;
pub(crate) mod reset_sent;
pub(crate) mod result;
pub(crate) mod reveal;
mod row_action;
mod row_menu;
mod scope_words;
pub(crate) mod scopes;
mod scopes_matrix;
mod scopes_old;
pub(crate) mod search;
pub(crate) mod second_step;
mod send_link;
pub(crate) mod settings;
pub(crate) mod settings_delete;
pub(crate) mod setup;
pub(crate) mod signin;
mod signin_sso;
mod snooze_form;
pub(crate) mod tenants;
pub(crate) mod views;
pub(crate) mod which_account;

#[cfg(test)]
mod tests;

pub use error::PageError;
pub(crate) use error::nowhere;
pub use second_step::WITH_PASSKEY;

use crate::context::PageContext;
use leptos::prelude::*;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};
use serde::de::DeserializeOwned;
use service::{InternalError, core::input};

/// The variable parts and the query of the address.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageParams {
    path: ParamsMap,
    query: ParamsMap,
}

impl PageParams {
    fn here() -> Self {
        Self {
            path: use_params_map().get_untracked(),
            query: use_query_map().get_untracked(),
        }
    }

    /// A variable part of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.path.get_str(name).unwrap_or_default()
    }

    /// The parsed query. Unknown parameters are ignored.
    pub(crate) fn query<T: DeserializeOwned + Default>(&self) -> T {
        let pairs = self.query.clone().into_iter();
        let fields = input::object(pairs.map(|(name, value)| (name, value.into())));
        input::raw(fields).0.unwrap_or_default()
    }
}

/// Loads a page and shows it, or shows the page of the error.
pub(crate) fn show<F, Fut>(load: F) -> impl IntoView
where
    F: FnOnce(PageContext, PageParams) -> Fut,
    Fut: Future<Output = Result<AnyView, PageError>> + Send + 'static,
{
    match PageContext::get() {
        Ok(context) => {
            let page = load(context, PageParams::here());
            Suspend::new(async move { page.await.unwrap_or_else(PageError::show) }).into_any()
        }
        Err(error) => error.show(),
    }
}

/// The data of a panel. If it can't be loaded, the error is logged, the panel says
/// so, and the rest of the page is shown.
pub(crate) fn panel<T>(
    what: &'static str,
    loaded: Result<T, impl Into<InternalError>>,
) -> Option<T> {
    loaded
        .map_err(|error| {
            let error = error.into();
            tracing::error!(panel = what, %error, "a panel could not be loaded");
        })
        .ok()
}

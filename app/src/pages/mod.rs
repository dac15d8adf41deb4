//! The pages, one file each: `page` is what the router calls, `load` asks the
//! use cases, and the view shows what it is given and asks nobody.

pub(crate) mod account;
mod account_panels;
mod account_question;
pub(crate) mod accounts;
mod accounts_filter;
pub(crate) mod api_tokens;
pub(crate) mod app;
mod app_form;
pub(crate) mod app_new;
mod app_panels;
mod app_secrets;
pub(crate) mod apps;
pub(crate) mod audit;
mod audit_filter;
pub(crate) mod connect;
pub(crate) mod disconnect;
pub(crate) mod erase;
mod error;
mod getting_started;
pub(crate) mod keys;
mod outcome;
pub(crate) mod overview;
mod overview_notices;
pub(crate) mod problem;
pub(crate) mod reconnect;
pub(crate) mod result;
pub(crate) mod reveal;
mod row_action;
mod scope_words;
mod send_link;
pub(crate) mod setup;
pub(crate) mod signin;
pub(crate) mod tenants;
pub(crate) mod which_account;

#[cfg(test)]
mod tests;

pub use error::PageError;
pub(crate) use error::nowhere;

use crate::context::PageContext;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use service::InternalError;

/// What the address says: its variable parts, and its query.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageParams {
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl PageParams {
    fn here() -> Self {
        let pairs = |map: leptos_router::params::ParamsMap| {
            map.into_iter().map(|(k, v)| (k.into_owned(), v)).collect()
        };
        Self {
            path: pairs(use_params_map().get_untracked()),
            query: pairs(use_query_map().get_untracked()),
        }
    }

    /// A variable part of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        get(&self.path, name).unwrap_or_default()
    }

    /// A value of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        get(&self.query, name)
    }

    /// The query's pairs.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.query
    }
}

fn get<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(k, _)| k == name)
        .map(|(_, v)| v.as_str())
}

/// Loads a page and shows it, or what stands in its place.
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

/// What a panel needs; one that can't be loaded is logged and says so on the
/// page, and leaves the rest alone.
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

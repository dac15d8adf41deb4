//! All pages and their addresses.

use crate::address::Address;
use crate::pages::{
    self, account, accounts, accounts_import, any_account, api_tokens,
    app::{
        accounts as app_accounts, credentials as app_credentials, overview as app_overview,
        permissions as app_permissions, settings as app_settings,
    },
    app_new, apps, audit, authenticator, campaign, campaign_new, campaigns, confirm, connect,
    disconnect, erase, invitation, job, jobs, keyboard, keys, me, member, member_remove, members,
    overview, problem, reconnect, reset, reset_ask, reset_sent, result, reveal, scopes, search,
    second_step, settings, settings_delete, setup, signin, tenants, views, which_account,
};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
};

macro_rules! pages {
    ($($address:ident: $page:ident,)+) => {
        /// The addresses of all pages, in axum's syntax. The router answers GET on
        /// each with [`crate::render`].
        pub const PATHS: &[&str] = &[$(Address::$address.0),+];

        /// The root component of all pages.
        #[component]
        pub fn App() -> impl IntoView {
            provide_meta_context();
            view! {
                <Router>
                    <FlatRoutes fallback=pages::nowhere>
                        $(<Route ssr=SsrMode::Async path=Address::$address view=$page::page/>)+
                    </FlatRoutes>
                </Router>
            }
        }
    };
}

pages! {
    SETUP: setup,
    SIGN_IN: signin,
    SECOND_STEP: second_step,
    CONFIRM: confirm,
    KEYBOARD: keyboard,
    ME: me,
    AUTHENTICATOR: authenticator,
    TENANTS: tenants,
    OVERVIEW: overview,
    SEARCH: search,
    ACCOUNTS: accounts,
    VIEWS: views,
    CONNECT: connect,
    IMPORT_ACCOUNTS: accounts_import,
    ANY_ACCOUNT: any_account,
    ACCOUNT: account,
    DISCONNECT: disconnect,
    ERASE: erase,
    CAMPAIGNS: campaigns,
    NEW_CAMPAIGN: campaign_new,
    CAMPAIGN: campaign,
    JOBS: jobs,
    JOB: job,
    APPS: apps,
    SCOPES: scopes,
    NEW_APP: app_new,
    APP: app_overview,
    APP_CREDENTIALS: app_credentials,
    APP_PERMISSIONS: app_permissions,
    APP_ACCOUNTS: app_accounts,
    APP_SETTINGS: app_settings,
    REVEAL: reveal,
    API_TOKENS: api_tokens,
    MEMBERS: members,
    MEMBER: member,
    REMOVE_MEMBER: member_remove,
    AUDIT: audit,
    KEYS: keys,
    SETTINGS: settings,
    DELETE_TENANT: settings_delete,
    INVITATION: invitation,
    RESET_ASK: reset_ask,
    RESET_SENT: reset_sent,
    RESET: reset,
    RECONNECT: reconnect,
    RESULT: result,
    WHICH_ACCOUNT: which_account,
    PROBLEM: problem,
}

//! Every page and its address.

use crate::address::Address;
use crate::pages::{
    self, account, accounts, api_tokens, app, app_new, apps, audit, connect, disconnect, erase,
    keys, overview, problem, reconnect, result, reveal, setup, signin, tenants, which_account,
};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
};

/// The addresses of all pages, as axum writes them. The router answers GET on
/// each with [`crate::render`].
pub const PATHS: &[&str] = &[
    Address::SETUP.0,
    Address::SIGN_IN.0,
    Address::TENANTS.0,
    Address::OVERVIEW.0,
    Address::ACCOUNTS.0,
    Address::CONNECT.0,
    Address::ACCOUNT.0,
    Address::DISCONNECT.0,
    Address::ERASE.0,
    Address::APPS.0,
    Address::NEW_APP.0,
    Address::APP.0,
    Address::REVEAL.0,
    Address::API_TOKENS.0,
    Address::AUDIT.0,
    Address::KEYS.0,
    Address::RECONNECT.0,
    Address::RESULT.0,
    Address::WHICH_ACCOUNT.0,
    Address::PROBLEM.0,
];

/// The root of every page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=pages::nowhere>
                <Route ssr=SsrMode::Async path=Address::SETUP view=setup::page/>
                <Route ssr=SsrMode::Async path=Address::SIGN_IN view=signin::page/>
                <Route ssr=SsrMode::Async path=Address::TENANTS view=tenants::page/>
                <Route ssr=SsrMode::Async path=Address::OVERVIEW view=overview::page/>
                <Route ssr=SsrMode::Async path=Address::ACCOUNTS view=accounts::page/>
                <Route ssr=SsrMode::Async path=Address::CONNECT view=connect::page/>
                <Route ssr=SsrMode::Async path=Address::ACCOUNT view=account::page/>
                <Route
                    ssr=SsrMode::Async
                    path=Address::DISCONNECT
                    view=disconnect::page
                />
                <Route
                    ssr=SsrMode::Async
                    path=Address::ERASE
                    view=erase::page
                />
                <Route ssr=SsrMode::Async path=Address::APPS view=apps::page/>
                <Route ssr=SsrMode::Async path=Address::NEW_APP view=app_new::page/>
                <Route ssr=SsrMode::Async path=Address::APP view=app::page/>
                <Route ssr=SsrMode::Async path=Address::REVEAL view=reveal::page/>
                <Route ssr=SsrMode::Async path=Address::API_TOKENS view=api_tokens::page/>
                <Route ssr=SsrMode::Async path=Address::AUDIT view=audit::page/>
                <Route ssr=SsrMode::Async path=Address::KEYS view=keys::page/>
                <Route ssr=SsrMode::Async path=Address::RECONNECT view=reconnect::page/>
                <Route ssr=SsrMode::Async path=Address::RESULT view=result::page/>
                <Route ssr=SsrMode::Async path=Address::WHICH_ACCOUNT view=which_account::page/>
                <Route ssr=SsrMode::Async path=Address::PROBLEM view=problem::page/>
            </FlatRoutes>
        </Router>
    }
}

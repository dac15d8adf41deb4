//! Every page and its address.

use crate::pages::{
    self, account, accounts, api_tokens, app, app_new, apps, audit, connect, disconnect, erase,
    keys, overview, problem, reconnect, result, reveal, setup, signin, tenants, which_account,
};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

/// The addresses of all pages, as axum writes them. The router answers GET on
/// each with [`crate::render`].
pub const PATHS: &[&str] = &[
    "/setup",
    "/signin",
    "/t",
    "/t/{tenant}",
    "/t/{tenant}/accounts",
    "/t/{tenant}/accounts/connect",
    "/t/{tenant}/accounts/{app}/{subdomain}",
    "/t/{tenant}/accounts/{app}/{subdomain}/disconnect",
    "/t/{tenant}/accounts/{app}/{subdomain}/erase",
    "/t/{tenant}/apps",
    "/t/{tenant}/apps/new",
    "/t/{tenant}/apps/{app}",
    "/t/{tenant}/apps/{app}/reveal",
    "/t/{tenant}/api-tokens",
    "/t/{tenant}/audit",
    "/t/{tenant}/keys",
    "/r/{token}",
    "/oauth/{app}/result/{authorization}",
    "/oauth/account",
    "/oauth/problem",
];

/// The root of every page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=pages::nowhere>
                <Route ssr=SsrMode::Async path=path!("/setup") view=setup::page/>
                <Route ssr=SsrMode::Async path=path!("/signin") view=signin::page/>
                <Route ssr=SsrMode::Async path=path!("/t") view=tenants::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant") view=overview::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/accounts") view=accounts::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/accounts/connect") view=connect::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/accounts/:app/:subdomain") view=account::page/>
                <Route
                    ssr=SsrMode::Async
                    path=path!("/t/:tenant/accounts/:app/:subdomain/disconnect")
                    view=disconnect::page
                />
                <Route
                    ssr=SsrMode::Async
                    path=path!("/t/:tenant/accounts/:app/:subdomain/erase")
                    view=erase::page
                />
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/apps") view=apps::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/apps/new") view=app_new::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/apps/:app") view=app::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/apps/:app/reveal") view=reveal::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/api-tokens") view=api_tokens::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/audit") view=audit::page/>
                <Route ssr=SsrMode::Async path=path!("/t/:tenant/keys") view=keys::page/>
                <Route ssr=SsrMode::Async path=path!("/r/:token") view=reconnect::page/>
                <Route ssr=SsrMode::Async path=path!("/oauth/:app/result/:authorization") view=result::page/>
                <Route ssr=SsrMode::Async path=path!("/oauth/account") view=which_account::page/>
                <Route ssr=SsrMode::Async path=path!("/oauth/problem") view=problem::page/>
            </FlatRoutes>
        </Router>
    }
}

//! What `cargo xtask bench` measures of rendering alone: the accounts page from data that
//! was loaded once, and beside it a bare route that sends the same bytes. Its settings are
//! the variables of `mooring`.

use app::{address::Address, context::PageContext, pages::accounts_held};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::Request,
    response::{Html, Response},
    routing::get,
};
use clap::Parser;
use domain::ids::PersonId;
use server::{
    settings::{Settings, Sources},
    site::Site,
};
use service::people::membership;
use std::{collections::HashMap, env, future::ready};
use tokio::net::TcpListener;

#[derive(Parser)]
struct Args {
    /// The tenant's short name
    #[arg(long)]
    tenant: String,
    /// Whose page it is
    #[arg(long)]
    person: PersonId,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let folder = env::current_dir()?;
    let sources = Sources::new(HashMap::new(), env::vars(), &folder)?;
    let settings = Settings::read(&sources, &folder)?;
    let services = server::services(&settings).await?;
    let context = PageContext {
        signed_in: membership::person(&services, args.person).await?,
        services,
        options: Site::find().leptos_options(),
        browser: None,
        theme: Default::default(),
        letters: Default::default(),
        sso_tenant: None,
        form: None,
        outcome: None,
        kept: None,
        second_step: None,
        confirmed: None,
        session_key: None,
        looked_at: None,
        problem: None,
    };
    accounts_held::hold(&context, &args.tenant).await?;
    let tenant = &args.tenant;
    let request = Request::get(Address::Accounts { tenant }.to_string()).body(Body::empty())?;
    let page = page(State(context.clone()), request).await;
    let bytes = to_bytes(page.into_body(), usize::MAX).await?;
    let router = Router::new()
        .route(Address::ACCOUNTS.0, get(self::page))
        .route("/bare", get(move || ready(Html(bytes.clone()))))
        .with_state(context);
    let listener = TcpListener::bind(settings.web.listen).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

async fn page(State(context): State<PageContext>, request: Request<Body>) -> Response {
    let (parts, _) = request.into_parts();
    app::render(parts, context).await
}

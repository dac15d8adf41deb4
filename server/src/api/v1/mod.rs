//! The first version of the machine API, one file for each resource.

mod accounts;
mod answers;
mod app_bodies;
mod apps;
mod campaigns;
mod connections;
mod events;
mod links;
mod paging;
mod paths;
mod reconnect_links;
mod secrets;
mod token;

use crate::state::AppState;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes with their descriptions, relative to `/api/v1`.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(apps::list, apps::create))
        .routes(routes!(apps::show, apps::edit, apps::remove))
        .routes(routes!(secrets::show, secrets::add))
        .routes(routes!(secrets::discard))
        .routes(routes!(secrets::test))
        .routes(routes!(secrets::switch))
        .routes(routes!(secrets::roll_back))
        .routes(routes!(connections::list))
        .routes(routes!(connections::show, connections::disconnect))
        .routes(routes!(accounts::list))
        .routes(routes!(accounts::import))
        .routes(routes!(accounts::show, accounts::change))
        .routes(routes!(token::read))
        .routes(routes!(connections::refresh))
        .routes(routes!(reconnect_links::for_connection))
        .routes(routes!(events::of_connection))
        .routes(routes!(reconnect_links::for_any))
        .routes(routes!(links::list))
        .routes(routes!(links::revoke))
        .routes(routes!(campaigns::list, campaigns::create))
        .routes(routes!(campaigns::show))
        .routes(routes!(events::of_tenant))
}

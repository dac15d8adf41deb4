//! What handlers share.

use crate::{health::Looks, serving::Bounds, site::Site, streams::Streams};
use axum::extract::FromRef;
use ipnet::IpNet;
use leptos::config::LeptosOptions;
use service::Services;
use std::{future::Future, ops::Deref, sync::Arc};
use tokio::task::JoinError;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

/// How the router is put together.
#[derive(Debug, Clone, Default)]
pub struct RouterOptions {
    /// Where scripts and style lie.
    pub site: Site,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Ends event streams.
    pub shutdown: CancellationToken,
    /// What has to come to its end before the process does.
    pub tasks: TaskTracker,
    /// How much connections may take.
    pub bounds: Bounds,
}

/// A cheap handle on what handlers share: it is cloned several times a request.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What handlers share. Reached through [`AppState`], which derefs to it.
pub struct Shared {
    /// The use cases.
    pub services: Services,
    /// How the router is put together.
    pub options: RouterOptions,
    /// What Leptos needs to know.
    pub leptos: LeptosOptions,
    /// What `/readyz` found last.
    pub looks: Looks,
    /// The event streams that are open.
    pub streams: Streams,
}

impl AppState {
    /// Puts the state together.
    pub fn new(services: Services, options: RouterOptions) -> Self {
        Self(Arc::new(Shared {
            services,
            leptos: options.site.leptos_options(),
            streams: Streams::new(options.bounds),
            options,
            looks: Looks::default(),
        }))
    }

    /// Runs work to its end even if the client goes away meanwhile: an answer
    /// of Gorgias must not be lost between its arrival and the database.
    ///
    /// # Errors
    /// If the work panics.
    pub async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, JoinError> {
        self.options.tasks.spawn(work.in_current_span()).await
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<AppState> for Services {
    fn from_ref(state: &AppState) -> Self {
        state.services.clone()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

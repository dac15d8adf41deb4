//! The state that handlers share.

use crate::{health::Looks, serving::Bounds, site::Site, streams::Streams};
use axum::extract::FromRef;
use ipnet::IpNet;
use leptos::config::LeptosOptions;
use service::Services;
use std::{future::Future, ops::Deref, sync::Arc};
use tokio::task::JoinError;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

/// The options of the router.
#[derive(Debug, Clone, Default)]
pub struct RouterOptions {
    /// The folder of the site.
    pub site: Site,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Ends event streams.
    pub shutdown: CancellationToken,
    /// The tasks that have to finish before the process ends.
    pub tasks: TaskTracker,
    /// The limits of connections.
    pub bounds: Bounds,
}

/// A handle on the shared state. A clone is cheap, since each request makes several.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// The state that handlers share. [`AppState`] derefs to it.
pub struct Shared {
    /// The use cases.
    pub services: Services,
    /// The options of the router.
    pub options: RouterOptions,
    /// The options of Leptos.
    pub leptos: LeptosOptions,
    /// The last result of `/readyz`.
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

    /// Finishes work even if the client goes away meanwhile: an answer of Gorgias
    /// must not be lost before it is in the database.
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

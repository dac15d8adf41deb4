//! Recently found apps, for the install entry: however many requests come, they
//! make one look-up a second.

use super::app::{App, find_anywhere};
use crate::core::{
    error::InternalError,
    services::{Inner, ProcessState, Services},
};
use domain::{
    ids::{AppId, TenantId},
    time::{Span, Timestamp},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How long a found app is used. An app that this process changes is forgotten at once.
const FRESH: Span = Span::seconds(1);
/// The most apps that are kept; if there are more, all are forgotten.
const MOST: usize = 1_000;

/// An app with its tenant.
pub(crate) type Known = Arc<(TenantId, App)>;

/// See the module.
#[derive(Default)]
pub(crate) struct KnownApps(Mutex<HashMap<AppId, (Timestamp, Known)>>);

impl ProcessState for KnownApps {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

impl KnownApps {
    /// Forgets an app that was changed or removed.
    pub fn forget(&self, app: AppId) {
        self.held().remove(&app);
    }

    fn held(&self) -> MutexGuard<'_, HashMap<AppId, (Timestamp, Known)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds an app by its id only. It may be the state of a second ago.
pub(crate) async fn find(services: &Services, id: AppId) -> Result<Option<Known>, InternalError> {
    let now = services.now();
    let held = services.state::<KnownApps>().held().get(&id).cloned();
    if let Some((at, known)) = held
        && (Span(0)..FRESH).contains(&now.since(at))
    {
        return Ok(Some(known));
    }
    let Some((scope, app)) = find_anywhere(services, id).await? else {
        return Ok(None);
    };
    let known = Arc::new((scope.tenant(), app));
    let mut held = services.state::<KnownApps>().held();
    if held.len() >= MOST {
        held.clear();
    }
    held.insert(id, (now, Arc::clone(&known)));
    Ok(Some(known))
}

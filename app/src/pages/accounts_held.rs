//! The accounts page from data that was loaded once, for `cargo xtask bench`.

use super::{
    PageError,
    accounts::{Data, loaded},
    accounts_filter::Parameters,
};
use crate::{
    components::{Frame, written_in},
    context::PageContext,
};
use domain::zone::Zone;
use std::sync::{Arc, OnceLock};

struct Held {
    zone: Zone,
    frame: Frame,
    data: Arc<Data>,
}

/// Of the whole process, so that `render` and the pages around it need not know.
static HELD: OnceLock<Held> = OnceLock::new();

/// Loads the accounts page. From then on this process shows what it has, and asks the
/// database for no accounts page any more.
///
/// # Errors
/// If the person is no member, or the database failed.
pub async fn hold(context: &PageContext, tenant: &str) -> Result<(), PageError> {
    let actor = context.actor(tenant).await?;
    let (frame, data) = loaded(context, &actor, Parameters::default().into()).await;
    // Only the first one counts.
    let _ = HELD.set(Held {
        zone: actor.zone,
        frame,
        data: Arc::new(data),
    });
    Ok(())
}

pub(super) fn held() -> Option<(Frame, Arc<Data>)> {
    let held = HELD.get()?;
    written_in(held.zone);
    Some((held.frame.clone(), Arc::clone(&held.data)))
}

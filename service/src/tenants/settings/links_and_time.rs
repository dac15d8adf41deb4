//! How long new links live, and the zone in which people read times.

use super::{SettingsError, save, value};
use crate::{entity::tenant, tenancy::Actor};
use domain::{permission::Permission, time::Span, zone::Zone};

/// The lives of links that can be chosen.
pub const LINK_LIVES: [Span; 3] = [Span::days(1), Span::days(7), Span::days(30)];

/// Saves both. Links that are already made keep their life.
///
/// # Errors
/// [`SettingsError`]; nothing is changed then.
pub async fn save_links_and_time(
    actor: &Actor,
    link_life: Span,
    zone: Zone,
) -> Result<(), SettingsError> {
    actor.require(Permission::ManageTenant)?;
    if !LINK_LIVES.contains(&link_life) {
        let message = "Choose 1, 7 or 30 days.";
        return Err(SettingsError::invalid("link_life", message));
    }
    let detail = format!("link_life={} zone={}", link_life.words(), zone.name());
    let columns = [
        (tenant::Column::LinkLife, value(link_life)),
        (tenant::Column::Zone, value(zone)),
    ];
    save(actor, &detail, columns).await?;
    Ok(())
}

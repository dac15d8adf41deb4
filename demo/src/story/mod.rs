//! The story, in the order of time.

mod first_days;
mod last_days;
mod outage;
mod second_tenant;
mod third_week;

use crate::{customers::Customers, place::Place, stage::Stage};
use anyhow::{Context, Result};
use secrecy::SecretString;
use simulator::Simulator;

/// The first tenant: its short name and its name.
pub const HARBOUR: (&str, &str) = ("harbour", "Harbour Apps");
/// The second one.
pub const LANTERN: (&str, &str) = ("lantern", "Lantern Freight");

/// The apps, which are also their client ids at Gorgias.
pub(crate) const RETURNS: &str = "returns";
pub(crate) const LOYALTY: &str = "loyalty";
pub(crate) const REVIEWS: &str = "reviews";
pub(crate) const TRACKING: &str = "tracking";

/// What customers approve for returns, and what Gorgias gives without a way to renew it.
const OF_RETURNS: &str =
    "openid email profile offline account:read tickets:read tickets:write customers:read tags:read";
const WITHOUT_OFFLINE: &str =
    "openid email profile account:read tickets:read tickets:write customers:read tags:read";

/// What there is when the story is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How many customers there are.
    pub customers: usize,
    /// How many mails were sent.
    pub mails: usize,
}

/// Tells the story to an empty installation. All people get this password. Afterwards,
/// `mooring serve` can be started there; the simulator has to go on running.
///
/// # Errors
/// If something in it did not go as it should.
pub async fn tell(place: &Place, simulator: &Simulator, password: &SecretString) -> Result<Told> {
    let customers = (Customers::of_harbour()?, Customers::of_lantern()?);
    let (harbour, lantern) = &customers;
    let mut stage = Stage::open(place, simulator).await?;
    let s = &mut stage;
    // Boxed: all chapters in one future are too much for a thread's stack.
    Box::pin(first_days::play(s, harbour, password))
        .await
        .context("the first days")?;
    Box::pin(second_tenant::play(s, lantern))
        .await
        .context("the second tenant")?;
    Box::pin(third_week::play(s, harbour))
        .await
        .context("the third week")?;
    Box::pin(outage::play(s, harbour, lantern))
        .await
        .context("the week of the outage")?;
    Box::pin(last_days::play(s, harbour))
        .await
        .context("the last days")?;
    stage.close().await?;
    Ok(Told {
        customers: harbour.iter().count() + lantern.iter().count(),
        mails: simulator
            .mailbox()
            .map_or(0, |mailbox| mailbox.mails().len()),
    })
}

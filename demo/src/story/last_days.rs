//! The last thirty hours: what is open when somebody signs in.

use super::{HARBOUR, LOYALTY, RETURNS, WITHOUT_OFFLINE, third_week::deactivate};
use crate::{
    cast::{JONAS, LEO, MAREN, PRIYA},
    customers::Customers,
    stage::Stage,
};
use anyhow::{Result, ensure};
use domain::role::Role;
use service::engine::refresh::Verdict;
use simulator::{Endpoint, Fault, RetryAfter};

const HOUR: i64 = 60;

pub(super) async fn play(s: &mut Stage<'_>, customers: &Customers) -> Result<()> {
    let (harbour, _) = HARBOUR;
    // Long enough ago that a check has found it.
    s.until_before_end(30 * HOUR).await?;
    deactivate(s, "vela-swim");
    s.until_before_end(23 * HOUR).await?;
    s.invite(
        &MAREN,
        harbour,
        "sofia.lindqvist@harbour.example",
        Role::Viewer,
    )
    .await?;
    s.until_before_end(22 * HOUR).await?;
    s.approve_by_link(LOYALTY, customers.contact("lumen-lights")?)
        .await?;
    s.until_before_end(21 * HOUR).await?;
    s.open_link(customers.contact("blauwe-fiets")?).await?;

    // Approvals without `offline` stop a day later; these are younger.
    s.until_before_end(15 * HOUR).await?;
    connect_without_offline(s, "kite-and-key").await?;
    s.until_before_end(8 * HOUR).await?;
    s.open_link(customers.contact("maison-lumiere")?).await?;
    s.until_before_end(4 * HOUR).await?;
    connect_without_offline(s, "two-suns").await?;

    s.until_before_end(3 * HOUR).await?;
    s.simulator
        .account("stormy-bay")
        .fail_always(Endpoint::Token, Fault::server_error());
    s.until_before_end(2 * HOUR).await?;
    let verdict = s.check(&JONAS, harbour, RETURNS, "stormy-bay").await?;
    ensure!(
        matches!(verdict, Verdict::Unavailable { .. }),
        "{verdict:?}"
    );
    s.until_before_end(HOUR).await?;
    s.actor(&LEO, harbour).await?;
    s.actor(&PRIYA, harbour).await?;

    // No check is planned before the hour that Gorgias asks for is over, and two intervals
    // of this process are over sooner: it is Unchecked for that hour.
    s.until_before_end(2).await?;
    s.simulator.account("quiet-lake").fail_always(
        Endpoint::Token,
        Fault::retry_after(RetryAfter::Seconds(3_600)),
    );
    let verdict = s
        .check_impatiently(&JONAS, harbour, (RETURNS, "quiet-lake"))
        .await?;
    ensure!(
        matches!(verdict, Verdict::Unavailable { .. }),
        "{verdict:?}"
    );
    Ok(())
}

/// An approval that Gorgias gives no refresh token for.
async fn connect_without_offline(s: &Stage<'_>, account: &str) -> Result<()> {
    let at_gorgias = s.simulator.account(account);
    at_gorgias.granted_scope(Some(WITHOUT_OFFLINE));
    s.connect(RETURNS, account).await?;
    at_gorgias.granted_scope(None);
    Ok(())
}

//! Twenty-six to fourteen days before the end: an access that ran out, a shop that leaves, a
//! wrong client secret, and a deactivation that is won back.

use super::{HARBOUR, RETURNS, WITHOUT_OFFLINE};
use crate::{
    cast::{INES, JONAS, PRIYA},
    customers::Customers,
    stage::Stage,
};
use anyhow::{Result, ensure};
use domain::{job::Work, snooze::Until};
use secrecy::SecretString;
use service::{
    accounts::SnoozeWish,
    apps::secrets::{self, TestResult},
    connections::by_account::AccountsQuery,
    engine::refresh::Verdict,
};

pub(super) async fn play(s: &mut Stage<'_>, customers: &Customers) -> Result<()> {
    let (harbour, _) = HARBOUR;
    // An approval without `offline` can't renew itself, and ends after a day.
    s.until(26, 9, 30).await?;
    s.simulator
        .account("paper-moon")
        .granted_scope(Some(WITHOUT_OFFLINE));
    s.connect(RETURNS, "paper-moon").await?;
    s.simulator.account("paper-moon").granted_scope(None);
    s.until(25, 11, 0).await?;
    let fashion = AccountsQuery {
        tag: Some("fashion".parse()?),
        ..AccountsQuery::default()
    };
    s.job(
        &JONAS,
        harbour,
        Work::AddTag("peak season".parse()?),
        fashion,
    )
    .await?;
    s.until(25, 15, 0).await?;
    s.send_link(&PRIYA, harbour, RETURNS, "paper-moon").await?;
    s.until(24, 9, 30).await?;
    s.approve_by_link(RETURNS, customers.contact("paper-moon")?)
        .await?;

    // A shop that leaves for good needs nobody.
    s.until(20, 2, 10).await?;
    deactivate(s, "old-harbour-books");
    s.until(19, 10, 0).await?;
    finds_lost(s, "old-harbour-books").await?;
    let wish = SnoozeWish {
        until: Until::NextChange,
        reason: "They told us on the phone that they leave.".to_owned(),
    };
    s.snooze(&PRIYA, harbour, "old-harbour-books", wish).await?;

    wrong_secret(s).await?;

    s.until(16, 22, 0).await?;
    deactivate(s, "bergmann");
    s.until(15, 10, 20).await?;
    finds_lost(s, "bergmann").await?;
    s.send_link(&JONAS, harbour, RETURNS, "bergmann").await?;
    s.until(14, 8, 5).await?;
    s.open_link(customers.contact("bergmann")?).await?;
    s.until(14, 8, 15).await?;
    s.approve_by_link(RETURNS, customers.contact("bergmann")?)
        .await
}

/// The admin of an account deactivates the app for returns.
pub(super) fn deactivate(s: &Stage<'_>, account: &str) {
    s.simulator.account(account).deactivate_app(RETURNS);
}

/// Somebody looks at an account, and Gorgias refuses it.
pub(super) async fn finds_lost(s: &mut Stage<'_>, account: &str) -> Result<()> {
    let verdict = s.check(&JONAS, HARBOUR.0, RETURNS, account).await?;
    ensure!(verdict == Verdict::Lost, "{account}: {verdict:?}");
    Ok(())
}

/// The client secret is replaced in the partners' portal, and for half a day nobody tells
/// Mooring: a fault of the app, in which no account changes its state.
async fn wrong_secret(s: &mut Stage<'_>) -> Result<()> {
    s.until(18, 6, 30).await?;
    let secret = "secret-of-returns-since-that-day";
    s.simulator.rotate_secret(RETURNS, secret);
    s.watch_closely(true);
    s.until(18, 15, 40).await?;
    let ines = s.actor(&INES, HARBOUR.0).await?;
    let app = s.app(RETURNS)?.id;
    secrets::add::add(&ines, app, &SecretString::from(secret)).await?;
    s.until(18, 15, 42).await?;
    let tested = secrets::test::test(&ines, app).await?;
    ensure!(tested == TestResult::Accepted, "{tested:?}");
    secrets::switch::switch(&ines, app).await?;
    s.until(18, 15, 50).await?;
    let of_returns = AccountsQuery {
        app: Some(RETURNS.to_owned()),
        ..AccountsQuery::default()
    };
    s.job(&JONAS, HARBOUR.0, Work::Check, of_returns).await?;
    s.watch_closely(false);
    Ok(())
}

//! Very many connections at once, for measurements.

use crate::{actor::Actor, apps::App, connections::record::Record, error::Fault, vault::Purpose};
use domain::{health::Health, subdomain::Subdomain, time::Span};
use secrecy::SecretString;

/// Rows in one transaction, and credentials in one statement.
const AT_ONCE: usize = 500;

/// An account that was connected a moment ago.
pub struct Filling {
    /// Its name.
    pub subdomain: Subdomain,
    /// What [`crate::connections::token::read`] hands out.
    pub access_token: SecretString,
    /// What the next one is asked for with.
    pub refresh_token: SecretString,
}

/// Stores accounts as if each had just been approved: connected, Working, with
/// all the scopes that the app asks for, and next due as after any refresh.
/// None of them may have a connection to the app yet.
///
/// # Errors
/// If the database fails.
pub async fn connect_all(
    actor: &Actor,
    app: &App,
    accounts: impl IntoIterator<Item = Filling>,
) -> Result<u64, Fault> {
    let mut accounts = accounts.into_iter().peekable();
    let mut done = 0;
    while accounts.peek().is_some() {
        let tx = actor.write().await?;
        let mut secrets = Vec::with_capacity(2 * AT_ONCE);
        for account in accounts.by_ref().take(AT_ONCE) {
            let now = actor.now();
            let mut record = Record::offered(actor.services(), app.id, account.subdomain);
            record.proven(now);
            record.renewable = true;
            record.granted = app.requested.clone();
            record.access_expires_at = Some(now.plus(Span::hours(24)));
            record.health = Health::Working;
            record.strip = record.strip.record(now.day(), None, Health::Working);
            record.schedule(actor.services(), now);
            record.token_version = 1;
            record.insert(&tx).await?;
            let (access, refresh) = (
                Purpose::ConnectionAccessToken,
                Purpose::ConnectionRefreshToken,
            );
            secrets.push((record.id.0, access, account.access_token));
            secrets.push((record.id.0, refresh, account.refresh_token));
            done += 1;
        }
        actor
            .vault
            .seal_many(actor.services(), &tx, &secrets)
            .await?;
        tx.commit().await?;
    }
    Ok(done)
}

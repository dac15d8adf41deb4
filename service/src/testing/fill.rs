//! Many connections at once, for measurements and for tests of several processes.

use crate::{
    actor::Actor,
    apps::App,
    connections::record::Record,
    error::Fault,
    vault::{Purpose, Unsealed},
};
use domain::{
    health::Health,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use secrecy::SecretString;

/// Rows in one transaction, and credentials in one statement.
const AT_ONCE: usize = 500;

/// What Gorgias gave for an account.
pub struct Given {
    /// The account.
    pub subdomain: Subdomain,
    /// What [`crate::connections::token::read`] hands out.
    pub access_token: SecretString,
    /// What the next one is asked for with.
    pub refresh_token: SecretString,
    /// When the access token runs out.
    pub expires_at: Timestamp,
}

/// Stores accounts as if each had been approved an hour ago: connected, with all the
/// scopes that the app asks for, and next due towards the end of the check
/// interval. None of them may have a connection to the app yet.
///
/// # Errors
/// If the database fails.
pub async fn connect_all(
    actor: &Actor,
    app: &App,
    accounts: impl IntoIterator<Item = Given>,
) -> Result<u64, Fault> {
    let mut accounts = accounts.into_iter().peekable();
    let mut done = 0;
    while accounts.peek().is_some() {
        let tx = actor.write().await?;
        let mut secrets = Vec::with_capacity(2 * AT_ONCE);
        for account in accounts.by_ref().take(AT_ONCE) {
            let now = actor.now();
            let mut record = Record::offered(actor.services(), app.id, account.subdomain);
            // Not a moment ago: who wants more life than is left may have it renewed.
            record.proven(now.minus(Span::hours(1)));
            record.renewable = true;
            record.granted = app.requested.clone();
            // Due as after a refresh that gave a day, however long this token lives.
            record.access_expires_at = Some(now.plus(Span::hours(24)));
            record.schedule(actor.services(), now);
            record.access_expires_at = Some(account.expires_at);
            record.health = Health::own(&record.condition(None), now);
            record.strip = record.strip.record(now.day(), None, record.health);
            record.token_version = 1;
            record.insert(&tx).await?;
            let purposes = [
                Purpose::ConnectionAccessToken,
                Purpose::ConnectionRefreshToken,
            ];
            let tokens = [account.access_token, account.refresh_token];
            secrets.extend(
                purposes
                    .into_iter()
                    .zip(tokens)
                    .map(|(purpose, token)| (record.id.0, purpose, token)),
            );
            done += 1;
        }
        let secrets: Vec<Unsealed<'_>> = secrets
            .iter()
            .map(|(owner, purpose, secret)| Unsealed {
                purpose: *purpose,
                owner: *owner,
                secret,
            })
            .collect();
        actor
            .vault
            .seal_all(actor.services(), &tx, &secrets)
            .await?;
        tx.commit().await?;
    }
    Ok(done)
}

//! Makes many connections at once, for measurements and for tests of several processes.

use crate::{
    core::error::InternalError,
    encryption::Purpose,
    records::{
        app::App,
        connection::{Record, attempted},
    },
    tenancy::{Actor, credentials::Unsealed},
};
use domain::{
    connection::{Approval, Connection, State},
    granted::Granted,
    scope::ScopeSet,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use secrecy::SecretString;

/// Rows in one transaction, and credentials in one statement.
const AT_ONCE: usize = 500;

/// The state that an account is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenState {
    /// It granted all that the app requests.
    Working,
    /// It granted all but the last one.
    Limited,
    /// Gorgias refused it since.
    Lost,
}

/// The tokens that Gorgias gave for an account.
pub struct Given {
    /// The account.
    pub subdomain: Subdomain,
    /// The token that [`crate::connections::token::read`] gives out.
    pub access_token: SecretString,
    /// The refresh token for the next one.
    pub refresh_token: SecretString,
    /// When the access token expires.
    pub expires_at: Timestamp,
}

/// These scopes without the last one.
fn all_but_one(scopes: &ScopeSet) -> ScopeSet {
    let most = scopes.len().saturating_sub(1);
    scopes.iter().take(most).cloned().collect()
}

/// Stores accounts as if each had been approved an hour ago: connected, with
/// all the scopes that the app requests, and next due towards the end of the
/// check interval. None of them may have a connection to the app yet.
///
/// # Errors
/// If the database fails.
pub async fn connect_all(
    actor: &Actor,
    app: &App,
    accounts: impl IntoIterator<Item = Given>,
) -> Result<u64, InternalError> {
    let accounts = accounts.into_iter();
    connect_all_in(actor, app, accounts.map(|one| (one, GivenState::Working))).await
}

/// [`connect_all`] for accounts in different states.
///
/// # Errors
/// If the database fails.
pub async fn connect_all_in(
    actor: &Actor,
    app: &App,
    accounts: impl IntoIterator<Item = (Given, GivenState)>,
) -> Result<u64, InternalError> {
    let mut accounts = accounts.into_iter().peekable();
    let mut done = 0;
    while accounts.peek().is_some() {
        let tx = actor.write().await?;
        let mut secrets = Vec::with_capacity(2 * AT_ONCE);
        for (account, given) in accounts.by_ref().take(AT_ONCE) {
            let now = actor.now();
            let record = Record::offered(actor.services(), app.id, account.subdomain);
            let approval = Approval {
                renewable: true,
                // Due as after a refresh that gave a life of a day, however
                // long this token lives.
                expires_at: now.plus(Span::hours(24)),
                said: match given {
                    GivenState::Limited => Granted::Told(all_but_one(&app.requested)),
                    GivenState::Working | GivenState::Lost => Granted::NotTold,
                },
                asked_for: app.requested.clone(),
                name: None,
                email: None,
            };
            let attempt = attempted(actor.services(), now);
            let changed = record.change(|c| c.granted(approval, &app.requested, attempt));
            let mut record = changed.record;
            if given == GivenState::Lost {
                let refused = record.change(|c| c.refused("Gorgias refused it".to_owned(), now));
                record = refused.record;
            }
            let mut state = State::clone(&record);
            // Not a moment ago, so that a reader who wants more life gets a refresh.
            state.last_success_at = Some(now.minus(Span::hours(1)));
            state.last_attempt_at = state.last_success_at;
            state.access_expires_at = Some(account.expires_at);
            record.connection = Connection::stored(state);
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
            .vault()
            .seal_all(actor.services(), &tx, &secrets)
            .await?;
        tx.commit().await?;
    }
    Ok(done)
}

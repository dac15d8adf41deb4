//! Controls one account from a test.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use crate::behaviour::{
    Behaviour, CallbackIss, Consent, ExpiresIn, IdToken, Packing, Rotation, User, patched,
};
use crate::faults::{Endpoint, Fault};
use crate::issue::{self, Granted, Issue};
use crate::state::{End, Grant, Shared, grant_number};

/// One account of the simulator. Cheap to clone; the setters can be chained.
#[derive(Debug, Clone)]
pub struct AccountHandle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) subdomain: String,
}

impl AccountHandle {
    /// The account's name.
    pub fn subdomain(&self) -> &str {
        &self.subdomain
    }

    /// The account's issuer: the filled template without a trailing slash, as the
    /// product expects it.
    pub fn issuer(&self) -> String {
        self.shared.address.issuer(&self.subdomain)
    }

    /// The account's present behaviour.
    pub fn behaviour(&self) -> Behaviour {
        let mut state = self.shared.state();
        state.account(&self.subdomain).behaviour.clone()
    }

    /// Changes the behaviour in any way.
    pub fn change(&self, change: impl FnOnce(&mut Behaviour)) -> &Self {
        let mut state = self.shared.state();
        change(&mut state.account(&self.subdomain).behaviour);
        drop(state);
        self
    }

    /// Changes the named values and keeps the others.
    ///
    /// # Errors
    /// An unknown name or a value of the wrong type; nothing is changed then.
    pub fn patch(&self, patch: &Value) -> Result<Behaviour, serde_json::Error> {
        let mut state = self.shared.state();
        let account = state.account(&self.subdomain);
        account.behaviour = patched(&account.behaviour, patch)?;
        Ok(account.behaviour.clone())
    }

    /// Sets the behaviour of new accounts; grants stay as they are.
    pub fn reset_behaviour(&self) -> &Self {
        let mut state = self.shared.state();
        let defaults = state.defaults.clone();
        let account = state.account(&self.subdomain);
        account.behaviour = defaults;
        account.holds.clear();
        account.parked.clear();
        drop(state);
        self
    }

    /// Sets `expires_in`.
    pub fn expires_in(&self, value: ExpiresIn) -> &Self {
        self.change(|to| to.expires_in = value)
    }
    /// Sets how long access tokens really live, in seconds.
    pub fn token_lifetime(&self, seconds: u64) -> &Self {
        self.change(|to| to.token_lifetime = seconds)
    }
    /// Makes access tokens plain random text.
    pub fn opaque_access_token(&self, on: bool) -> &Self {
        self.change(|to| to.opaque_access_token = on)
    }
    /// Sets what happens to a refresh token after its use.
    pub fn rotation(&self, value: Rotation) -> &Self {
        self.change(|to| to.rotation = value)
    }
    /// Sets the form of the id_token.
    pub fn id_token(&self, value: IdToken) -> &Self {
        self.change(|to| to.id_token = value)
    }
    /// Sets the scope that is granted whatever is requested; with `None`, the
    /// requested one is granted.
    pub fn granted_scope(&self, scope: Option<&str>) -> &Self {
        self.change(|to| to.granted_scope = scope.map(str::to_owned))
    }
    /// Sets whether a code with `offline` gives a refresh token.
    pub fn refresh_token(&self, on: bool) -> &Self {
        self.change(|to| to.refresh_token = on)
    }
    /// Replaces a member of token responses.
    pub fn token_member(&self, name: &str, value: Value) -> &Self {
        self.change(|to| {
            to.token_members.insert(name.to_owned(), value);
        })
    }
    /// Sets the encoding of token responses.
    pub fn packing(&self, value: Packing) -> &Self {
        self.change(|to| to.packing = value)
    }
    /// Sets `token_type`; `None` leaves it out.
    pub fn token_type(&self, value: Option<&str>) -> &Self {
        self.change(|to| to.token_type = value.map(str::to_owned))
    }
    /// Sets the `iss` parameter of the callback.
    pub fn callback_iss(&self, value: CallbackIss) -> &Self {
        self.change(|to| to.callback_iss = value)
    }
    /// Sets whether the person is asked, and their answer.
    pub fn consent(&self, value: Consent) -> &Self {
        self.change(|to| to.consent = value)
    }
    /// Puts another account's issuer into access tokens; `None` undoes it.
    pub fn token_account(&self, other: Option<&str>) -> &Self {
        self.change(|to| to.token_account = other.map(str::to_owned))
    }
    /// Makes `GET /api/account` name another account; `None` undoes it.
    pub fn account_domain(&self, other: Option<&str>) -> &Self {
        self.change(|to| to.account_domain = other.map(str::to_owned))
    }
    /// Sets the person who approves.
    pub fn user(&self, user: User) -> &Self {
        self.change(|to| to.user = user)
    }
    /// Sets name and e-mail address of the person who approves.
    pub fn user_name(&self, name: &str, email: &str) -> &Self {
        self.change(|to| {
            to.user.name = name.to_owned();
            to.user.email = Some(email.to_owned());
        })
    }

    /// Adds a fault for the next request to the endpoint; several calls make a queue.
    pub fn fail_once(&self, endpoint: Endpoint, fault: Fault) -> &Self {
        self.change(|to| {
            let plan = to.faults.entry(endpoint).or_default();
            plan.queue.push_back(fault);
        })
    }
    /// Sets the fault of every request to the endpoint once the queue is empty.
    pub fn fail_always(&self, endpoint: Endpoint, fault: Fault) -> &Self {
        self.change(|to| to.faults.entry(endpoint).or_default().always = Some(fault))
    }
    /// Removes the endpoint's faults.
    pub fn heal(&self, endpoint: Endpoint) -> &Self {
        self.change(|to| {
            to.faults.remove(&endpoint);
        })
    }

    /// Makes requests to the endpoint wait without an answer until [`AccountHandle::release`].
    pub fn hold(&self, endpoint: Endpoint) -> &Self {
        let mut state = self.shared.state();
        let account = state.account(&self.subdomain);
        account.holds.insert(endpoint, watch::Sender::new(true));
        drop(state);
        self
    }
    /// Lets the waiting requests of the endpoint go on.
    pub fn release(&self, endpoint: Endpoint) -> &Self {
        let mut state = self.shared.state();
        let account = state.account(&self.subdomain);
        // A request goes on when its hold is dropped.
        account.holds.remove(&endpoint);
        account.parked.retain(|(parked, _)| *parked != endpoint);
        drop(state);
        self
    }
    /// Answers new requests at once; requests that wait already go on waiting.
    pub fn let_others_pass(&self, endpoint: Endpoint) -> &Self {
        let mut state = self.shared.state();
        let account = state.account(&self.subdomain);
        if let Some(hold) = account.holds.remove(&endpoint) {
            account.parked.push((endpoint, hold));
        }
        drop(state);
        self
    }

    /// Deactivates the app on the helpdesk: all refresh tokens and codes end,
    /// access tokens work until they expire. A new approval activates the app
    /// again.
    pub fn deactivate(&self) -> &Self {
        self.shared.state().account(&self.subdomain).deactivate();
        self
    }
    /// Activates the app again; old refresh tokens don't work, as with Gorgias.
    pub fn reactivate(&self) -> &Self {
        let mut state = self.shared.state();
        state.account(&self.subdomain).reactivate(false);
        drop(state);
        self
    }
    /// Activates the app again; old refresh tokens work as before.
    pub fn reactivate_with_grants(&self) -> &Self {
        let mut state = self.shared.state();
        state.account(&self.subdomain).reactivate(true);
        drop(state);
        self
    }
    /// Ends the refresh tokens of one app, as if only that app were deactivated.
    pub fn deactivate_app(&self, client_id: &str) -> &Self {
        let mut state = self.shared.state();
        let account = state.account(&self.subdomain);
        account.codes.retain(|_, code| code.client_id != client_id);
        for grant in account.grants.values_mut() {
            if grant.client_id == client_id {
                grant.end(End::Deactivated);
            }
        }
        drop(state);
        self
    }

    /// Takes the refresh tokens of one app again that ended by a deactivation.
    pub fn reactivate_app(&self, client_id: &str) -> &Self {
        let mut state = self.shared.state();
        let account = state.account(&self.subdomain);
        account.active = true;
        for grant in account.grants.values_mut() {
            if grant.client_id == client_id && grant.ended == Some(End::Deactivated) {
                grant.ended = None;
            }
        }
        drop(state);
        self
    }

    /// Makes tokens without any request, as if a person had approved, to fill a
    /// database. Nothing is logged.
    pub fn grant(&self, client_id: &str, scope: &str) -> Granted {
        let mut state = self.shared.state();
        let number = state.next_grant();
        let now = self.shared.clock.now();
        let account = state.account(&self.subdomain);
        let grant = Grant::new(client_id, scope);
        account.grants.insert(number, grant);
        let lifetime = i64::try_from(account.behaviour.token_lifetime).unwrap_or(i64::MAX);
        let body = issue::issue(
            &self.shared,
            account,
            &self.subdomain,
            &Issue {
                grant: number,
                nonce: None,
                id_token: false,
                refresh_token: issue::RefreshToken::Always,
            },
        );
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Granted {
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
            scope: scope.to_owned(),
            expires_at: now.saturating_add(lifetime),
        }
    }

    /// Whether a refresh with this token would succeed; this changes nothing.
    pub fn accepts_refresh_token(&self, token: &str) -> bool {
        let now_ms = self.shared.clock.now_ms();
        let mut state = self.shared.state();
        let account = state.account(&self.subdomain);
        let rotation = account.behaviour.rotation;
        let grant = grant_number(token).and_then(|number| account.grants.get(&number));
        account.active && grant.is_some_and(|grant| grant.clone().admits(token, rotation, now_ms))
    }

    /// Whether this access token was given for the account and has not expired.
    pub fn accepts_access_token(&self, token: &str) -> bool {
        let now = self.shared.clock.now();
        let mut state = self.shared.state();
        let access = state.account(&self.subdomain).access.get(token);
        access.is_some_and(|access| access.expires_at > now)
    }
}

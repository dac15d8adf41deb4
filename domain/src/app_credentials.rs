//! Whether Gorgias accepts an app's credentials. The connections of an app
//! share its client id and client secret, so this is computed from the answers
//! that all of them get.
//!
//! A wrong secret answers `invalid_client` (RFC 6749 5.2) to all connections of
//! the app. Many `invalid_grant` in a row are more likely one incident of the
//! app than many customers who left at once. While the app has a fault, no
//! connection changes its state, and one of them tries the credentials from
//! time to time. As in [`crate::connection`], transitions consume the state.

use crate::{
    connection::PROBE_EVERY,
    ids::ConnectionId,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};

/// From this number of refused connections in a row, the app is at fault.
pub const MANY: u32 = 3;
/// Refusals in a row count only within this time. Customers who leave one by
/// one are no incident.
pub const WINDOW: Span = Span::hours(1);
/// For how long a person's confirmation holds that the accounts really left.
pub const VOUCHED_FOR: Span = Span::days(1);

/// A fault of the app's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialsFault {
    /// When the fault began.
    pub since: Timestamp,
    /// True if many connections in a row were refused; false if Gorgias refused
    /// the credentials themselves.
    pub by_refusals: bool,
}

/// What is known of an app's credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppCredentials {
    /// The fault, if there is one.
    pub fault: Option<CredentialsFault>,
    /// When the credentials are tried next while there is a fault.
    pub probe_at: Option<Timestamp>,
    /// How many connections were refused since the last one was renewed.
    pub refused_in_a_row: u32,
    /// When the first of these was refused.
    pub refused_since: Option<Timestamp>,
    /// Until when a person's confirmation holds that the accounts really left.
    pub refusals_accepted_until: Option<Timestamp>,
    /// Since when a connection's `invalid_client` waits to be confirmed.
    pub client_refused_at: Option<Timestamp>,
    /// The connection that got `invalid_client` last. It stays if other
    /// connections were renewed since: then only this one is refused.
    pub client_refused_by: Option<ConnectionId>,
    /// When, and by which account, the exchange of a code was refused with
    /// `invalid_client`, if none was accepted since. It is only reported and
    /// stops nothing, since anybody may name the account that answers.
    pub exchange_refused: Option<(Timestamp, Subdomain)>,
    /// When the app was last edited or its secret was replaced. A refusal of
    /// older credentials says nothing.
    pub changed_at: Timestamp,
}

/// What follows from an `invalid_client` that one connection got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientRefusal {
    /// Not certain yet: ask again.
    Unconfirmed,
    /// Gorgias refuses the app's own credentials. This was not known before.
    FaultFound,
    /// Gorgias refuses the app's own credentials. This was known already.
    FaultKnown,
    /// Nothing: the credentials were replaced in the meantime.
    Outdated,
}

/// What follows from a confirmed `invalid_grant` of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// This connection's access was withdrawn.
    ConnectionLost,
    /// The app's credentials are in doubt. This was not known before: the
    /// connections that became lost since this time are not lost.
    IncidentFound(Timestamp),
    /// The app's credentials are in doubt. This was known already.
    IncidentKnown,
}

impl AppCredentials {
    /// Since when the app has a fault.
    pub fn rejected_since(&self) -> Option<Timestamp> {
        self.fault.map(|fault| fault.since)
    }

    /// Whether the app has a fault because many connections in a row were refused.
    pub fn in_doubt(&self) -> bool {
        self.fault.is_some_and(|fault| fault.by_refusals)
    }

    /// A connection got `invalid_client` at `now`, with credentials that were
    /// read at `used_at`. It is a fault of the app if a second connection gets
    /// it too, or the same one again after [`PROBE_EVERY`] while no other was
    /// renewed.
    ///
    /// Only connections that have worked before count here. The person who
    /// brings a code decides which host answers its exchange.
    #[must_use]
    pub fn client_refused(
        mut self,
        by: ConnectionId,
        used_at: Timestamp,
        now: Timestamp,
    ) -> (Self, ClientRefusal) {
        if self.fault.is_some() {
            return (self, ClientRefusal::FaultKnown);
        }
        if self.changed_at > used_at {
            return (self, ClientRefusal::Outdated);
        }
        let again = self.client_refused_by == Some(by);
        let confirmed = self
            .client_refused_at
            .is_some_and(|first| !again || now.since(first) >= PROBE_EVERY);
        if confirmed {
            self.begin_fault(now, false);
            self.client_refused_at = None;
            self.client_refused_by = None;
            return (self, ClientRefusal::FaultFound);
        }
        // While the first refusal waits, or after others were renewed since:
        // then only this connection is refused, and only a refusal of another
        // one counts.
        if !again {
            self.client_refused_at = Some(now);
            self.client_refused_by = Some(by);
        }
        (self, ClientRefusal::Unconfirmed)
    }

    /// A connection's refresh token was refused at `now`, and refused again on
    /// confirmation.
    #[must_use]
    pub fn refused(mut self, now: Timestamp) -> (Self, Refusal) {
        if self.in_doubt() {
            return (self, Refusal::IncidentKnown);
        }
        if self
            .refusals_accepted_until
            .is_some_and(|until| now < until)
        {
            return (self, Refusal::ConnectionLost);
        }
        let begun = self
            .refused_since
            .filter(|begun| self.refused_in_a_row > 0 && now.since(*begun) < WINDOW);
        let since = begun.unwrap_or(now);
        self.refused_since = Some(since);
        self.refused_in_a_row = begun.map_or(1, |_| self.refused_in_a_row.saturating_add(1));
        if self.refused_in_a_row < MANY {
            return (self, Refusal::ConnectionLost);
        }
        self.begin_fault(now, true);
        (self, Refusal::IncidentFound(since))
    }

    fn begin_fault(&mut self, since: Timestamp, by_refusals: bool) {
        self.fault = Some(CredentialsFault { since, by_refusals });
        self.probe_at = Some(since.plus(PROBE_EVERY));
    }

    /// An account answered `invalid_client` to a code at `now`, with
    /// credentials that were read at `used_at`. `None` if they were replaced in
    /// the meantime.
    pub fn exchange_refused(
        mut self,
        by: Subdomain,
        used_at: Timestamp,
        now: Timestamp,
    ) -> Option<Self> {
        if self.changed_at > used_at {
            return None;
        }
        self.exchange_refused = Some((now, by));
        Some(self)
    }

    /// Gorgias gave tokens to these connections. If others are renewed, a
    /// refused connection is the only one. `None` if this changes nothing.
    pub fn proven(self, by: &[ConnectionId]) -> Option<Self> {
        let next = Self {
            client_refused_by: self.client_refused_by.filter(|alone| !by.contains(alone)),
            ..self.clone().forgotten()
        };
        (next != self).then_some(next)
    }

    /// Gorgias knows the credentials, since it refused a refresh token that
    /// came with them. `None` if this changes nothing.
    pub fn recognised(self) -> Option<Self> {
        if self.in_doubt() {
            return None;
        }
        let next = Self {
            fault: None,
            client_refused_at: None,
            ..self.clone()
        };
        (next != self).then_some(next)
    }

    /// A person confirms at `now` that the credentials are right and that the
    /// accounts really left. `None` if there is no such incident.
    pub fn vouched_for(self, now: Timestamp) -> Option<Self> {
        self.in_doubt().then(|| Self {
            refusals_accepted_until: Some(now.plus(VOUCHED_FOR)),
            ..self.forgotten()
        })
    }

    /// The app has other credentials from `now` on.
    #[must_use]
    pub fn replaced(self, now: Timestamp) -> Self {
        Self {
            changed_at: now,
            ..self.forgotten()
        }
    }

    /// No fault, and no refusals counted.
    fn forgotten(self) -> Self {
        Self {
            refusals_accepted_until: self.refusals_accepted_until,
            changed_at: self.changed_at,
            probe_at: self.probe_at,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_795_867_500_000_000);

    const fn connection(number: u128) -> ConnectionId {
        ConnectionId(Uuid::from_u128(number))
    }

    fn minutes(number: i64) -> Timestamp {
        NOW.plus(Span::minutes(number))
    }

    fn entered() -> AppCredentials {
        AppCredentials {
            changed_at: NOW,
            ..AppCredentials::default()
        }
    }

    /// These connections get `invalid_client` at these minutes; gives the last verdict.
    fn refused(all: &[(u128, i64)]) -> (AppCredentials, ClientRefusal) {
        let mut state = (entered(), ClientRefusal::Outdated);
        for (by, minute) in all {
            let now = minutes(*minute);
            state = state.0.client_refused(connection(*by), now, now);
        }
        state
    }

    #[test]
    fn invalid_client_counts_once_it_is_confirmed() {
        use ClientRefusal::{FaultFound, FaultKnown, Unconfirmed};
        for (all, verdict) in [
            (&[(1, 1)][..], Unconfirmed),
            (&[(1, 1), (1, 5)], Unconfirmed),
            (&[(1, 1), (1, 6)], FaultFound),
            (&[(1, 1), (2, 1)], FaultFound),
            (&[(1, 1), (2, 1), (3, 2)], FaultKnown),
        ] {
            assert_eq!(refused(all).1, verdict, "{all:?}");
        }
        let (found, _) = refused(&[(1, 1), (2, 2)]);
        assert_eq!(
            (found.rejected_since(), found.in_doubt()),
            (Some(minutes(2)), false)
        );
        assert_eq!(found.probe_at, Some(minutes(7)));
        assert_eq!(
            (found.client_refused_at, found.client_refused_by),
            (None, None)
        );
    }

    #[test]
    fn a_refusal_of_what_was_replaced_says_nothing() {
        let (same, verdict) = entered().client_refused(connection(1), minutes(-1), minutes(1));
        assert_eq!((same, verdict), (entered(), ClientRefusal::Outdated));
        let shop: Result<Subdomain, _> = "shop".parse();
        let by = shop.unwrap_or_else(|_| unreachable!());
        assert_eq!(
            entered().exchange_refused(by.clone(), minutes(-1), NOW),
            None
        );
        let told = entered().exchange_refused(by.clone(), NOW, minutes(1));
        let told = told.unwrap_or_default();
        assert_eq!(told.exchange_refused, Some((minutes(1), by)));
        assert_eq!(
            told.fault, None,
            "anybody may name the account that answers"
        );
        assert_eq!(told.replaced(minutes(2)).exchange_refused, None);
    }

    #[test]
    fn whoever_is_refused_while_others_are_renewed_is_alone_with_it() {
        let (waits, _) = refused(&[(1, 1)]);
        let alone = waits.proven(&[connection(2)]).unwrap_or_default();
        assert_eq!(alone.client_refused_by, Some(connection(1)));
        assert_eq!(alone.client_refused_at, None);
        // It may be refused any number of times; a second connection still confirms it.
        let (alone, verdict) = alone.client_refused(connection(1), minutes(60), minutes(60));
        assert_eq!(verdict, ClientRefusal::Unconfirmed);
        let (waits, verdict) = alone.client_refused(connection(2), minutes(61), minutes(61));
        assert_eq!(verdict, ClientRefusal::Unconfirmed);
        let (_, verdict) = waits.client_refused(connection(1), minutes(62), minutes(62));
        assert_eq!(verdict, ClientRefusal::FaultFound);
    }

    #[test]
    fn several_refusals_in_a_row_are_the_apps_incident() {
        let mut state = entered();
        for minute in [0, 59] {
            let (next, verdict) = state.refused(minutes(minute));
            assert_eq!(verdict, Refusal::ConnectionLost);
            state = next;
        }
        let late = state.clone().refused(minutes(60));
        assert_eq!(late.1, Refusal::ConnectionLost, "a new row");
        let renewed = state.clone().proven(&[]).unwrap_or_default();
        assert_eq!(renewed.refused(minutes(59)).1, Refusal::ConnectionLost);
        let (found, verdict) = state.refused(minutes(59));
        assert_eq!(verdict, Refusal::IncidentFound(NOW));
        assert!(found.in_doubt());
        assert_eq!(
            found.clone().recognised(),
            None,
            "it says nothing of the secret"
        );
        assert_eq!(found.clone().refused(minutes(60)).1, Refusal::IncidentKnown);
        let vouched = found.vouched_for(minutes(60)).unwrap_or_default();
        assert_eq!(vouched.fault, None);
        assert_eq!(vouched.clone().vouched_for(minutes(61)), None);
        let mut state = vouched;
        for minute in 61..70 {
            let (next, verdict) = state.refused(minutes(minute));
            assert_eq!(verdict, Refusal::ConnectionLost);
            state = next;
        }
    }

    #[test]
    fn credentials_that_are_known_end_a_fault() {
        let (fault, _) = refused(&[(1, 1), (2, 1)]);
        let known = fault.clone().recognised().unwrap_or_default();
        assert_eq!((known.fault, known.clone().recognised()), (None, None));
        assert_eq!(
            fault.proven(&[connection(1)]).map(|next| next.fault),
            Some(None)
        );
        assert_eq!(entered().proven(&[connection(1)]), None, "no news");
    }

    proptest! {
        /// One connection alone makes no fault within five minutes.
        #[test]
        fn one_connection_alone_makes_no_fault_at_once(
            seconds in proptest::collection::vec(0i64..300, 1..20)
        ) {
            let mut state = entered();
            for second in seconds {
                let now = NOW.plus(Span::seconds(second));
                let (next, verdict) = state.client_refused(connection(1), now, now);
                prop_assert_eq!(verdict, ClientRefusal::Unconfirmed);
                state = next;
            }
        }
    }
}

//! Sessions in the database, for tower-sessions.

use crate::middleware::database_unavailable;
use async_trait::async_trait;
use domain::time::{Span, Timestamp};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;
use service::{
    InternalError, Services,
    people::{
        SignedIn, session_renewal,
        sessions::{
            self, ABSOLUTE, ADDRESS, BySingleSignOn, IDLE, PERSON, SEEN_AT, SET_ASIDE,
            SIGNED_IN_AT, SINGLE_SIGN_ON, SINGLE_SIGN_ON_ABSOLUTE,
        },
    },
};
use std::{collections::HashMap, fmt};
use tower_sessions::{
    SessionStore,
    cookie::time::OffsetDateTime,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// How often at most the use of a session is noted, so that most reads write nothing.
pub const NOTED_EVERY: Span = Span::minutes(5);

/// Stores sessions by a digest of their id. Their end is decided here, by the clock
/// of the services, and not by the cookie.
#[derive(Clone)]
pub struct DatabaseSessions {
    services: Services,
}

impl DatabaseSessions {
    /// A store in the database of the services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    /// Whether the database has all of a session, apart from time and place of its last use.
    async fn is_kept(&self, record: &Record) -> bool {
        let without = |data: &HashMap<String, Value>| {
            let mut data = data.clone();
            data.remove(SEEN_AT);
            data.remove(ADDRESS);
            data
        };
        let kept = self.load(&record.id).await;
        matches!(kept, Ok(Some(kept)) if without(&kept.data) == without(&record.data))
    }

    /// Gives a session that was set aside the id of the record. One that ended
    /// meanwhile stays ended.
    async fn take_up(&self, record: &mut Record) -> Result<()> {
        let aside: String = value(&record.data, SET_ASIDE).unwrap_or_default();
        record.data.remove(SET_ASIDE);
        let (_, data) = parts(record)?;
        let ends_at = self.ends_at(&record.data);
        let id = secret(&record.id);
        let taken = session_renewal::take_up(&self.services, &aside, &id, &data, ends_at).await;
        if matches!(taken, Ok(true)) {
            return Ok(());
        }
        // Else the end of the request would store it as a new session.
        record.data.clear();
        taken.map_err(failed)?;
        Err(Error::Backend("the session ended meanwhile".to_owned()))
    }

    /// The end of a session: the earlier one of its two ends.
    fn ends_at(&self, data: &HashMap<String, Value>) -> Timestamp {
        let now = self.services.expiry_now();
        let begun = data
            .get(SIGNED_IN_AT)
            .and_then(Value::as_i64)
            .map_or(now, Timestamp);
        let absolute = if data.contains_key(SINGLE_SIGN_ON) {
            SINGLE_SIGN_ON_ABSOLUTE
        } else {
            ABSOLUTE
        };
        now.plus(IDLE).min(begun.plus(absolute))
    }
}

impl fmt::Debug for DatabaseSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseSessions")
    }
}

fn secret(id: &Id) -> SecretString {
    SecretString::from(id.to_string())
}

/// Who is signed in, and everything as JSON.
fn parts(record: &Record) -> Result<(Option<SignedIn>, String)> {
    let own_way = value(&record.data, PERSON).map(SignedIn::own_way);
    let by_single_sign_on = || value::<BySingleSignOn>(&record.data, SINGLE_SIGN_ON);
    let person = own_way.or_else(|| by_single_sign_on().map(SignedIn::from));
    let data = serde_json::to_string(&record.data).map_err(|e| Error::Encode(e.to_string()))?;
    Ok((person, data))
}

fn value<T: DeserializeOwned>(data: &HashMap<String, Value>, key: &str) -> Option<T> {
    serde_json::from_value(data.get(key)?.clone()).ok()
}

fn failed(fault: InternalError) -> Error {
    if fault.database_unavailable() {
        database_unavailable::meet();
    }
    Error::Backend(fault.to_string())
}

#[async_trait]
impl SessionStore for DatabaseSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        if record.data.contains_key(SET_ASIDE) {
            return self.take_up(record).await;
        }
        loop {
            let (person, data) = parts(record)?;
            let ends_at = self.ends_at(&record.data);
            let created =
                sessions::create(&self.services, &secret(&record.id), person, &data, ends_at).await;
            if created.map_err(failed)? {
                return Ok(());
            }
            // Another session has this id already.
            record.id = Id::default();
        }
    }

    /// A session that ended meanwhile stays ended.
    async fn save(&self, record: &Record) -> Result<()> {
        let (person, data) = parts(record)?;
        let ends_at = self.ends_at(&record.data);
        let id = secret(&record.id);
        match sessions::update(&self.services, &id, person, &data, ends_at).await {
            // The time of the last use can be noted the next time.
            Err(fault) if fault.database_unavailable() && self.is_kept(record).await => Ok(()),
            updated => updated.map(drop).map_err(failed),
        }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let stored = sessions::load(&self.services, &secret(id)).await;
        let Some(stored) = stored.map_err(failed)? else {
            return Ok(None);
        };
        let data = serde_json::from_str(&stored.data).map_err(|e| Error::Decode(e.to_string()))?;
        // Nothing reads this: `ends_at` decides.
        let expiry_date = OffsetDateTime::from_unix_timestamp(stored.expires_at.0 / 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sessions::remove(&self.services, &secret(id))
            .await
            .map(drop)
            .map_err(failed)
    }
}

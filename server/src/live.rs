//! `/t/{tenant}/live`: tells open pages which connections changed, as
//! server-sent events.

use crate::{
    failure::Failure,
    state::AppState,
    streams::{Stream, TooMany},
    visitor::{self, Visitor},
};
use app::address::Address;
use axum::{
    Router,
    extract::{Path, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{HeaderMap, RETRY_AFTER},
    },
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use domain::{app_limit::AppLimit, ids::TenantId, role::Role, slug::Slug};
use futures::{StreamExt, stream};
use service::{
    connections::overview,
    core::live::Change,
    people::{SignedIn, membership},
};
use std::{convert::Infallible, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Interval, MissedTickBehavior, interval},
};
use tower_sessions::Session;

/// How often a comment keeps the connection open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often the session and the membership are checked again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How often a page hears of the worker, so that it can tell when the worker falls silent.
const BEAT: Duration = Duration::from_secs(20);

/// How many seconds a page waits before it tries again, if it got no stream.
const RETRY: HeaderValue = HeaderValue::from_static("30");

/// What an event says that only has a page look: browsers drop an event without data.
const LOOK: &str = "look";

/// nginx doesn't buffer an answer with this header, whatever its settings.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// The stream of a tenant.
pub fn routes() -> Router<AppState> {
    Router::new().route(Address::LIVE.0, get(live))
}

async fn live(
    Path(tenant): Path<String>,
    State(state): State<AppState>,
    session: Session,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let (Some(actor), Some(person), Ok(slug)) = (
        visitor.actor(&tenant).await?,
        visitor.person,
        tenant.parse(),
    ) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    // A signed-in person's session has an id.
    let stream = match session.id().map(|id| state.streams.begin(id)) {
        Some(Ok(stream)) => stream,
        Some(Err(TooMany::OfSession)) => return Ok(refused(StatusCode::TOO_MANY_REQUESTS)),
        Some(Err(TooMany::InAll)) => return Ok(refused(StatusCode::SERVICE_UNAVAILABLE)),
        None => return Ok(StatusCode::NOT_FOUND.into_response()),
    };
    let mut ask_again = interval(ASK_AGAIN);
    ask_again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener = Listener {
        changes: state.services.live.listen(),
        keys: state.services.live.listen_to_keys(),
        jobs: state.services.live.listen_to_jobs(),
        tenant: actor.tenant(),
        slug,
        signed_in: person.signed_in,
        session,
        rights: (actor.role, actor.apps.clone()),
        state,
        ask_again,
        beat,
        _stream: stream,
    };
    // A comment at once: some browsers regard a stream as open only after its first byte.
    let first = stream::iter([Ok(Event::default().comment("open"))]);
    let events = first.chain(stream::unfold(listener, Listener::next));
    let headers = HeaderMap::from_iter([UNBUFFERED]);
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok((headers, events).into_response())
}

fn refused(status: StatusCode) -> Response {
    let mut response = status.into_response();
    response.headers_mut().insert(RETRY_AFTER, RETRY);
    response
}

/// An open page.
struct Listener {
    changes: Receiver<Change>,
    keys: Receiver<TenantId>,
    jobs: Receiver<TenantId>,
    tenant: TenantId,
    slug: Slug,
    signed_in: SignedIn,
    session: Session,
    rights: (Role, AppLimit),
    state: AppState,
    ask_again: Interval,
    beat: Interval,
    _stream: Stream,
}

impl Listener {
    /// Waits for the next change of the tenant. The stream ends when the process
    /// stops, the session ends or the membership ends.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let stop = self.state.options.shutdown.clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => return None,
                change = self.changes.recv() => match change {
                    Ok(change) if change.tenant == self.tenant && self.may_see(&change) => {
                        let event = Event::default().event("change").json_data(&change).ok()?;
                        return Some((Ok(event), self));
                    }
                    Ok(_) => (),
                    // Too many changes at once: the page has to reload.
                    Err(RecvError::Lagged(_)) => {
                        return Some((Ok(Event::default().event("reload").data(LOOK)), self));
                    }
                    Err(RecvError::Closed) => return None,
                },
                keys = self.keys.recv() => match keys {
                    Ok(tenant) if tenant != self.tenant => (),
                    // If some messages were missed, the page has to look, too.
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        return Some((Ok(Event::default().event("keys").data(LOOK)), self));
                    }
                    Err(RecvError::Closed) => return None,
                },
                _ = self.beat.tick() => {
                    // If it can't be read, the page says that the worker is late.
                    if let Ok(Some(at)) = overview::last_beat(&self.state.services).await {
                        let event = Event::default().event("beat").data(at.0.to_string());
                        return Some((Ok(event), self));
                    }
                }
                jobs = self.jobs.recv() => match jobs {
                    Ok(tenant) if tenant != self.tenant => (),
                    // It says only that a page has to look; the page shows what its reader
                    // may see.
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        return Some((Ok(Event::default().event("jobs").data(LOOK)), self));
                    }
                    Err(RecvError::Closed) => return None,
                },
                _ = self.ask_again.tick() => {
                    let rights = self.rights_now().await?;
                    if self.rights != rights {
                        // What the page shows may not be the person's to see any more.
                        self.rights = rights;
                        return Some((Ok(Event::default().event("reload").data(LOOK)), self));
                    }
                }
            }
        }
    }

    /// Whether the change is of an app that the person may touch. A process of the
    /// previous version doesn't say of which it is.
    fn may_see(&self, change: &Change) -> bool {
        let (_, apps) = &self.rights;
        !apps.is_limited() || change.app.is_some_and(|app| apps.includes(app))
    }

    /// What the person may do now; `None` ends the stream: they are signed out,
    /// or no member any more.
    async fn rights_now(&self) -> Option<(Role, AppLimit)> {
        self.session.load().await.ok()?;
        let signed_in = visitor::signed_in(&self.session).await.ok()?;
        if signed_in != Some(self.signed_in) {
            return None;
        }
        let actor = membership::actor(&self.state.services, self.signed_in, &self.slug).await;
        let actor = actor.ok()??;
        Some((actor.role, actor.apps))
    }
}

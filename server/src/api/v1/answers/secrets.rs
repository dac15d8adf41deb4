//! The slots of an app's client secrets, without the secrets.

use super::Time;
use serde::Serialize;
use service::apps::secrets::{NextSecret, Slots, TestResult};
use utoipa::ToSchema;

/// The client secrets of an app, without the secrets.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "in_use_since": "2026-11-29T14:05:00Z",
    "next": {
        "added_at": "2026-11-30T09:00:00Z",
        "added_by": "Deployment",
        "tested_at": "2026-11-30T09:00:02Z",
        "result": "accepted",
        "ready": true,
    },
    "previous_until": null,
}))]
pub struct Secrets {
    /// Since when the client secret is in use.
    #[schema(required)]
    in_use_since: Option<Time>,
    /// The next client secret, to be tested and switched to.
    #[schema(required)]
    next: Option<Next>,
    /// Until when the previous client secret can be put back into use.
    #[schema(required)]
    previous_until: Option<Time>,
}

/// A client secret that isn't in use yet.
#[derive(Serialize, ToSchema)]
#[schema(as = NextSecret)]
struct Next {
    added_at: Time,
    /// The person or the API token that added it.
    added_by: String,
    /// Whether it can be switched to.
    ready: bool,
    /// The result of its last test.
    #[schema(required)]
    result: Option<SecretTest>,
    /// When it was tested last.
    #[schema(required)]
    tested_at: Option<Time>,
}

/// The result of a test of a client secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SecretTest {
    /// Gorgias gave a token for it.
    Accepted,
    /// Gorgias refused it.
    Refused,
    /// Gorgias' answer says nothing about it.
    Unclear,
    /// The app has no connection to test it with.
    Untestable,
}

/// The result of a test.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "result": "accepted" }))]
pub struct Tested {
    result: SecretTest,
}

impl From<Slots> for Secrets {
    fn from(slots: Slots) -> Self {
        Self {
            in_use_since: slots.in_use_since.map(Time),
            next: slots.next.map(Next::from),
            previous_until: slots.previous_until.map(Time),
        }
    }
}

impl From<NextSecret> for Next {
    fn from(next: NextSecret) -> Self {
        Self {
            added_at: Time(next.added_at),
            ready: next.ready(),
            added_by: next.added_by,
            result: next.tested.map(|(result, _)| result.into()),
            tested_at: next.tested.map(|(_, at)| Time(at)),
        }
    }
}

impl From<TestResult> for SecretTest {
    fn from(result: TestResult) -> Self {
        match result {
            TestResult::Accepted => Self::Accepted,
            TestResult::Refused => Self::Refused,
            TestResult::Unclear => Self::Unclear,
            TestResult::Untestable => Self::Untestable,
        }
    }
}

impl From<TestResult> for Tested {
    fn from(result: TestResult) -> Self {
        Self {
            result: result.into(),
        }
    }
}

//! A campaign.

use super::{Time, codes::codes};
use domain::campaign::{Audience, Stage};
use serde::Serialize;
use service::campaigns::{self, CampaignState};
use utoipa::ToSchema;

/// A campaign, and how far its accounts are.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "accounts": {
        "approved": 21, "chosen": 38, "declined": 1, "not_delivered": 1,
        "opened": 27, "sent": 35, "waiting": 1, "without_contact": 1,
    },
    "app": "returns",
    "audience": "missing_permissions",
    "complete": true,
    "created_at": "2026-11-16T09:30:00Z",
    "created_by": "Ines Duarte",
    "ends_at": "2026-11-30T09:30:00Z",
    "id": "019a9f00-0000-7000-8000-000000000005",
    "name": "Specific permissions",
    "remind_at": "2026-11-27T09:30:00Z",
    "state": "running",
}))]
pub struct Campaign {
    accounts: Accounts,
    /// The app's slug.
    app: String,
    #[schema(value_type = AudienceSchema)]
    audience: &'static str,
    /// Whether all accounts of the app were looked at; until then the numbers grow.
    complete: bool,
    created_at: Time,
    /// Who began it.
    created_by: String,
    ends_at: Time,
    #[schema(format = "uuid")]
    id: String,
    name: String,
    /// When those who haven't approved are reminded once; null for never.
    #[schema(required)]
    remind_at: Option<Time>,
    #[schema(value_type = CampaignStateSchema)]
    state: &'static str,
}

/// How many accounts of a campaign came how far. Who approved has opened it as well, and
/// who opened it was sent it.
#[derive(Serialize, ToSchema)]
pub struct Accounts {
    approved: u64,
    /// All of them.
    chosen: u64,
    /// Somebody opened the link, and pressed “Cancel” at Gorgias.
    declined: u64,
    /// The mail was refused, or given up.
    not_delivered: u64,
    opened: u64,
    sent: u64,
    /// The mail has not left yet.
    waiting: u64,
    /// There is nobody to write to.
    without_contact: u64,
}

impl From<campaigns::Campaign> for Campaign {
    fn from(campaign: campaigns::Campaign) -> Self {
        let funnel = &campaign.funnel;
        Self {
            accounts: Accounts {
                approved: funnel.approved(),
                chosen: funnel.chosen(),
                declined: funnel.at(Stage::Declined),
                not_delivered: funnel.at(Stage::NotDelivered),
                opened: funnel.opened(),
                sent: funnel.sent(),
                waiting: funnel.at(Stage::Waiting),
                without_contact: funnel.at(Stage::NobodyToWriteTo),
            },
            app: campaign.app.0.to_string(),
            audience: campaign.audience.code(),
            complete: campaign.complete,
            created_at: Time(campaign.created_at),
            created_by: campaign.created_by,
            ends_at: Time(campaign.ends_at),
            id: campaign.id.to_string(),
            name: campaign.name,
            remind_at: campaign.remind_at.map(Time),
            state: campaign.state.code(),
        }
    }
}

codes!(
    AudienceSchema,
    "Audience",
    "Which accounts of its app a campaign is for.",
    Audience::ALL.map(Audience::code)
);

codes!(
    CampaignStateSchema,
    "CampaignState",
    "What a campaign does. `held_back`: Gorgias refuses the app's own credentials, so no link could work.",
    CampaignState::ALL.map(CampaignState::code)
);

//! The frame around every page of a tenant.

use crate::{
    components::{Frame, NavItem, TenantLink, WorkerBeat, WorkerState},
    context::PageContext,
    pages::{
        accounts_notices,
        counted::{grouped, in_state},
        panel,
    },
};
use domain::{health::Health, permission::Permission, time::Timestamp};
use service::{
    Actor,
    apps::list::{self, AppRow},
    connections::{
        by_account::{self, AccountCounts, SnoozedOfLimited},
        overview::{self, WorkerBeat as Beat},
    },
    people::membership,
};

/// The frame, and the tenant's apps, whose counts it shows.
pub(crate) struct PageChrome {
    /// The frame.
    pub frame: Frame,
    /// The apps with their counts; `None` if they couldn't be loaded.
    pub apps: Option<Vec<AppRow>>,
    /// The counts of accounts; `None` if they couldn't be loaded, and for whoever is
    /// limited to some apps.
    pub accounts: Option<AccountCounts>,
    /// What is snoozed, for whoever is limited to some apps.
    pub snoozed: Option<SnoozedOfLimited>,
}

/// Loads the frame. A part that can't be loaded is left out, and the page is shown without it.
pub(crate) async fn page_chrome(
    context: &PageContext,
    actor: &Actor,
    current: NavItem,
) -> PageChrome {
    let apps = panel("frame apps", list::all(actor).await);
    let accounts = panel("frame accounts", by_account::counts(actor).await).flatten();
    let snoozed = panel("frame snoozed", by_account::snoozed_of_limited(actor).await).flatten();
    let beat = panel("frame worker", overview::worker_beat(actor).await);
    let tenants = match &context.signed_in {
        Some(person) => panel(
            "frame tenants",
            membership::tenants_of(&context.services, person.signed_in).await,
        ),
        None => None,
    };
    let total: u64 = apps.iter().flatten().map(|row| row.counts.total()).sum();
    let person = context.signed_in.clone();
    let frame = Frame {
        tenant_slug: actor.tenant_slug.to_string(),
        tenant_name: actor.tenant_name.clone(),
        tenants: tenants
            .unwrap_or_default()
            .into_iter()
            .map(|t| TenantLink {
                slug: t.slug.to_string(),
                name: t.name,
                note: t.role.label().to_owned(),
            })
            .collect(),
        person_name: person.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
        person_email: person.map(|p| p.email).unwrap_or_default(),
        role: actor.role.label().to_owned(),
        need_you: need_you(
            apps.as_deref().unwrap_or_default(),
            accounts.as_ref(),
            snoozed,
        ),
        faulty_apps: apps
            .iter()
            .flatten()
            .filter(|row| row.app.credentials.fault.is_some())
            .count() as u64,
        worker: beat
            .map(|beat| worker(beat, total, context.services.now()))
            .unwrap_or_default(),
        current: Some(current),
        may_manage_tokens: actor.may(Permission::ManageApiTokens),
        may_manage_members: actor.may(Permission::ManageMembers),
        may_read_audit: actor.may(Permission::ReadAudit),
        may_manage_keys: actor.may(Permission::ManageKeys),
        may_manage_tenant: actor.may(Permission::ManageTenant),
        theme: context.theme,
        now: context.services.now(),
    };
    PageChrome {
        frame,
        apps,
        accounts,
        snoozed,
    }
}

/// The pages of the navigation that the actor may open.
pub(crate) fn may_open(actor: &Actor) -> Vec<NavItem> {
    use NavItem::{
        Accounts, ApiTokens, Apps, Audit, Campaigns, Keys, Members, Overview, Permissions, Settings,
    };
    let managed = [
        (Members, Permission::ManageMembers),
        (ApiTokens, Permission::ManageApiTokens),
        (Audit, Permission::ReadAudit),
        (Keys, Permission::ManageKeys),
        (Settings, Permission::ManageTenant),
    ];
    let managed = managed.into_iter().filter(|(_, may)| actor.may(*may));
    let pages = [Overview, Accounts, Campaigns, Apps, Permissions].into_iter();
    pages.chain(managed.map(|(item, _)| item)).collect()
}

fn worker(beat: Beat, total: u64, now: Timestamp) -> WorkerBeat {
    let Some(last) = beat.last else {
        return WorkerBeat::default();
    };
    let state = if now.since(last) > WorkerState::LATE {
        WorkerState::Late
    } else {
        WorkerState::Fine
    };
    let mut lines = Vec::new();
    if beat.overdue > 0 {
        let overdue = in_state(Health::Unchecked, beat.overdue);
        lines.push(format!("{overdue} of {} checks overdue", grouped(total)));
    }
    WorkerBeat {
        state,
        last: Some(last),
        lines,
    }
}

/// How many things need a person: accounts, and each thing that lies over many of them.
/// For whoever is limited to some apps, their connections. What is snoozed needs nobody.
pub(crate) fn need_you(
    apps: &[AppRow],
    accounts: Option<&AccountCounts>,
    snoozed: Option<SnoozedOfLimited>,
) -> u64 {
    match accounts {
        Some(accounts) => accounts.need_someone() + accounts_notices::of(apps).len() as u64,
        None => {
            let all: u64 = apps.iter().map(|row| row.counts.need_someone()).sum();
            all.saturating_sub(snoozed.unwrap_or_default().needing)
        }
    }
}

/// The counts of all apps added up.
pub(crate) fn sum(apps: &[AppRow]) -> Vec<(Health, u64)> {
    let mut states = Health::ALL;
    states.sort_by_key(|h| h.severity());
    states
        .into_iter()
        .map(|h| (h, apps.iter().map(|row| row.counts.get(h)).sum()))
        .collect()
}

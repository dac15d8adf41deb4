//! Campaigns, the search and the list of keys.

use super::{
    outline::{html, outline},
    sample::{self, NOW, id},
};
use crate::{
    components::{Glyph, Letters},
    form_state::FormState,
    pages::{campaign, campaign_new, campaigns, keyboard, search},
};
use domain::{
    campaign::{Audience, Stage},
    health::Health,
    ids::CampaignId,
    time::Span,
};
use insta::assert_snapshot;
use service::{
    accounts::Customer,
    apps::list::AppRow,
    campaigns::{Campaign, CampaignAccount, CampaignPage, CampaignState, Funnel, People},
};

fn begun(state: CampaignState) -> Campaign {
    Campaign {
        id: id(),
        name: "Specific permissions".into(),
        app: ("returns".parse().unwrap(), "Returns".into()),
        audience: Audience::OldPermission,
        message: None,
        created_by: "Ines Duarte".into(),
        created_at: NOW.minus(Span::days(2)),
        link_life: Span::days(14),
        remind_at: Some(NOW.plus(Span::days(2))),
        ends_at: NOW.plus(Span::days(12)),
        state,
        complete: true,
        funnel: Funnel::of(&[
            (Stage::Waiting, 2),
            (Stage::NobodyToWriteTo, 1),
            (Stage::NotDelivered, 1),
            (Stage::Sent, 9),
            (Stage::Opened, 6),
            (Stage::Declined, 1),
            (Stage::Approved, 22),
        ]),
    }
}

fn page_of(state: CampaignState) -> campaign::Data {
    let account = |name: &str, stage, health| CampaignAccount {
        customer: Customer {
            name: Some(name.to_owned()),
            ..sample::listed(sample::working().row).customer
        },
        stage,
        health: Some(health),
        email: (stage != Stage::NobodyToWriteTo).then(|| "mira@acme.example".to_owned()),
        sent_at: (stage != Stage::NobodyToWriteTo).then(|| NOW.minus(Span::hours(30))),
        reminded_at: None,
        mail: None,
    };
    campaign::Data {
        tenant: "parcelwise".into(),
        now: NOW,
        may: sample::ALL,
        campaign: begun(state),
        people: Some(People {
            rows: vec![
                account("Acme Outdoor", Stage::Approved, Health::Working),
                account(
                    "Harrow & Hale",
                    Stage::NobodyToWriteTo,
                    Health::Disconnected,
                ),
                account("Wren Studio", Stage::NotDelivered, Health::Disconnected),
                account("Fable & Fern", Stage::Waiting, Health::Disconnected),
            ],
            next: Some("harrow".parse().unwrap()),
        }),
        stages: None,
    }
}

fn list_of(all: &[Campaign]) -> campaigns::Data {
    campaigns::Data {
        tenant: "parcelwise".into(),
        may: sample::ALL,
        first: true,
        page: CampaignPage {
            rows: all.to_vec(),
            next: None,
        },
    }
}

#[test]
fn a_campaign_shows_its_funnel_and_its_accounts() {
    let page = outline(&html(|| {
        campaign::view(&page_of(CampaignState::Running), None)
    }));
    assert_snapshot!("campaign", page);
}

#[test]
fn what_a_campaign_waits_for_is_said() {
    let held = html(|| campaign::view(&page_of(CampaignState::HeldBack), None));
    assert!(held.contains("Mails are held back."), "{held}");
    let over = html(|| campaign::view(&page_of(CampaignState::Ended), None));
    assert!(!over.contains("End the campaign") && !over.contains("Pause"));
    assert!(over.contains("2 never sent") && over.contains("Never sent"));
    let paused = html(|| campaign::view(&page_of(CampaignState::Paused), None));
    assert!(paused.contains("Resume") && !paused.contains(">Pause<"));
    let mut data = page_of(CampaignState::Running);
    data.people = None;
    let page = html(|| campaign::view(&data, None));
    assert!(page.contains("The accounts couldn’t be loaded."));
}

#[test]
fn campaigns_are_listed_the_newest_first() {
    let all = [begun(CampaignState::Running), begun(CampaignState::Ended)];
    let list = |all: &[Campaign]| outline(&html(|| campaigns::view(&list_of(all), None)));
    assert_snapshot!("campaigns", list(&all));
    assert_snapshot!("campaigns_none", list(&[]));
}

#[test]
fn older_campaigns_are_on_pages_of_their_own() {
    let list = |data: &campaigns::Data| html(|| campaigns::view(data, None));
    let mut data = list_of(&[begun(CampaignState::Running)]);
    assert!(!list(&data).contains("Pages of campaigns"));
    data.page.next = Some(id());
    let newest = list(&data);
    let older = format!("/t/parcelwise/campaigns?after={}", id::<CampaignId>());
    assert!(newest.contains(&older), "{newest}");
    assert!(newest.contains("rel=\"next\"") && !newest.contains("First page"));
    (data.first, data.page.next) = (false, None);
    let last = list(&data);
    assert!(last.contains("rel=\"first\"") && !last.contains("Older campaigns"));
    data.page.rows.clear();
    let none = list(&data);
    assert!(none.contains("No older campaigns") && none.contains("First page"));
}

#[test]
fn a_new_campaign_says_whom_it_is_for() {
    let mut data = campaign_new::Data {
        tenant: "parcelwise".into(),
        mail: true,
        apps: vec![AppRow {
            app: sample::app(),
            counts: Default::default(),
        }],
        app: String::new(),
        audience: Some(Audience::MissingPermissions),
        chosen: None,
        form: FormState::default(),
    };
    let page = outline(&html(|| campaign_new::view(&data)));
    assert_snapshot!("campaign_new", page);
    data.mail = false;
    let page = html(|| campaign_new::view(&data));
    assert!(page.contains("Mail is not set up") && !page.contains("<form"));
}

#[test]
fn the_search_leads_to_accounts_apps_and_pages() {
    let mut data = search::Data {
        tenant: "parcelwise".into(),
        may: sample::ALL,
        q: "acme".into(),
        accounts: Some(vec![sample::listed(sample::disconnected().row)]),
        apps: Some(vec![sample::app()]),
        views: Some(vec![]),
        pages: vec![("Overview", "/t/parcelwise".into(), Glyph::Overview)],
    };
    assert_snapshot!("search", outline(&html(|| search::view(&data))));
    data.accounts = None;
    let page = html(|| search::view(&data));
    assert!(page.contains("These couldn’t be searched."));
    (data.accounts, data.apps) = (Some(Vec::new()), Some(Vec::new()));
    data.pages.clear();
    let page = html(|| search::view(&data));
    assert!(page.contains("Nothing found"));
}

#[test]
fn the_keys_are_listed_and_letters_can_be_switched() {
    let page = outline(&html(|| keyboard::view(Letters::On)));
    assert_snapshot!("keyboard", page);
    let off = html(|| keyboard::view(Letters::Off));
    assert!(off.contains("Switch them on") && off.contains("data-letters=\"off\""));
}

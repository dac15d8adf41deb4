//! Campaigns: whom they write to, how each account moves on, and when no mail leaves.

use crate::{
    flow::{self, Flow, sub},
    mail::settings,
};
use domain::{
    app_limit::AppLimit,
    campaign::{Audience, Stage},
    ids::CampaignId,
    job::JobReason,
    role::Role,
    time::Span,
};
use secrecy::SecretString;
use service::{
    Actor,
    accounts::{self, ContactForm, CustomerChange},
    campaigns::{
        self, CampaignError, CampaignForm, CampaignPage, CampaignState, CreateCampaignError,
    },
    connections::{authorize, by_account::AccountsQuery, check_now::check_now, links},
    jobs::{self, Selection, StartError},
    mail,
};
use simulator::mailbox::Mailbox;
use std::net::{Ipv4Addr, SocketAddr};

/// A flow whose mail goes to a mailbox.
pub async fn each(test: impl AsyncFn(Flow, Mailbox)) {
    for backend in service::testing::backends() {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mailbox = Mailbox::start(free).await.unwrap();
        let server = settings(&mailbox.url(), 1_000);
        let flow = Flow::start(&backend, |config| config.mail = Some(server)).await;
        test(flow, mailbox).await;
    }
}

pub fn form() -> CampaignForm {
    CampaignForm {
        chosen: None,
        app: "returns".into(),
        name: "After the outage".into(),
        audience: Audience::Disconnected,
        message: Some("Hello {subdomain}, one click helps. {sender}".into()),
        days: 14,
        remind_after: Some(4),
    }
}

pub async fn contact(f: &Flow, account: &str) {
    let contacts = vec![ContactForm {
        email: format!("ann@{account}.example"),
        language: "de".into(),
        ..ContactForm::default()
    }];
    let change = CustomerChange {
        contacts: Some(contacts),
        ..CustomerChange::default()
    };
    accounts::change(&f.owner, &sub(account), &change)
        .await
        .unwrap();
}

/// Three that are lost, of which one has no contact, and one that works.
pub async fn lost(f: &Flow) {
    for account in ["alpha", "bravo", "lonely", "fine"] {
        f.connect(account).await;
    }
    for account in ["alpha", "bravo", "fine"] {
        contact(f, account).await;
    }
    for account in ["alpha", "bravo", "lonely"] {
        f.sim.account(account).deactivate();
        check_now(&f.owner, "returns", &sub(account)).await.unwrap();
        // Three refused in a row would be a fault of the app.
        check_now(&f.owner, "returns", &sub("fine")).await.unwrap();
    }
}

/// Does all that is due, and sends the mails.
pub async fn work(f: &Flow) {
    for _ in 0..10 {
        if campaigns::run_due(&f.world.services).await.unwrap() == 0 {
            break;
        }
    }
    while mail::send_due(&f.world.services).await.unwrap() > 0 {}
}

pub async fn stages(f: &Flow, id: CampaignId) -> Vec<(String, Stage)> {
    let people = campaigns::people(&f.owner, id, None, None, 50).await;
    let rows = people.unwrap().rows.into_iter();
    rows.map(|one| (one.customer.subdomain.to_string(), one.stage))
        .collect()
}

fn staged(all: &[(&str, Stage)]) -> Vec<(String, Stage)> {
    all.iter()
        .map(|(name, stage)| ((*name).into(), *stage))
        .collect()
}

#[tokio::test]
async fn a_campaign_is_followed_from_the_mail_to_the_approval() {
    each(async |f, mailbox| {
        lost(&f).await;
        let id = campaigns::create(&f.owner, &form()).await.unwrap();
        let begun = campaigns::show(&f.owner, id).await.unwrap();
        assert!(!begun.complete && begun.state == CampaignState::Running);
        work(&f).await;
        let campaign = campaigns::show(&f.owner, id).await.unwrap();
        assert!(campaign.complete);
        assert_eq!((campaign.funnel.chosen(), campaign.funnel.sent()), (3, 2));
        assert_eq!(
            stages(&f, id).await,
            staged(&[
                ("alpha", Stage::Sent),
                ("bravo", Stage::Sent),
                ("lonely", Stage::NobodyToWriteTo),
            ])
        );
        let mails = mailbox.mails();
        assert_eq!(mails.len(), 2, "one each");
        assert!(mails[0].text.contains("Hello alpha, one click helps."));
        assert!(mails[0].text.contains("Gilt bis"), "{}", mails[0].text);
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 2, "and none twice");

        let link = mails[0].link("http://127.0.0.1:3000/r/").unwrap();
        let token = SecretString::from(link.rsplit('/').next().unwrap());
        links::mark_opened(&f.world.services, &token).await.unwrap();
        let opened = campaigns::show(&f.owner, id).await.unwrap().funnel;
        assert_eq!(
            (opened.sent(), opened.opened(), opened.approved()),
            (2, 1, 0)
        );

        f.sim.account("alpha").reactivate();
        let begun = authorize::begin_with_link(&f.world.services, &token, None).await;
        f.ends(f.approve(&begun.unwrap())).await;
        // In another way than by its link.
        f.sim.account("bravo").reactivate();
        f.connect("bravo").await;
        let approved = campaigns::show(&f.owner, id).await.unwrap().funnel;
        assert_eq!((approved.chosen(), approved.approved()), (3, 2));
        f.advance(Span::days(5));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 2, "nobody is left to remind");
    })
    .await;
}

#[tokio::test]
async fn who_is_silent_is_reminded_once_and_then_it_ends() {
    each(async |f, mailbox| {
        lost(&f).await;
        let id = campaigns::create(&f.owner, &form()).await.unwrap();
        work(&f).await;
        f.advance(Span::days(3));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 2, "too early");
        f.advance(Span::days(1));
        work(&f).await;
        let mails = mailbox.mails();
        assert_eq!(mails.len(), 4);
        let link = |n: usize| mails[n].link("http://127.0.0.1:3000/r/").map(str::to_owned);
        assert_ne!(link(0), link(2), "a new link");
        // Either link moves it on.
        let second = link(2).unwrap();
        let token = SecretString::from(second.rsplit('/').next().unwrap());
        links::mark_opened(&f.world.services, &token).await.unwrap();
        assert_eq!(stages(&f, id).await[0].1, Stage::Opened);
        f.advance(Span::days(9));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 4, "one reminder, then silence");
        f.advance(Span::days(1));
        work(&f).await;
        let over = campaigns::show(&f.owner, id).await.unwrap();
        assert_eq!(over.state, CampaignState::Ended);
        assert!(!campaigns::pause(&f.owner, id).await.unwrap(), "it is over");
    })
    .await;
}

#[tokio::test]
async fn two_processes_write_to_nobody_twice() {
    each(async |f, mailbox| {
        lost(&f).await;
        let other = f.world.second_process().await;
        campaigns::create(&f.owner, &form()).await.unwrap();
        let here = &f.world.services;
        let (one, two) = tokio::join!(campaigns::run_due(here), campaigns::run_due(&other));
        assert!(one.is_ok() && two.is_ok());
        f.advance(Span::minutes(3));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_campaign_is_said_at_its_field() {
    each(async |f, _| {
        let wrong = CampaignForm {
            name: " ".into(),
            message: Some("Hello {who}".into()),
            days: 40,
            remind_after: Some(50),
            ..form()
        };
        let Err(CreateCampaignError::Fields(errors)) = campaigns::create(&f.owner, &wrong).await
        else {
            panic!("it was begun");
        };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_ref()).collect();
        assert_eq!(fields, ["name", "days", "remind_after", "message"]);
        let nowhere = CampaignForm {
            app: "nothing".into(),
            ..form()
        };
        let refused = campaigns::create(&f.owner, &nowhere).await;
        assert!(matches!(refused, Err(CreateCampaignError::NotFound)));
    })
    .await;
    flow::each(async |f| {
        let refused = campaigns::create(&f.owner, &form()).await;
        assert!(matches!(refused, Err(CreateCampaignError::NoMail)));
    })
    .await;
}

async fn hidden(actor: &Actor, id: CampaignId) {
    let hidden = campaigns::show(actor, id).await;
    assert!(matches!(hidden, Err(CampaignError::NotFound)), "{hidden:?}");
    let hidden = campaigns::people(actor, id, None, None, 50).await;
    assert!(matches!(hidden, Err(CampaignError::NotFound)));
    let hidden = campaigns::all(actor, None, 50).await.unwrap();
    assert!(hidden.rows.is_empty() && hidden.next.is_none());
}

/// security.md 52: neither another tenant nor who is limited to other apps.
#[tokio::test]
async fn s52_a_campaign_is_seen_by_whom_it_concerns_alone() {
    each(async |f, _| {
        lost(&f).await;
        let id = campaigns::create(&f.owner, &form()).await.unwrap();
        let stranger = f.world.owner("strangers").await;
        hidden(&stranger, id).await;
        let ended = campaigns::end(&stranger, id).await;
        assert!(matches!(ended, Err(CampaignError::NotFound)));
        let tracking = f.another_app("tracking").await;
        let mut limited = f.owner.clone();
        limited.role = Role::Success;
        limited.apps = AppLimit::Only([tracking.id].into());
        hidden(&limited, id).await;
        let mut viewer = f.owner.clone();
        viewer.role = Role::Viewer;
        assert_eq!(campaigns::show(&viewer, id).await.unwrap().id, id);
        let refused = campaigns::end(&viewer, id).await;
        assert!(matches!(refused, Err(CampaignError::Forbidden(_))));
        let all = campaigns::all(&f.owner, None, 50).await.unwrap();
        assert_eq!(all.rows.len(), 1);
    })
    .await;
}

fn ids(page: &CampaignPage) -> Vec<CampaignId> {
    page.rows.iter().map(|campaign| campaign.id).collect()
}

#[tokio::test]
async fn campaigns_are_listed_a_page_at_a_time() {
    each(async |f, _| {
        let other = f.another_app("tracking").await;
        let of_other = CampaignForm {
            app: "tracking".into(),
            ..form()
        };
        let mut newest_first = Vec::new();
        for form in [form(), of_other, form()] {
            newest_first.push(campaigns::create(&f.owner, &form).await.unwrap());
        }
        newest_first.reverse();
        let first = campaigns::all(&f.owner, None, 2).await.unwrap();
        assert_eq!(ids(&first), newest_first[..2]);
        assert_eq!(first.next, Some(newest_first[1]));
        let second = campaigns::all(&f.owner, first.next, 2).await.unwrap();
        assert_eq!(ids(&second), newest_first[2..]);
        assert_eq!(second.next, None);
        let whole = campaigns::all(&f.owner, None, 3).await.unwrap();
        assert_eq!((ids(&whole), whole.next), (newest_first.clone(), None));
        // Campaigns of other apps are no reason for another page.
        let mut limited = f.owner.clone();
        limited.apps = AppLimit::Only([other.id].into());
        let theirs = campaigns::all(&limited, None, 1).await.unwrap();
        assert_eq!((ids(&theirs), theirs.next), (vec![newest_first[1]], None));
    })
    .await;
}

/// Lets the worker come to the end of all jobs.
async fn jobs_over(f: &Flow) {
    for _ in 0..10 {
        jobs::run_due(&f.world.services).await.unwrap();
    }
}

fn with(chosen: Selection) -> CampaignForm {
    CampaignForm {
        audience: Audience::Chosen,
        chosen: Some(chosen),
        ..form()
    }
}

#[tokio::test]
async fn chosen_accounts_are_taken_up_and_the_others_are_told_why_not() {
    each(async |f, mailbox| {
        lost(&f).await;
        let names = ["alpha", "lonely", "fine"].map(sub).to_vec();
        let chosen = with(Selection::OneByOne(names));
        let id = campaigns::create(&f.owner, &chosen).await.unwrap();
        jobs_over(&f).await;
        work(&f).await;
        assert_eq!(
            stages(&f, id).await,
            staged(&[("alpha", Stage::Sent), ("lonely", Stage::NobodyToWriteTo)]),
            "bravo is lost, but was not chosen; fine needs nothing"
        );
        assert_eq!(mailbox.mails().len(), 1);
        let all = jobs::list(&f.owner, None).await.unwrap();
        let job = all.rows.first().expect("a job brought them");
        assert_eq!((job.done, job.failed), (2, 1));
        assert_eq!(job.reasons, [(JobReason::NoLinkNeeded, 1)]);
        // A filter does the same for all that it finds.
        let filter = AccountsQuery {
            q: "brav".into(),
            ..AccountsQuery::default()
        };
        let filter = with(Selection::Filter(Box::new(filter)));
        let other = campaigns::create(&f.owner, &filter).await.unwrap();
        jobs_over(&f).await;
        work(&f).await;
        assert_eq!(stages(&f, other).await, staged(&[("bravo", Stage::Sent)]));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_begun_without_the_accounts_that_were_to_be_chosen() {
    each(async |f, _| {
        lost(&f).await;
        let unchosen = CampaignForm {
            chosen: None,
            ..with(Selection::OneByOne(vec![]))
        };
        let refused = campaigns::create(&f.owner, &unchosen).await;
        let Err(CreateCampaignError::Fields(errors)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(errors[0].field, "audience");
        let nobody = with(Selection::OneByOne(vec![sub("stranger")]));
        let refused = campaigns::create(&f.owner, &nobody).await;
        assert!(
            matches!(
                &refused,
                Err(CreateCampaignError::Chosen(StartError::NothingChosen))
            ),
            "{refused:?}"
        );
        let all = campaigns::all(&f.owner, None, 50).await.unwrap();
        assert!(all.rows.is_empty(), "the campaign went with its job");
    })
    .await;
}

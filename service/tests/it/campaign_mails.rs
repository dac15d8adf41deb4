//! When the mails of campaigns leave, and when they don't.

use crate::{
    campaigns::{contact, each, form, lost, stages, work},
    flow::{Flow, sub},
    rejudge::filled,
};
use domain::{
    campaign::{Audience, Stage, Stages},
    health::Health,
    time::Span,
};
use secrecy::SecretString;
use service::{
    accounts::{self, ContactForm, CustomerChange},
    apps::{edit::edit, form::AppForm},
    campaigns::{self, CampaignForm, CampaignState},
    connections::{
        authorize,
        check_now::check_now,
        counts,
        links::{self, LinkOptions},
    },
    worker,
};

#[tokio::test]
async fn no_mail_leaves_while_it_is_paused_or_its_app_has_a_fault() {
    each(async |f, mailbox| {
        lost(&f).await;
        let id = campaigns::create(&f.owner, &form()).await.unwrap();
        assert!(campaigns::pause(&f.owner, id).await.unwrap());
        assert!(!campaigns::pause(&f.owner, id).await.unwrap());
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 0);
        f.sim.rotate_secret("returns-id", "other");
        f.app_refused("fine").await;
        assert!(campaigns::resume(&f.owner, id).await.unwrap());
        f.advance(Span::minutes(2));
        work(&f).await;
        let held = campaigns::show(&f.owner, id).await.unwrap();
        assert_eq!(held.state, CampaignState::HeldBack);
        assert_eq!(mailbox.mails().len(), 0, "a link could not work");
        f.sim.rotate_secret("returns-id", "returns-secret");
        worker::tidy(&f.world.services).await.unwrap();
        check_now(&f.owner, "returns", &sub("fine")).await.unwrap();
        f.advance(Span::minutes(2));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 2, "it goes on by itself");
        assert!(campaigns::end(&f.owner, id).await.unwrap());
        f.advance(Span::days(5));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 2, "no reminder after its end");
    })
    .await;
}

/// Many accounts that lack a permission, each with a contact; none of them is judged yet.
async fn lacking(f: &Flow, many: usize) {
    filled(f, many).await;
    let lines = (0..many).map(|n| format!("shop{n:04},a{n}@shop.example\n"));
    let file = format!("subdomain,contact_email\n{}", lines.collect::<String>());
    accounts::import(&f.owner, file.as_bytes(), false)
        .await
        .unwrap();
    let more = AppForm {
        scopes: vec![format!("{} tags:read", f.app.requested)],
        ..f.form()
    };
    edit(&f.owner, f.app.id, &more).await.unwrap();
}

fn missing() -> CampaignForm {
    CampaignForm {
        audience: Audience::MissingPermissions,
        remind_after: None,
        ..form()
    }
}

/// Pausing and ending hold for mails that are queued as well, and few are.
#[tokio::test]
async fn few_mails_are_on_their_way_when_it_is_paused_or_ended() {
    each(async |f, mailbox| {
        lacking(&f, 60).await;
        let id = campaigns::create(&f.owner, &missing()).await.unwrap();
        for _ in 0..5 {
            campaigns::run_due(&f.world.services).await.unwrap();
            f.advance(Span::seconds(10));
        }
        let funnel = async || campaigns::show(&f.owner, id).await.unwrap().funnel;
        assert_eq!(funnel().await.sent(), 0, "none has left");
        assert!(campaigns::pause(&f.owner, id).await.unwrap());
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 0);
        assert!(campaigns::resume(&f.owner, id).await.unwrap());
        f.advance(Span::minutes(2));
        work(&f).await;
        assert_eq!(
            mailbox.mails().len(),
            25,
            "the others wait until these have left"
        );
        assert_eq!(funnel().await.sent(), 25);
        f.advance(Span::seconds(10));
        campaigns::run_due(&f.world.services).await.unwrap();
        assert!(campaigns::end(&f.owner, id).await.unwrap());
        f.advance(Span::minutes(2));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 25, "not one more");
        let over = funnel().await;
        assert_eq!(
            (
                over.sent(),
                over.at(Stage::NotDelivered),
                over.at(Stage::Waiting)
            ),
            (25, 25, 10)
        );
    })
    .await;
}

/// What one campaign holds back is no other's affair.
#[tokio::test]
async fn a_paused_campaign_holds_up_no_other() {
    each(async |f, mailbox| {
        lacking(&f, 30).await;
        let first = campaigns::create(&f.owner, &missing()).await.unwrap();
        campaigns::run_due(&f.world.services).await.unwrap();
        assert!(campaigns::pause(&f.owner, first).await.unwrap());
        campaigns::create(&f.owner, &missing()).await.unwrap();
        for _ in 0..3 {
            work(&f).await;
            f.advance(Span::seconds(10));
        }
        assert_eq!(mailbox.mails().len(), 30, "all of the second one");
    })
    .await;
}

/// A link that somebody sends by hand waits as well: nobody could approve.
#[tokio::test]
async fn a_single_link_waits_until_the_fault_of_its_app_is_over() {
    each(async |f, mailbox| {
        lost(&f).await;
        f.sim.rotate_secret("returns-id", "other");
        f.app_refused("fine").await;
        let options = LinkOptions {
            email: Some("ann@alpha.example".into()),
            ..LinkOptions::default()
        };
        links::create(&f.owner, "returns", &sub("alpha"), options)
            .await
            .unwrap();
        for _ in 0..3 {
            work(&f).await;
            f.advance(Span::minutes(2));
        }
        assert_eq!(mailbox.mails().len(), 0);
        f.sim.rotate_secret("returns-id", "returns-secret");
        worker::tidy(&f.world.services).await.unwrap();
        check_now(&f.owner, "returns", &sub("fine")).await.unwrap();
        f.advance(Span::minutes(2));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 1);
    })
    .await;
}

/// The states of connections follow a change of an app's permissions; the campaign of the
/// change doesn't wait for them.
#[tokio::test]
async fn who_lacks_a_permission_is_taken_up_before_the_worker_has_judged_it() {
    each(async |f, _| {
        lacking(&f, 1_600).await;
        let judged = counts::of_tenant(&f.owner).await.unwrap();
        assert_eq!(judged.get(Health::Limited), 1_000, "and the others not yet");
        let id = campaigns::create(&f.owner, &missing()).await.unwrap();
        for _ in 0..6 {
            campaigns::run_due(&f.world.services).await.unwrap();
            f.advance(Span::seconds(10));
        }
        let campaign = campaigns::show(&f.owner, id).await.unwrap();
        assert_eq!((campaign.complete, campaign.funnel.chosen()), (true, 1_600));
    })
    .await;
}

/// A person adds a contact where there was nobody to write to: the mail follows.
#[tokio::test]
async fn who_gets_a_contact_is_written_to() {
    each(async |f, mailbox| {
        lost(&f).await;
        let id = campaigns::create(&f.owner, &form()).await.unwrap();
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 2);
        contact(&f, "lonely").await;
        work(&f).await;
        assert_eq!(stages(&f, id).await[2], ("lonely".into(), Stage::Sent));
        assert_eq!(mailbox.mails().len(), 3);
    })
    .await;
}

/// A mail that is refused didn't reach anybody; another contact is written to.
#[tokio::test]
async fn a_refused_mail_is_no_sent_one() {
    each(async |f, mailbox| {
        lost(&f).await;
        mailbox.behave(|behaviour| {
            behaviour.refuses.insert("alpha.example".into());
        });
        let id = campaigns::create(&f.owner, &form()).await.unwrap();
        work(&f).await;
        assert_eq!(
            stages(&f, id).await[0],
            ("alpha".into(), Stage::NotDelivered)
        );
        let funnel = campaigns::show(&f.owner, id).await.unwrap().funnel;
        assert_eq!((funnel.chosen(), funnel.sent(), funnel.failed()), (3, 1, 1));
        let to_look_at = campaigns::people(&f.owner, id, Some(Stages::ToLookAt), None, 1).await;
        let to_look_at = to_look_at.unwrap();
        assert_eq!(to_look_at.rows[0].customer.subdomain.as_str(), "alpha");
        let after = to_look_at.next.unwrap();
        let next = campaigns::people(&f.owner, id, Some(Stages::ToLookAt), Some(&after), 1).await;
        let next = next.unwrap();
        assert_eq!(next.rows[0].customer.subdomain.as_str(), "lonely");
        assert_eq!(next.next, None);
        // No reminder follows what never arrived.
        f.advance(Span::days(5));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 2, "bravo's and its reminder");
        let other = vec![ContactForm {
            email: "ann@other.example".into(),
            ..ContactForm::default()
        }];
        let change = CustomerChange {
            contacts: Some(other),
            ..CustomerChange::default()
        };
        accounts::change(&f.owner, &sub("alpha"), &change)
            .await
            .unwrap();
        work(&f).await;
        assert_eq!(stages(&f, id).await[0], ("alpha".into(), Stage::Sent));
        assert_eq!(mailbox.mails().len(), 3);
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
    })
    .await;
}

/// Somebody presses “Cancel” at Gorgias: that is seen, they are reminded, and may still approve.
#[tokio::test]
async fn who_cancels_at_gorgias_is_seen_and_reminded() {
    each(async |f, mailbox| {
        lost(&f).await;
        let id = campaigns::create(&f.owner, &form()).await.unwrap();
        work(&f).await;
        f.sim.account("alpha").reactivate();
        let token = |n: usize| {
            let mails = mailbox.mails();
            let link = mails[n].link("http://127.0.0.1:3000/r/").unwrap();
            SecretString::from(link.rsplit('/').next().unwrap())
        };
        let begun = authorize::begin_with_link(&f.world.services, &token(0), None).await;
        f.ends(f.refuse(&begun.unwrap())).await;
        assert_eq!(stages(&f, id).await[0], ("alpha".into(), Stage::Declined));
        let funnel = campaigns::show(&f.owner, id).await.unwrap().funnel;
        assert_eq!((funnel.sent(), funnel.opened(), funnel.failed()), (2, 1, 1));
        f.advance(Span::days(5));
        work(&f).await;
        assert_eq!(mailbox.mails().len(), 4);
        let mut second = mailbox.mails().into_iter().skip(2);
        let second = second.position(|mail| mail.text.contains("alpha")).unwrap();
        let begun = authorize::begin_with_link(&f.world.services, &token(2 + second), None).await;
        f.ends(f.approve(&begun.unwrap())).await;
        assert_eq!(stages(&f, id).await[0], ("alpha".into(), Stage::Approved));
        let funnel = campaigns::show(&f.owner, id).await.unwrap().funnel;
        assert_eq!((funnel.failed(), funnel.approved()), (0, 1));
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
        let lost = "DELETE FROM count_changes WHERE kind = 'campaign'";
        assert!(f.world.past(lost).await > 0);
        assert!(counts::recount(&f.world.services, true).await.unwrap() > 0);
        let mended = campaigns::show(&f.owner, id).await.unwrap().funnel;
        assert_eq!(mended, funnel, "from the rows");
    })
    .await;
}

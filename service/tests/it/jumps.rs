//! security.md 78: a clock that jumps a year ahead and back, and what lives for
//! minutes or for a day.

use crate::flow::{self, Flow, sub};
use domain::time::Span;
use secrecy::SecretString;
use service::{
    apps::secrets::{
        SecretError, add::add, roll_back::roll_back, show, switch::switch, test::test,
    },
    connections::links::{self, LinkOptions, Withdrawal},
    core::expiry,
    people::{
        form_results::{self, Claim, FormKey, FormResult, FormSession, SHOWN_FOR},
        sessions,
    },
    worker,
};

const YEAR: Span = Span::days(365);

/// The clock jumps, and everybody looks.
async fn jump(f: &Flow, span: Span) {
    f.world.clock.jump(span);
    expiry::look(&f.world.services).await.unwrap();
}

/// Puts another client secret into use.
async fn replace_secret(f: &Flow, secret: &str) {
    let new = SecretString::from(secret);
    add(&f.owner, f.app.id, &new).await.unwrap();
    f.sim.rotate_secret("returns-id", secret);
    test(&f.owner, f.app.id).await.unwrap();
    switch(&f.owner, f.app.id).await.unwrap();
}

async fn has_previous(f: &Flow) -> bool {
    let slots = show(&f.owner, f.app.id).await.unwrap();
    slots.previous_until.is_some()
}

#[tokio::test]
async fn s78_what_was_begun_before_a_jump_is_not_over() {
    flow::each(async |f| {
        worker::tidy(&f.world.services).await.unwrap();
        f.connect("bolt").await;
        replace_secret(&f, "secret-2").await;
        let usual = LinkOptions::default();
        let link = links::create(&f.owner, "returns", &sub("bolt"), usual).await;
        let link = link.unwrap().id;
        let approved = f.approved("acme").await;
        jump(&f, YEAR).await;
        worker::tidy(&f.world.services).await.unwrap();

        let known = f.complete(approved).await;
        let withdrawn = links::revoke(&f.owner, link).await;
        let shown = has_previous(&f).await;
        let back = roll_back(&f.owner, f.app.id).await;
        assert!(
            known.is_ok() && matches!(withdrawn, Ok(Withdrawal::Done)) && shown && back.is_ok(),
            "{known:?} {withdrawn:?} {shown} {back:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn s78_what_was_begun_while_the_clock_was_ahead_ends_in_its_time() {
    flow::each(async |f| {
        worker::tidy(&f.world.services).await.unwrap();
        f.connect("bolt").await;
        jump(&f, YEAR).await;
        replace_secret(&f, "secret-2").await;
        let approved = f.approved("acme").await;
        jump(&f, Span(-YEAR.0)).await;
        assert!(f.complete(approved).await.is_ok(), "the state is known");
        assert!(has_previous(&f).await);
        for _ in 0..2 {
            f.advance(Span::hours(13));
            worker::tidy(&f.world.services).await.unwrap();
        }
        assert!(!has_previous(&f).await);
        let back = roll_back(&f.owner, f.app.id).await;
        assert!(matches!(back, Err(SecretError::NoPrevious)), "{back:?}");
    })
    .await;
}

#[tokio::test]
async fn s78_what_came_of_a_form_is_shown_for_two_minutes_on_any_clock() {
    flow::each(async |f| {
        let services = &f.world.services;
        worker::tidy(services).await.unwrap();
        let id = SecretString::from("a-session");
        let end = services.expiry_now().plus(sessions::IDLE);
        let made = sessions::create(services, &id, None, "{}", end).await;
        assert!(made.unwrap());
        let session = FormSession::of(&id);
        let keep = async || {
            let key = FormKey::new(services.random.as_ref());
            let claim = form_results::claim(services, &session, &key, "/page").await;
            assert_eq!(claim.unwrap(), Claim::First);
            let result = FormResult {
                page: "/page".into(),
                location: "/page?outcome=it".into(),
                outcome: "{}".into(),
                secret: Some(SecretString::from("shown once")),
            };
            let kept = form_results::keep(services, &session, &key, result).await;
            kept.unwrap();
            key
        };
        let shown = async |key: &FormKey| {
            let found = form_results::show(services, &session, key, "/page").await;
            let claim = form_results::claim(services, &session, key, "/page").await;
            let found = found.unwrap().is_some();
            let Claim::Done { shown, .. } = claim.unwrap() else {
                panic!("it was done");
            };
            assert_eq!(shown, found);
            found
        };
        let secrets = async || {
            let kept = "UPDATE form_results SET page = page WHERE secret IS NOT NULL";
            f.world.past(kept).await
        };
        let before = keep().await;
        jump(&f, YEAR).await;
        worker::tidy(services).await.unwrap();
        assert!(shown(&before).await, "two minutes are not over");
        assert_eq!(secrets().await, 1);
        let ahead = keep().await;
        jump(&f, Span(-YEAR.0)).await;
        assert!(shown(&ahead).await);
        // Kept by a process that hadn't noticed yet.
        f.world.clock.jump(YEAR);
        let unnoticed = keep().await;
        jump(&f, Span(-YEAR.0)).await;
        assert!(!shown(&unnoticed).await, "nothing is shown for a year");
        assert_eq!(secrets().await, 3);
        f.advance(SHOWN_FOR);
        for key in [&before, &ahead, &unnoticed] {
            assert!(!shown(key).await);
        }
        worker::tidy(services).await.unwrap();
        assert_eq!(secrets().await, 0);
    })
    .await;
}

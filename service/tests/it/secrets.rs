//! Client secrets in two slots: tested, switched to, gone back to.

use crate::flow::{self, Flow, sub};
use domain::{health::Health, role::Role, time::Span};
use secrecy::SecretString;
use service::{
    apps::{
        edit,
        form::AppForm,
        list,
        secrets::{
            SecretError, Slots, TestResult,
            add::add,
            discard::discard,
            roll_back::roll_back,
            show,
            switch::switch,
            test::{test, test_in_use},
        },
    },
    audit::{self, Filter},
    connections::check_now::check_now,
    engine::refresh::Verdict,
    worker,
};
use simulator::Rotation;

async fn slots(f: &Flow) -> Slots {
    show(&f.owner, f.app.id).await.unwrap()
}

async fn enter(f: &Flow, secret: &str) {
    add(&f.owner, f.app.id, &SecretString::from(secret))
        .await
        .unwrap();
}

async fn tested(f: &Flow) -> TestResult {
    test(&f.owner, f.app.id).await.unwrap()
}

async fn check(f: &Flow) -> Verdict {
    check_now(&f.owner, "returns", &sub("acme")).await.unwrap()
}

async fn faulty(f: &Flow) -> bool {
    let app = list::one(&f.owner, "returns").await.unwrap().unwrap();
    app.credentials.fault.is_some()
}

#[tokio::test]
async fn a_new_secret_is_tested_switched_to_and_gone_back_from() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::On);
        f.connect("acme").await;
        enter(&f, " secret-2 ").await;
        assert_eq!(
            tested(&f).await,
            TestResult::Refused,
            "Gorgias knows it not"
        );
        let refused = switch(&f.owner, f.app.id).await;
        assert!(matches!(refused, Err(SecretError::NotReady)), "{refused:?}");
        assert!(!faulty(&f).await, "a trial is no fault of the app");
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        assert_eq!(check(&f).await, Verdict::Fine, "the one in use works");

        f.sim.rotate_secret("returns-id", "secret-2");
        assert_eq!(tested(&f).await, TestResult::Accepted);
        let ready = slots(&f).await.next.unwrap();
        assert!(
            ready.ready() && ready.added_by.contains("harbour"),
            "{ready:?}"
        );
        f.advance(Span::minutes(1));
        switch(&f.owner, f.app.id).await.unwrap();
        assert_eq!(
            slots(&f).await,
            Slots {
                in_use_since: Some(f.world.clock_now()),
                next: None,
                previous_until: Some(f.world.clock_now().plus(Span::hours(24))),
            }
        );
        assert_eq!(check(&f).await, Verdict::Fine, "the trial's grant was kept");

        f.sim.rotate_secret("returns-id", "returns-secret");
        roll_back(&f.owner, f.app.id).await.unwrap();
        assert_eq!(check(&f).await, Verdict::Fine, "as before");
        let back = slots(&f).await;
        assert_eq!(back.previous_until, None);
        assert_eq!(back.next.unwrap().tested, None, "to be tested again");
        discard(&f.owner, f.app.id).await.unwrap();
        assert_eq!(slots(&f).await.next, None);
        let nothing = test(&f.owner, f.app.id).await;
        assert!(matches!(nothing, Err(SecretError::NoNext)), "{nothing:?}");
    })
    .await;
}

#[tokio::test]
async fn switching_ends_a_setup_fault_and_a_test_alone_does_not() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim.rotate_secret("returns-id", "secret-2");
        f.app_refused("acme").await;
        assert!(faulty(&f).await);
        enter(&f, "secret-2").await;
        assert_eq!(tested(&f).await, TestResult::Accepted);
        assert!(faulty(&f).await, "the one in use is still refused");
        switch(&f.owner, f.app.id).await.unwrap();
        assert!(!faulty(&f).await);
        assert_eq!(worker::tick(&f.world.services).await.unwrap(), 1, "at once");
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}

#[tokio::test]
async fn the_secret_before_is_forgotten_after_a_day() {
    flow::each(async |f| {
        enter(&f, "secret-2").await;
        assert_eq!(tested(&f).await, TestResult::Untestable);
        switch(&f.owner, f.app.id).await.unwrap();
        let kept = async || f.world.dump().await.contains("app.client_secret_previous");
        f.advance(Span::hours(23));
        worker::tidy(&f.world.services).await.unwrap();
        assert!(kept().await && slots(&f).await.previous_until.is_some());
        f.advance(Span::hours(1));
        let late = roll_back(&f.owner, f.app.id).await;
        assert!(matches!(late, Err(SecretError::NoPrevious)), "{late:?}");
        worker::tidy(&f.world.services).await.unwrap();
        assert!(!kept().await);
        assert_eq!(slots(&f).await.previous_until, None);
    })
    .await;
}

/// An answer that may be about the connection says nothing about the secret.
#[tokio::test]
async fn a_doubtful_answer_changes_nothing() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim.account("acme").deactivate();
        enter(&f, "secret-2").await;
        f.sim.rotate_secret("returns-id", "secret-2");
        assert_eq!(tested(&f).await, TestResult::Unclear);
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        let refused = switch(&f.owner, f.app.id).await;
        assert!(matches!(refused, Err(SecretError::NotReady)));
    })
    .await;
}

#[tokio::test]
async fn an_edited_secret_can_be_gone_back_from_too() {
    flow::each(async |f| {
        f.connect("acme").await;
        let mut form = AppForm {
            name: "Returns".into(),
            client_id: "returns-id".into(),
            client_secret: Some(SecretString::from("mistyped")),
            scopes: vec!["offline".into()],
            ..AppForm::default()
        };
        edit::edit(&f.owner, f.app.id, &form).await.unwrap();
        f.app_refused("acme").await;
        roll_back(&f.owner, f.app.id).await.unwrap();
        assert!(!faulty(&f).await);
        assert_eq!(check(&f).await, Verdict::Fine);
        form.client_id = "another-id".into();
        edit::edit(&f.owner, f.app.id, &form).await.unwrap();
        assert_eq!(
            slots(&f).await.previous_until,
            None,
            "the secret of another client id is of no use"
        );
    })
    .await;
}

#[tokio::test]
async fn only_who_manages_apps_may_and_only_credentials_are_taken() {
    flow::each(async |f| {
        for bad in ["", "two words", "ünï", "returns-secret", &"x".repeat(501)] {
            let refused = add(&f.owner, f.app.id, &SecretString::from(bad)).await;
            let Err(SecretError::Invalid(errors)) = refused else {
                panic!("{bad}: {refused:?}")
            };
            assert_eq!(errors[0].field, "new_secret");
        }
        enter(&f, "secret-2").await;
        for role in [Role::Success, Role::Viewer] {
            let mut other = f.owner.clone();
            other.role = role;
            let id = f.app.id;
            let secret = SecretString::from("x");
            let all = [
                add(&other, id, &secret).await.err(),
                test(&other, id).await.err(),
                switch(&other, id).await.err(),
                roll_back(&other, id).await.err(),
                discard(&other, id).await.err(),
                show(&other, id).await.err(),
            ];
            for refused in all {
                assert!(
                    matches!(refused, Some(SecretError::Forbidden(_))),
                    "{refused:?}"
                );
            }
        }
        let stranger = f.world.owner("elsewhere").await;
        for refused in [
            test(&stranger, f.app.id).await.err(),
            switch(&stranger, f.app.id).await.err(),
            show(&stranger, f.app.id).await.err(),
        ] {
            assert!(
                matches!(refused, Some(SecretError::NotFound | SecretError::NoNext)),
                "{refused:?}"
            );
        }
    })
    .await;
}

/// What the audit says of the app's secrets, oldest first.
async fn recorded(f: &Flow) -> Vec<(&'static str, String)> {
    let rows = audit::list(&f.owner, &Filter::default(), None).await;
    let mut rows = rows.unwrap().rows;
    rows.reverse();
    rows.retain(|row| row.action.code().starts_with("app.secret"));
    assert!(rows.iter().all(|row| row.target == "returns"));
    rows.into_iter()
        .map(|row| (row.action.code(), row.detail))
        .collect()
}

#[tokio::test]
async fn each_step_is_recorded_without_the_secret() {
    flow::each(async |f| {
        f.connect("acme").await;
        enter(&f, "secret-2").await;
        f.sim.rotate_secret("returns-id", "secret-2");
        tested(&f).await;
        switch(&f.owner, f.app.id).await.unwrap();
        roll_back(&f.owner, f.app.id).await.unwrap();
        discard(&f.owner, f.app.id).await.unwrap();
        assert_eq!(
            recorded(&f).await,
            [
                ("app.secret_added", String::new()),
                ("app.secret_tested", "new: accepted".into()),
                ("app.secret_switched", String::new()),
                ("app.secret_rolled_back", String::new()),
                ("app.secret_discarded", String::new()),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn s64_no_step_is_made_unrecorded() {
    flow::each(async |f| {
        f.connect("acme").await;
        enter(&f, "secret-2").await;
        f.sim.rotate_secret("returns-id", "secret-2");
        tested(&f).await;
        let before = slots(&f).await;
        f.world.make_audit_unwritable().await;
        let secret = SecretString::from("secret-3");
        for refused in [
            add(&f.owner, f.app.id, &secret).await.err(),
            switch(&f.owner, f.app.id).await.err(),
            discard(&f.owner, f.app.id).await.err(),
            test_in_use(&f.owner, f.app.id).await.err(),
        ] {
            assert!(
                matches!(refused, Some(SecretError::Internal(_))),
                "{refused:?}"
            );
        }
        f.world.make_audit_writable().await;
        assert_eq!(slots(&f).await, before);
        switch(&f.owner, f.app.id).await.unwrap();
        let switched = slots(&f).await;
        f.world.make_audit_unwritable().await;
        assert!(roll_back(&f.owner, f.app.id).await.is_err());
        assert_eq!(slots(&f).await, switched);
    })
    .await;
}

#[tokio::test]
async fn the_secret_in_use_can_be_tested_too() {
    flow::each(async |f| {
        let in_use = async || test_in_use(&f.owner, f.app.id).await.unwrap();
        assert_eq!(in_use().await, TestResult::Untestable);
        f.connect("acme").await;
        assert_eq!(in_use().await, TestResult::Accepted);
        f.sim.rotate_secret("returns-id", "secret-2");
        assert_eq!(in_use().await, TestResult::Refused);
        assert!(!faulty(&f).await, "a trial is no fault of the app");
        f.app_refused("acme").await;
        assert!(faulty(&f).await);
        f.sim.rotate_secret("returns-id", "returns-secret");
        assert_eq!(in_use().await, TestResult::Accepted);
        assert!(!faulty(&f).await, "it was accepted");
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        let recorded = recorded(&f).await;
        assert_eq!(recorded.len(), 4);
        assert_eq!(recorded[2].1, "in use: refused");
        let mut viewer = f.owner.clone();
        viewer.role = Role::Viewer;
        let refused = test_in_use(&viewer, f.app.id).await;
        assert!(matches!(refused, Err(SecretError::Forbidden(_))));
        let stranger = f.world.owner("elsewhere").await;
        let refused = test_in_use(&stranger, f.app.id).await;
        assert!(matches!(refused, Err(SecretError::NotFound)));
    })
    .await;
}

//! What people change about themselves.

use crate::{browser::Browser, test_server::on_each_database};
use axum::http::StatusCode;
use service::{
    audit::{self, Filter},
    people::{members, sessions},
    testing::PASSWORD,
};

const ME: &str = "/me";
const CHANGE: &str = "/me/password";
const NEW: &str = "velvet orchard kettle";

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get(ME).await.status == StatusCode::OK
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let (one, two) = (
            server.signed_in("acme").await,
            server.signed_in("acme").await,
        );
        for wrong in [
            [("password", PASSWORD), ("new_password", "short")],
            [("password", "a wrong guess"), ("new_password", NEW)],
        ] {
            let answer = one.post(CHANGE, &wrong).await;
            let answer = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
            assert!(!answer.body.contains(NEW), "no password is shown again");
        }
        assert!(is_signed_in(&two).await);
        let before = one.cookie("mooring_session");
        let changed = [("password", PASSWORD), ("new_password", NEW)];
        let told = one.post_and_look(CHANGE, &changed).await;
        assert!(
            told.body
                .contains("Your password is changed, and one other session is ended.")
        );
        assert_ne!(one.cookie("mooring_session"), before, "a new id");
        assert!(is_signed_in(&one).await);
        assert!(!is_signed_in(&two).await);

        let email = format!("acme-{}", service::testing::OWNER);
        let sign_in = async |password| {
            let fields = [("email", email.as_str()), ("password", password)];
            server.browser().post("/signin", &fields).await.status
        };
        assert_eq!(sign_in(PASSWORD).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(sign_in(NEW).await, StatusCode::SEE_OTHER);
        let audit = audit::list(&tenant.owner, &Filter::default(), None).await;
        let codes: Vec<_> = audit
            .unwrap()
            .rows
            .iter()
            .map(|row| row.action.code())
            .collect();
        assert!(codes.contains(&"person.password_changed"), "{codes:?}");
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_person_alone() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.tenant("other").await;
        let (one, two, three) = (
            server.signed_in("acme").await,
            server.signed_in("acme").await,
            server.signed_in("acme").await,
        );
        let stranger = server.signed_in("other").await;
        let services = &server.world.services;
        let person = tenant.owner.person().unwrap();
        let list = async || sessions::of_person(services, person).await.unwrap();
        assert_eq!(list().await.len(), 3);
        let page = one.get(ME).await.expect(StatusCode::OK).body;
        assert_eq!(page.matches("This one").count(), 1);
        let own = sessions::key(&one.cookie("mooring_session").unwrap().into());
        let theirs = sessions::key(&two.cookie("mooring_session").unwrap().into());
        assert!(!page.contains(&two.cookie("mooring_session").unwrap()));

        let end = format!("/me/sessions/{theirs}/end");
        stranger.post(&end, &[]).await.told_on(ME);
        assert_eq!(list().await.len(), 3, "nobody else's");
        one.post(&end, &[]).await.told_on(ME);
        assert!(!is_signed_in(&two).await);
        one.post("/me/sessions/end", &[]).await.told_on(ME);
        assert!(!is_signed_in(&three).await);
        assert!(is_signed_in(&one).await && is_signed_in(&stranger).await);
        let left: Vec<_> = list().await.into_iter().map(|one| one.key).collect();
        assert_eq!(left, [own]);
    })
    .await;
}

#[tokio::test]
async fn a_name_is_changed() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let long = "x".repeat(101);
        for bad in ["  ", &long] {
            let answer = browser.post(ME, &[("name", bad)]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        browser.post(ME, &[("name", " Ann Lee ")]).await.told_on(ME);
        assert_eq!(
            members::list(&tenant.owner).await.unwrap()[0].name,
            "Ann Lee"
        );
        let nobody = server.browser().get(ME).await;
        assert!(nobody.location().starts_with("/signin"));
    })
    .await;
}

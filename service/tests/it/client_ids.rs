//! A client ID belongs to one app of a tenant.

use domain::role::Role;
use secrecy::SecretString;
use service::{
    Actor, Confirmed,
    api_tokens::{self, ApiRequest, NewApiToken},
    apps::{
        App,
        create::create,
        edit::edit,
        form::{AppForm, AppFormError},
        list,
    },
    testing,
};

fn form(name: &str, client_id: &str) -> AppForm {
    AppForm {
        name: name.into(),
        client_id: client_id.into(),
        client_secret: Some(SecretString::from("s3cret")),
        scopes: vec!["offline".into()],
        ..Default::default()
    }
}

/// What the form says of the client ID.
#[track_caller]
fn refused(result: Result<App, AppFormError>) -> String {
    let Err(AppFormError::Invalid(errors)) = result else {
        panic!("{result:?}")
    };
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].field, "client_id");
    errors[0].message.clone()
}

#[tokio::test]
async fn one_that_another_app_has_is_refused_with_its_name() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        create(&owner, &form("Returns", "shared")).await.unwrap();
        let added = refused(create(&owner, &form("Loyalty", " shared ")).await);
        assert!(added.contains("“Returns”"), "{added}");
        let other = create(&owner, &form("Loyalty", "own")).await.unwrap();
        let changed = refused(edit(&owner, other.id, &form("Loyalty", "shared")).await);
        assert!(changed.contains("“Returns”"), "{changed}");
        assert_eq!(
            list::one(&owner, "loyalty").await.unwrap(),
            Some(other.clone())
        );
        // Its own stays, also as another name is given; another tenant's is no matter.
        edit(&owner, other.id, &form("Loyalty 2", "own"))
            .await
            .unwrap();
        edit(&owner, other.id, &form("Loyalty 2", "another"))
            .await
            .unwrap();
        let stranger = world.owner("pier").await;
        create(&stranger, &form("Returns", "shared")).await.unwrap();
        // Who is tied to an app isn't told what the others are called.
        let tied = NewApiToken {
            app: Some(other.id),
            ..NewApiToken::new("tied", Role::Operator)
        };
        let tied = api_tokens::create(&owner, &Confirmed::for_test(&owner), tied)
            .await
            .unwrap();
        let tied = api_tokens::authenticate(&world.services, &tied, &ApiRequest::default())
            .await
            .unwrap();
        let changed = refused(edit(&tied, other.id, &form("Loyalty", "shared")).await);
        assert!(changed.starts_with("Another app has"), "{changed}");
    })
    .await;
}

#[tokio::test]
async fn of_many_that_add_it_at_once_one_does() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let own = create(&owner, &form("Own", "own")).await.unwrap().id;
        let tasks = (0..8).map(|i| {
            let owner: Actor = owner.clone();
            tokio::spawn(async move {
                let form = form(&format!("App {i}"), "shared");
                match i % 4 {
                    0 => edit(&owner, own, &form).await,
                    _ => create(&owner, &form).await,
                }
            })
        });
        let mut made = 0;
        for ended in futures::future::join_all(tasks).await {
            made += usize::from(ended.unwrap().is_ok());
        }
        // The app that changed to it keeps it with each further edit.
        let apps = list::all(&owner).await.unwrap();
        let with = apps.iter().filter(|row| row.app.client_id == "shared");
        assert_eq!(with.count(), 1);
        assert!((1..=2).contains(&made), "{made}");
    })
    .await;
}

/// Installations from before may hold pairs: they go on, and can be put right.
#[tokio::test]
async fn pairs_from_before_can_be_edited_and_parted() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        create(&owner, &form("Returns", "shared")).await.unwrap();
        let other = create(&owner, &form("Loyalty", "own")).await.unwrap();
        let sql = "UPDATE apps SET client_id = 'shared'";
        assert_eq!(world.past(sql).await, 2);
        world.services.db.migrate_down(1).await.unwrap();
        world.services.db.migrate().await.unwrap();
        let renamed = edit(&owner, other.id, &form("Loyalty 2", "shared")).await;
        assert_eq!(renamed.unwrap().name, "Loyalty 2");
        edit(&owner, other.id, &form("Loyalty 2", "own"))
            .await
            .unwrap();
        refused(edit(&owner, other.id, &form("Loyalty 2", "shared")).await);
    })
    .await;
}

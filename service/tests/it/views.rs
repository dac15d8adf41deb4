//! Saved views of the accounts list, and the columns of a person.

use crate::{flow, members::joined};
use domain::{app_limit::AppLimit, health::Health, role::Role};
use service::{
    Actor,
    connections::{
        by_account::{self, AccountsQuery, States},
        list::Sort,
    },
    people::invitations::NewInvitation,
    tenancy::Who,
    testing::{World, on_each_database},
    views::{self, MOST, ViewError},
};

fn lost() -> AccountsQuery {
    AccountsQuery {
        q: "ac".into(),
        states: States::One(Health::Disconnected),
        sort: Sort::Changed,
        columns: Some("owner,since".parse().unwrap()),
        ..AccountsQuery::default()
    }
}

async fn member(world: &World, by: &Actor, name: &str, role: Role, apps: AppLimit) -> Actor {
    let new = NewInvitation {
        emails: format!("{name}@x.example"),
        role,
        apps,
    };
    joined(world, by, new).await
}

fn said(error: ViewError) -> String {
    let ViewError::Invalid(errors) = error else {
        panic!("{error:?}");
    };
    errors[0].message.to_string()
}

async fn names(actor: &Actor) -> Vec<String> {
    let all = views::all(actor).await.unwrap();
    all.into_iter().map(|view| view.name).collect()
}

#[tokio::test]
async fn a_view_is_saved_for_everybody_and_shows_the_same_list() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        let viewer = member(&world, &owner, "viewer", Role::Viewer, AppLimit::All).await;
        let of_page = AccountsQuery {
            after: Some("cursor".into()),
            ..lost()
        };
        views::save(&owner, "  Lost   ones ", &of_page)
            .await
            .unwrap();
        let all = views::all(&viewer).await.unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].name, "Lost ones");
        assert_eq!(all[0].query, lost(), "without the page");
        assert_eq!(all[0].created_by, owner_name(&owner));
        assert!(!all[0].may_change, "a viewer changes nothing");
        // Of another tenant, nobody sees it.
        let other = world.owner("other").await;
        assert!(views::all(&other).await.unwrap().is_empty());
        let stolen = views::rename(&other, all[0].id, "Mine").await;
        assert!(matches!(stolen, Err(ViewError::NotFound)));
        let removed = views::remove(&owner, all[0].id).await.unwrap();
        assert_eq!(removed, "Lost ones");
        assert!(names(&viewer).await.is_empty());
    })
    .await;
}

fn owner_name(actor: &Actor) -> String {
    match &actor.who {
        Who::Person { name, .. } => name.clone(),
        Who::ApiToken { name, .. } => name.clone(),
    }
}

#[tokio::test]
async fn names_are_there_once_and_views_are_few() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        let save = async |name: &str| views::save(&owner, name, &lost()).await;
        save("Lost ones").await.unwrap();
        let twice = said(save("LOST ones").await.unwrap_err());
        assert!(twice.contains("“LOST ones” already"), "{twice}");
        for name in ["", "  ", &"x".repeat(41)] {
            let error = said(save(name).await.unwrap_err());
            assert!(error.contains("1 to 40 letters"), "{error}");
        }
        let long = AccountsQuery {
            q: "x".repeat(201),
            ..lost()
        };
        let error = said(views::save(&owner, "Long", &long).await.unwrap_err());
        assert!(error.contains("too long"), "{error}");
        for n in 1..MOST {
            save(&format!("View {n}")).await.unwrap();
        }
        let error = said(save("One more").await.unwrap_err());
        assert!(error.contains("20 saved views"), "{error}");
        // Another name may be its own in other letters, but not that of another view.
        let all = views::all(&owner).await.unwrap();
        let first = all.iter().find(|view| view.name == "Lost ones").unwrap();
        views::rename(&owner, first.id, "lost ONES").await.unwrap();
        let error = views::rename(&owner, first.id, "view 1").await;
        assert!(said(error.unwrap_err()).contains("already"));
    })
    .await;
}

/// security.md 52
#[tokio::test]
async fn s52_views_are_changed_by_who_made_them_and_who_manages_them() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        let app = world.app(&owner, "returns").await;
        world.app(&owner, "surveys").await;
        let ann = member(&world, &owner, "ann", Role::Success, AppLimit::All).await;
        let ben = member(&world, &owner, "ben", Role::Success, AppLimit::All).await;
        let viewer = member(&world, &owner, "viewer", Role::Viewer, AppLimit::All).await;
        let only = AppLimit::Only([app.id].into());
        let limited = member(&world, &owner, "limited", Role::Operator, only).await;
        let id = views::save(&ann, "Ann’s", &lost()).await.unwrap();
        let refused = views::save(&viewer, "Mine", &lost()).await;
        assert!(matches!(refused, Err(ViewError::Forbidden(_))));
        for other in [&ben, &viewer, &limited] {
            let renamed = views::rename(other, id, "Taken").await;
            assert!(matches!(renamed, Err(ViewError::Forbidden(_))));
            let removed = views::remove(other, id).await;
            assert!(matches!(removed, Err(ViewError::Forbidden(_))));
        }
        views::rename(&ann, id, "Ann’s own").await.unwrap();
        views::rename(&owner, id, "Everybody’s").await.unwrap();

        // A view of an app is there for those who see the app.
        let of = |app: &str| AccountsQuery {
            app: Some(app.into()),
            ..lost()
        };
        views::save(&ann, "Returns", &of(&app.id.to_string()))
            .await
            .unwrap();
        let surveys = views::save(&ann, "Surveys", &of("surveys")).await.unwrap();
        assert_eq!(names(&ben).await, ["Everybody’s", "Returns", "Surveys"]);
        assert_eq!(names(&limited).await, ["Everybody’s", "Returns"]);
        let all = views::all(&limited).await.unwrap();
        assert_eq!(all[1].query.app.as_deref(), Some("returns"), "by its name");
        let hidden = views::remove(&limited, surveys).await;
        assert!(matches!(hidden, Err(ViewError::NotFound)));
        let error = said(
            views::save(&limited, "Theirs", &of("surveys"))
                .await
                .unwrap_err(),
        );
        assert!(error.contains("isn’t there"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn columns_are_chosen_by_each_person_for_themselves() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        let viewer = member(&world, &owner, "viewer", Role::Viewer, AppLimit::All).await;
        assert_eq!(views::own_columns(&viewer).await.unwrap(), None);
        let few = "owner,last_fine".parse().unwrap();
        views::choose_columns(&viewer, Some(few)).await.unwrap();
        assert_eq!(views::own_columns(&viewer).await.unwrap(), Some(few));
        assert_eq!(views::own_columns(&owner).await.unwrap(), None);
        views::choose_columns(&viewer, None).await.unwrap();
        assert_eq!(views::own_columns(&viewer).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_shown_is_not_read() {
    flow::each(async |f| {
        f.connect("acme").await;
        let change = service::accounts::CustomerChange {
            tags: Some(vec!["VIP".into()]),
            ..Default::default()
        };
        service::accounts::change(&f.owner, &flow::sub("acme"), &change)
            .await
            .unwrap();
        let tags = async |columns: &str| {
            let wanted = AccountsQuery {
                columns: Some(columns.parse().unwrap()),
                ..AccountsQuery::default()
            };
            let page = by_account::list(&f.owner, &wanted).await.unwrap();
            page.rows[0].customer.tags.len()
        };
        assert_eq!(tags("tags").await, 1);
        assert_eq!(tags("owner").await, 0);
        assert_eq!(tags("none").await, 0);
    })
    .await;
}

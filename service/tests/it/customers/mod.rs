//! What is known of the customers behind accounts: who sees and changes it, what is
//! recorded of it, and when it goes.

mod files;

use crate::{
    flow::{self, Flow, sub},
    members::{joined, new},
};
use domain::{app_limit::AppLimit, customer::Language, role::Role};
use sea_orm::{ConnectionTrait, TransactionTrait};
use secrecy::ExposeSecret;
use service::{
    Actor, Confirmed,
    accounts::{
        self, AccountQuery, ContactForm, Customer, CustomerChange, CustomerError, change, show,
    },
    api_tokens::{self, ApiRequest, NewApiToken},
    audit::{self, Filter},
    connections::{
        erase,
        links::{self, LinkOptions},
        list::{ListQuery, list},
    },
    people::members,
};
use std::collections::BTreeSet;

fn contact(email: &str, name: &str, language: &str) -> ContactForm {
    ContactForm {
        email: email.to_owned(),
        name: name.to_owned(),
        language: language.to_owned(),
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A change of everything.
fn all(owner: &Actor) -> CustomerChange {
    CustomerChange {
        name: text("Acme Outdoor"),
        external_id: text("C-1004"),
        owner: text(&owner.person().unwrap().to_string()),
        tags: Some(vec!["enterprise".into(), " DACH ".into(), "dach".into()]),
        note: text("Renewal in January."),
        contacts: Some(vec![
            contact("Mira@Acme.example", "Mira Okafor", "de"),
            contact("desk@acme.example", "", ""),
        ]),
        snooze: None,
    }
}

async fn of(actor: &Actor, account: &str) -> Customer {
    let found = show(actor, &sub(account)).await.unwrap();
    found.expect("the account is there")
}

async fn changed(actor: &Actor, account: &str, to: CustomerChange) -> Customer {
    change(actor, &sub(account), &to).await.unwrap()
}

async fn found(f: &Flow, q: &str) -> Vec<String> {
    let wanted = ListQuery {
        q: q.to_owned(),
        ..ListQuery::default()
    };
    let page = list(&f.owner, &wanted).await.unwrap();
    page.rows.iter().map(|row| row.title().to_owned()).collect()
}

#[tokio::test]
async fn a_connected_account_is_there_and_is_changed_field_by_field() {
    flow::each(async |f| {
        f.connect("acme").await;
        let before = of(&f.owner, "acme").await;
        assert_eq!((before.title(), &before.name), ("acme", &None));
        let after = changed(&f.owner, "acme", all(&f.owner)).await;
        assert_eq!(after.title(), "Acme Outdoor");
        assert_eq!(after.external_id.as_deref(), Some("C-1004"));
        assert_eq!(after.owner.as_ref().unwrap().id, f.owner.person().unwrap());
        let tags: Vec<_> = after.tags.iter().map(|tag| tag.as_str()).collect();
        assert_eq!(tags, ["DACH", "enterprise"]);
        let note = after.note.as_ref().unwrap();
        assert_eq!(
            (note.text.as_str(), note.at),
            ("Renewal in January.", f.owner.now())
        );
        assert_eq!(after.contacts[0].email, "mira@acme.example");
        assert_eq!(after.contacts[0].language, Some(Language::German));
        assert_eq!(of(&f.owner, "acme").await, after);

        // What isn't named stays; what is empty goes.
        let less = CustomerChange {
            note: text(" "),
            owner: text(""),
            tags: Some(vec![]),
            ..CustomerChange::default()
        };
        let less = changed(&f.owner, "acme", less).await;
        assert_eq!((less.note, less.owner, less.tags), (None, None, vec![]));
        assert_eq!(less.contacts, after.contacts);
        assert_eq!(less.name, after.name);
        // A link offers the app to an account that was never connected.
        links::create(&f.owner, "returns", &sub("invited"), LinkOptions::default())
            .await
            .unwrap();
        assert_eq!(of(&f.owner, "invited").await.title(), "invited");
        assert!(show(&f.owner, &sub("nobody")).await.unwrap().is_none());
    })
    .await;
}

/// The audit says which fields, never what is in them: it can't be erased from there.
#[tokio::test]
async fn s65_a_change_is_recorded_without_what_it_says() {
    flow::each(async |f| {
        f.connect("acme").await;
        changed(&f.owner, "acme", all(&f.owner)).await;
        changed(&f.owner, "acme", all(&f.owner)).await;
        let page = audit::list(&f.owner, &Filter::default(), None).await;
        let rows = page.unwrap().rows;
        let edited = rows
            .iter()
            .filter(|row| row.action.code() == "customer.edited");
        let edited: Vec<_> = edited
            .map(|row| (row.target.as_str(), row.detail.as_str()))
            .collect();
        let fields = "name, external_id, owner, tags, note, contacts";
        assert_eq!(
            edited,
            [("acme", fields)],
            "once, since nothing changed again"
        );
    })
    .await;
}

#[tokio::test]
async fn all_mistakes_are_told_and_nothing_is_stored() {
    flow::each(async |f| {
        f.connect("acme").await;
        let wrong = CustomerChange {
            name: text(&"x".repeat(101)),
            external_id: text(&"x".repeat(101)),
            owner: text("stranger@x.example"),
            tags: Some(vec!["x".repeat(41)]),
            note: text(&"x".repeat(2_001)),
            contacts: Some(vec![contact("mira", "", "")]),
            snooze: None,
        };
        let Err(CustomerError::Invalid(errors)) = change(&f.owner, &sub("acme"), &wrong).await
        else {
            panic!("it was stored")
        };
        let mut fields: Vec<_> = errors.iter().map(|error| error.field.as_ref()).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            ["contacts", "external_id", "name", "note", "owner", "tags"]
        );
        assert_eq!(of(&f.owner, "acme").await.name, None);
    })
    .await;
}

/// security.md 52, 53
#[tokio::test]
async fn s53_who_changes_customers_and_who_sees_them() {
    flow::each(async |f| {
        f.connect("acme").await;
        let named = CustomerChange {
            name: text("Acme Outdoor"),
            ..CustomerChange::default()
        };
        let success = joined(&f.world, &f.owner, new("s@x.example", Role::Success)).await;
        changed(&success, "acme", named.clone()).await;
        let viewer = joined(&f.world, &f.owner, new("v@x.example", Role::Viewer)).await;
        assert_eq!(of(&viewer, "acme").await.title(), "Acme Outdoor");
        let refused = change(&viewer, &sub("acme"), &named).await;
        assert!(matches!(refused, Err(CustomerError::Forbidden(_))));
        // Another tenant has the same account, and knows nothing of it.
        let other = f.world.owner("pier").await;
        assert!(show(&other, &sub("acme")).await.unwrap().is_none());
        let refused = change(&other, &sub("acme"), &named).await;
        assert!(matches!(refused, Err(CustomerError::NotFound)));
        // Whoever is limited to another app doesn't see it.
        let orders = f.world.app(&f.owner, "orders").await;
        let mut limited = new("l@x.example", Role::Success);
        limited.apps = AppLimit::Only(BTreeSet::from([orders.id]));
        let limited = joined(&f.world, &f.owner, limited).await;
        assert!(show(&limited, &sub("acme")).await.unwrap().is_none());
        let refused = change(&limited, &sub("acme"), &named).await;
        assert!(matches!(refused, Err(CustomerError::NotFound)));
        // Only members look after accounts, and nobody who left.
        let looked_after = CustomerChange {
            owner: text("s@x.example"),
            ..CustomerChange::default()
        };
        let acme = changed(&f.owner, "acme", looked_after).await;
        assert_eq!(acme.owner.unwrap().name, "s");
        let strangers = CustomerChange {
            owner: text(&other.person().unwrap().to_string()),
            ..CustomerChange::default()
        };
        let refused = change(&f.owner, &sub("acme"), &strangers).await;
        assert!(matches!(refused, Err(CustomerError::Invalid(_))));
        members::remove(&f.owner, success.person().unwrap())
            .await
            .unwrap();
        assert_eq!(of(&f.owner, "acme").await.owner, None);
    })
    .await;
}

#[tokio::test]
async fn the_list_calls_customers_by_their_name_and_finds_them_by_all_that_is_known() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.connect("bolt").await;
        changed(&f.owner, "acme", all(&f.owner)).await;
        assert_eq!(found(&f, "").await, ["Acme Outdoor", "bolt"]);
        for q in ["OUTDOOR", "c-1004", "okafor", "mira@acme", "acm"] {
            assert_eq!(found(&f, q).await, ["Acme Outdoor"], "{q}");
        }
        assert_eq!(found(&f, "100%").await, [] as [&str; 0]);
    })
    .await;
}

/// A search tells a backend no more of customers than the calls that it may make.
#[tokio::test]
async fn s80_a_backend_finds_nothing_by_what_is_known_of_customers() {
    flow::each(async |f| {
        f.connect("acme").await;
        changed(&f.owner, "acme", all(&f.owner)).await;
        let found = async |role| {
            let new = NewApiToken::new("Token", role);
            let confirmed = Confirmed::for_test(&f.owner);
            let token = api_tokens::create(&f.owner, &confirmed, new).await.unwrap();
            let request = ApiRequest::from(Some("192.0.2.7".parse().unwrap()));
            let actor = api_tokens::authenticate(&f.world.services, &token, &request);
            let actor = actor.await.unwrap();
            let mut found = Vec::new();
            for q in ["acme", "outdoor", "c-1004", "okafor", "mira@acme"] {
                let wanted = ListQuery {
                    q: q.to_owned(),
                    ..ListQuery::default()
                };
                found.push(list(&actor, &wanted).await.unwrap().rows.len());
            }
            found
        };
        assert_eq!(found(Role::Viewer).await, [1, 1, 1, 1, 1]);
        assert_eq!(found(Role::Backend).await, [1, 0, 0, 0, 0]);
    })
    .await;
}

/// What is known stays if the account is connected while its last connection is erased.
/// SQLite has one writer, so there they come one after the other anyway.
#[tokio::test]
async fn an_account_that_is_connected_while_it_is_erased_stays() {
    flow::each(async |f| {
        if f.world.services.db.is_sqlite() {
            return;
        }
        f.connect("acme").await;
        changed(&f.owner, "acme", all(&f.owner)).await;
        let orders = f.world.app(&f.owner, "orders").await;
        let url = f.world.database_url.expose_secret();
        let beneath = sea_orm::Database::connect(url).await.unwrap();
        let connecting = beneath.begin().await.unwrap();
        let another = format!(
            "INSERT INTO connections SELECT (jsonb_populate_record(c, \
             jsonb_build_object('id', gen_random_uuid(), 'app_id', '{}'))).* FROM connections c",
            orders.id
        );
        connecting.execute_unprepared(&another).await.unwrap();
        let owner = f.owner.clone();
        let erasing =
            tokio::spawn(async move { erase::erase(&owner, "returns", &sub("acme")).await });
        let looking = f.world.beneath().await;
        let waits = "SELECT count(*) AS n FROM pg_stat_activity \
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while !erasing.is_finished() && looking.number(waits).await == 0 {}
        connecting.commit().await.unwrap();
        erasing.await.unwrap().unwrap();
        assert_eq!(of(&f.owner, "acme").await.title(), "Acme Outdoor");
    })
    .await;
}

/// Erasing an account for good takes along what is known of its people.
#[tokio::test]
async fn s65_what_is_known_goes_with_the_last_connection() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.world.app(&f.owner, "orders").await;
        links::create(&f.owner, "orders", &sub("acme"), LinkOptions::default())
            .await
            .unwrap();
        changed(&f.owner, "acme", all(&f.owner)).await;
        erase::erase(&f.owner, "orders", &sub("acme"))
            .await
            .unwrap();
        assert_eq!(of(&f.owner, "acme").await.title(), "Acme Outdoor");
        erase::erase(&f.owner, "returns", &sub("acme"))
            .await
            .unwrap();
        assert!(show(&f.owner, &sub("acme")).await.unwrap().is_none());
        let dump = f.world.dump().await;
        assert!(!dump.contains("mira@acme.example") && !dump.contains("Renewal in January"));
    })
    .await;
}

/// Of two changes at once, neither fails and neither mixes with the other.
#[tokio::test]
async fn two_changes_at_once_are_done_one_after_the_other() {
    flow::each(async |f| {
        f.connect("acme").await;
        let with = |tag: &str, email: &str| CustomerChange {
            tags: Some(vec![tag.to_owned(), "both".to_owned()]),
            contacts: Some(vec![
                contact(email, "", ""),
                contact("both@x.example", "", ""),
            ]),
            ..CustomerChange::default()
        };
        let acme = sub("acme");
        let (one, two) = (with("one", "one@x.example"), with("two", "two@x.example"));
        let (first, second) =
            tokio::join!(change(&f.owner, &acme, &one), change(&f.owner, &acme, &two));
        first.unwrap();
        second.unwrap();
        let after = of(&f.owner, "acme").await;
        let tag = if after.tags[1].as_str() == "one" {
            "one"
        } else {
            "two"
        };
        assert_eq!(after.tags[1].as_str(), tag);
        assert_eq!(after.contacts[0].email, format!("{tag}@x.example"));
        let who = accounts::members_who_can_own(&f.owner).await.unwrap();
        assert_eq!(who.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn accounts_are_listed_by_page_tag_and_owner() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "crest"] {
            f.connect(account).await;
        }
        changed(&f.owner, "acme", all(&f.owner)).await;
        let tagged = CustomerChange {
            tags: Some(vec!["Dach".into()]),
            ..CustomerChange::default()
        };
        changed(&f.owner, "crest", tagged).await;
        let listed = async |actor: &Actor, query: AccountQuery| {
            let page = accounts::list(actor, &query).await.unwrap();
            let names = page.rows.iter().map(|row| row.subdomain.to_string());
            (names.collect::<Vec<_>>().join(" "), page.next)
        };
        let some = |limit| AccountQuery {
            limit,
            ..AccountQuery::default()
        };
        let (first, next) = listed(&f.owner, some(2)).await;
        assert_eq!(
            (first.as_str(), next.as_ref()),
            ("acme bolt", Some(&sub("bolt")))
        );
        let second = AccountQuery {
            after: next,
            ..some(2)
        };
        assert_eq!(listed(&f.owner, second).await, ("crest".to_owned(), None));
        for (query, expected) in [
            (
                AccountQuery {
                    tag: Some("dach".parse().unwrap()),
                    ..some(9)
                },
                "acme crest",
            ),
            (
                AccountQuery {
                    owner: f.owner.person(),
                    ..some(9)
                },
                "acme",
            ),
            (
                AccountQuery {
                    q: "OUTD".into(),
                    ..some(9)
                },
                "acme",
            ),
            (
                AccountQuery {
                    q: "c-10".into(),
                    ..some(9)
                },
                "acme",
            ),
            (
                AccountQuery {
                    q: "100%".into(),
                    ..some(9)
                },
                "",
            ),
        ] {
            assert_eq!(
                listed(&f.owner, query.clone()).await.0,
                expected,
                "{query:?}"
            );
        }
        // The parts are each account's own.
        let page = accounts::list(&f.owner, &some(9)).await.unwrap();
        assert_eq!(page.rows[0], of(&f.owner, "acme").await);
        assert_eq!(page.rows[1], of(&f.owner, "bolt").await);
        // As many queries for a hundred as for one.
        f.world.statements.take();
        accounts::list(&f.owner, &some(9)).await.unwrap();
        let asked = f.world.statements.take();
        let selects = asked.iter().filter(|sql| sql.starts_with("SELECT \""));
        assert_eq!(selects.count(), 5, "{asked:?}");
        // Limits and tenants hold.
        let orders = f.world.app(&f.owner, "orders").await;
        let mut limited = new("l@x.example", Role::Success);
        limited.apps = AppLimit::Only(BTreeSet::from([orders.id]));
        let limited = joined(&f.world, &f.owner, limited).await;
        assert_eq!(listed(&limited, some(9)).await.0, "");
        let other = f.world.owner("pier").await;
        assert_eq!(listed(&other, some(9)).await.0, "");
    })
    .await;
}

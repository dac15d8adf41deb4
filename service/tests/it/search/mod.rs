//! Searching accounts: what is found, at once and by whom.

mod extension;

use crate::{
    flow::{self, Flow, sub},
    rights::in_session,
};
use domain::time::Span;
use service::{
    Actor,
    accounts::{self, AccountQuery, ContactForm, CustomerChange, change},
    connections::{
        erase,
        list::{ListQuery, list},
    },
    worker,
};

async fn found(actor: &Actor, q: &str) -> String {
    let wanted = ListQuery {
        q: q.to_owned(),
        ..ListQuery::default()
    };
    let page = list(actor, &wanted).await.unwrap();
    let rows: Vec<_> = page.rows.iter().map(|row| row.subdomain.as_str()).collect();
    let wanted = AccountQuery {
        q: q.to_owned(),
        limit: 50,
        ..AccountQuery::default()
    };
    let page = accounts::list(actor, &wanted).await.unwrap();
    let same: Vec<_> = page.rows.iter().map(|row| row.subdomain.as_str()).collect();
    assert_eq!(rows, same, "{q}: both lists find the same");
    rows.join(" ")
}

fn named(name: &str, external_id: &str, contacts: &[(&str, &str)]) -> CustomerChange {
    CustomerChange {
        name: Some(name.into()),
        external_id: Some(external_id.into()),
        contacts: Some(
            contacts
                .iter()
                .map(|(email, name)| ContactForm {
                    email: (*email).into(),
                    name: (*name).into(),
                    ..ContactForm::default()
                })
                .collect(),
        ),
        ..CustomerChange::default()
    }
}

async fn changed(f: &Flow, account: &str, to: CustomerChange) {
    change(&f.owner, &sub(account), &to).await.unwrap();
}

#[tokio::test]
async fn each_thing_is_found_by_any_part_and_changes_at_once() {
    flow::each(async |f| {
        f.sim
            .account("acme")
            .user_name("Zoë Ünal", "zoe@approver.example");
        f.connect("acme").await;
        f.connect("bolt").await;
        let contacts = [
            ("mira@mail.example", "Mira Okafor"),
            ("desk@mail.example", ""),
        ];
        changed(&f, "acme", named("Öko Outdoor", "CRM-1004", &contacts)).await;
        for q in [
            "cm",
            "acm",
            "ÜNAL",
            "approver.ex",
            "OUTD",
            "öko",
            "ök",
            "m-10",
            "10",
            "kafo",
            "desk@",
        ] {
            let expected = if q == "cm" { "" } else { "acme" };
            assert_eq!(found(&f.owner, q).await, expected, "{q}");
        }
        assert_eq!(
            found(&f.owner, "eturn").await,
            "acme bolt",
            "the app's name"
        );
        // Another name, other contacts, another approver; what was there is not found.
        changed(&f, "acme", named("Peak", "", &[("leo@mail.example", "")])).await;
        f.sim
            .account("acme")
            .user_name("Ida Holm", "ida@approver.example");
        f.connect("acme").await;
        for q in ["peak", "leo@", "holm", "ida@"] {
            assert_eq!(found(&f.owner, q).await, "acme", "{q}");
        }
        for q in ["outdoor", "crm-1004", "okafor", "desk@", "ünal", "zoe@"] {
            assert_eq!(found(&f.owner, q).await, "", "{q}");
        }
        // As processes of the version before do it: past the program.
        for sql in [
            "UPDATE accounts SET name = 'Summit' WHERE subdomain = 'acme'",
            "UPDATE connections SET approved_by_name = 'Kim Park' WHERE subdomain = 'bolt'",
            "UPDATE account_contacts SET email = 'max@mail.example'",
        ] {
            f.world.execute(sql).await;
        }
        assert_eq!(found(&f.owner, "summit").await, "acme");
        assert_eq!(found(&f.owner, "max@").await, "acme");
        assert_eq!(found(&f.owner, "kim park").await, "bolt");
        assert_eq!(found(&f.owner, "leo@").await, "");
    })
    .await;
}

/// Each refresh of a token writes the connection, and the search must not be written with it.
#[tokio::test]
async fn what_is_not_searched_writes_nothing() {
    flow::each(async |f| {
        f.connect("acme").await;
        let sqlite = f.world.services.db.is_sqlite();
        // What is put beside the row stays unless it is written anew.
        let spoil = "UPDATE account_search SET open_words = 'untouched'";
        f.world.execute(spoil).await;
        let same = "approved_by_name = approved_by_name, approved_by_email = approved_by_email";
        f.world
            .execute(&format!(
                "UPDATE connections SET token_version = token_version + 1, {same}"
            ))
            .await;
        f.world.execute("UPDATE accounts SET note = 'x'").await;
        assert_eq!(found(&f.owner, "untouched").await, "acme", "{sqlite}");
    })
    .await;
}

/// security.md 65: nothing of it stays, in the index neither once the worker merged it.
#[tokio::test]
async fn s65_what_is_erased_is_not_found() {
    flow::each(async |f| {
        f.connect("acme").await;
        let contacts = [("quixote@mail.example", "Quixote")];
        changed(&f, "acme", named("Windmills", "", &contacts)).await;
        assert_eq!(found(&f.owner, "quixo").await, "acme");
        erase::erase(&f.owner, "returns", &sub("acme"))
            .await
            .unwrap();
        assert_eq!(found(&f.owner, "quixo").await, "");
        f.advance(Span::days(1));
        worker::tidy(&f.world.services).await.unwrap();
        let dump = f.world.dump().await.to_lowercase();
        for word in ["quixot", "windmill"] {
            assert!(!dump.contains(word), "{word}");
        }
        // The account comes back as one that nothing is known of.
        f.connect("acme").await;
        assert_eq!(found(&f.owner, "acme").await, "acme");
        assert_eq!(found(&f.owner, "quixo").await, "");
    })
    .await;
}

/// security.md 52: two tenants with the same accounts and words.
#[tokio::test]
async fn s52_another_tenants_accounts_are_never_found() {
    flow::each(async |f| {
        f.connect("acme").await;
        changed(&f, "acme", named("Quixote", "", &[])).await;
        let pier = f.world.owner("pier").await;
        for q in ["acme", "quix", "qu", "a", "\" OR tenant_id : \"a", "open_words : acme"] {
            assert_eq!(found(&pier, q).await, "", "{q}");
        }
        if f.world.services.db.is_sqlite() {
            return;
        }
        // Beneath the program: the function takes no tenant, and its arguments hold none.
        let url = &f.world.database_url;
        let (own, other) = (f.owner.tenant().to_string(), pier.tenant().to_string());
        let seen = async |tenant: &str, sql: &str| {
            let set = format!("SELECT set_config('mooring.tenant', '{tenant}', false)");
            let role = "SELECT set_config('role', (SELECT role FROM installation), false)";
            in_session(url, &[role, &set, sql]).await
        };
        let all = "SELECT * FROM mooring_find_accounts('acme', true, 10)";
        assert_eq!(seen(&own, all).await.unwrap(), 1);
        for forged in [
            all.to_owned(),
            "SELECT * FROM mooring_find_accounts('%', true, NULL)".to_owned(),
            format!("SELECT * FROM mooring_find_accounts('acme'') OR tenant_id = ''{own}'' --', true, 10)"),
            format!("SELECT set_config('mooring.other', '{own}', false), mooring_find_accounts('acme', true, 10)"),
            "SELECT * FROM account_search".to_owned(),
        ] {
            for tenant in [other.as_str(), ""] {
                assert_eq!(seen(tenant, &forged).await.unwrap(), 0, "{forged}");
            }
        }
        for refused in [
            "UPDATE account_search SET open_words = 'x'".to_owned(),
            "SELECT mooring_search_refresh(NULL, 'acme')".to_owned(),
            format!("SELECT * FROM mooring_search_words('{own}', 'acme')"),
        ] {
            let error = seen(&other, &refused).await.unwrap_err().to_string();
            assert!(error.contains("permission denied"), "{refused}: {error}");
        }
    })
    .await;
}

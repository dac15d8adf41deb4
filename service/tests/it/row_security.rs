//! security.md 52, beneath the program: PostgreSQL itself keeps tenants apart.

use crate::mail::settings;
use crate::{flow, sso};
use domain::{app_limit::AppLimit, campaign::Audience, job::Work, role::Role, time::Span};
use migration::rights::{Rows, TABLES};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use secrecy::ExposeSecret;
use service::{
    Confirmed,
    accounts::{self, ContactForm, CustomerChange},
    api_tokens::{self, ApiRequest, NewApiToken},
    audit::{FileOutput, Stream, cut_off},
    campaigns::{self, CampaignForm},
    connections::{by_account::AccountsQuery, check_now::check_now, links},
    core::config::Config,
    jobs::{self, NewJob, Selection},
    people::invitations::{NewInvitation, Passing, invite},
    tenants::settings,
    views, worker,
};
use simulator::provider::Provider;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Asks as the role that the program works as, with or without a tenant.
async fn rows_seen(url: &str, tenant: Option<&str>, sql: &str) -> Result<u64, sea_orm::DbErr> {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1);
    let db = sea_orm::Database::connect(options).await?;
    let run = |sql: String| Statement::from_string(DatabaseBackend::Postgres, sql);
    db.execute_raw(run(
        "SELECT set_config('role', (SELECT role FROM installation), false)".into(),
    ))
    .await?;
    let tenant = tenant.unwrap_or_default();
    db.execute_raw(run(format!(
        "SELECT set_config('mooring.tenant', '{tenant}', false)"
    )))
    .await?;
    let done = db.execute_raw(run(sql.to_owned())).await;
    db.close().await?;
    Ok(done?.rows_affected())
}

/// Each table that `migration/src/rights/table.rs` says has a policy, with rows in it.
#[tokio::test]
async fn s52_a_query_that_forgets_its_tenant_finds_nothing() {
    // Nothing listens there, so the mail stays in the queue.
    let mail = |config: &mut Config| config.mail = Some(settings("smtp://127.0.0.1:1", 100));
    flow::each_with(mail, async |f| {
        if f.world.services.db.is_sqlite() {
            return; // SQLite has no roles; the program's scope stands alone there.
        }
        // Something of each kind, and a stranger who has the like.
        let retention = CancellationToken::new();
        f.advance(Span::days(40));
        cut_off(&f.world.services, Span::days(30), &retention)
            .await
            .unwrap();
        f.connect("acme").await;
        links::create(&f.owner, "returns", &flow::sub("acme"), Default::default())
            .await
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let output = Arc::new(FileOutput(folder.path().join("audit.jsonl")));
        let stream = Stream::new(&f.world.services, output);
        assert!(stream.step(&retention).await.unwrap() > 0);
        let invitation = NewInvitation {
            emails: "ann@example.com".into(),
            role: Role::Viewer,
            apps: AppLimit::All,
        };
        invite(&f.owner, None, invitation, Passing::ByMail)
            .await
            .unwrap();
        settings::save_brand(&f.owner, Default::default())
            .await
            .unwrap();
        let new = NewApiToken::new("Backend", Role::Operator);
        let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
            .await
            .unwrap();
        // The second one is new, and tells so.
        for address in ["192.0.2.7", "198.51.100.7"] {
            let request = ApiRequest::from(Some(address.parse().unwrap()));
            api_tokens::authenticate(&f.world.services, &token, &request)
                .await
                .unwrap();
        }
        let provider = Provider::start().await.unwrap();
        provider.is("priya", "priya@example.com", &["ops"]);
        provider.advance(Duration::from_secs(40 * 86_400));
        let confirmed = Confirmed::for_test(&f.owner);
        service::sso::save(&f.owner, &confirmed, &sso::form(&provider))
            .await
            .unwrap();
        sso::sign_in(&f.owner, &provider).await.unwrap();
        // What is counted until here is added up; what follows waits.
        worker::tidy(&f.world.services).await.unwrap();
        f.connect("bolt").await;
        let customer = CustomerChange {
            tags: Some(vec!["VIP".into()]),
            contacts: Some(vec![ContactForm {
                email: "mira@acme.example".into(),
                ..ContactForm::default()
            }]),
            ..CustomerChange::default()
        };
        accounts::change(&f.owner, &flow::sub("acme"), &customer)
            .await
            .unwrap();
        f.sim.account("acme").deactivate();
        check_now(&f.owner, "returns", &flow::sub("acme"))
            .await
            .unwrap();
        let campaign = CampaignForm {
            chosen: None,
            app: "returns".into(),
            name: "Back again".into(),
            audience: Audience::Disconnected,
            message: None,
            days: 7,
            remind_after: None,
        };
        campaigns::create(&f.owner, &campaign).await.unwrap();
        campaigns::run_due(&f.world.services).await.unwrap();
        let bulk = NewJob {
            work: Work::Check,
            selection: Selection::OneByOne(vec![flow::sub("acme")]),
        };
        jobs::start(&f.owner, bulk).await.unwrap();
        views::save(&f.owner, "All", &AccountsQuery::default())
            .await
            .unwrap();
        f.world
            .execute(
                "INSERT INTO rejudgements (app_id, tenant_id, total, done, began_at, due_at) \
                 SELECT id, tenant_id, 1, 0, 0, 0 FROM apps",
            )
            .await;
        let stranger = f.world.owner("pier").await;
        let url = f.world.database_url.expose_secret();
        let (own, other) = (f.owner.tenant().to_string(), stranger.tenant().to_string());
        let tables = TABLES
            .iter()
            .filter(|table| !matches!(table.rows, Rows::All(_)));
        let tables: Vec<_> = tables.map(|table| table.name).collect();
        assert!(tables.contains(&"reconnect_links") && tables.contains(&"memberships"));
        for table in tables {
            let rows = format!("{table} WHERE tenant_id = '{own}'");
            let all = format!("SELECT * FROM {rows}");
            let seen = rows_seen(url, Some(&own), &all).await.unwrap();
            assert!(seen > 0, "{table}: the test has to make a row");
            for tenant in [Some(other.as_str()), None] {
                let seen = rows_seen(url, tenant, &all).await.unwrap();
                assert_eq!(seen, 0, "{table}");
                // Or it may not be done at all.
                let delete = format!("DELETE FROM {rows}");
                let gone = rows_seen(url, tenant, &delete).await;
                assert_eq!(gone.unwrap_or_default(), 0, "{table}");
            }
            let steal = format!("UPDATE {table} SET tenant_id = '{other}'");
            assert!(
                rows_seen(url, Some(&own), &steal).await.is_err(),
                "{table}: a row can't be moved to another tenant"
            );
            let disable = format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY");
            assert!(rows_seen(url, Some(&own), &disable).await.is_err());
        }
    })
    .await;
}

/// Nobody is made a member of another tenant by a query that forgets its own.
#[tokio::test]
async fn s52_a_membership_is_made_within_its_tenant_alone() {
    flow::each(async |f| {
        if f.world.services.db.is_sqlite() {
            return; // As above.
        }
        let stranger = f.world.owner("pier").await;
        let url = f.world.database_url.expose_secret();
        let (own, other) = (f.owner.tenant().to_string(), stranger.tenant().to_string());
        let person = stranger.person().unwrap();
        let join = format!(
            "INSERT INTO memberships (tenant_id, person_id, role, created_at) VALUES ('{own}', '{person}', 'owner', 0)"
        );
        for tenant in [Some(other.as_str()), None] {
            let refused = rows_seen(url, tenant, &join).await.unwrap_err();
            assert!(refused.to_string().contains("row-level security"), "{refused}");
        }
        assert_eq!(rows_seen(url, Some(&own), &join).await.unwrap(), 1);
    })
    .await;
}

/// What the functions that read tokens give to whoever works as the program's role.
#[tokio::test]
async fn s59_who_knows_no_token_learns_nothing_of_any_connection() {
    flow::each(async |f| {
        if f.world.services.db.is_sqlite() {
            return; // There is nobody beside the program.
        }
        f.connect("acme").await;
        let new = NewApiToken::new("Backend", Role::Operator);
        api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
            .await
            .unwrap();
        let stranger = f.world.owner("pier").await;
        let foreign = f.world.app(&stranger, "returns").await;
        let url = f.world.database_url.expose_secret();
        let of_token = "(SELECT token_hash FROM api_tokens)";
        let (own, other) = (f.owner.tenant().to_string(), stranger.tenant().to_string());
        for (tenant, digest, app, account, rows) in [
            (&own, of_token, "'returns', NULL".to_owned(), "acme", 1),
            (&own, of_token, format!("'', '{}'", f.app.id), "acme", 1),
            // Of another tenant, the digest itself isn't there to be read.
            (&other, of_token, "'returns', NULL".to_owned(), "acme", 0),
            (&own, "''", "'returns', NULL".to_owned(), "acme", 0),
            (&own, "NULL", "'returns', NULL".to_owned(), "acme", 0),
            (
                &own,
                "sha256('guessed')",
                "'returns', NULL".to_owned(),
                "acme",
                0,
            ),
            (&own, of_token, "'returns', NULL".to_owned(), "none", 0),
            (
                &own,
                of_token,
                format!("'returns', '{}'", foreign.id),
                "acme",
                0,
            ),
        ] {
            let sql = format!(
                "SELECT * FROM mooring_token_fast_path({digest}::bytea, {app}, '{account}')"
            );
            let seen = rows_seen(url, Some(tenant), &sql).await.unwrap();
            assert_eq!(seen, rows, "{sql}");
        }
        let granted = "SELECT 1 FROM pg_proc WHERE proname LIKE 'mooring%' AND prosecdef \
             AND has_function_privilege('public', oid, 'EXECUTE')";
        assert_eq!(
            rows_seen(url, None, granted).await.unwrap(),
            0,
            "to everybody"
        );
    })
    .await;
}

/// Asks as whoever owns the database.
async fn owner_asks(url: &str, sql: &str) -> Vec<String> {
    let db = sea_orm::Database::connect(url).await.unwrap();
    let statement = Statement::from_string(DatabaseBackend::Postgres, sql.to_owned());
    let rows = db.query_all_raw(statement).await.unwrap();
    db.close().await.unwrap();
    let text = |row: sea_orm::QueryResult| row.try_get_by_index(0).unwrap();
    rows.into_iter().map(text).collect()
}

/// The tables with a column `tenant_id`, from the catalogue: whether row-level security
/// is on, and a statement that inserts a row of a tenant, made from its columns.
const TABLES_OF_TENANTS: &str = "
    SELECT format('%s|%s|INSERT INTO %s (%s) VALUES (%s)', c.relname, c.relrowsecurity, c.relname,
        string_agg(a.attname, ', ' ORDER BY a.attnum),
        string_agg(CASE
            WHEN a.attname = 'tenant_id' THEN '''{tenant}'''
            WHEN t.typname = 'uuid' THEN 'gen_random_uuid()'
            WHEN t.typname = 'bytea' THEN 'uuid_send(gen_random_uuid())'
            WHEN t.typname IN ('text', 'varchar') THEN 'gen_random_uuid()::text'
            WHEN t.typname = 'bool' THEN 'false'
            WHEN t.typname IN ('int2', 'int4') THEN '1'
            WHEN t.typname = 'int8' THEN '(random() * 1000000000)::bigint'
            ELSE 'unknown type ' || t.typname END, ', ' ORDER BY a.attnum))
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND (a.attnotnull OR a.attname = 'tenant_id')
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'tenant_id'
            AND NOT o.attisdropped)
    GROUP BY c.relname, c.relrowsecurity ORDER BY c.relname";

/// security.md 52: every table that the catalogue has, with a row of each of two
/// tenants in it, asked without the program's filter. A new table without a decision
/// in `migration/src/rights/table.rs` fails here.
#[tokio::test]
async fn s52_every_table_of_the_catalogue_keeps_tenants_apart() {
    flow::each(async |f| {
        if f.world.services.db.is_sqlite() {
            return; // SQLite has no roles; the program's scope stands alone there.
        }
        let url = f.world.database_url.expose_secret();
        let mighty = "SELECT rolname::text FROM pg_roles r JOIN installation i ON i.role = r.rolname \
            WHERE r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT FROM pg_class c \
                WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace)";
        assert!(owner_asks(url, mighty).await.is_empty(), "policies bind the role");
        let new = || f.world.services.new_id::<uuid::Uuid>();
        let (one, two) = (new(), new());
        let found = owner_asks(url, TABLES_OF_TENANTS).await;
        assert!(found.len() > 15, "{found:?}");
        for line in found {
            let mut parts = line.splitn(3, '|');
            let (name, on, insert) = (
                parts.next().unwrap(),
                parts.next().unwrap() == "t",
                parts.next().unwrap(),
            );
            let decision = TABLES.iter().find(|table| table.name == name);
            let decision = decision.unwrap_or_else(|| panic!("{name} has no decision"));
            if let Rows::All(why) = decision.rows {
                // The one table that has a tenant and no policy.
                assert_eq!((name, on), ("data_keys", false), "{why}");
                continue;
            }
            assert!(on, "{name}: row-level security is off");
            // Neither foreign keys nor triggers: the rows need no company.
            let alone = "SET session_replication_role = replica";
            let rows = [one, two].map(|id| insert.replace("{tenant}", &id.to_string()));
            let all = format!("{alone}; {}; {}", rows[0], rows[1]);
            let db = sea_orm::Database::connect(url).await.unwrap();
            let done = db.execute_unprepared(&all).await;
            done.unwrap_or_else(|error| panic!("{name}: {error}: {all}"));
            db.close().await.unwrap();
            let ask = format!("SELECT tenant_id FROM {name}");
            for (tenant, seen) in [(Some(one), 1), (Some(two), 1), (None, 0)] {
                let tenant = tenant.map(|id| id.to_string());
                let rows = rows_seen(url, tenant.as_deref(), &ask).await.unwrap();
                assert_eq!(rows, seen, "{name} as {tenant:?}");
            }
            for change in [
                format!("UPDATE {name} SET tenant_id = tenant_id WHERE tenant_id = '{two}'"),
                format!("DELETE FROM {name} WHERE tenant_id = '{two}'"),
            ] {
                // Or it may not be done at all.
                let changed = rows_seen(url, Some(&one.to_string()), &change).await;
                assert_eq!(changed.unwrap_or_default(), 0, "{change}");
            }
        }
    })
    .await;
}

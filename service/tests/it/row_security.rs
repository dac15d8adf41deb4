//! security.md 52, beneath the program: PostgreSQL itself keeps tenants apart.

use crate::flow;
use domain::role::Role;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use secrecy::ExposeSecret;
use service::api_tokens::{self, NewApiToken};

/// Asks as the role that the program works as, with or without a tenant.
async fn rows_seen(url: &str, tenant: Option<&str>, sql: &str) -> Result<u64, sea_orm::DbErr> {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1);
    let db = sea_orm::Database::connect(options).await?;
    let run = |sql: String| Statement::from_string(DatabaseBackend::Postgres, sql);
    db.execute_raw(run("SET ROLE mooring_app".into())).await?;
    let tenant = tenant.unwrap_or_default();
    db.execute_raw(run(format!(
        "SELECT set_config('mooring.tenant', '{tenant}', false)"
    )))
    .await?;
    let done = db.execute_raw(run(sql.to_owned())).await;
    db.close().await?;
    Ok(done?.rows_affected())
}

#[tokio::test]
async fn s52_a_query_that_forgets_its_tenant_finds_nothing() {
    flow::each(async |f| {
        if f.world.services.db.is_sqlite() {
            return; // SQLite has no roles; the program's scope stands alone there.
        }
        f.connect("acme").await;
        let stranger = f.world.owner("pier").await;
        let url = f.world.database_url.expose_secret();
        let (own, other) = (f.owner.tenant().to_string(), stranger.tenant().to_string());
        for table in [
            "apps",
            "connections",
            // The stranger's own key of the audit aside.
            "credentials WHERE purpose <> 'tenant.audit_key'",
            "events",
            "authorizations",
        ] {
            let all = format!("SELECT * FROM {table}");
            assert!(
                rows_seen(url, Some(&own), &all).await.unwrap() > 0,
                "{table}"
            );
            assert_eq!(
                rows_seen(url, Some(&other), &all).await.unwrap(),
                0,
                "{table}"
            );
            assert_eq!(rows_seen(url, None, &all).await.unwrap(), 0, "{table}");
            let delete = format!("DELETE FROM {table}");
            assert_eq!(
                rows_seen(url, Some(&other), &delete).await.unwrap(),
                0,
                "{table}"
            );
        }
        let steal = format!("UPDATE apps SET tenant_id = '{other}'");
        assert!(
            rows_seen(url, Some(&own), &steal).await.is_err(),
            "a row can't be moved to another tenant"
        );
        assert!(
            rows_seen(
                url,
                Some(&own),
                "ALTER TABLE apps DISABLE ROW LEVEL SECURITY"
            )
            .await
            .is_err()
        );
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
        api_tokens::create(&f.owner, new).await.unwrap();
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
            // The first is for processes of the version before.
            for function in ["mooring_token_read", "mooring_token_at_hand"] {
                let sql = format!("SELECT * FROM {function}({digest}::bytea, {app}, '{account}')");
                let seen = rows_seen(url, Some(tenant), &sql).await.unwrap();
                assert_eq!(seen, rows, "{sql}");
            }
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

//! Functions of PostgreSQL are as their files say.

use super::{AS_PROGRAM, Server, ask, in_session, key};
use secrecy::{ExposeSecret, SecretString};
use service::{core::database::Database, testing::World};

/// One that the program calls, and what it does.
const FUNCTION: &str = "mooring_head_log_cut()";
const SOURCE: &str =
    "SELECT prosrc FROM pg_proc WHERE oid = 'public.mooring_head_log_cut()'::regprocedure";

/// Which row of the catalogue each function is: another one after each change.
const ROWS: &str = "SELECT string_agg(oid || ' ' || xmin, ',' ORDER BY oid) FROM pg_proc \
    WHERE pronamespace = 'public'::regnamespace";

async fn migrated() -> Option<SecretString> {
    let server = Server::find().await?;
    let login = server.login("CREATEROLE").await;
    let url = server.at(&login, &server.database(&login).await);
    migrate(&url).await;
    Some(url)
}

async fn migrate(url: &SecretString) {
    let db = Database::open(url).await.unwrap();
    db.migrate().await.unwrap();
}

async fn install(url: &SecretString) {
    let db = sea_orm::Database::connect(url.expose_secret())
        .await
        .unwrap();
    migration::functions::install(&db).await.unwrap();
    db.close().await.unwrap();
}

#[tokio::test]
async fn functions_that_are_up_to_date_are_left_alone() {
    let Some(url) = migrated().await else {
        return;
    };
    let before = ask(&url, ROWS).await;
    install(&url).await;
    assert_eq!(ask(&url, ROWS).await, before);
    // That a change would show.
    in_session(
        &url,
        &[&format!("COMMENT ON FUNCTION {FUNCTION} IS 'mine'")],
    )
    .await
    .unwrap();
    install(&url).await;
    assert_ne!(ask(&url, ROWS).await, before);
}

/// As after an upgrade, or after an older version has installed its own again.
#[tokio::test]
async fn functions_of_another_version_are_replaced_and_may_be_called_as_before() {
    let Some(url) = migrated().await else {
        return;
    };
    let source = ask(&url, SOURCE).await;
    assert!(source.contains("head_log_end"), "{source}");
    let body = "RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp \
        AS 'SELECT NULL::void'";
    let other = format!("CREATE OR REPLACE FUNCTION {FUNCTION} {body}");
    // With the comment that is there, as if by hand; and with that of another version.
    let commented = format!("{other}; COMMENT ON FUNCTION {FUNCTION} IS 'mooring 12 34'");
    for change in [&other, &commented] {
        in_session(&url, &[change]).await.unwrap();
        assert_ne!(ask(&url, SOURCE).await, source);
        install(&url).await;
        assert_eq!(ask(&url, SOURCE).await, source);
        let call = format!("SELECT {FUNCTION}");
        in_session(&url, &[AS_PROGRAM, &call]).await.unwrap();
        let public = format!("SELECT has_function_privilege('public', '{FUNCTION}', 'EXECUTE')");
        assert_eq!(ask(&url, &public).await, "false");
    }
}

/// What guards the function counts as well, and not only its text.
#[tokio::test]
async fn settings_of_a_function_are_put_back() {
    let Some(url) = migrated().await else {
        return;
    };
    let guards = "SELECT prosecdef::text || array_to_string(proconfig, ';') FROM pg_proc \
        WHERE oid = 'public.mooring_due_take(bigint, bigint, bigint)'::regprocedure";
    let before = ask(&url, guards).await;
    for change in [
        "SECURITY INVOKER",
        "RESET enable_seqscan",
        "SET search_path = public",
    ] {
        let change = format!("ALTER FUNCTION mooring_due_take(bigint, bigint, bigint) {change}");
        in_session(&url, &[&change]).await.unwrap();
        assert_ne!(ask(&url, guards).await, before, "{change}");
        migrate(&url).await;
        assert_eq!(ask(&url, guards).await, before, "{change}");
    }
}

#[tokio::test]
async fn a_function_that_is_missing_comes_back() {
    let Some(url) = migrated().await else {
        return;
    };
    in_session(&url, &[&format!("DROP FUNCTION {FUNCTION}")])
        .await
        .unwrap();
    migrate(&url).await;
    in_session(&url, &[AS_PROGRAM, &format!("SELECT {FUNCTION}")])
        .await
        .unwrap();
    World::at(url, key()).await.owner("harbour").await;
}

/// The step that brings records of what was cut replaces a function; without
/// the step there are no such records.
#[tokio::test]
async fn a_step_that_is_taken_back_puts_the_text_before_back() {
    let Some(url) = migrated().await else {
        return;
    };
    let source =
        "SELECT prosrc FROM pg_proc WHERE oid = 'public.mooring_audit_cut()'::regprocedure";
    assert!(ask(&url, source).await.contains("audit_removals"));
    let since = "SELECT count(*) FROM seaql_migrations WHERE version >= 'm0022'";
    let steps: u32 = ask(&url, since).await.parse().unwrap();
    let db = Database::open(&url).await.unwrap();
    db.migrate_down(steps).await.unwrap();
    let before = ask(&url, source).await;
    assert!(
        before.contains("audit_heads") && !before.contains("audit_removals"),
        "{before}"
    );
    install(&url).await;
    assert_eq!(ask(&url, source).await, before);
    let gone = "SELECT count(*) FROM pg_proc WHERE proname = 'mooring_remove_tenant'";
    assert_eq!(ask(&url, gone).await, "0");
    migrate(&url).await;
    assert!(ask(&url, source).await.contains("audit_removals"));
}

/// A step may take a table back that the newest text empties.
#[tokio::test]
async fn only_tables_that_are_there_are_emptied_with_a_tenant() {
    let Some(url) = migrated().await else {
        return;
    };
    let source = "SELECT prosrc FROM pg_proc WHERE proname = 'mooring_remove_tenant'";
    assert!(ask(&url, source).await.contains("\"tenant_events\""));
    let since = "SELECT count(*) FROM seaql_migrations WHERE version >= 'm0028'";
    let steps: u32 = ask(&url, since).await.parse().unwrap();
    let db = Database::open(&url).await.unwrap();
    db.migrate_down(steps).await.unwrap();
    let text = ask(&url, source).await;
    assert!(
        text.contains("\"connections\"") && !text.contains("\"tenant_events\""),
        "{text}"
    );
}

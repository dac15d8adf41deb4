//! The same on PostgreSQL, by a login without any more rights than it needs.

use super::{Known, before, steps, there_and_back, works};
use crate::rights::{OldRole, Server, ask, in_session};
use domain::time::Timestamp;
use sea_orm::{ConnectionTrait, TransactionTrait};
use secrecy::ExposeSecret;
use service::core::database::Database;

const POSTGRES: &str = include_str!("postgres.sql");
/// Who owned it.
const OWNER: &str = "mooring_before";

const OF_POSTGRES: Known = Known {
    key: "key-259ad369:VS+A6MTlULBNaFyvVB3OyiDJrsFPRXbKNxS2iX9eDeU=",
    now: Timestamp(1_799_468_501_644_066),
    api_token: "mrg_5tDmn3kM9ydnnKDY3QTGyzKtZPawKNqNbamMIumS23g",
    link: "FuT5TumCr0aFe9GTROj3zUv6S5vA_UIZUWEA_k29iX4",
};

/// Each table's rows.
const ROWS: &str = "SELECT string_agg(c.relname || ': ' || (xpath('//r/text()', \
    query_to_xml(format('SELECT md5(string_agg(t::text, '','' ORDER BY t::text)) AS r FROM %s t', c.oid::regclass), \
    false, true, '')))[1]::text, E'\\n' ORDER BY c.relname COLLATE \"C\") \
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'";

/// Everything that can be told apart, but where functions look, where lines end
/// in them, and in which order rights were given.
const SCHEMA: &str = "SELECT string_agg(line, E'\\n' ORDER BY line COLLATE \"C\") FROM (\
    SELECT format('column %s.%s %s %s', table_name, column_name, data_type, column_default) AS line \
        FROM information_schema.columns WHERE table_schema = 'public' \
    UNION ALL SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public' \
    UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) \
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
    UNION ALL SELECT format('security %s %s %s', relname, relrowsecurity, relforcerowsecurity) \
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
    UNION ALL SELECT format('policy %s %s %s %s %s %s', tablename, policyname, roles, cmd, qual, with_check) \
        FROM pg_policies WHERE schemaname = 'public' \
    UNION ALL SELECT format('function %s %s', p.oid::regprocedure, md5(btrim(regexp_replace(prosrc, '\\s+', ' ', 'g')))) \
        FROM pg_proc p WHERE pronamespace = 'public'::regnamespace \
    UNION ALL SELECT format('trigger %s', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal \
    UNION ALL SELECT format('right %s %s %s', relname, a.grantee::regrole, a.privilege_type) \
        FROM pg_class, aclexplode(relacl) a WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
    UNION ALL SELECT format('right %s.%s %s %s', attrelid::regclass, attname, a.grantee::regrole, a.privilege_type) \
        FROM pg_attribute, aclexplode(attacl) a WHERE NOT attisdropped AND attrelid::regclass::text NOT LIKE 'pg\\_%' \
    UNION ALL SELECT format('right %s %s %s', p.oid::regprocedure, a.grantee::regrole, a.privilege_type) \
        FROM pg_proc p, aclexplode(proacl) a WHERE pronamespace = 'public'::regnamespace \
    UNION ALL SELECT format('default %s %s %s', defaclobjtype, a.grantee::regrole, a.privilege_type) \
        FROM pg_default_acl, aclexplode(defaclacl) a \
    UNION ALL SELECT format('enters %s', has_database_privilege('public', current_database(), 'CONNECT'))) lines";

/// security.md 72: what a process of the version before cuts off while the step
/// runs that brings records has one as well.
#[tokio::test]
async fn s72_a_cut_during_the_upgrade_has_its_record() {
    let Some(server) = Server::find().await else {
        return;
    };
    let old_role = OldRole::hold(&server).await;
    let login = server.login("CREATEROLE").await;
    server.run(&format!("GRANT mooring_app TO {login}")).await;
    let url = server.at(&login, &server.database(&login).await);
    in_session(&url, &[&POSTGRES.replace(OWNER, &login)])
        .await
        .unwrap();
    let mut options = sea_orm::ConnectOptions::new(url.expose_secret());
    options.max_connections(1).sqlx_logging(false);
    let process = sea_orm::Database::connect(options).await.unwrap();
    let of_tenant =
        "SELECT set_config('mooring.tenant', id::text, false) FROM tenants WHERE slug = 'harbour'";
    for sql in ["SET ROLE mooring_app", of_tenant] {
        process.execute_unprepared(sql).await.unwrap();
    }
    let cut = process.begin().await.unwrap();
    for sql in [
        "UPDATE audit_heads SET first = first + 1",
        "SELECT mooring_audit_cut()",
    ] {
        cut.execute_unprepared(sql).await.unwrap();
    }
    let migrating = tokio::spawn({
        let db = Database::open(&url).await.unwrap();
        async move { db.migrate().await }
    });
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'audit_heads'::regclass \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let is_waiting = async { while ask(&url, waits).await == "0" {} };
    tokio::time::timeout(std::time::Duration::from_secs(60), is_waiting)
        .await
        .unwrap();
    cut.commit().await.unwrap();
    migrating.await.unwrap().unwrap();
    let without = "SELECT count(*) FROM audit_heads h WHERE h.first > 0 AND h.first IS DISTINCT FROM \
        (SELECT max(r.through) FROM audit_removals r WHERE r.tenant_id = h.tenant_id)";
    assert_eq!(ask(&url, without).await, "0");
    let unproven = "SELECT count(*) FROM pg_constraint WHERE NOT convalidated";
    assert_eq!(ask(&url, unproven).await, "0");
    process.close().await.unwrap();
    old_role.let_go().await;
}

/// Also what the version before does meanwhile, and the second step.
#[tokio::test]
async fn a_postgresql_database_of_the_version_before_goes_up_and_back() {
    let Some(server) = Server::find().await else {
        return;
    };
    let old_role = OldRole::hold(&server).await;
    let login = server.login("CREATEROLE").await;
    server.run(&format!("GRANT mooring_app TO {login}")).await;
    let database = server.database(&login).await;
    let url = server.at(&login, &database);
    in_session(&url, &[&POSTGRES.replace(OWNER, &login)])
        .await
        .unwrap();
    let administrator = server.as_administrator(&database);
    let rows = async || ask(&administrator, ROWS).await;
    let schema = async || ask(&administrator, SCHEMA).await;
    there_and_back(&url, &OF_POSTGRES, rows, schema).await;

    // Both versions run beside each other.
    let notes = Database::open(&url).await.unwrap().migrate().await.unwrap();
    assert!(
        notes.iter().any(|note| note.contains("--finish")),
        "{notes:?}"
    );
    before::runs(&url).await;
    before::gets_nothing_new(&administrator).await;

    // security.md 73: the second step.
    let db = Database::open(&url).await.unwrap();
    let notes = db.finish().await.unwrap();
    let left = "SELECT count(*) FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid AND r.rolname = 'mooring_app' \
        WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(ask(&administrator, left).await, "0", "{notes:?}");
    before::can_nothing(&administrator).await;
    works(&url, &OF_POSTGRES).await;
    assert_eq!(db.migrate().await.unwrap(), [""; 0]);
    // Again: nothing is left, unless other databases of the server use the role.
    let notes = db.finish().await.unwrap();
    assert!(
        notes.iter().all(|note| note.contains("It stays")),
        "{notes:?}"
    );

    // And back from there.
    let new = steps(&url).await;
    db.migrate_down(new - before::STEPS).await.unwrap();
    before::runs(&url).await;
    old_role.let_go().await;
}

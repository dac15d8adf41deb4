//! The list of rights is that of the schema.

use super::{AS_PROGRAM, Server, ask, in_session, key};
use migration::{
    functions::{Caller, FUNCTIONS},
    rights::{Rows, TABLES},
};
use service::testing::on_each_database;
use std::collections::BTreeSet;

/// security.md 52, 74: a table or function that nobody thought of is found here.
#[tokio::test]
async fn s52_every_table_of_tenants_has_a_policy_and_all_things_stand_in_the_list() {
    on_each_database(async |world| {
        if world.services.db.is_sqlite() {
            return; // There are no rights.
        }
        let url = &world.database_url;
        let listed: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        assert!(listed.is_sorted(), "by name: {listed:?}");
        let there = ask(
            url,
            "SELECT string_agg(relname, ' ' ORDER BY relname COLLATE \"C\") FROM pg_class \
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')",
        )
        .await;
        assert_eq!(there, listed.join(" "), "migration/src/rights/table.rs");
        for table in TABLES {
            let name = table.name;
            let of_tenants = ask(
                url,
                &format!(
                    "SELECT count(*) FROM pg_attribute WHERE attrelid = '{name}'::regclass AND attname = 'tenant_id'"
                ),
            )
            .await
                == "1";
            match table.rows {
                Rows::OfTenant | Rows::OfTenantOrNone => {
                    assert!(of_tenants, "{name}");
                    let source = "SELECT prosrc FROM pg_proc WHERE proname = 'mooring_remove_tenant'";
                    let goes = ask(url, source).await.contains(&format!("\"{name}\" WHERE tenant_id = whose;"));
                    let stays = name.starts_with("audit_") || name == "credentials";
                    assert!(goes != stays, "{name}, when a tenant is removed");
                }
                Rows::All(why) => {
                    assert!(!why.is_empty(), "{name}");
                    assert!(!of_tenants || name == "data_keys", "{name}");
                }
            }
            let bound = ask(
                url,
                &format!(
                    "SELECT c.relrowsecurity AND count(p.oid) = 1 AND bool_and(p.polroles = ARRAY[r.oid] AND p.polcmd = '*') \
                     FROM pg_class c JOIN installation i ON true JOIN pg_roles r ON r.rolname = i.role \
                     LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.oid = '{name}'::regclass \
                     GROUP BY c.relrowsecurity"
                ),
            )
            .await;
            let wanted = !matches!(table.rows, Rows::All(_));
            assert_eq!(bound == "true", wanted, "{name} has its policy, and no other");
        }

        let listed: Vec<String> = FUNCTIONS
            .iter()
            .map(|function| function.signature.replace(", ", ","))
            .collect();
        assert!(listed.is_sorted(), "by name: {listed:?}");
        let there = ask(
            url,
            "SELECT string_agg(oid::regprocedure::text, ' ' ORDER BY oid::regprocedure::text COLLATE \"C\") \
             FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')",
        )
        .await;
        assert_eq!(there, listed.join(" "), "migration/src/functions/list.rs");
        for function in FUNCTIONS {
            let name = function.signature;
            let may = |who: &str| {
                format!("SELECT has_function_privilege({who}, '{name}'::regprocedure, 'EXECUTE')")
            };
            assert_eq!(ask(url, &may("'public'")).await, "false", "{name}");
            assert_eq!(
                ask(url, &may("(SELECT role FROM installation)")).await == "true",
                function.caller == Caller::Program,
                "{name}"
            );
        }
    })
    .await;
}

/// security.md 74: what a session made for itself never stands in the place of
/// a table or function, and it can make nothing.
#[tokio::test]
async fn s74_functions_look_in_the_schema_alone_and_the_program_makes_no_objects() {
    on_each_database(async |world| {
        if world.services.db.is_sqlite() {
            return; // There are neither functions nor sessions.
        }
        let url = &world.database_url;
        for function in FUNCTIONS {
            let path = ask(
                url,
                &format!(
                    "SELECT array_to_string(proconfig, ';') FROM pg_proc WHERE oid = '{}'::regprocedure",
                    function.signature
                ),
            )
            .await;
            assert!(
                path.split(';')
                    .any(|setting| setting == "search_path=pg_catalog, public, pg_temp"),
                "{}: {path}",
                function.signature
            );
        }
        for sql in [
            "CREATE TEMPORARY TABLE apps (id uuid)",
            "CREATE TABLE public.mine (id uuid)",
            "CREATE SCHEMA mine",
            "CREATE FUNCTION public.mooring_tenant_of_app(key text) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        ] {
            let refused = in_session(url, &[AS_PROGRAM, sql]).await;
            let error = refused.expect_err(sql).to_string();
            assert!(error.contains("permission denied"), "{sql}: {error}");
        }
    })
    .await;
}

/// The session's own path is fixed as well, whatever was set for the login.
#[tokio::test]
async fn s74_a_sessions_search_path_is_not_the_logins_affair() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("CREATEROLE").await;
    let database = server.database(&login).await;
    server
        .run(&format!(
            "ALTER ROLE {login} SET search_path = {login}, elsewhere, public"
        ))
        .await;
    let url = server.at(&login, &database);
    in_session(&url, &[&format!("CREATE SCHEMA {login}")])
        .await
        .unwrap();
    let new = service::core::database::Database::open(&url).await.unwrap();
    new.migrate().await.unwrap();
    let elsewhere =
        format!("SELECT count(*) FROM pg_class WHERE relnamespace = '{login}'::regnamespace");
    assert_eq!(ask(&url, &elsewhere).await, "0");
    let world = service::testing::World::at(url.clone(), key()).await;
    // A table that the login's path finds first.
    in_session(
        &url,
        &[&format!(
            "CREATE TABLE {login}.tenants (LIKE public.tenants); GRANT ALL ON {login}.tenants TO PUBLIC; \
             GRANT USAGE ON SCHEMA {login} TO PUBLIC"
        )],
    )
    .await
    .unwrap();
    world.owner("harbour").await;
    let found = ask(&url, "SELECT count(*) FROM public.tenants").await;
    assert_eq!(found, "1");
}

/// security.md 74: where everybody could make objects, as servers before 15 had it.
#[tokio::test]
async fn s74_a_schema_that_was_open_to_all_is_closed() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("CREATEROLE").await;
    let database = server.database(&login).await;
    let url = server.at(&login, &database);
    let open = "GRANT CREATE ON SCHEMA public TO PUBLIC";
    in_session(&url, &[open]).await.unwrap();
    let new = service::core::database::Database::open(&url).await.unwrap();
    new.migrate().await.unwrap();
    let refused = in_session(&url, &[AS_PROGRAM, "CREATE TABLE public.mine (id uuid)"]).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("permission denied"), "{refused}");
}

/// What the list says of a table: each right, or each right of a column.
fn listed(may: &str) -> BTreeSet<String> {
    let (rights, columns) = may.split_once(" (").unwrap_or((may, ""));
    let mut all: BTreeSet<String> = rights.split(", ").map(str::to_owned).collect();
    if let (Some(columns), Some(last)) = (columns.strip_suffix(')'), rights.rsplit(", ").next()) {
        all.remove(last);
        all.extend(columns.split(", ").map(|column| format!("{last} {column}")));
    }
    all
}

/// security.md 72: what the database lets the program do is the list, and nothing
/// besides: neither to its role nor to everybody.
#[tokio::test]
async fn s72_the_program_may_what_the_list_says_and_nothing_else() {
    on_each_database(async |world| {
        if world.services.db.is_sqlite() {
            return; // There are no rights.
        }
        for table in TABLES {
            let name = table.name;
            let whose = "IN (0, (SELECT r.oid FROM pg_roles r JOIN installation i ON r.rolname = i.role))";
            let rights = format!(
                "SELECT coalesce(string_agg(one, ','), '') FROM ( \
                 SELECT a.privilege_type AS one FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a \
                 WHERE c.oid = '{name}'::regclass AND a.grantee {whose} UNION ALL \
                 SELECT a.privilege_type || ' ' || t.attname FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) a \
                 WHERE t.attrelid = '{name}'::regclass AND a.grantee {whose}) AS rights"
            );
            let there = ask(&world.database_url, &rights).await;
            let there: BTreeSet<String> = there.split(',').map(str::to_owned).collect();
            assert_eq!(there, listed(table.may), "{name}");
        }
    })
    .await;
}

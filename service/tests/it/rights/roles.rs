//! Who works with a database: a role for each installation, and logins apart.

use super::{AS_PROGRAM, Server, ask, in_session, key};
use secrecy::SecretString;
use service::{core::database::Database, testing::World, worker};

async fn migrated(url: &SecretString) -> Vec<String> {
    Database::open(url).await.unwrap().migrate().await.unwrap()
}

async fn role_of(url: &SecretString) -> String {
    ask(url, "SELECT role FROM installation").await
}

/// security.md 73
#[tokio::test]
async fn s73_another_installation_on_the_server_reads_nothing() {
    let Some(server) = Server::find().await else {
        return;
    };
    let (mine, theirs) = (
        server.login("CREATEROLE").await,
        server.login("CREATEROLE").await,
    );
    let my_database = server.database(&mine).await;
    let their_database = server.database(&theirs).await;
    let url = server.at(&mine, &my_database);
    let notes = migrated(&url).await;
    migrated(&server.at(&theirs, &their_database)).await;
    assert!(notes[0].contains("GRANT CONNECT ON DATABASE"), "{notes:?}");

    let role = role_of(&url).await;
    let letters = role.strip_prefix("mooring_").unwrap();
    assert!(
        letters.len() == 16 && letters.bytes().all(|b| b.is_ascii_lowercase()),
        "{role}"
    );
    let other = role_of(&server.at(&theirs, &their_database)).await;
    assert_ne!(role, other);
    let attributes = format!(
        "SELECT rolcanlogin::int + rolsuper::int + rolbypassrls::int + rolcreaterole::int + rolcreatedb::int \
         FROM pg_roles WHERE rolname = '{role}'"
    );
    assert_eq!(ask(&url, &attributes).await, "0");
    let defaults = "SELECT count(*) FROM pg_default_acl";
    assert_eq!(ask(&url, defaults).await, "0", "nothing for tables to come");

    // It isn't let in.
    let world = World::at(url.clone(), key()).await;
    world.owner("harbour").await;
    let foreign = server.at(&theirs, &my_database);
    let refused = in_session(&foreign, &["SELECT 1"]).await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("permission denied for database"),
        "{refused}"
    );
    // And if it were, it would read nothing, not as its own program either.
    server
        .run(&format!(
            "GRANT CONNECT, TEMPORARY ON DATABASE {my_database} TO {theirs}"
        ))
        .await;
    let tables = "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'";
    let tables = ask(&url, tables).await;
    for table in tables.split(' ') {
        for who in ["RESET role".to_owned(), format!("SET ROLE {other}")] {
            let read = format!("SELECT * FROM public.{table}");
            let refused = in_session(&foreign, &[&who, &read]).await.expect_err(table);
            assert!(
                refused.to_string().contains("permission denied"),
                "{table}: {refused}"
            );
        }
    }
    let become_mine = format!("SET ROLE {role}");
    assert!(in_session(&foreign, &[&become_mine]).await.is_err());
    let refused = Database::open(&foreign).await.err().unwrap().to_string();
    assert!(
        refused.contains(&format!("GRANT \"{role}\" TO \"{theirs}\"")),
        "{refused}"
    );
}

/// security.md 73: the role that all installations once shared gets nothing.
#[tokio::test]
async fn s73_a_new_installation_gives_nothing_to_the_role_of_old_ones() {
    let Some(server) = Server::find().await else {
        return;
    };
    let old = super::OldRole::hold(&server).await;
    let login = server.login("CREATEROLE").await;
    let database = server.database(&login).await;
    migrated(&server.at(&login, &database)).await;
    let known = "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'mooring_app'::regrole AND dbid = \
        (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(ask(&server.as_administrator(&database), known).await, "0");
    old.let_go().await;
}

/// A copy of a database on the same server is another installation.
#[tokio::test]
async fn s73_a_copy_of_a_database_gets_a_role_of_its_own() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("CREATEROLE").await;
    let first = server.database(&login).await;
    let url = server.at(&login, &first);
    migrated(&url).await;
    let role = role_of(&url).await;
    let copy = super::chance("mooring_test");
    server
        .run(&format!(
            "CREATE DATABASE {copy} TEMPLATE {first} OWNER {login}"
        ))
        .await;
    // The original is migrated again while its processes run: it keeps its own.
    let before = World::at(url.clone(), key()).await;
    migrated(&url).await;
    assert_eq!(role_of(&url).await, role);
    before.owner("pier").await;

    let url = server.at(&login, &copy);
    let notes = migrated(&url).await;
    let new = role_of(&url).await;
    assert_ne!(role, new);
    before.owner("quay").await;
    assert!(notes.iter().any(|note| note.contains(&new)), "{notes:?}");
    for table in ["apps", "people"] {
        let may = format!("SELECT has_table_privilege('{role}', '{table}', 'SELECT')");
        assert_eq!(ask(&url, &may).await, "false", "{table}");
    }
    World::at(url.clone(), key()).await.owner("harbour").await;
    assert_eq!(migrated(&url).await, [""; 0], "and nothing more to say");
}

/// A database that took the place of the one that it was copied from is the
/// same installation.
#[tokio::test]
async fn s73_a_database_that_was_put_back_keeps_its_role() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("CREATEROLE").await;
    let first = server.database(&login).await;
    migrated(&server.at(&login, &first)).await;
    let role = role_of(&server.at(&login, &first)).await;
    let copy = super::chance("mooring_test");
    server
        .run(&format!(
            "CREATE DATABASE {copy} TEMPLATE {first} OWNER {login}"
        ))
        .await;
    server.run(&format!("DROP DATABASE {first}")).await;
    let url = server.at(&login, &copy);
    migrated(&url).await;
    assert_eq!(role_of(&url).await, role);
    // From now on it is the original.
    let again = super::chance("mooring_test");
    server
        .run(&format!(
            "CREATE DATABASE {again} TEMPLATE {copy} OWNER {login}"
        ))
        .await;
    migrated(&url).await;
    assert_eq!(role_of(&url).await, role);
    let again = server.at(&login, &again);
    migrated(&again).await;
    assert_ne!(role_of(&again).await, role);
    World::at(url, key()).await.owner("harbour").await;
}

/// Where the login may not make roles, the error has the two lines that help.
#[tokio::test]
async fn s73_a_login_that_may_not_make_roles_is_told_what_helps() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("").await;
    let database = server.database("DEFAULT").await;
    server
        .run(&format!("GRANT ALL ON DATABASE {database} TO {login}"))
        .await;
    let administrator = server.as_administrator(&database);
    in_session(
        &administrator,
        &[&format!("GRANT CREATE ON SCHEMA public TO {login}")],
    )
    .await
    .unwrap();
    let url = server.at(&login, &database);
    let refused = Database::open(&url)
        .await
        .unwrap()
        .migrate()
        .await
        .unwrap_err()
        .to_string();
    let lines: Vec<_> = refused
        .lines()
        .map(str::trim)
        .filter(|line| line.ends_with(';'))
        .collect();
    assert_eq!(lines.len(), 2, "{refused}");
    assert!(lines[0].starts_with("CREATE ROLE \"mooring_"), "{refused}");
    assert!(lines[1].starts_with("GRANT \"mooring_"), "{refused}");
    for line in lines {
        server.run(line).await;
    }
    // The database isn't the login's: what is left to do is told.
    let notes = migrated(&url).await;
    let role = role_of(&url).await;
    let lines: Vec<_> = notes[0]
        .lines()
        .map(str::trim)
        .filter(|line| line.ends_with(';'))
        .collect();
    assert_eq!(
        lines[..2],
        [
            format!("GRANT CONNECT ON DATABASE \"{database}\" TO \"{role}\";"),
            format!("REVOKE CONNECT, TEMPORARY ON DATABASE \"{database}\" FROM PUBLIC;"),
        ],
        "{notes:?}"
    );
    for line in lines {
        in_session(&administrator, &[line]).await.unwrap();
    }
    assert_eq!(migrated(&url).await, [""; 0]);
    World::at(url, key()).await.owner("harbour").await;
}

/// A login that doesn't inherit rights can take the role on all the same, and
/// doesn't have to be given it once more, which it may not do itself.
#[tokio::test]
async fn s73_a_login_that_does_not_inherit_rights_migrates() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("NOINHERIT").await;
    let database = server.database(&login).await;
    // What it owns the schema by, it doesn't inherit either.
    let administrator = server.as_administrator(&database);
    let grant = format!("GRANT CREATE ON SCHEMA public TO {login}");
    in_session(&administrator, &[&grant]).await.unwrap();
    let url = server.at(&login, &database);
    let db = Database::open(&url).await.unwrap();
    let refused = db.migrate().await.unwrap_err().to_string();
    for line in refused.lines().filter(|line| line.ends_with(';')) {
        server.run(line).await;
    }
    let notes = migrated(&url).await;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!(migrated(&url).await, [""; 0]);
    World::at(url, key()).await.owner("harbour").await;
}

/// A role that was made by whoever migrates, but not given yet: who made it
/// isn't somebody who can take it on.
#[tokio::test]
async fn s73_a_role_that_was_made_and_not_given_is_given() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("").await;
    let database = server.database(&login).await;
    let url = server.at(&login, &database);
    let db = Database::open(&url).await.unwrap();
    assert!(db.migrate().await.is_err(), "it may not make roles");
    server.run(&format!("ALTER ROLE {login} CREATEROLE")).await;
    let make = format!("CREATE ROLE {} NOLOGIN", role_of(&url).await);
    in_session(&url, &[&make]).await.unwrap();
    migrated(&url).await;
    World::at(url, key()).await.owner("harbour").await;
}

/// A role that passes all rights is no role to work as.
#[tokio::test]
async fn s73_a_role_that_rights_mean_nothing_to_is_refused() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("CREATEROLE").await;
    let database = server.database(&login).await;
    let url = server.at(&login, &database);
    migrated(&url).await;
    let role = role_of(&url).await;
    server.run(&format!("ALTER ROLE {role} BYPASSRLS")).await;
    let refused = Database::open(&url)
        .await
        .unwrap()
        .migrate()
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains(&format!("ALTER ROLE \"{role}\" NOSUPERUSER NOBYPASSRLS")),
        "{refused}"
    );
}

/// security.md 74: who serves owns nothing, and can't change the schema or its rights.
#[tokio::test]
async fn s74_a_login_that_owns_nothing_serves() {
    let Some(server) = Server::find().await else {
        return;
    };
    let (owner, serves) = (server.login("CREATEROLE").await, server.login("").await);
    let database = server.database(&owner).await;
    let url = server.at(&serves, &database);
    let migrates = Database::open(&server.at(&owner, &database)).await.unwrap();
    let notes = migrates.migrate_for(Some(&serves)).await.unwrap();
    assert!(
        !notes.iter().any(|note| note.contains(&serves)),
        "{notes:?}"
    );

    let world = World::at(url.clone(), key()).await;
    let actor = world.owner("harbour").await;
    world.app(&actor, "returns").await;
    worker::tidy(&world.services).await.unwrap();
    worker::tick(&world.services).await.unwrap();
    for sql in [
        "DROP TABLE apps",
        "ALTER TABLE apps DISABLE ROW LEVEL SECURITY",
        "DELETE FROM tenants",
        "DELETE FROM audit_entries",
        "CREATE TABLE mine (id uuid)",
        "CREATE TEMPORARY TABLE mine (id uuid)",
        "UPDATE installation SET role = 'postgres'",
    ] {
        // As it signs in, not as what it works as.
        assert!(in_session(&url, &[sql]).await.is_err(), "{sql}");
        assert!(in_session(&url, &[AS_PROGRAM, sql]).await.is_err(), "{sql}");
    }
    let refused = Database::open(&url).await.unwrap().migrate().await;
    assert!(refused.is_err(), "nor can it migrate");
    let untouched = ask(&server.at(&owner, &database), "SELECT count(*) FROM apps").await;
    assert_eq!(untouched, "1");
}

/// Whoever owns the tables can back them up; they weren't to be read without a
/// tenant once, by nobody but superusers.
#[tokio::test]
async fn the_owner_can_dump_all_rows() {
    let Some(server) = Server::find().await else {
        return;
    };
    let owner = server.login("CREATEROLE").await;
    let database = server.database(&owner).await;
    let url = server.at(&owner, &database);
    migrated(&url).await;
    World::at(url.clone(), key()).await.owner("harbour").await;
    // As pg_dump does.
    let read = in_session(
        &url,
        &["SET row_security = off", "SELECT * FROM audit_entries"],
    )
    .await;
    assert_eq!(read.unwrap(), 1);
}

/// Two at once don't get into each other's way.
#[tokio::test]
async fn migrations_at_once_wait_for_each_other() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("CREATEROLE").await;
    let database = server.database(&login).await;
    let url = server.at(&login, &database);
    tokio::join!(migrated(&url), migrated(&url), migrated(&url));
    let db = Database::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    World::at(url, key()).await.owner("harbour").await;
}

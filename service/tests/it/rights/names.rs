//! Logins, databases and roles of any name, on a server of their own, where no
//! version before ever was.

use super::{Server, ask, in_session, key};
use secrecy::SecretString;
use service::{
    core::database::Database,
    testing::{Cluster, World},
};

/// A new server, if there is PostgreSQL.
async fn server() -> Option<(Cluster, Server)> {
    Server::find().await?;
    let cluster = Cluster::start();
    let server = Server::of(&cluster.url_at(cluster.port())).await;
    Some((cluster, server))
}

async fn migrate(url: &SecretString) -> Result<Vec<String>, String> {
    let db = Database::open(url).await.unwrap();
    db.migrate().await.map_err(|error| error.to_string())
}

/// Words of SQL, and capital letters, which SQL makes small.
#[tokio::test]
async fn s74_logins_and_databases_may_have_any_name() {
    let Some((_cluster, server)) = server().await else {
        return;
    };
    for sql in [
        "CREATE ROLE \"user\" LOGIN CREATEROLE",
        "CREATE ROLE \"Mixed\" LOGIN",
        "CREATE DATABASE \"order\" OWNER \"user\"",
        "CREATE ROLE \"select\" LOGIN",
        "CREATE DATABASE \"Table\" OWNER \"select\"",
    ] {
        server.run(sql).await;
    }
    let owner = Database::open(&server.at("user", "order")).await.unwrap();
    let notes = owner.migrate_for(Some("Mixed")).await.unwrap();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("GRANT CONNECT ON DATABASE"), "{notes:?}");
    let world = World::at(server.at("Mixed", "order"), key()).await;
    world.owner("harbour").await;

    // The lines that are printed can be run as they are.
    let url = server.at("select", "Table");
    let refused = migrate(&url).await.unwrap_err();
    let lines: Vec<_> = refused.lines().filter(|line| line.ends_with(';')).collect();
    assert_eq!(lines.len(), 2, "{refused}");
    for line in lines {
        server.run(line).await;
    }
    migrate(&url).await.unwrap();
    World::at(url, key()).await.owner("harbour").await;
}

/// A role may have been given another name by hand.
#[tokio::test]
async fn s73_the_program_s_role_may_have_any_name_and_may_be_gone() {
    let Some((_cluster, server)) = server().await else {
        return;
    };
    server.run("CREATE ROLE owns LOGIN CREATEROLE").await;
    server.run("CREATE DATABASE first OWNER owns").await;
    let url = server.at("owns", "first");
    migrate(&url).await.unwrap();
    let before = ask(&url, "SELECT role FROM installation").await;
    let name = "it''s-100%-Mine";
    server
        .run(&format!(
            "ALTER ROLE \"{before}\" RENAME TO \"{}\"",
            name.replace("''", "'")
        ))
        .await;
    let rename = format!("UPDATE installation SET role = '{name}'");
    in_session(&url, &[&rename]).await.unwrap();
    migrate(&url).await.unwrap();
    let keys = key();
    let world = World::at(url.clone(), keys.clone()).await;
    world.owner("harbour").await;
    drop(world);

    server
        .run("CREATE DATABASE copy TEMPLATE first OWNER owns")
        .await;
    let copy = server.at("owns", "copy");
    migrate(&copy).await.unwrap();
    let may = format!("SELECT has_table_privilege('{name}', 'apps', 'SELECT')");
    assert_eq!(ask(&copy, &may).await, "false");
    assert_eq!(ask(&url, &may).await, "true");

    // As after a restore on another server, where nobody made the role.
    let new = ask(&copy, "SELECT role FROM installation").await;
    let administrator = server.as_administrator("copy");
    let remove = [
        format!("DROP OWNED BY \"{new}\""),
        format!("DROP ROLE \"{new}\""),
    ];
    in_session(&administrator, &[&remove[0], &remove[1]])
        .await
        .unwrap();
    let steps = ask(&copy, "SELECT count(*) FROM seaql_migrations").await;
    let steps: u32 = steps.parse().unwrap();
    let db = Database::open(&copy).await.unwrap();
    db.migrate_down(steps - crate::upgrade::STEPS)
        .await
        .unwrap();
    migrate(&copy).await.unwrap();
    World::at(copy, keys).await.owner("harbour").await;
}

//! The extension of PostgreSQL that the search needs.

use crate::rights::{Server, ask, in_session};
use service::core::database::Database;

/// Who may not make it is told who can; then all goes on, and back.
#[tokio::test]
async fn a_login_that_may_not_make_the_extension_is_told_what_helps() {
    let Some(server) = Server::find().await else {
        return;
    };
    let login = server.login("CREATEROLE").await;
    let another = server.login("").await;
    let database = server.database(&another).await;
    let administrator = server.as_administrator(&database);
    let own = format!("ALTER SCHEMA public OWNER TO {login}");
    in_session(&administrator, &[&own]).await.unwrap();
    let url = server.at(&login, &database);
    let migrate = async || Database::open(&url).await.unwrap().migrate().await;
    let refused = migrate().await.unwrap_err().to_string();
    assert!(refused.contains("CREATE EXTENSION pg_trgm;\n"), "{refused}");
    assert!(refused.contains(&database), "{refused}");
    in_session(&administrator, &["CREATE EXTENSION pg_trgm"])
        .await
        .unwrap();
    migrate().await.unwrap();
    // What an administrator made stays.
    Database::open(&url)
        .await
        .unwrap()
        .migrate_down(2)
        .await
        .unwrap();
    let there = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'";
    assert_eq!(ask(&url, there).await, "1");
    migrate().await.unwrap();
}

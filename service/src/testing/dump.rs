//! The whole content of a database.

use super::World;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use secrecy::ExposeSecret;

impl World {
    /// Every row of every table as text, for finding what must not be there.
    pub async fn dump(&self) -> String {
        let db = sea_orm::Database::connect(self.database_url.expose_secret())
            .await
            .unwrap();
        let tables = match self.backend {
            DatabaseBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
            _ => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'",
        };
        let raw = |sql: String| Statement::from_string(self.backend, sql);
        let mut dump = String::new();
        for table in db.query_all_raw(raw(tables.to_owned())).await.unwrap() {
            let table: String = table.try_get("", "name").unwrap();
            let rows = match self.backend {
                DatabaseBackend::Sqlite => {
                    let columns = db
                        .query_all_raw(raw(format!(
                            "SELECT name FROM pragma_table_info('{table}')"
                        )))
                        .await
                        .unwrap();
                    let text: Vec<String> = columns
                        .iter()
                        .map(|c| c.try_get::<String>("", "name").unwrap())
                        // Blobs also as the text that they may contain.
                        .map(|c| {
                            format!("quote(\"{c}\") || ' ' || coalesce(CAST(\"{c}\" AS TEXT), '')")
                        })
                        .collect();
                    format!(
                        "SELECT {} AS line FROM \"{table}\"",
                        text.join(" || ' ' || ")
                    )
                }
                _ => format!(
                    "SELECT convert_to(row_to_json(t)::text, 'UTF8') AS line FROM \"{table}\" t"
                ),
            };
            for row in db.query_all_raw(raw(rows)).await.unwrap() {
                let line: Vec<u8> = row.try_get("", "line").unwrap();
                dump.push_str(&String::from_utf8_lossy(&line));
                dump.push('\n');
            }
        }
        dump
    }
}

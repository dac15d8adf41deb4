//! The functions of a PostgreSQL database, each in a file of its own.
//!
//! A step that needs functions installs its own ([`up`]) and takes them back
//! ([`down`]). After the steps, [`install`] updates each function that differs
//! from its file. So to change what a function does, change its file; no step
//! is needed. Processes of the previous version go on calling it, so it must
//! work for them as well. If its arguments or columns change, it gets a new
//! name, and the old function stays for one release ([`Caller::Before`]).
//!
//! Most run as the owner of the tables (`SECURITY DEFINER`), without row-level
//! security. [`FUNCTIONS`] says who may call them.

mod list;

pub use list::{Caller, FUNCTIONS, Function, Version};

use crate::rights;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait,
};

/// For the transaction of a step: a text may name columns that only a later step adds.
const UNCHECKED: &str = "SET LOCAL check_function_bodies = off";

/// Installs the functions that came with a step. On SQLite there are none.
pub(crate) async fn up(manager: &SchemaManager<'_>, step: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    db.execute_unprepared(UNCHECKED).await?;
    for function in FUNCTIONS {
        for version in function.versions.iter().filter(|v| v.since == step) {
            function.put(db, version).await?;
        }
    }
    Ok(())
}

/// Restores the functions as they were before a step.
pub(crate) async fn down(manager: &SchemaManager<'_>, step: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    db.execute_unprepared(UNCHECKED).await?;
    for function in FUNCTIONS {
        let Some(at) = function.versions.iter().position(|v| v.since == step) else {
            continue;
        };
        match at.checked_sub(1).and_then(|at| function.versions.get(at)) {
            Some(before) => function.put(db, before).await?,
            None => {
                let drop = format!("DROP FUNCTION public.{}", function.signature);
                db.execute_unprepared(&drop).await?;
            }
        }
    }
    Ok(())
}

/// Updates every function that differs from its file, as of the newest step
/// that the database has. Call it after the steps, up or down, under the same
/// lock.
///
/// # Errors
/// If the database fails; finished work stays, and the next call continues.
pub async fn install(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let taken = Statement::from_string(
        DbBackend::Postgres,
        "SELECT version::text AS step FROM public.seaql_migrations",
    );
    let mut steps: Vec<String> = Vec::new();
    for row in db.query_all_raw(taken).await? {
        steps.push(row.try_get("", "step")?);
    }
    let mut wanted = Vec::new();
    for function in FUNCTIONS {
        let taken = |version: &&Version| steps.iter().any(|step| step == version.since);
        if let Some(version) = function.versions.iter().rev().find(taken) {
            wanted.push((function, version.sql(db).await?));
        }
    }
    for at in different(db, &wanted).await? {
        if let Some((function, text)) = wanted.get(at) {
            let tx = db.begin().await?;
            function.put_text(&tx, text).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The places of the functions that the database doesn't have with this text.
async fn different(
    db: &impl ConnectionTrait,
    wanted: &[(&Function, String)],
) -> Result<Vec<usize>, DbErr> {
    let sql = format!(
        "SELECT f.place::bigint AS place \
         FROM json_array_elements($1::json) WITH ORDINALITY AS f(pair, place), \
         LATERAL (SELECT f.pair->>0 AS name, f.pair->>1 AS text) AS one \
         WHERE coalesce(obj_description(to_regprocedure(one.name), 'pg_proc') <> {}, true) \
         ORDER BY f.place",
        noted("one.name", "one.text")
    );
    let pairs: Vec<[String; 2]> = wanted
        .iter()
        .map(|(function, text)| [function.name(), text.clone()])
        .collect();
    let pairs = serde_json::json!(pairs).to_string();
    let ask = Statement::from_sql_and_values(DbBackend::Postgres, sql, [pairs.into()]);
    let mut places = Vec::new();
    for row in db.query_all_raw(ask).await? {
        let place: i64 = row.try_get("", "place")?;
        places.extend(usize::try_from(place - 1));
    }
    Ok(places)
}

/// The content of a function's comment: a digest of the text that it was made
/// from, and one of what the database made of it. The second one shows whether
/// somebody changed the function by hand.
fn noted(name: &str, text: &str) -> String {
    format!(
        "'mooring ' || encode(sha256(convert_to({text}, 'UTF8')), 'hex') || ' ' \
         || encode(sha256(convert_to(pg_get_functiondef(to_regprocedure({name})), 'UTF8')), 'hex')"
    )
}

impl Function {
    fn name(&self) -> String {
        format!("public.{}", self.signature)
    }

    /// Makes or replaces the function. A new function has no callers yet; an
    /// existing one keeps its callers.
    async fn put(&self, db: &impl ConnectionTrait, version: &Version) -> Result<(), DbErr> {
        self.put_text(db, &version.sql(db).await?).await
    }

    async fn put_text(&self, db: &impl ConnectionTrait, text: &str) -> Result<(), DbErr> {
        let name = self.name();
        db.execute_unprepared(&format!("{text} REVOKE ALL ON FUNCTION {name} FROM PUBLIC"))
            .await?;
        let sql = format!("SELECT {} AS noted", noted("$1", "$2"));
        let values = [name.as_str().into(), text.into()];
        let ask = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let row = db.query_one_raw(ask).await?;
        let noted: String = row.map_or(Ok(String::new()), |row| row.try_get("", "noted"))?;
        db.execute_unprepared(&format!("COMMENT ON FUNCTION {name} IS '{noted}'"))
            .await?;
        Ok(())
    }
}

/// The tables that there are.
async fn tables(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT relname::text AS name FROM pg_class \
               WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql));
    let names = rows.await?.into_iter().map(|row| row.try_get("", "name"));
    names.collect()
}

/// Placeholder in a text for one line per table of tenants.
const EACH_TABLE: &str = "{deletes}";

impl Version {
    /// The text, with one line for each existing table of tenants.
    async fn sql(&self, db: &impl ConnectionTrait) -> Result<String, DbErr> {
        if !self.text.contains(EACH_TABLE) {
            return Ok(self.text.to_owned());
        }
        let tables = tables(db).await?;
        let mut lines = String::new();
        for table in rights::emptied_with_tenant() {
            if tables.iter().any(|there| there == table) {
                lines += &format!("    DELETE FROM public.\"{table}\" WHERE tenant_id = whose;\n");
            }
        }
        Ok(self.text.replace(EACH_TABLE, lines.trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Migrator, MigratorTrait};
    use std::collections::BTreeSet;

    #[test]
    fn each_text_makes_the_function_that_it_is_listed_for() {
        for function in FUNCTIONS {
            let name = function.signature.split('(').next().unwrap();
            for version in function.versions {
                let makes = format!("CREATE OR REPLACE FUNCTION {name}(");
                assert_eq!(version.text.matches(&makes).count(), 1, "{name}");
                assert_eq!(version.text.matches("CREATE").count(), 1, "{name}");
                assert!(
                    version.text.starts_with("-- "),
                    "{name} says what it is for"
                );
                assert!(
                    version
                        .text
                        .contains("SET search_path = pg_catalog, public, pg_temp"),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn versions_stand_in_the_order_of_their_steps() {
        let steps: Vec<String> = Migrator::migrations()
            .iter()
            .map(|step| step.name().to_owned())
            .collect();
        for function in FUNCTIONS {
            let places: Vec<usize> = function
                .versions
                .iter()
                .map(|version| steps.iter().position(|step| step == version.since).unwrap())
                .collect();
            assert!(
                !places.is_empty() && places.is_sorted(),
                "{}",
                function.signature
            );
        }
    }

    #[test]
    fn every_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/functions");
        let there: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "sql"))
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        let listed: BTreeSet<String> = FUNCTIONS
            .iter()
            .flat_map(|function| function.versions)
            .map(|version| version.text.to_owned())
            .collect();
        assert_eq!(there, listed);
    }
}

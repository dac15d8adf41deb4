//! The second step of an upgrade: the role of the previous version loses its
//! rights. All installations of a server shared that role.

use super::{Notes, quoted, role};
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement,
};

/// The role of previous versions, the same for all installations.
pub(crate) const BEFORE: &str = "mooring_app";

fn ask(sql: &str) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, [BEFORE.into()])
}

/// Whether that role still has rights in this database.
pub(super) async fn is_due(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let sql = "SELECT EXISTS (SELECT FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid \
        WHERE r.rolname = $1 AND s.refclassid = 'pg_authid'::regclass AND s.dbid = \
            (SELECT oid FROM pg_database WHERE datname = current_database())) AS due";
    let row = db.query_one_raw(ask(sql)).await?;
    row.map_or(Ok(false), |row| row.try_get("", "due"))
}

/// Takes policies, grants and default privileges from the role of the previous
/// version, and removes the role if nothing else on the server needs it. Call
/// it after [`super::apply`], when no process of that version runs any more.
/// Gives what it could not do; on SQLite it does nothing.
///
/// # Errors
/// If the database failed; finished work stays, and the next call continues.
pub async fn finish(db: &DatabaseConnection) -> Result<Notes, DbErr> {
    let mut notes = Notes::new();
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(notes);
    }
    let there = db.query_one_raw(ask("SELECT 1 FROM pg_roles WHERE rolname = $1"));
    if there.await?.is_none() {
        return Ok(notes);
    }
    for sql in policies(db).await?.into_iter().chain(defaults(db).await?) {
        db.execute_unprepared(&sql).await?;
    }
    role::leave(db, BEFORE).await?;
    if is_due(db).await? {
        notes.push(format!(
            "The role {BEFORE} still has rights in this database, given by somebody else or on something that \
             is not Mooring's. An administrator runs, in this database,\n  DROP OWNED BY {BEFORE};"
        ));
        return Ok(notes);
    }
    if role::is_used_elsewhere(db, BEFORE).await? {
        notes.push(format!(
            "The role {BEFORE} has no rights left here. It stays, since other databases of this server use it; \
             with the last of them finished, it goes."
        ));
        return Ok(notes);
    }
    // Removes its memberships, too.
    if let Err(error) = db.execute_unprepared(&format!("DROP ROLE {BEFORE}")).await {
        notes.push(format!(
            "The role {BEFORE} has no rights left, but could not be removed: {error}. \
             An administrator may run\n  DROP ROLE {BEFORE};"
        ));
    }
    Ok(notes)
}

/// Statements that remove its policies, each run by itself, since each locks its table.
async fn policies(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT p.polname::text AS policy, c.relname::text AS name FROM pg_policy p \
        JOIN pg_class c ON c.oid = p.polrelid AND c.relnamespace = 'public'::regnamespace \
        JOIN pg_roles r ON p.polroles = ARRAY[r.oid] WHERE r.rolname = $1";
    let rows = db.query_all_raw(ask(sql)).await?;
    let drops = rows.iter().map(|row| {
        let policy: String = row.try_get("", "policy")?;
        let table: String = row.try_get("", "name")?;
        Ok(format!(
            "DROP POLICY {} ON public.{}",
            quoted(&policy),
            quoted(&table)
        ))
    });
    drops.collect()
}

/// Statements that remove its default privileges on future tables.
async fn defaults(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT DISTINCT o.rolname::text AS owner FROM pg_default_acl a \
        JOIN pg_roles o ON o.oid = a.defaclrole CROSS JOIN aclexplode(a.defaclacl) x \
        JOIN pg_roles r ON r.oid = x.grantee \
        WHERE r.rolname = $1 AND pg_has_role(current_user, o.oid, 'USAGE')";
    let rows = db.query_all_raw(ask(sql)).await?;
    let revokes = rows.iter().map(|row| {
        let owner: String = row.try_get("", "owner")?;
        Ok(format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public REVOKE ALL ON TABLES FROM {BEFORE}",
            quoted(&owner)
        ))
    });
    revokes.collect()
}

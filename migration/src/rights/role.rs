//! The role that the program works as. Each installation has its own, since a
//! role belongs to the whole server. Its random name is made with the schema
//! and kept in the table `installation`, so that an administrator can learn it
//! before the role exists, where the login may not make roles.

use super::{Notes, RightsError, is_refused, literal, quoted};
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, Value,
};

/// A new name, from the server's own random numbers: it must be unique, not secret.
pub(crate) const NEW_NAME: &str = "'mooring_' || translate(substr(md5(gen_random_uuid()::text), 1, 16), '0123456789', 'ghijklmnop')";

/// The identity of this database: a copy has another one.
pub(crate) const THIS_DATABASE: &str =
    "(SELECT oid::bigint FROM pg_database WHERE datname = current_database())";

/// Whether the login may take on the role `r` (`SET ROLE`). Since version 16 of
/// PostgreSQL, the creator of a role is a member of it without this right.
/// `USAGE`, the role's rights without taking it on, isn't needed, and is
/// missing with NOINHERIT.
const MAY_TAKE_ON: &str = "pg_has_role(current_user, r.oid, \
    CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END)";

/// What a login finds out before it works with a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InUse {
    /// The role to work as.
    Role(String),
    /// The schema is missing, or too old to name a role.
    NotMigrated,
}

fn ask(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

async fn text(db: &impl ConnectionTrait, statement: Statement) -> Result<Option<String>, DbErr> {
    let row = db.query_one_raw(statement).await?;
    row.map_or(Ok(None), |row| row.try_get_by_index(0))
}

/// The role to work as in this database. PostgreSQL only.
///
/// # Errors
/// [`RightsError::NotGranted`] if the login is not a member of it, or the database failed.
pub async fn in_use(db: &DatabaseConnection) -> Result<InUse, RightsError> {
    let there = "SELECT to_regclass('public.installation')::text";
    if text(db, ask(there, [])).await?.is_none() {
        return Ok(InUse::NotMigrated);
    }
    let named = format!(
        "SELECT i.role::text AS role, {MAY_TAKE_ON} AS ours \
         FROM public.installation i JOIN pg_roles r ON r.rolname = i.role"
    );
    match db.query_one_raw(ask(&named, [])).await {
        Ok(Some(row)) if row.try_get("", "ours")? => Ok(InUse::Role(row.try_get("", "role")?)),
        // The role doesn't exist or isn't granted to the tables' owner yet,
        // which `mooring migrate` does; or the database was restored on another
        // server.
        Ok(_) => Ok(InUse::NotMigrated),
        Err(error) if is_refused(&error) => {
            // The catalogue shows to everybody who may read the table.
            let role = "SELECT r.rolname::text FROM pg_class c, aclexplode(c.relacl) a, pg_roles r \
                WHERE c.oid = 'public.installation'::regclass AND a.grantee = r.oid AND a.grantee <> c.relowner";
            let role = text(db, ask(role, [])).await?;
            let login = text(db, ask("SELECT current_user::text", [])).await?;
            Err(RightsError::NotGranted {
                role: quoted(&role.unwrap_or_default()),
                login: quoted(&login.unwrap_or_default()),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes sure that this installation has a role of its own, and that this login
/// and the program's login are members of it.
pub(super) async fn prepare(
    db: &DatabaseConnection,
    login: Option<&str>,
    notes: &mut Notes,
) -> Result<String, RightsError> {
    let role = own(db, notes).await?;
    let me = text(db, ask("SELECT current_user::text", [])).await?;
    let me = me.unwrap_or_default();
    make(db, &role, &me).await?;
    if let Some(login) = login.filter(|login| *login != me) {
        let (role, login) = (quoted(&role), quoted(login));
        let grant = format!("GRANT {role} TO {login}");
        if let Err(error) = db.execute_unprepared(&grant).await {
            notes.push(format!(
                "The login {login} of MOORING_DATABASE_URL could not be given the role {role}: {error}. \
                 Whoever made the role runs\n  {grant};"
            ));
        }
    }
    Ok(role)
}

/// The name of this database's own role: a new one if this database is a copy
/// and the original works with the role in its row. Who uses the role doesn't
/// show which database is the copy. The original must keep the role, since its
/// processes run.
async fn own(db: &DatabaseConnection, notes: &mut Notes) -> Result<String, DbErr> {
    let named = "SELECT role FROM public.installation";
    let role = text(db, ask(named, [])).await?.unwrap_or_default();
    let known =
        format!("SELECT 'known' FROM public.installation WHERE database_oid = {THIS_DATABASE}");
    if text(db, ask(&known, [])).await?.is_some() {
        return Ok(role);
    }
    let mut changes = format!("database_oid = {THIS_DATABASE}");
    let shared = is_used_elsewhere(db, &role).await?;
    if shared {
        leave(db, &role).await?;
        changes += &format!(", role = {NEW_NAME}");
    }
    db.execute_unprepared(&format!("UPDATE public.installation SET {changes}"))
        .await?;
    let own = text(db, ask(named, [])).await?.unwrap_or_default();
    if shared {
        notes.push(format!(
            "This database was copied from another one of this server, which is worked with as the role {role}. \
             It now has a role of its own, {own}."
        ));
    }
    Ok(own)
}

/// Makes the role and grants it to this login, as far as that isn't done.
async fn make(db: &DatabaseConnection, role: &str, me: &str) -> Result<(), RightsError> {
    let refused = |error| match error {
        error if is_refused(&error) => RightsError::NoRole {
            role: quoted(role),
            login: quoted(me),
        },
        error => RightsError::Database(error),
    };
    let found = format!(
        "SELECT r.rolsuper OR r.rolbypassrls AS mighty, {MAY_TAKE_ON} AS ours \
         FROM pg_roles r WHERE r.rolname = $1"
    );
    let found = db.query_one_raw(ask(&found, [role.into()])).await?;
    let mut ours = false;
    match found {
        Some(row) if row.try_get("", "mighty")? => {
            let role = quoted(role);
            return Err(RightsError::TooMighty { role });
        }
        Some(row) => ours = row.try_get("", "ours")?,
        None => {
            let create = format!(
                "CREATE ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS",
                quoted(role)
            );
            db.execute_unprepared(&create).await.map_err(refused)?;
        }
    }
    if !ours {
        let grant = format!("GRANT {} TO {}", quoted(role), quoted(me));
        db.execute_unprepared(&grant).await.map_err(refused)?;
    }
    Ok(())
}

/// Whether another database of the server knows the role.
pub(super) async fn is_used_elsewhere(
    db: &impl ConnectionTrait,
    role: &str,
) -> Result<bool, DbErr> {
    let sql = "SELECT EXISTS (SELECT FROM pg_shdepend s \
        JOIN pg_roles r ON r.oid = s.refobjid AND r.rolname = $1 \
        JOIN pg_database d ON d.datname = current_database() \
        WHERE s.refclassid = 'pg_authid'::regclass AND CASE s.dbid \
            WHEN 0 THEN s.classid = 'pg_database'::regclass AND s.objid <> d.oid \
            ELSE s.dbid <> d.oid END) AS used";
    let row = db.query_one_raw(ask(sql, [role.into()])).await?;
    row.map_or(Ok(false), |row| row.try_get("", "used"))
}

/// Takes a role's rights in this database only, as far as this login can take
/// them. A missing role has none.
pub(super) async fn leave(db: &impl ConnectionTrait, role: &str) -> Result<(), DbErr> {
    let sql = LEAVE
        .replace("{role}", &literal(role))
        .replace("{quoted}", &quoted(role));
    db.execute_unprepared(&sql).await?;
    Ok(())
}

const LEAVE: &str = "
DO $$ DECLARE thing text; whose text := {role}; BEGIN
    FOR thing IN SELECT c.oid::regclass::text FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        AND pg_has_role(current_user, c.relowner, 'USAGE')
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', thing, whose);
    END LOOP;
    FOR thing IN SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND pg_has_role(current_user, p.proowner, 'USAGE')
    LOOP
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM %I', thing, whose);
    END LOOP;
    IF (SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'public') THEN
        REVOKE ALL ON SCHEMA public FROM {quoted};
    END IF;
    IF (SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = current_database()) THEN
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), whose);
    END IF;
EXCEPTION WHEN undefined_object THEN NULL;
END $$;
";

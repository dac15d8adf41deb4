//! The program's rights in a PostgreSQL database. It works as the
//! installation's own role, which owns nothing (`role.rs`). One table lists the
//! role's rights (`table.rs`), and every `mooring migrate` applies them. The
//! steps of the schema grant nothing.
//!
//! Until `mooring migrate --finish`, the role of the previous version keeps its
//! rights as well, so that processes of both versions can run together
//! (`finish.rs`).

mod before;
mod finish;
mod removal;
mod role;
mod table;

pub use finish::finish;
pub use removal::emptied_with_tenant;
pub use role::{InUse, in_use};
pub use table::{Rows, TABLES, Table};

pub(crate) use before::give_back;
pub(crate) use role::{NEW_NAME, THIS_DATABASE};

use crate::functions::{Caller, FUNCTIONS, Function};
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement,
};

/// Why the rights can't be set up or used.
#[derive(Debug, thiserror::Error)]
pub enum RightsError {
    /// The role is missing, and the login may not make it.
    #[error(
        "Mooring works with the rights of the role {role}, which isn't there or isn't granted to the login {login}, \
         and {login} may not do that itself; an administrator of the server runs\n  \
         CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;\n  \
         GRANT {role} TO {login};\n\
         (the first line only if the role isn't there); then run `mooring migrate` again"
    )]
    NoRole {
        /// The role's name, quoted.
        role: String,
        /// The login's name, quoted.
        login: String,
    },
    /// The role bypasses all rights.
    #[error(
        "the role {role} is a superuser or passes row-level security, so that rights mean nothing to it; \
         an administrator runs\n  ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;\nthen run `mooring migrate` again"
    )]
    TooMighty {
        /// The role's name.
        role: String,
    },
    /// The login has no rights in the database.
    #[error(
        "the login {login} has no rights in this database; whoever owns it runs\n  GRANT {role} TO {login};\n\
         and the login has to inherit rights, as they do unless made with NOINHERIT"
    )]
    NotGranted {
        /// The role that it needs.
        role: String,
        /// The login.
        login: String,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Facts to know, or work for another person; each a sentence with its lines of SQL.
pub type Notes = Vec<String>;

/// Gives the installation's role the rights in [`TABLES`] and [`FUNCTIONS`],
/// takes all other rights from it, and takes all rights from everybody else.
/// Call it after the steps and [`crate::functions::install`], under the same
/// lock. `login` is the program's login, if that differs from the one of this
/// connection.
///
/// # Errors
/// [`RightsError`]; finished work stays, and the next call continues.
pub async fn apply(db: &DatabaseConnection, login: Option<&str>) -> Result<Notes, RightsError> {
    let mut notes = Notes::new();
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(notes);
    }
    let role = role::prepare(db, login, &mut notes).await?;
    of_database(db, &role, &mut notes).await?;
    let secured = secured(db, &role).await?;
    let mut granted = String::new();
    for table in TABLES {
        let grants = grants(table, &role);
        if secured.iter().any(|name| name == table.name) {
            granted += &grants;
        } else {
            // One transaction, so that nobody sees a table between two states. For each its
            // own, since policies lock the table.
            let policy = policy(table, &role);
            db.execute_unprepared(&(grants + &policy)).await?;
        }
    }
    granted.extend(FUNCTIONS.iter().map(|f| of_function(f, &role)));
    db.execute_unprepared(&granted).await?;
    if finish::is_due(db).await? {
        notes.push(
            "Processes of the version before may go on with the role mooring_app. When the last of them \
             is replaced, run `mooring migrate --finish`: it takes that role's rights away."
                .to_owned(),
        );
    }
    Ok(notes)
}

fn grants(table: &Table, role: &str) -> String {
    let (name, role) = (table.name, quoted(role));
    let mut sql = format!("REVOKE ALL ON public.{name} FROM PUBLIC, {role};");
    if !table.may.is_empty() {
        sql += &format!("GRANT {} ON public.{name} TO {role};", table.may);
    }
    sql
}

fn policy(table: &Table, role: &str) -> String {
    let (name, role) = (table.name, quoted(role));
    let mut sql = format!("DROP POLICY IF EXISTS program ON public.{name};");
    match table.rows {
        Rows::OfTenant | Rows::OfTenantOrNone => {
            let rows = condition(table.rows);
            sql += &format!(
                "DROP POLICY IF EXISTS owner ON public.{name}; \
                 ALTER TABLE public.{name} NO FORCE ROW LEVEL SECURITY; \
                 ALTER TABLE public.{name} ENABLE ROW LEVEL SECURITY; \
                 CREATE POLICY program ON public.{name} TO {role} USING ({rows}); \
                 COMMENT ON POLICY program ON public.{name} IS {};",
                literal(rows)
            );
        }
        Rows::All(_) => {
            sql += &format!("ALTER TABLE public.{name} DISABLE ROW LEVEL SECURITY;");
        }
    }
    sql
}

/// Only rows of the transaction's tenant. The condition holds for writing, too.
const OF_TENANT: &str = "tenant_id = nullif(current_setting('mooring.tenant', true), '')::uuid";

/// The same, and the rows that belong to no tenant.
const OF_TENANT_OR_NONE: &str =
    "tenant_id IS NULL OR tenant_id = nullif(current_setting('mooring.tenant', true), '')::uuid";

/// The condition of a table's policy; empty if it has none.
const fn condition(rows: Rows) -> &'static str {
    match rows {
        Rows::OfTenant => OF_TENANT,
        Rows::OfTenantOrNone => OF_TENANT_OR_NONE,
        Rows::All(_) => "",
    }
}

/// The tables whose policies are already right.
async fn secured(db: &DatabaseConnection, role: &str) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT c.relname::text AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, \
        CASE WHEN p.polroles = ARRAY[r.oid] THEN obj_description(p.oid, 'pg_policy') END AS condition \
        FROM pg_class c JOIN pg_roles r ON r.rolname = $1 \
        LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'program' \
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'";
    let values = [role.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let mut names = Vec::new();
    for row in db.query_all_raw(statement).await? {
        let name: String = row.try_get("", "name")?;
        let enabled: bool = row.try_get("", "enabled")?;
        let forced: bool = row.try_get("", "forced")?;
        let there: Option<String> = row.try_get("", "condition")?;
        let wanted = TABLES.iter().find(|table| table.name == name);
        let good = wanted.is_some_and(|table| match table.rows {
            Rows::OfTenant | Rows::OfTenantOrNone => {
                enabled && !forced && there.as_deref() == Some(condition(table.rows))
            }
            Rows::All(_) => !enabled,
        });
        if good {
            names.push(name);
        }
    }
    Ok(names)
}

fn of_function(function: &Function, role: &str) -> String {
    let (name, role) = (function.signature, quoted(role));
    let grant = match function.caller {
        Caller::Program => format!("GRANT EXECUTE ON FUNCTION public.{name} TO {role};"),
        Caller::Trigger | Caller::Before => String::new(),
    };
    format!("REVOKE ALL ON FUNCTION public.{name} FROM PUBLIC, {role}; {grant}")
}

/// Only the role may connect. Temporary objects of a session could take the
/// place of tables, so nobody may make any.
async fn of_database(
    db: &DatabaseConnection,
    role: &str,
    notes: &mut Notes,
) -> Result<(), RightsError> {
    let sql = "SELECT current_database()::text AS name, \
        pg_has_role(current_user, d.datdba, 'USAGE') AS ours, \
        has_database_privilege($1, d.oid, 'CONNECT') AS enters, \
        has_database_privilege('public', d.oid, 'CONNECT') AS all_enter, \
        has_database_privilege('public', d.oid, 'TEMPORARY') AS all_make, \
        has_schema_privilege($1, 'public', 'USAGE') AS looks, \
        has_schema_privilege('public', 'public', 'CREATE') AS all_create, \
        pg_has_role(current_user, n.nspowner, 'USAGE') AS schema_ours \
        FROM pg_database d, pg_namespace n WHERE d.datname = current_database() AND n.nspname = 'public'";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [role.into()]);
    let Some(row) = db.query_one_raw(statement).await? else {
        return Ok(());
    };
    let is = |column: &str| row.try_get::<bool>("", column);
    let (name, role) = (quoted(&row.try_get::<String>("", "name")?), quoted(role));
    let mut lines = Vec::new();
    if !is("enters")? || is("all_enter")? || is("all_make")? {
        let all = [
            format!("GRANT CONNECT ON DATABASE {name} TO {role};"),
            format!("REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC;"),
        ];
        if is("ours")? {
            db.execute_unprepared(&all.concat()).await?;
            notes.push(format!(
                "From now on nobody but the owner of the database {name} and members of the role {role} \
                 may connect to it. A login that makes backups or measures needs\n  \
                 GRANT CONNECT ON DATABASE {name} TO …;"
            ));
        } else {
            lines.extend(all);
        }
    }
    if !is("looks")? || is("all_create")? {
        let all = [
            format!("GRANT USAGE ON SCHEMA public TO {role};"),
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;".to_owned(),
        ];
        if is("schema_ours")? {
            db.execute_unprepared(&all.concat()).await?;
        } else {
            lines.extend(all);
        }
    }
    if !lines.is_empty() {
        notes.push(format!(
            "This login does not own the database, and others on the server may still connect to it. \
             An administrator runs, in the database {name},\n  {}",
            lines.join("\n  ")
        ));
    }
    Ok(())
}

/// A name in SQL, always quoted: `user` and `order` are words of the language,
/// and unquoted letters become small.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text literal in SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether PostgreSQL refused because of a missing right.
fn is_refused(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        error
    else {
        return false;
    };
    error
        .as_database_error()
        .is_some_and(|e| e.code().as_deref() == Some("42501"))
}

//! What a search finds accounts by: a row for each account, with any part of a word
//! indexed. The index of PostgreSQL is the next step ([`crate::m0053_search_index`]).
//!
//! Triggers keep the rows up to date, whichever version of the program changes an
//! account, a contact or who approved. On SQLite there are two indexes beside the
//! table: of any three letters, and of the beginnings of words for one or two.

use crate::functions;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Small letters, a line for each text. The beginnings of words have at most two letters
/// and a blank before each.
const POSTGRES: &str = r"
CREATE TABLE account_search (
    tenant_id uuid NOT NULL,
    subdomain varchar NOT NULL,
    open_words text NOT NULL,
    customer_words text NOT NULL,
    open_beginnings text GENERATED ALWAYS AS (' ' || regexp_replace(regexp_replace(open_words,
        '([[:alnum:]]{2})[[:alnum:]]+', '\1', 'g'), '[^[:alnum:]]+', ' ', 'g')) STORED,
    customer_beginnings text GENERATED ALWAYS AS (' ' || regexp_replace(regexp_replace(customer_words,
        '([[:alnum:]]{2})[[:alnum:]]+', '\1', 'g'), '[^[:alnum:]]+', ' ', 'g')) STORED,
    PRIMARY KEY (tenant_id, subdomain),
    FOREIGN KEY (tenant_id, subdomain) REFERENCES accounts (tenant_id, subdomain) ON DELETE CASCADE
);
";

/// The triggers first: from here on, nothing changes that the rows would miss.
const POSTGRES_KEPT: &str = "
CREATE TRIGGER search_added AFTER INSERT ON accounts
    FOR EACH ROW EXECUTE FUNCTION mooring_search_row();
CREATE TRIGGER search_changed AFTER UPDATE OF name, external_id ON accounts
    FOR EACH ROW WHEN ((OLD.name, OLD.external_id) IS DISTINCT FROM (NEW.name, NEW.external_id))
    EXECUTE FUNCTION mooring_search_row();
CREATE TRIGGER search_added AFTER INSERT ON connections
    FOR EACH ROW WHEN (NEW.approved_by_name IS NOT NULL OR NEW.approved_by_email IS NOT NULL)
    EXECUTE FUNCTION mooring_search_row();
CREATE TRIGGER search_changed AFTER UPDATE OF approved_by_name, approved_by_email ON connections
    FOR EACH ROW WHEN ((OLD.approved_by_name, OLD.approved_by_email)
        IS DISTINCT FROM (NEW.approved_by_name, NEW.approved_by_email))
    EXECUTE FUNCTION mooring_search_row();
CREATE TRIGGER search_removed AFTER DELETE ON connections
    FOR EACH ROW WHEN (OLD.approved_by_name IS NOT NULL OR OLD.approved_by_email IS NOT NULL)
    EXECUTE FUNCTION mooring_search_row();
CREATE TRIGGER search_added AFTER INSERT ON account_contacts REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mooring_search_contacts();
CREATE TRIGGER search_changed AFTER UPDATE ON account_contacts REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mooring_search_contacts();
CREATE TRIGGER search_removed AFTER DELETE ON account_contacts REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mooring_search_contacts();

INSERT INTO account_search (tenant_id, subdomain, open_words, customer_words)
    SELECT a.tenant_id, a.subdomain, w.open_words, w.customer_words
    FROM accounts a, mooring_search_words(a.tenant_id, a.subdomain) w;
";

const POSTGRES_DOWN: &str = "
DROP TRIGGER search_added ON accounts;
DROP TRIGGER search_changed ON accounts;
DROP TRIGGER search_added ON connections;
DROP TRIGGER search_changed ON connections;
DROP TRIGGER search_removed ON connections;
DROP TRIGGER search_added ON account_contacts;
DROP TRIGGER search_changed ON account_contacts;
DROP TRIGGER search_removed ON account_contacts;
DROP TABLE account_search;
";

/// A tenant's ids follow each other, so that the indexes of words, which know no tenants,
/// are read in a tenant's part alone. Texts stand as they are: the indexes know the large
/// and small letters of all alphabets, `lower` of SQLite only those of ASCII.
const SQLITE: &str = r#"
CREATE TABLE account_search (
    id integer NOT NULL PRIMARY KEY,
    tenant_id uuid_text NOT NULL,
    subdomain varchar NOT NULL,
    open_words text NOT NULL,
    customer_words text NOT NULL,
    FOREIGN KEY (tenant_id, subdomain) REFERENCES accounts (tenant_id, subdomain) ON DELETE CASCADE
);
CREATE UNIQUE INDEX account_search_tenant_id_subdomain ON account_search (tenant_id, subdomain);
CREATE INDEX account_search_tenant_id ON account_search (tenant_id, id);
CREATE VIRTUAL TABLE account_search_parts USING fts5(open_words, customer_words,
    content = 'account_search', content_rowid = 'id', tokenize = 'trigram');
CREATE VIRTUAL TABLE account_search_beginnings USING fts5(open_words, customer_words,
    content = 'account_search', content_rowid = 'id', detail = column, prefix = '1 2',
    tokenize = 'unicode61 remove_diacritics 0');

CREATE VIEW account_search_words AS SELECT a.tenant_id, a.subdomain,
    a.subdomain || coalesce(char(10) || (SELECT group_concat(who, char(10)) FROM (
        SELECT c.approved_by_name AS who FROM connections c
            WHERE c.tenant_id = a.tenant_id AND c.subdomain = a.subdomain AND c.approved_by_name IS NOT NULL
        UNION SELECT c.approved_by_email FROM connections c
            WHERE c.tenant_id = a.tenant_id AND c.subdomain = a.subdomain AND c.approved_by_email IS NOT NULL
    )), '') AS open_words,
    coalesce(a.name || char(10), '') || coalesce(a.external_id || char(10), '')
        || coalesce((SELECT group_concat(coalesce(k.name || char(10), '') || k.email, char(10))
            FROM account_contacts k
            WHERE k.tenant_id = a.tenant_id AND k.subdomain = a.subdomain), '') AS customer_words
    FROM accounts a;

INSERT INTO account_search (id, tenant_id, subdomain, open_words, customer_words)
    SELECT (dense_rank() OVER (ORDER BY tenant_id) << 32)
            + row_number() OVER (PARTITION BY tenant_id ORDER BY subdomain),
        tenant_id, subdomain, open_words, customer_words
    FROM account_search_words;
INSERT INTO account_search_parts (account_search_parts) VALUES ('rebuild');
INSERT INTO account_search_beginnings (account_search_beginnings) VALUES ('rebuild');
"#;

const SQLITE_INDEXED: &str = "
CREATE TRIGGER account_search_added AFTER INSERT ON account_search BEGIN
    {add}
END;
CREATE TRIGGER account_search_changed AFTER UPDATE ON account_search
WHEN OLD.open_words <> NEW.open_words OR OLD.customer_words <> NEW.customer_words BEGIN
    {remove}
    {add}
END;
CREATE TRIGGER account_search_removed AFTER DELETE ON account_search BEGIN
    {remove}
END;
CREATE TRIGGER accounts_search_added AFTER INSERT ON accounts BEGIN
    INSERT INTO account_search (id, tenant_id, subdomain, open_words, customer_words)
    SELECT coalesce(
            (SELECT max(id) + 1 FROM account_search WHERE tenant_id = NEW.tenant_id),
            (SELECT ((coalesce(max(id), 0) >> 32) + 1 << 32) + 1 FROM account_search)),
        w.tenant_id, w.subdomain, w.open_words, w.customer_words
    FROM account_search_words w WHERE w.tenant_id = NEW.tenant_id AND w.subdomain = NEW.subdomain;
END;
";

/// What changes the words of an account, and under which name it does.
const CHANGES: [(&str, &str, &str); 7] = [
    (
        "accounts_search_changed",
        "UPDATE OF name, external_id ON accounts",
        "NEW",
    ),
    ("connections_search_added", "INSERT ON connections", "NEW"),
    (
        "connections_search_changed",
        "UPDATE OF approved_by_name, approved_by_email ON connections",
        "NEW",
    ),
    ("connections_search_removed", "DELETE ON connections", "OLD"),
    (
        "account_contacts_search_added",
        "INSERT ON account_contacts",
        "NEW",
    ),
    (
        "account_contacts_search_changed",
        "UPDATE ON account_contacts",
        "NEW",
    ),
    (
        "account_contacts_search_removed",
        "DELETE ON account_contacts",
        "OLD",
    ),
];

/// The triggers that write an account's words anew, and what keeps the indexes.
fn sqlite_triggers() -> String {
    let indexes = ["account_search_parts", "account_search_beginnings"];
    let add = indexes.map(|index| {
        format!(
            "INSERT INTO {index} (rowid, open_words, customer_words) \
             VALUES (NEW.id, NEW.open_words, NEW.customer_words);"
        )
    });
    let remove = indexes.map(|index| {
        format!(
            "INSERT INTO {index} ({index}, rowid, open_words, customer_words) \
             VALUES ('delete', OLD.id, OLD.open_words, OLD.customer_words);"
        )
    });
    let mut sql = SQLITE_INDEXED
        .replace("{add}", &add.concat())
        .replace("{remove}", &remove.concat());
    for (name, change, row) in CHANGES {
        // Refreshing tokens changes connections all the time, and not these columns.
        let when = match name {
            "connections_search_changed" => {
                "WHEN OLD.approved_by_name IS NOT NEW.approved_by_name \
                 OR OLD.approved_by_email IS NOT NEW.approved_by_email"
            }
            _ => "",
        };
        sql += &format!(
            "CREATE TRIGGER {name} AFTER {change} {when} BEGIN \
                 UPDATE account_search SET (open_words, customer_words) = \
                     (SELECT w.open_words, w.customer_words FROM account_search_words w \
                      WHERE w.tenant_id = {row}.tenant_id AND w.subdomain = {row}.subdomain) \
                 WHERE tenant_id = {row}.tenant_id AND subdomain = {row}.subdomain \
                     AND EXISTS (SELECT 1 FROM accounts a \
                         WHERE a.tenant_id = {row}.tenant_id AND a.subdomain = {row}.subdomain); \
             END;"
        );
    }
    sql
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(POSTGRES).await?;
            functions::up(manager, self.name()).await?;
            db.execute_unprepared(POSTGRES_KEPT).await?;
        } else {
            db.execute_unprepared(SQLITE).await?;
            db.execute_unprepared(&sqlite_triggers()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(POSTGRES_DOWN).await?;
            return functions::down(manager, self.name()).await;
        }
        let mut sql = "DROP TRIGGER accounts_search_added;".to_owned();
        for (name, ..) in CHANGES {
            sql += &format!("DROP TRIGGER {name};");
        }
        sql += "DROP VIEW account_search_words; DROP TABLE account_search_parts; \
            DROP TABLE account_search_beginnings; DROP TABLE account_search;";
        db.execute_unprepared(&sql).await?;
        Ok(())
    }
}

//! Accounts as things of their own: what a vendor knows about the customer behind a
//! subdomain, with tags and contacts.
//!
//! A trigger adds the account of a new connection, so that there is one whichever version
//! of the program connects it. An account stays when its connections go, since it may be
//! known before it is connected; erasing it is an action of its own.

use crate::{
    columns::{at, at_null, id, index, owned_by, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const ACCOUNTS: &str = "accounts";
const TAGS: &str = "account_tags";
const CONTACTS: &str = "account_contacts";
const CONNECTIONS: &str = "connections";

const BACKFILL: &str = "
INSERT INTO accounts (tenant_id, subdomain, created_at)
    SELECT tenant_id, subdomain, min(created_at) FROM connections GROUP BY tenant_id, subdomain;
";

const POSTGRES: &str = "
CREATE TRIGGER account AFTER INSERT ON connections
    FOR EACH ROW EXECUTE FUNCTION mooring_add_account();
";

const SQLITE: &str = "
CREATE TRIGGER connections_account AFTER INSERT ON connections BEGIN
    INSERT INTO accounts (tenant_id, subdomain, created_at)
    VALUES (NEW.tenant_id, NEW.subdomain, NEW.created_at)
    ON CONFLICT (tenant_id, subdomain) DO NOTHING;
END;
";

/// A foreign key to the account of the row.
fn of_account() -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col(Alias::new("tenant_id"))
        .from_col(Alias::new("subdomain"))
        .to_tbl(Alias::new(ACCOUNTS))
        .to_col(Alias::new("tenant_id"))
        .to_col(Alias::new("subdomain"))
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_people = ForeignKey::create()
            .from_col(Alias::new("owner_id"))
            .to(Alias::new("people"), Alias::new("id"))
            .on_delete(ForeignKeyAction::SetNull)
            .to_owned();
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(ACCOUNTS))
                    .col(tenant())
                    .col(string("subdomain"))
                    .col(text_null("name"))
                    .col(text_null("external_id"))
                    .col(uuid_null("owner_id"))
                    .col(text_null("note"))
                    .col(text_null("note_by"))
                    .col(at_null("note_at"))
                    .col(at("created_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("tenant_id"))
                            .col(Alias::new("subdomain")),
                    )
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut of_people.clone())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(TAGS))
                    .col(tenant())
                    .col(string("subdomain"))
                    // The tag in small letters, and as it was typed.
                    .col(text("tag_key"))
                    .col(text("tag"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("tenant_id"))
                            .col(Alias::new("subdomain"))
                            .col(Alias::new("tag_key")),
                    )
                    .foreign_key(&mut of_account())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(CONTACTS))
                    .col(id())
                    .col(tenant())
                    .col(string("subdomain"))
                    .col(integer("place"))
                    .col(text("email"))
                    .col(text_null("name"))
                    .col(string_null("language"))
                    .foreign_key(&mut of_account())
                    .to_owned(),
            )
            .await?;
        for (table, columns, unique) in [
            (ACCOUNTS, &["tenant_id", "external_id"][..], false),
            (ACCOUNTS, &["owner_id"], false),
            (TAGS, &["tenant_id", "tag_key", "subdomain"], true),
            (CONTACTS, &["tenant_id", "subdomain", "email"], true),
            (CONNECTIONS, &["tenant_id", "subdomain"], false),
        ] {
            manager.create_index(index(table, columns, unique)).await?;
        }
        let db = manager.get_connection();
        db.execute_unprepared(BACKFILL).await?;
        functions::up(manager, self.name()).await?;
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        db.execute_unprepared(if postgres { POSTGRES } else { SQLITE })
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        manager
            .get_connection()
            .execute_unprepared(if postgres {
                "DROP TRIGGER account ON connections"
            } else {
                "DROP TRIGGER connections_account"
            })
            .await?;
        functions::down(manager, self.name()).await?;
        manager
            .drop_index(
                Index::drop()
                    .name("connections_tenant_id_subdomain")
                    .table(Alias::new(CONNECTIONS))
                    .to_owned(),
            )
            .await?;
        for table in [CONTACTS, TAGS, ACCOUNTS] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

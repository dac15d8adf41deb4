//! Makes a database fail on purpose.

use super::World;
use domain::time::Timestamp;
use sea_orm::DatabaseBackend;

impl World {
    /// Makes every insert into the audit fail, as a full disk would.
    pub async fn make_audit_unwritable(&self) {
        if self.backend == DatabaseBackend::Sqlite {
            let trigger = "CREATE TRIGGER full_disk BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'disk full'); END";
            self.past(trigger).await;
        } else {
            let function = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$";
            self.past(function).await;
            let trigger = "CREATE TRIGGER full_disk BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION full_disk()";
            self.past(trigger).await;
        }
    }

    /// Reverts [`World::make_audit_unwritable`].
    pub async fn make_audit_writable(&self) {
        if self.backend == DatabaseBackend::Sqlite {
            self.past("DROP TRIGGER full_disk").await;
        } else {
            self.past("DROP FUNCTION full_disk CASCADE").await;
        }
    }

    /// Makes every write of a token fail; all other writes work.
    pub async fn make_tokens_unwritable(&self) {
        self.make_tokens_unwritable_of("%").await;
    }

    /// The same for accounts whose names match this pattern of SQL.
    pub async fn make_tokens_unwritable_of(&self, like: &str) {
        if self.backend == DatabaseBackend::Sqlite {
            self.past(&format!(
                "CREATE TRIGGER no_tokens BEFORE UPDATE ON connections \
                 WHEN NEW.token_version <> OLD.token_version AND NEW.subdomain LIKE '{like}' \
                 BEGIN SELECT RAISE(ABORT, 'disk full'); END",
            ))
            .await;
        } else {
            let function = "CREATE FUNCTION no_tokens() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$";
            self.past(function).await;
            self.past(&format!(
                "CREATE TRIGGER no_tokens BEFORE UPDATE ON connections FOR EACH ROW \
                 WHEN (NEW.token_version <> OLD.token_version AND NEW.subdomain LIKE '{like}') \
                 EXECUTE FUNCTION no_tokens()",
            ))
            .await;
        }
    }

    /// Reverts [`World::make_tokens_unwritable`].
    pub async fn make_tokens_writable(&self) {
        if self.backend == DatabaseBackend::Sqlite {
            self.past("DROP TRIGGER no_tokens").await;
        } else {
            self.past("DROP FUNCTION no_tokens CASCADE").await;
        }
    }

    /// Makes a token with this expiry appear whenever a lease is taken: as if
    /// the previous holder had stored it between the look and the lease.
    pub async fn bring_tokens_before_leases(&self, expires_at: Timestamp) {
        let expires_at = expires_at.0;
        if self.backend == DatabaseBackend::Sqlite {
            self.past(&format!(
                "CREATE TRIGGER brought AFTER UPDATE OF lease_fence ON connections \
                 BEGIN UPDATE connections SET access_expires_at = {expires_at} WHERE id = NEW.id; END",
            ))
            .await;
        } else {
            self.past(&format!(
                "CREATE FUNCTION brought() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN NEW.access_expires_at = {expires_at}; RETURN NEW; END $$",
            ))
            .await;
            self.past(
                "CREATE TRIGGER brought BEFORE UPDATE OF lease_fence ON connections \
                 FOR EACH ROW EXECUTE FUNCTION brought()",
            )
            .await;
        }
    }

    /// Ends all leases, as time would.
    pub async fn expire_leases(&self) {
        self.past("UPDATE connections SET lease_until = 0").await;
    }
}

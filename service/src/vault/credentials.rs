//! Seals, opens and forgets the secrets of apps and connections.

use super::{
    Purpose, Vault, VaultError,
    seal::{FORMAT, Key, context},
};
use crate::{entity::credential, error::Fault, services::Services, tenant_scope::Tx};
use domain::ids::{DataKeyId, TenantId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

impl Vault {
    /// Keeps a secret of `owner`, in place of the one it had for that purpose.
    pub(crate) async fn seal(
        &self,
        services: &Services,
        tx: &Tx,
        purpose: Purpose,
        owner: Uuid,
        secret: &SecretString,
    ) -> Result<(), Fault> {
        let tenant = tx.tenant();
        let data_key = self.encrypting_key(services, tx, tenant).await?;
        let sealed = data_key
            .key
            .seal(
                &*services.random,
                &credential_context(tenant, purpose.code(), owner, data_key.id, FORMAT),
                secret.expose_secret().as_bytes(),
            )
            .map_err(|_| VaultError::NotSealed)?;
        self.count(tx, data_key.id, 1).await?;
        let row = credential::ActiveModel {
            tenant_id: Set(tenant.0),
            owner_id: Set(owner),
            purpose: Set(purpose.code().to_owned()),
            data_key_id: Set(data_key.id.0),
            format: Set(FORMAT),
            nonce: Set(sealed.nonce.to_vec()),
            ciphertext: Set(sealed.ciphertext),
            updated_at: Set(services.now().0),
            set_aside_at: Set(None),
        };
        // A row of another tenant under the same owner stays as it is.
        let same_tenant =
            Expr::col((credential::Entity, credential::Column::TenantId)).eq(tenant.0);
        let written = credential::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([credential::Column::OwnerId, credential::Column::Purpose])
                    .update_columns([
                        credential::Column::DataKeyId,
                        credential::Column::Format,
                        credential::Column::Nonce,
                        credential::Column::Ciphertext,
                        credential::Column::UpdatedAt,
                        credential::Column::SetAsideAt,
                    ])
                    .action_and_where(same_tenant)
                    .to_owned(),
            )
            .exec_without_returning(&**tx)
            .await?;
        if written == 1 {
            Ok(())
        } else {
            Err(Fault::inconsistent("credentials", "tenant_id", owner))
        }
    }

    /// The secret of `owner`; `None` if it has none for that purpose.
    ///
    /// What was changed, moved or planted is an error, never `None` and never a value.
    pub(crate) async fn open(
        &self,
        tx: &Tx,
        purpose: Purpose,
        owner: Uuid,
    ) -> Result<Option<SecretString>, Fault> {
        let row = tx
            .all::<credential::Entity>()
            .filter(credential::Column::OwnerId.eq(owner))
            .filter(credential::Column::Purpose.eq(purpose.code()))
            .one(&**tx)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed = SealedRow {
            data_key: DataKeyId(row.data_key_id),
            format: row.format,
            nonce: &row.nonce,
            ciphertext: &row.ciphertext,
        };
        let key = self
            .decrypting_key(tx, tx.tenant(), sealed.data_key)
            .await?;
        Ok(Some(sealed.reveal(&key, tx.tenant(), purpose, owner)?))
    }

    /// The secret in a row that was read already; `None` if its data key isn't
    /// in memory, so that the database has to be asked for it.
    ///
    /// What was changed, moved or planted is an error here, too.
    pub(crate) fn open_row(
        &self,
        row: &SealedRow<'_>,
        tenant: TenantId,
        purpose: Purpose,
        owner: Uuid,
    ) -> Result<Option<SecretString>, VaultError> {
        self.cached(Some(tenant), row.data_key)
            .map(|key| row.reveal(&key, tenant, purpose, owner))
            .transpose()
    }

    /// Removes these secrets of `owner`.
    pub(crate) async fn forget(
        &self,
        tx: &Tx,
        owner: Uuid,
        purposes: &[Purpose],
    ) -> Result<(), Fault> {
        tx.delete::<credential::Entity>()
            .filter(credential::Column::OwnerId.eq(owner))
            .filter(credential::Column::Purpose.is_in(purposes.iter().map(|p| p.code())))
            .exec(&**tx)
            .await?;
        Ok(())
    }
}

/// The columns of a credential that hold it.
pub(crate) struct SealedRow<'a> {
    pub data_key: DataKeyId,
    pub format: i16,
    pub nonce: &'a [u8],
    pub ciphertext: &'a [u8],
}

impl SealedRow<'_> {
    fn reveal(
        &self,
        key: &Key,
        tenant: TenantId,
        purpose: Purpose,
        owner: Uuid,
    ) -> Result<SecretString, VaultError> {
        let unreadable = VaultError::Unreadable { owner, purpose };
        if self.format != FORMAT {
            return Err(unreadable);
        }
        let context = credential_context(tenant, purpose.code(), owner, self.data_key, self.format);
        let plain = key.open(&context, self.nonce, self.ciphertext);
        // From a borrowed text, so that the secret's own buffer never grows or shrinks.
        match plain.as_ref().map(|bytes| std::str::from_utf8(bytes)) {
            Ok(Ok(text)) => Ok(SecretString::from(text)),
            _ => Err(unreadable),
        }
    }
}

/// What a credential is bound to: tenant, purpose, row, data key and format.
pub(super) fn credential_context(
    tenant: TenantId,
    purpose: &str,
    owner: Uuid,
    data_key: DataKeyId,
    format: i16,
) -> Vec<u8> {
    context(&[
        tenant.0.as_bytes(),
        purpose.as_bytes(),
        owner.as_bytes(),
        data_key.0.as_bytes(),
        &format.to_be_bytes(),
    ])
}

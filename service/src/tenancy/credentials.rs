//! Seals, opens and removes the secrets of apps and connections.

use crate::{
    core::{error::InternalError, rows::Rows, services::Services, statements::powers_of_two},
    encryption::{
        Purpose, VaultError,
        seal::{FORMAT, Key, context},
    },
    entity::credential,
    tenancy::Tx,
    vault::{Vault, data_keys::DataKey},
};
use domain::ids::{DataKeyId, TenantId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// A secret to be sealed into its row.
pub(crate) struct Unsealed<'a> {
    pub purpose: Purpose,
    pub owner: Uuid,
    pub secret: &'a SecretString,
}

/// The most rows that one statement writes.
const AT_ONCE: usize = 128;

impl Vault {
    /// Stores a secret of `owner`, in place of an earlier one with that purpose.
    pub(crate) async fn seal(
        &self,
        services: &Services,
        tx: &Tx,
        purpose: Purpose,
        owner: Uuid,
        secret: &SecretString,
    ) -> Result<(), InternalError> {
        let one = Unsealed {
            purpose,
            owner,
            secret,
        };
        self.seal_all(services, tx, &[one]).await
    }

    /// Stores secrets, each in place of an earlier one with the same owner and
    /// purpose. No two of them may have the same owner and purpose.
    pub(crate) async fn seal_all(
        &self,
        services: &Services,
        tx: &Tx,
        secrets: &[Unsealed<'_>],
    ) -> Result<(), InternalError> {
        if secrets.is_empty() {
            return Ok(());
        }
        let data_key = self.encrypting_key(services, tx, tx.tenant()).await?;
        let count = i64::try_from(secrets.len()).unwrap_or(i64::MAX);
        self.count(tx, data_key.id, count).await?;
        for some in powers_of_two(secrets, AT_ONCE) {
            let rows = some
                .iter()
                .map(|one| sealed_row(services, tx.tenant(), &data_key, one))
                .collect::<Result<Vec<_>, _>>()?;
            // A row of another tenant under the same owner is not changed.
            let same_tenant =
                Expr::col((credential::Entity, credential::Column::TenantId)).eq(tx.tenant());
            let written = credential::Entity::insert_many(rows)
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
            if written != some.len() as u64 {
                let owners: Vec<String> = some.iter().map(|one| one.owner.to_string()).collect();
                return Err(InternalError::inconsistent(
                    "credentials",
                    "tenant_id",
                    owners.join(" or "),
                ));
            }
        }
        Ok(())
    }

    /// The secret of `owner`; `None` if it has none for that purpose.
    ///
    /// A changed, moved or planted row is an error, never `None` and never a value.
    pub(crate) async fn open(
        &self,
        tx: &Tx,
        purpose: Purpose,
        owner: Uuid,
    ) -> Result<Option<SecretString>, InternalError> {
        let row: Option<credential::Model> = tx
            .all::<credential::Entity>()
            .filter(credential::Column::OwnerId.eq(owner))
            .filter(credential::Column::Purpose.eq(purpose.code()))
            .row(&**tx)
            .await?;
        match row {
            Some(row) => self.open_found(tx, &row, purpose, owner).await.map(Some),
            None => Ok(None),
        }
    }

    /// The secret in a row that this transaction found for `owner` and `purpose`.
    pub(crate) async fn open_found(
        &self,
        tx: &Tx,
        row: &credential::Model,
        purpose: Purpose,
        owner: Uuid,
    ) -> Result<SecretString, InternalError> {
        let sealed = SealedRow {
            data_key: row.data_key_id,
            format: row.format,
            nonce: &row.nonce,
            ciphertext: &row.ciphertext,
        };
        let key = self
            .decrypting_key(tx, tx.tenant(), sealed.data_key)
            .await?;
        Ok(sealed.reveal(&key, tx.tenant(), purpose, owner)?)
    }

    /// The secret in a row that was read already; `None` if its data key isn't
    /// in memory, so that the database has to be asked for it.
    ///
    /// A changed, moved or planted row is an error here, too.
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
    ) -> Result<(), InternalError> {
        tx.delete::<credential::Entity>()
            .filter(credential::Column::OwnerId.eq(owner))
            .filter(credential::Column::Purpose.is_in(purposes.iter().map(|p| p.code())))
            .exec(&**tx)
            .await?;
        Ok(())
    }
}

fn sealed_row(
    services: &Services,
    tenant: TenantId,
    data_key: &DataKey,
    one: &Unsealed<'_>,
) -> Result<credential::ActiveModel, VaultError> {
    let purpose = one.purpose.code();
    let sealed = data_key
        .key
        .seal(
            &*services.random,
            &credential_context(tenant, purpose, one.owner, data_key.id, FORMAT),
            one.secret.expose_secret().as_bytes(),
        )
        .map_err(|_| VaultError::NotSealed)?;
    Ok(credential::ActiveModel {
        tenant_id: Set(tenant),
        owner_id: Set(one.owner),
        purpose: Set(purpose.to_owned()),
        data_key_id: Set(data_key.id),
        format: Set(FORMAT),
        nonce: Set(sealed.nonce.to_vec()),
        ciphertext: Set(sealed.ciphertext),
        updated_at: Set(services.now()),
        set_aside_at: Set(None),
    })
}

/// The columns of a credential that hold the sealed secret.
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
        key.open_text(&context, self.nonce, self.ciphertext)
            .map_err(|_| unreadable)
    }
}

/// The associated data of a credential: tenant, purpose, row, data key and format.
pub(crate) fn credential_context(
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

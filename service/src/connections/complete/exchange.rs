//! Records Gorgias' answer to the last exchange of a code for an app.
//!
//! A refusal of the app's credentials is shown to its operators and stops
//! nothing: anybody may name the account that answers, so only connections that
//! worked before can show that the credentials are wrong (see `fault`).

use crate::{core::error::InternalError, records::app_credentials, tenancy::TenantScope};
use domain::{ids::AppId, subdomain::Subdomain, time::Timestamp};

/// Records that an account answered `invalid_client` to a code. `used_at` is
/// when the refused credentials were read: if they were replaced since, the
/// refusal says nothing.
pub(crate) async fn refused(
    scope: &TenantScope,
    app: AppId,
    account: &Subdomain,
    used_at: Timestamp,
) -> Result<(), InternalError> {
    let (by, now) = (account.clone(), scope.now());
    app_credentials::change(scope, app, |known| known.exchange_refused(by, used_at, now)).await?;
    tracing::warn!(app.id = %app, tenant.id = %scope.tenant(), %account, "An exchange was refused with invalid_client");
    Ok(())
}

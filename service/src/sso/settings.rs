//! A tenant's provider: its settings, and changing them.

use super::refusal::Refusal;
use crate::{
    audit::{self, Action, Entry, Target},
    core::{
        error::{FieldError, Forbidden, InternalError},
        rows::Rows,
    },
    encryption::Purpose,
    entity::sso_settings::{ActiveModel, Column, Entity, Model},
    oidc::{Issuer, Providers},
    people::{email, members, sessions},
    tenancy::{Actor, Confirmed, TenantScope, Tx},
};
use domain::{group_roles::GroupRoles, permission::Permission, role::Role, time::Timestamp};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use secrecy::{ExposeSecret, SecretString};

/// What an owner sees of the settings; never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoSettings {
    /// The provider.
    pub issuer: String,
    /// Who the tenant is at the provider.
    pub client_id: String,
    /// The claim that names somebody's groups.
    pub groups_claim: String,
    /// The domain that addresses must have, if any.
    pub email_domain: Option<String>,
    /// The role that each group gives.
    pub roles: GroupRoles,
    /// The role of everybody else; `None`: they are not let in.
    pub others: Option<Role>,
    /// Whether members other than owners come in by it alone.
    pub only_way: bool,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// Where the provider sends people back.
    pub redirect_uri: String,
    /// When this process last fetched the provider's keys.
    pub keys_fetched_at: Option<Timestamp>,
}

/// What an owner enters.
#[derive(Debug, Clone, Default)]
pub struct SsoForm {
    /// The provider.
    pub issuer: String,
    /// Who the tenant is at the provider.
    pub client_id: String,
    /// The secret that goes with it; `None` keeps the one that is there.
    pub client_secret: Option<SecretString>,
    /// The claim that names somebody's groups; empty for `groups`.
    pub groups_claim: String,
    /// The domain that addresses must have; empty for any.
    pub email_domain: String,
    /// The role that each group gives.
    pub groups: Vec<(String, Role)>,
    /// The role of everybody else; `None`: they are not let in.
    pub others: Option<Role>,
    /// Whether members other than owners come in by it alone.
    pub only_way: bool,
}

/// The settings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Some fields won't do; each entry names its field, as in [`SsoForm`].
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for ChangeError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// The row of the tenant.
pub(super) async fn row(tx: &Tx) -> Result<Option<Model>, InternalError> {
    tx.all::<Entity>().row(&**tx).await
}

/// Goes on only if nothing was changed since these settings were read. Asked
/// under the lock of [`members::lock`], which every change takes.
pub(super) async fn must_still_be(tx: &Tx, settings: &Model) -> Result<(), Refusal> {
    match row(tx).await? {
        Some(now) if now == *settings => Ok(()),
        _ => Err(Refusal::Changed),
    }
}

/// The client secret of the tenant.
pub(super) async fn client_secret(
    scope: &TenantScope,
    tx: &Tx,
) -> Result<SecretString, InternalError> {
    let owner = scope.tenant().0;
    let secret = scope
        .vault()
        .open(tx, Purpose::SsoClientSecret, owner)
        .await?;
    secret.ok_or_else(|| InternalError::inconsistent("sso_settings", "client_secret", owner))
}

/// The settings; `None` if there is no single sign-on.
///
/// # Errors
/// [`ChangeError::Forbidden`] if the role doesn't allow it.
pub async fn settings(actor: &Actor) -> Result<Option<SsoSettings>, ChangeError> {
    actor.require(Permission::ManageTenant)?;
    let tx = actor.read().await?;
    let Some(row) = row(&tx).await? else {
        return Ok(None);
    };
    drop(tx);
    let services = actor.services();
    let keys_fetched_at = match Issuer::parse(&row.issuer, &services.config.outbound) {
        Ok(issuer) => services.state::<Providers>().keys_fetched_at(&issuer),
        Err(_) => None,
    };
    Ok(Some(SsoSettings {
        redirect_uri: services.config.sso_redirect_uri(&actor.tenant_slug),
        keys_fetched_at,
        issuer: row.issuer,
        client_id: row.client_id,
        groups_claim: row.groups_claim,
        email_domain: row.email_domain,
        roles: row.roles,
        others: row.others,
        only_way: row.only_way,
        changed_at: row.changed_at,
    }))
}

/// Sets single sign-on up, or changes it. A new issuer is asked for its
/// description first, so that a wrong one isn't stored.
///
/// # Errors
/// [`ChangeError`]; nothing is changed then.
pub async fn save(actor: &Actor, confirmed: &Confirmed, form: &SsoForm) -> Result<(), ChangeError> {
    actor.require(Permission::ManageTenant)?;
    actor.require_confirmed(confirmed)?;
    let tx = actor.read().await?;
    let before = row(&tx).await?;
    drop(tx);
    let checked = check(actor, form, before.as_ref())?;
    if is_elsewhere(before.as_ref(), &checked.row) {
        let services = actor.services();
        let providers = services.state::<Providers>();
        providers.forget(&checked.issuer);
        let found = providers.metadata(services, &checked.issuer).await;
        found.map_err(|error| invalid("issuer", format!("{error}.")))?;
    }
    let tx = actor.write().await?;
    members::lock(&tx).await?;
    // Once more: another owner may have changed it meanwhile, and what was left
    // out of the form is left as it is now.
    let before = row(&tx).await?;
    let checked = check(actor, form, before.as_ref())?;
    let elsewhere = is_elsewhere(before.as_ref(), &checked.row);
    if form.only_way && !members::has_owner_of_own_way(&tx).await? {
        let message = "No owner could come in while the provider doesn’t answer. Invite one who signs in with a password first.";
        return Err(invalid("only_way", message));
    }
    let changed = fields(before.as_ref(), &checked.row, form);
    if changed.is_empty() {
        return Ok(());
    }
    let row = ActiveModel {
        tenant_id: Set(tx.tenant()),
        issuer: Set(checked.row.issuer),
        client_id: Set(checked.row.client_id),
        groups_claim: Set(checked.row.groups_claim),
        email_domain: Set(checked.row.email_domain),
        roles: Set(checked.row.roles),
        others: Set(checked.row.others),
        only_way: Set(checked.row.only_way),
        changed_at: Set(checked.row.changed_at),
    };
    let update = OnConflict::column(Column::TenantId)
        .update_columns([
            Column::Issuer,
            Column::ClientId,
            Column::GroupsClaim,
            Column::EmailDomain,
            Column::Roles,
            Column::Others,
            Column::OnlyWay,
            Column::ChangedAt,
        ])
        .to_owned();
    Entity::insert(row)
        .on_conflict(update)
        .exec_without_returning(&*tx)
        .await?;
    if let Some(secret) = &form.client_secret {
        let owner = tx.tenant().0;
        let vault = actor.vault();
        vault
            .seal(
                actor.services(),
                &tx,
                Purpose::SsoClientSecret,
                owner,
                secret,
            )
            .await?;
    }
    if elsewhere {
        // Who came by another provider has to come by this one.
        sessions::end_by_single_sign_on(&tx, tx.tenant(), None).await?;
    }
    let entry = Entry::of(actor, Action::SingleSignOnChanged, Target::tenant());
    audit::record(actor, &tx, &entry.detail(changed.join(" "))).await?;
    tx.commit().await?;
    Ok(())
}

/// Switches single sign-on off. Sessions that came by it end; people whom it
/// brought stay in the list, without a way in.
///
/// # Errors
/// [`ChangeError`]; nothing is changed then.
pub async fn switch_off(actor: &Actor, confirmed: &Confirmed) -> Result<(), ChangeError> {
    actor.require(Permission::ManageTenant)?;
    actor.require_confirmed(confirmed)?;
    let tx = actor.write().await?;
    members::lock(&tx).await?;
    let gone = tx.delete::<Entity>().exec(&*tx).await?;
    if gone.rows_affected == 0 {
        return Ok(());
    }
    let vault = actor.vault();
    vault
        .forget(&tx, tx.tenant().0, &[Purpose::SsoClientSecret])
        .await?;
    sessions::end_by_single_sign_on(&tx, tx.tenant(), None).await?;
    let entry = Entry::of(actor, Action::SingleSignOnChanged, Target::tenant());
    audit::record(actor, &tx, &entry.detail("off")).await?;
    tx.commit().await?;
    Ok(())
}

fn invalid(field: &'static str, message: impl Into<String>) -> ChangeError {
    ChangeError::Invalid(vec![FieldError::new(field, message)])
}

/// Whether it is another provider than before.
fn is_elsewhere(before: Option<&Model>, now: &Model) -> bool {
    before.is_none_or(|before| before.issuer != now.issuer)
}

struct Checked {
    issuer: Issuer,
    row: Model,
}

fn check(actor: &Actor, form: &SsoForm, before: Option<&Model>) -> Result<Checked, ChangeError> {
    let mut errors = Vec::new();
    let mut wrong =
        |field: &'static str, message: &str| errors.push(FieldError::new(field, message));
    let issuer = Issuer::parse(&form.issuer, &actor.config.outbound);
    let issuer = issuer
        .map_err(|error| wrong("issuer", &error.to_string()))
        .ok();
    let client_id = form.client_id.trim();
    let is_word = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
    };
    if !is_word(client_id, 200) {
        wrong(
            "client_id",
            "Enter the client id that the provider gave you.",
        );
    }
    let groups_claim = match form.groups_claim.trim() {
        "" => "groups",
        other => other,
    };
    if !is_word(groups_claim, 100) {
        wrong(
            "groups_claim",
            "A claim is one word, such as “groups” or “roles”.",
        );
    }
    let domain = form
        .email_domain
        .trim()
        .trim_start_matches('@')
        .to_ascii_lowercase();
    let email_domain = Some(domain).filter(|domain| !domain.is_empty());
    let is_domain = |domain: &String| email::normalize(&format!("x@{domain}")).is_some();
    if email_domain
        .as_ref()
        .is_some_and(|domain| !is_domain(domain))
    {
        wrong(
            "email_domain",
            "A domain is what follows the @, such as example.com.",
        );
    }
    if email_domain.is_none() && issuer.as_ref().is_some_and(Issuer::is_for_everybody) {
        wrong(
            "email_domain",
            "Everybody can have an account at this provider. Enter the domain of your company’s.",
        );
    }
    let roles = GroupRoles::new(form.groups.clone());
    let roles = roles
        .map_err(|error| wrong("groups", &error.to_string()))
        .ok();
    if form.others == Some(Role::Backend) {
        wrong("others", "No person is a backend. Choose another role.");
    }
    match &form.client_secret {
        Some(secret) => {
            if !(1..=1_000).contains(&secret.expose_secret().len()) {
                wrong("client_secret", "A client secret has 1 to 1000 characters.");
            }
        }
        // Else whoever may not see the secret could have it sent anywhere.
        None => match before {
            None => wrong(
                "client_secret",
                "Enter the client secret that the provider gave you.",
            ),
            Some(before) => {
                if before.issuer != form.issuer.trim() || before.client_id != client_id {
                    wrong(
                        "client_secret",
                        "Enter the client secret again, since it would go elsewhere than before.",
                    );
                }
            }
        },
    }
    match (issuer, roles) {
        (Some(issuer), Some(roles)) if errors.is_empty() => Ok(Checked {
            row: Model {
                tenant_id: actor.tenant(),
                issuer: issuer.as_str().to_owned(),
                client_id: client_id.to_owned(),
                groups_claim: groups_claim.to_owned(),
                email_domain,
                roles,
                others: form.others,
                only_way: form.only_way,
                changed_at: actor.now(),
            },
            issuer,
        }),
        _ => Err(ChangeError::Invalid(errors)),
    }
}

/// The names of the fields that change, for the audit.
fn fields(before: Option<&Model>, now: &Model, form: &SsoForm) -> Vec<&'static str> {
    let Some(before) = before else {
        return vec!["on"];
    };
    let only_way = if now.only_way {
        "only_way"
    } else {
        "not_only_way"
    };
    let all = [
        (before.issuer != now.issuer, "issuer"),
        (before.client_id != now.client_id, "client_id"),
        (form.client_secret.is_some(), "client_secret"),
        (before.groups_claim != now.groups_claim, "groups_claim"),
        (before.email_domain != now.email_domain, "email_domain"),
        (before.roles != now.roles, "roles"),
        (before.others != now.others, "others"),
        (before.only_way != now.only_way, only_way),
    ];
    let changed = all.into_iter().filter(|(changed, _)| *changed);
    changed.map(|(_, name)| name).collect()
}

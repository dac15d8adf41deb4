//! The set-up of a new installation: a person who can read the server's log
//! makes the first owner.

use super::{
    email,
    owner::{self, NOT_AN_ADDRESS, Person},
    password, password_rules,
};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{
        digest::digest,
        error::{FieldError, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::{person, set_up},
    host::random::secret_text,
    tenancy::TenantScope,
};
use domain::{ids::PersonId, slug::Slug};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait, QuerySelect,
    sea_query::OnConflict,
};
use secrecy::SecretString;
use subtle::ConstantTimeEq;

/// The only row of `set_up`.
const ROW: i32 = 1;

/// The fields of the set-up page, as typed.
#[derive(Clone)]
pub struct NewOwner {
    /// The company's name.
    pub tenant_name: String,
    /// The short name in URLs; made from the name if it is empty.
    pub tenant_slug: String,
    /// The owner's name.
    pub name: String,
    /// The owner's e-mail address.
    pub email: String,
    /// The owner's password.
    pub password: SecretString,
}

/// Why the first owner was not made.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// There is a person already.
    #[error("Mooring is set up already. Sign in instead.")]
    Done,
    /// The set-up token is not the newest one.
    #[error("This is not the set-up token. Copy it from the newest start in the server's log.")]
    WrongToken,
    /// Some fields are not valid.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// A new set-up token for the log, while there is no person; `None` afterwards.
/// Earlier tokens stop working.
///
/// # Errors
/// If the database failed.
pub async fn ensure_token(services: &Services) -> Result<Option<SecretString>, InternalError> {
    let tx = services.db.begin_write().await?;
    if anybody(&tx).await? {
        return Ok(None);
    }
    let token = secret_text(&*services.random, "");
    let row = set_up::ActiveModel {
        id: Set(ROW),
        token_hash: Set(token_hash(&token)),
        created_at: Set(services.now()),
    };
    set_up::Entity::insert(row)
        .on_conflict(
            OnConflict::column(set_up::Column::Id)
                .update_columns([set_up::Column::TokenHash, set_up::Column::CreatedAt])
                .to_owned(),
        )
        .exec_without_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Whether there is no person yet, so that set-up is open.
///
/// # Errors
/// If the database failed.
pub async fn is_open(services: &Services) -> Result<bool, InternalError> {
    // Without a tenant: there is none before set-up.
    Ok(!anybody(services.db.read()).await?)
}

/// Makes the first tenant and its owner, and ends the set-up.
///
/// # Errors
/// See [`SetUpError`]; `Invalid` names the inputs `tenant_name`, `tenant_slug`,
/// `name`, `email` and `password`.
pub async fn create_owner(
    services: &Services,
    token: &SecretString,
    form: NewOwner,
) -> Result<PersonId, SetUpError> {
    // The token is checked first, so that nobody else can cause hashing.
    require_token(services.db.read(), token).await?;
    let (slug, tenant_name, person) = check(services, form).await?;
    let tx = services
        .db
        .begin_write()
        .await
        .map_err(InternalError::from)?;
    // Checked again with the row locked: of two concurrent calls, one makes the owner.
    require_token(&tx, token).await?;
    let tenant = owner::insert_tenant(services, &tx, &slug, &tenant_name)
        .await
        .map_err(InternalError::from)?;
    let tx = TenantScope::new(services, tenant).enter(tx).await?;
    let (name, email) = (person.name.clone(), person.email.clone());
    let id = owner::insert_owner(services, &tx, tenant, person)
        .await
        .map_err(InternalError::from)?;
    let by = By::Person { id, name, email };
    let entry = Entry::new(by, Action::OwnerCreated, Target::person(id)).detail("set-up");
    audit::record(services, &tx, &entry).await?;
    tx.commit().await?;
    tracing::info!(person.id = %id, tenant.slug = %slug, "the first owner was made");
    Ok(id)
}

async fn require_token(db: &impl ConnectionTrait, token: &SecretString) -> Result<(), SetUpError> {
    let row = set_up::Entity::find_by_id(ROW)
        .lock_exclusive()
        .row::<set_up::Model>(db)
        .await?;
    if anybody(db).await? {
        return Err(SetUpError::Done);
    }
    let known = row.is_some_and(|row| bool::from(row.token_hash.ct_eq(&token_hash(token))));
    if known {
        Ok(())
    } else {
        Err(SetUpError::WrongToken)
    }
}

async fn anybody(db: &impl ConnectionTrait) -> Result<bool, InternalError> {
    Ok(person::Entity::find().limit(1).count(db).await? > 0)
}

fn token_hash(token: &SecretString) -> Vec<u8> {
    digest("set_up", token)
}

async fn check(services: &Services, form: NewOwner) -> Result<(Slug, String, Person), SetUpError> {
    let mut errors = Vec::new();
    let mut bad = |field, message: String| errors.push(FieldError::new(field, message));
    let tenant_name = form.tenant_name.trim().to_owned();
    let name = form.name.trim().to_owned();
    if !is_name(&tenant_name) {
        bad(
            "tenant_name",
            "Enter your company's name, with 100 letters at most.".into(),
        );
    }
    if !is_name(&name) {
        bad("name", "Enter your name, with 100 letters at most.".into());
    }
    let slug = match form.tenant_slug.trim() {
        "" => Slug::suggest(&tenant_name),
        text => text.parse().ok(),
    };
    if slug.is_none() {
        bad("tenant_slug", domain::slug::SlugError.to_string());
    }
    let address = email::normalize(&form.email);
    if address.is_none() {
        bad("email", NOT_AN_ADDRESS.into());
    }
    let known = [address.as_deref().unwrap_or_default(), &tenant_name, &name];
    if let Some(weak) = password_rules::weakness(services, &form.password, &known).await? {
        bad("password", weak.to_string());
    }
    match (slug, address) {
        (Some(slug), Some(email)) if errors.is_empty() => {
            let password_hash = password::hash(&*services.random, &form.password).await?;
            Ok((
                slug,
                tenant_name,
                Person {
                    email,
                    name,
                    password_hash,
                },
            ))
        }
        _ => Err(SetUpError::Invalid(errors)),
    }
}

/// Whether the text can be somebody's name, or a company's.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

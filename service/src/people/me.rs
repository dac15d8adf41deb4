//! What people change about themselves. They belong to no single tenant, so each
//! change is recorded in every tenant that they belong to.

use super::{
    membership::PersonSummary,
    notices::{self, Notice},
    password, password_rules, resets, sessions,
    set_up::is_name,
    sign_in::{Given, SignInError, sign_in_again},
    sign_in_audit::note,
};
use crate::{
    audit::Action,
    core::{
        error::{FieldError, InternalError},
        services::Services,
    },
    entity::person,
};
use domain::ids::PersonId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use secrecy::SecretString;
use std::net::IpAddr;

/// Something was not changed.
#[derive(Debug, thiserror::Error)]
pub enum MeError {
    /// Some fields won't do; each entry names its field: `name`, `password` or
    /// `new_password`.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for MeError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

fn invalid(field: &'static str, message: impl Into<String>) -> MeError {
    MeError::Invalid(vec![FieldError::new(field, message)])
}

/// Gives the person another name.
///
/// # Errors
/// [`MeError`]; nothing is changed then.
pub async fn rename(
    services: &Services,
    person: PersonId,
    name: &str,
    address: Option<IpAddr>,
) -> Result<(), MeError> {
    let name = name.trim();
    if !is_name(name) {
        return Err(invalid(
            "name",
            "Enter your name, with 100 letters at most.",
        ));
    }
    // Without a tenant's scope: a person's own data belongs to none.
    let tx = services.db.begin_write().await?;
    person::Entity::update_many()
        .col_expr(person::Column::Name, Expr::value(name))
        .filter(person::Column::Id.eq(person))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    note(services, person, address, Action::Renamed).await;
    Ok(())
}

/// A new password, proven by the one before.
pub struct NewPassword<'a> {
    /// The password until now.
    pub current: &'a SecretString,
    /// The new one.
    pub new: &'a SecretString,
    /// Where the person is, as far as it is known.
    pub address: Option<IpAddr>,
    /// The session that stays; all others end.
    pub session: &'a str,
}

/// Changes the password and ends the person's other sessions; gives how many.
///
/// # Errors
/// [`MeError`]; nothing is changed then.
pub async fn change_password(
    services: &Services,
    person: &PersonSummary,
    change: NewPassword<'_>,
) -> Result<u64, MeError> {
    if let Some(weak) = password_rules::weakness_for(services, person, change.new).await? {
        return Err(invalid("new_password", weak.to_string()));
    }
    let given = Given {
        email: &person.email,
        password: change.current,
        address: change.address,
        browser: None,
    };
    match sign_in_again(services, &given).await {
        Ok(id) if id == person.id => (),
        Ok(_) | Err(SignInError::Wrong) => {
            return Err(invalid(
                "password",
                "This is not your password. Nothing was changed.",
            ));
        }
        Err(wait @ SignInError::Wait(_)) => return Err(invalid("password", wait.to_string())),
        Err(SignInError::Internal(error)) => return Err(error.into()),
    }
    let hash = password::hash(&*services.random, change.new).await?;
    // Together, so that no session outlives the password that it came of.
    let tx = services.db.begin_write().await?;
    person::Entity::update_many()
        .col_expr(person::Column::PasswordHash, Expr::value(hash))
        .filter(person::Column::Id.eq(person.id))
        .exec(&tx)
        .await?;
    let ended = sessions::end_others_in(&tx, person.id, change.session).await?;
    resets::forget(&tx, person.id).await?;
    let notice = Notice::PasswordChanged;
    notices::queue(services, &tx, person, &notice, change.address).await?;
    tx.commit().await?;
    note(services, person.id, change.address, Action::PasswordChanged).await;
    Ok(ended)
}

/// Ends one of the person's sessions. `false` if it had ended already.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn end_session(
    services: &Services,
    person: PersonId,
    key: &str,
    address: Option<IpAddr>,
) -> Result<bool, InternalError> {
    let ended = sessions::end_one(services, person, key).await?;
    if ended {
        note(services, person, address, Action::SessionsEnded).await;
    }
    Ok(ended)
}

/// Ends all of the person's sessions but this one; gives how many.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn end_other_sessions(
    services: &Services,
    person: PersonId,
    keep: &str,
    address: Option<IpAddr>,
) -> Result<u64, InternalError> {
    let ended = sessions::end_others(services, person, keep).await?;
    if ended > 0 {
        note(services, person, address, Action::SessionsEnded).await;
    }
    Ok(ended)
}

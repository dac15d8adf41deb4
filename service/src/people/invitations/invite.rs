//! Making invitations.

use super::{LIFE, Passing, mailed::Letter, new_token};
use crate::{
    audit::{self, Action, Target},
    core::{
        error::{FieldError, Forbidden, InternalError},
        rows::Rows,
    },
    entity::{invitation, person},
    mail::{self, MailKind},
    people::{
        changed_by::ChangedBy,
        email,
        members::{check_grant, in_audit, is_member, lock},
        owner::NOT_AN_ADDRESS,
    },
    tenancy::{Actor, Confirmed, Tx},
};
use domain::{
    app_limit::AppLimit, ids::InvitationId, permission::Permission, role::Role, time::Timestamp,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use secrecy::SecretString;

/// So many people can be invited at once.
pub const MOST: usize = 20;

/// Who is to be invited, and as what.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Addresses, separated by commas, as they were typed.
    pub emails: String,
    /// What they may do.
    pub role: Role,
    /// Which apps they may touch.
    pub apps: AppLimit,
}

/// An invitation just made.
#[derive(Debug)]
pub struct Invited {
    /// Its id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: String,
    /// The address to open, shown this once; `None` if it was mailed.
    pub url: Option<SecretString>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Only somebody who signed in or confirmed a few minutes ago invites an owner.
    #[error("confirm that it is still you; then invite them")]
    NotConfirmed,
    /// Some fields won't do; each entry names its field: `email`, `role` or `apps`.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for InviteError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Invites people; all of them, or nobody, and passes their invitations on. An
/// invitation that waits for the same address is withdrawn: the newest one counts.
/// To invite an owner takes a confirmation.
///
/// # Errors
/// [`InviteError`]; nothing is stored then.
pub async fn invite(
    actor: &Actor,
    confirmed: Option<&Confirmed>,
    new: NewInvitation,
    passing: Passing,
) -> Result<Vec<Invited>, InviteError> {
    actor.require(Permission::ManageMembers)?;
    if new.role == Role::Owner && !actor.has_confirmed(confirmed) {
        return Err(InviteError::NotConfirmed);
    }
    invite_by(ChangedBy::Member(actor), new, passing).await
}

pub(crate) async fn invite_by(
    by: ChangedBy<'_>,
    new: NewInvitation,
    passing: Passing,
) -> Result<Vec<Invited>, InviteError> {
    by.require(Permission::ManageMembers)?;
    let scope = by.scope();
    let (emails, mut errors) = addresses(&new.emails);
    let tx = scope.write().await?;
    // Of two invitations for one address at the same moment, the second counts.
    lock(&tx).await?;
    errors.extend(check_grant(by, &tx, new.role, &new.apps).await?);
    let known = members_among(&tx, &emails).await?;
    if !known.is_empty() {
        let message = format!("{} is a member already.", known.join(", "));
        errors.push(FieldError::new("email", message));
    }
    if passing == Passing::ByMail && !mail::is_set_up(scope) {
        errors.push(FieldError::new(
            "email",
            "Mail isn’t set up. Make a link to copy.",
        ));
    }
    if !errors.is_empty() {
        return Err(InviteError::Invalid(errors));
    }
    let now = scope.expiry_now();
    let expires_at = now.plus(LIFE);
    withdraw_older(&tx, &emails, now).await?;
    let mut invited = Vec::with_capacity(emails.len());
    for email in emails {
        let id: InvitationId = scope.new_id();
        let (token, token_hash) = new_token(scope);
        let row = invitation::ActiveModel {
            id: Set(id),
            tenant_id: Set(tx.tenant()),
            email: Set(email.clone()),
            role: Set(new.role),
            apps: Set(new.apps.clone()),
            token_hash: Set(token_hash),
            created_by: Set(by.name()),
            inviter_id: Set(by.person()),
            created_at: Set(now),
            expires_at: Set(expires_at),
            accepted_at: Set(None),
            withdrawn_at: Set(None),
        };
        invitation::Entity::insert(row)
            .exec_without_returning(&*tx)
            .await?;
        let entry = by
            .entry(Action::Invited, Target::invitation(id))
            .detail(in_audit(new.role, &new.apps));
        audit::record(scope, &tx, &entry).await?;
        let letter = Letter {
            id,
            email,
            role: new.role,
            url: scope.config.invitation_url(&token),
            expires_at,
        };
        invited.push(letter.pass(by, &tx, passing).await?);
    }
    tx.commit().await?;
    Ok(invited)
}

/// The addresses of a text, each once, and what is wrong with them.
fn addresses(text: &str) -> (Vec<String>, Vec<FieldError>) {
    let (mut emails, mut errors) = (Vec::new(), Vec::new());
    for typed in text
        .split([',', ';'])
        .filter(|part| !part.trim().is_empty())
    {
        match email::normalize(typed) {
            Some(email) if emails.contains(&email) => (),
            Some(email) => emails.push(email),
            None => {
                let message = format!("“{}” is not an e-mail address.", typed.trim());
                errors.push(FieldError::new("email", message));
            }
        }
    }
    if emails.is_empty() && errors.is_empty() {
        errors.push(FieldError::new("email", NOT_AN_ADDRESS));
    }
    if emails.len() > MOST {
        let message = format!("Invite at most {MOST} people at once.");
        errors.push(FieldError::new("email", message));
    }
    (emails, errors)
}

/// Those of the addresses whose people are members of the tenant already.
async fn members_among(tx: &Tx, emails: &[String]) -> Result<Vec<String>, InternalError> {
    // People belong to no tenant; nothing is told of those who aren't members of this one.
    let people: Vec<person::Model> = person::Entity::find()
        .filter(person::Column::Email.is_in(emails))
        .rows(&**tx)
        .await?;
    let mut members = Vec::new();
    for person in people {
        if is_member(tx, person.id).await? {
            members.push(person.email);
        }
    }
    Ok(members)
}

/// A mail with an address from before isn't sent any more.
async fn withdraw_older(tx: &Tx, emails: &[String], now: Timestamp) -> Result<(), InternalError> {
    let older: Vec<invitation::Model> = tx
        .all::<invitation::Entity>()
        .filter(invitation::Column::Email.is_in(emails))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::WithdrawnAt.is_null())
        .rows(&**tx)
        .await?;
    for row in older {
        tx.update::<invitation::Entity>()
            .filter(invitation::Column::Id.eq(row.id))
            .col_expr(invitation::Column::WithdrawnAt, Expr::value(now))
            .exec(&**tx)
            .await?;
        mail::withdraw(tx, MailKind::Invitation, row.id.0).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_separated_by_commas() {
        let (emails, errors) = addresses("a@x.example, B@x.example;a@x.example,");
        assert_eq!(emails, ["a@x.example", "b@x.example"]);
        assert_eq!(errors, []);
        let (_, errors) = addresses("a@x.example, nobody");
        assert_eq!(errors[0].message, "“nobody” is not an e-mail address.");
        assert_eq!(addresses(" , ").1.len(), 1);
        let many: Vec<_> = (0..=MOST).map(|n| format!("p{n}@x.example")).collect();
        assert_eq!(addresses(&many.join(",")).1.len(), 1);
    }
}

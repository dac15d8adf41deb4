//! Another id for a session. Whoever ends the session at the same moment ends it
//! for good: first it is set aside, where it is still found, then taken up.

use super::sessions::{id_hash, key_of};
use crate::{
    core::{digest::digest, error::InternalError, services::Services},
    entity::{form_result, session},
};
use domain::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use secrecy::SecretString;

/// Puts a session, which is to get another id, under a digest that no id has.
/// Gives what [`take_up`] needs; `None` if the session ended meanwhile. Whatever
/// ends the person's sessions ends this one, too.
///
/// # Errors
/// If the database failed.
pub async fn set_aside(
    services: &Services,
    id: &SecretString,
) -> Result<Option<String>, InternalError> {
    let aside = digest("session set aside", id);
    let tx = services.db.begin_write().await?;
    // What came of its forms belongs to the id that is given up.
    form_result::Entity::delete_many()
        .filter(form_result::Column::SessionHash.eq(id_hash(id)))
        .exec(&tx)
        .await?;
    let done = session::Entity::update_many()
        .col_expr(session::Column::IdHash, Expr::value(aside.clone()))
        .filter(session::Column::IdHash.eq(id_hash(id)))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok((done.rows_affected == 1).then(|| key_of(&aside)))
}

/// Gives a session that was set aside its new id. `false` if it ended meanwhile:
/// then there is no session with that id.
///
/// # Errors
/// If the database failed.
pub async fn take_up(
    services: &Services,
    set_aside: &str,
    id: &SecretString,
    data: &str,
    expires: Timestamp,
) -> Result<bool, InternalError> {
    let Some(aside) = hash_of(set_aside) else {
        return Ok(false);
    };
    let tx = services.db.begin_write().await?;
    let done = session::Entity::update_many()
        .col_expr(session::Column::IdHash, Expr::value(id_hash(id)))
        .col_expr(session::Column::Data, Expr::value(data))
        .col_expr(session::Column::ExpiresAt, Expr::value(expires))
        .filter(session::Column::IdHash.eq(aside))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected == 1)
}

/// The digest that a key names.
fn hash_of(key: &str) -> Option<Vec<u8>> {
    let bytes = key.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        people::{
            SignedIn,
            sessions::{IDLE, create, end_others, key, load},
        },
        testing,
    };

    /// security.md 47: whoever ends a session at the moment when it gets another
    /// id ends it for good.
    #[tokio::test]
    async fn s47_a_session_that_ends_while_it_gets_another_id_stays_ended() {
        testing::on_each_database(async |world| {
            let services = &world.services;
            let person = world.owner("harbour").await.person().unwrap();
            let own = Some(SignedIn::own_way(person));
            let soon = services.now().plus(IDLE);
            let id = |text: &str| SecretString::from(text);
            let (before, after) = (id("before"), id("after"));
            create(services, &before, own, "{}", soon).await.unwrap();
            let aside = set_aside(services, &before).await.unwrap().unwrap();
            assert_eq!(load(services, &before).await.unwrap(), None);
            assert!(
                take_up(services, &aside, &after, "{\"a\":1}", soon)
                    .await
                    .unwrap()
            );
            let renewed = load(services, &after).await.unwrap().unwrap();
            assert_eq!(
                (renewed.person, renewed.data.as_str()),
                (Some(person), "{\"a\":1}")
            );
            // Ended before it is set aside, or after.
            assert_eq!(set_aside(services, &before).await.unwrap(), None);
            let aside = set_aside(services, &after).await.unwrap().unwrap();
            assert_eq!(end_others(services, person, "another").await.unwrap(), 1);
            let last = id("last");
            for key in [aside.as_str(), "", "no digest", &key(&last)] {
                assert!(!take_up(services, key, &last, "{}", soon).await.unwrap());
            }
            assert_eq!(load(services, &last).await.unwrap(), None);
        })
        .await;
    }
}

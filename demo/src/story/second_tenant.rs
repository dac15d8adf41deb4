//! Twenty-seven days before the end: the owner makes a second tenant, for another company.

use super::{HARBOUR, LANTERN, TRACKING};
use crate::{
    cast::{INES, MAREN, PRIYA},
    customers::Customers,
    stage::Stage,
};
use anyhow::{Context, Result};
use secrecy::SecretString;
use service::{
    people::{SignedIn, membership},
    tenants::create_as_owner,
};

pub(super) async fn play(s: &mut Stage<'_>, customers: &Customers) -> Result<()> {
    let (slug, name) = LANTERN;
    s.until(27, 9, 30).await?;
    let owner = s.actor(&MAREN, HARBOUR.0).await?;
    let id = owner.person().context("the owner is a person")?;
    let owner = membership::person(&s.services, SignedIn::own_way(id)).await?;
    let owner = owner.context("the owner is there")?;
    create_as_owner(&s.services, &owner, (&slug.parse()?, name), MAREN.address()).await?;
    // They are people already, so no password is asked for.
    let none = SecretString::default();
    for (minute, who) in [(40, PRIYA), (50, INES)] {
        let role = who.role_in_second.context("they belong to it")?;
        s.invite(&MAREN, slug, who.email, role).await?;
        s.until(27, 9, minute).await?;
        s.join(&who, &none).await?;
    }
    s.until(27, 10, 15).await?;
    let scopes = "openid email offline tickets:read tickets:write";
    s.add_app(&PRIYA, slug, (TRACKING, "Tracking"), scopes)
        .await?;
    s.import(&PRIYA, slug, customers).await?;
    let connecting = customers.iter().filter(|one| one.apps().next().is_some());
    for (minute, customer) in (0..).step_by(25).zip(connecting) {
        s.until(27, 11, minute).await?;
        s.connect(TRACKING, &customer.subdomain).await?;
    }
    Ok(())
}

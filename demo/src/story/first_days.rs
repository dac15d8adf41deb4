//! Thirty to twenty-eight days before the end: the vendor begins, and its customers connect.

use super::{HARBOUR, LOYALTY, OF_RETURNS, RETURNS, REVIEWS};
use crate::{
    cast::{INES, JONAS, LEO, MAREN, PEOPLE, PRIYA},
    customers::{Customer, Customers},
    stage::{DAYS, Stage, mistakes},
};
use anyhow::{Context, Result, anyhow};
use domain::{color::Color, role::Role, time::Span, zone::Zone};
use secrecy::SecretString;
use service::{
    api_tokens::{self, NewApiToken},
    tenancy::Confirmed,
    tenants::settings::{self, BrandSettings, SettingsError},
};

/// What `write:all` customers approved before there were specific permissions.
const OLD: &str = "openid email profile offline write:all";
const WITH_OLD_PERMISSION: [&str; 5] = [
    "alder-and-ash",
    "fjord-wool",
    "ivory-keys",
    "montana-trail",
    "silver-birch",
];

pub(super) async fn play(
    s: &mut Stage<'_>,
    customers: &Customers,
    password: &SecretString,
) -> Result<()> {
    let (harbour, _) = HARBOUR;
    s.until(DAYS, 9, 0).await?;
    s.set_up(&MAREN, HARBOUR, password).await?;
    settle_in(s).await?;
    s.until(DAYS, 9, 20).await?;
    for who in &PEOPLE[1..] {
        s.invite(&MAREN, harbour, who.email, who.role).await?;
    }
    for (minute, who) in [(31, INES), (38, PRIYA), (44, JONAS), (57, LEO)] {
        s.until(DAYS, 9, minute).await?;
        s.join(&who, password).await?;
    }
    s.until(DAYS, 10, 40).await?;
    s.add_app(&INES, harbour, (RETURNS, "Returns"), OF_RETURNS)
        .await?;
    let of_loyalty = "openid email offline customers:read customers:write";
    s.add_app(&INES, harbour, (LOYALTY, "Loyalty"), of_loyalty)
        .await?;
    s.until(DAYS, 11, 5).await?;
    s.import(&INES, harbour, customers).await?;

    let granted = |account: &str, scopes: Option<&str>| {
        s.simulator.account(account).granted_scope(scopes);
    };
    for account in WITH_OLD_PERMISSION {
        granted(account, Some(OLD));
    }
    let less = "openid email profile offline account:read tickets:read customers:read";
    granted("harbor-goods", Some(less));
    granted("atelier-nord", Some(less));
    granted(
        "heidi-und-peter",
        Some(&format!("{OF_RETURNS} macros:read")),
    );
    connect_all(s, customers).await?;
    // Its next approval will give all that is asked for.
    s.simulator.account("atelier-nord").granted_scope(None);

    s.until(DAYS - 2, 9, 10).await?;
    let of_reviews = "openid offline satisfaction_survey:read";
    s.add_app(&INES, harbour, (REVIEWS, "Reviews beta"), of_reviews)
        .await?;
    for customer in with_app(customers, REVIEWS) {
        s.connect(REVIEWS, &customer.subdomain).await?;
    }
    s.until(DAYS - 2, 9, 45).await?;
    make_api_token(s).await
}

/// The vendor's colours, and its zone.
async fn settle_in(s: &mut Stage<'_>) -> Result<()> {
    let said = |error| match error {
        SettingsError::Invalid(errors) => anyhow!(mistakes(&errors)),
        other => other.into(),
    };
    let color = |text: &str| -> Result<Color> { Ok(text.parse()?) };
    let owner = s.actor(&MAREN, HARBOUR.0).await?;
    let brand = BrandSettings {
        light: Some(color("#2b3fa0")?),
        dark: Some(color("#aab7ff")?),
        contact: Some("success@harbour.example".to_owned()),
    };
    settings::save_brand(&owner, brand).await.map_err(said)?;
    let zone: Zone = "Europe/Berlin".parse()?;
    settings::save_links_and_time(&owner, Span::days(7), zone)
        .await
        .map_err(said)
}

/// The customers who connect an app in these days.
fn with_app<'c>(customers: &'c Customers, app: &'c str) -> impl Iterator<Item = &'c Customer> {
    customers
        .iter()
        .filter(move |customer| customer.apps().any(|one| one == app))
}

/// They come over an afternoon and the next morning.
async fn connect_all(s: &mut Stage<'_>, customers: &Customers) -> Result<()> {
    let times = [(0, 13), (0, 15), (0, 17), (1, 8), (1, 10)];
    let returns: Vec<&Customer> = with_app(customers, RETURNS).collect();
    let each = returns.len().div_ceil(times.len());
    for ((day, hour), some) in times.into_iter().zip(returns.chunks(each)) {
        s.until(DAYS - day, hour, 0).await?;
        for (minute, customer) in (0..).step_by(5).zip(some) {
            s.until(DAYS - day, hour, minute).await?;
            s.connect(RETURNS, &customer.subdomain).await?;
        }
    }
    for (minute, customer) in (0..).step_by(7).zip(with_app(customers, LOYALTY)) {
        s.until(DAYS - 1, 14, minute).await?;
        s.connect(LOYALTY, &customer.subdomain).await?;
    }
    Ok(())
}

/// The backend of the app for returns gets a token for the machine API.
async fn make_api_token(s: &mut Stage<'_>) -> Result<()> {
    let actor = s.actor(&INES, HARBOUR.0).await?;
    let person = actor.person().context("an API token makes no API token")?;
    let confirmed = Confirmed::lately(&s.services, person, s.services.now());
    let confirmed = confirmed.context("a sign-in is too old")?;
    let new = NewApiToken {
        app: Some(s.app(RETURNS)?.id),
        ..NewApiToken::new("Returns backend", Role::Backend)
    };
    // Shown once, and not needed here.
    api_tokens::create(&actor, &confirmed, new).await?;
    Ok(())
}

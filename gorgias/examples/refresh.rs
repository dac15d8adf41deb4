//! Renews the access of an app on an account, and says what came of it.
//!
//! Takes the account's name as its argument, and `GORGIAS_CLIENT_ID`,
//! `GORGIAS_CLIENT_SECRET`, `GORGIAS_REFRESH_TOKEN` and, for another address
//! than Gorgias' own, `GORGIAS_URL` from the environment.

use domain::{
    basic_encoding::BasicEncoding,
    subdomain::Subdomain,
    time::{Span, Timestamp},
    token,
};
use gorgias::{ClientCredentials, Gorgias, GorgiasTemplate, HttpGorgias, Renewal};
use std::{env, error::Error, sync::Arc, time::SystemTime};

#[allow(clippy::disallowed_methods)] // Time comes in here.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let micros = since.unwrap_or_default().as_micros();
    Timestamp(i64::try_from(micros).unwrap_or(i64::MAX))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let account = env::args()
        .nth(1)
        .ok_or("say which account: refresh acme")?;
    let account: Subdomain = account.parse()?;
    // Only an address of your own may lead into a private network.
    let own = env::var("GORGIAS_URL").ok();
    let url = own.as_deref().unwrap_or("https://{subdomain}.gorgias.com");
    let template = GorgiasTemplate::parse(url, own.is_some())?;
    let client = HttpGorgias::new(template, own.is_some(), Arc::new(now))?;
    let credentials = ClientCredentials {
        client_id: env::var("GORGIAS_CLIENT_ID")?,
        client_secret: env::var("GORGIAS_CLIENT_SECRET")?.into(),
        encoding: BasicEncoding::default(),
    };
    let refresh_token = env::var("GORGIAS_REFRESH_TOKEN")?.into();
    let received_at = now();
    match client
        .refresh(&credentials, &account, &refresh_token)
        .await?
    {
        Renewal::Grant(grant) => {
            let expires = token::expires_at(received_at, grant.jwt_exp, grant.expires_in);
            let life: Span = expires.since(received_at);
            let rotated = grant.refresh_token.is_some();
            println!("granted: {:?}", grant.scope.told());
            println!("lives for {} s", life.whole_seconds());
            println!("a new refresh token came: {rotated}");
        }
        Renewal::Leftover(leftover) => {
            println!(
                "keep the new refresh token; no access token: {}",
                leftover.why
            );
        }
    }
    Ok(())
}

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
use gorgias::{ClientCredentials, Gorgias, GorgiasTemplate, HttpGorgias, Reaching, Renewal};
use std::{env, error::Error, process::ExitCode, sync::Arc, time::SystemTime};

#[allow(clippy::disallowed_methods)] // Time comes in here.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let micros = since.unwrap_or_default().as_micros();
    Timestamp(i64::try_from(micros).unwrap_or(i64::MAX))
}

fn setting(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match refresh().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn refresh() -> Result<(), Box<dyn Error>> {
    let account = env::args()
        .nth(1)
        .ok_or("say which account: refresh acme")?;
    let account: Subdomain = account.parse()?;
    // Only an address of your own may lead into a private network.
    let own = env::var("GORGIAS_URL").ok();
    let url = own.as_deref().unwrap_or("https://{subdomain}.gorgias.com");
    let template = GorgiasTemplate::parse(url, own.is_some())?;
    let reaching = Reaching {
        private_network: own.is_some(),
        ..Reaching::default()
    };
    let client = HttpGorgias::new(template, Arc::new(now), reaching)?;
    let credentials = ClientCredentials {
        client_id: setting("GORGIAS_CLIENT_ID")?,
        client_secret: setting("GORGIAS_CLIENT_SECRET")?.into(),
        encoding: BasicEncoding::default(),
    };
    let refresh_token = setting("GORGIAS_REFRESH_TOKEN")?.into();
    let received_at = now();
    match client
        .refresh(&credentials, &account, &refresh_token)
        .await?
    {
        Renewal::Grant(grant) => {
            let expires = token::expires_at(received_at, grant.jwt_exp, grant.expires_in);
            let life: Span = expires.since(received_at);
            let rotated = grant.refresh_token.is_some();
            let granted = grant.scope.told().map(ToString::to_string);
            println!(
                "granted: {}",
                granted.as_deref().unwrap_or("the answer does not say")
            );
            println!("lives for {} s", life.whole_seconds());
            if rotated {
                println!("a new refresh token came: keep it, the old one may be worth nothing");
            }
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

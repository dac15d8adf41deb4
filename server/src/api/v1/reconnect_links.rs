//! Reconnect links, for a connection or for an account that was never connected.

use super::{
    answers::{LanguageSchema, Time},
    connections::find,
    paths::AccountPath,
};
use crate::api::{
    Problem,
    bearer::Caller,
    body::Body,
    problems::{BODY, COMMON, Code, PATH, problems},
};
use axum::{Json, extract::Path, http::StatusCode};
use domain::subdomain::Subdomain;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use service::{
    Actor,
    connections::links::{self, LinkError, LinkOptions},
    core::input::{Errors, Field, Input},
};
use utoipa::ToSchema;

const LINK: &[Code] = &[
    (404, "not_found"),
    (422, "invalid_email"),
    (422, "invalid_expires_in"),
    (422, "invalid_message"),
    (422, "mail_not_set_up"),
    (422, "reserved_subdomain"),
];

problems!(ConnectionProblems: COMMON, PATH, BODY, &LINK[1..]);
problems!(AnyProblems: COMMON, BODY, LINK);

/// The options of a link.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "expires_in": 86400, "language": "de" }))]
pub struct Options {
    /// Seconds; as long as the tenant's settings say if not given
    #[schema(value_type = Option<i64>, minimum = 300, maximum = 2592000)]
    #[serde(default)]
    expires_in: Field<i64>,
    /// Where the link is mailed to; refused while mail is not set up
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    email: Field<String>,
    /// The language of the mail and of the customer's pages; if not given, the mail is in
    /// English and the customer's browser decides about the pages
    #[schema(value_type = Option<LanguageSchema>)]
    #[serde(default)]
    language: Field<String>,
    /// The sender's own words in the mail, up to 500 letters; `{app}`, `{subdomain}` and
    /// `{sender}` are filled in
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    message: Field<String>,
}

impl Input for Options {
    type Parsed = LinkOptions;

    fn parse(self, errors: &mut Errors) -> Option<LinkOptions> {
        Some(LinkOptions {
            expires_in: errors.seconds("expires_in", self.expires_in),
            email: errors.optional("email", self.email),
            language: errors.parsed("language", self.language),
            message: errors.optional("message", self.message),
        })
    }
}

/// A link for any account of an app.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "app": "returns", "subdomain": "acme-shop", "expires_in": 86400 }))]
pub struct NewLink {
    /// The app's slug or id
    #[schema(value_type = String, required)]
    #[serde(default)]
    app: Field<String>,
    /// The account's name at Gorgias
    #[schema(value_type = String, required)]
    #[serde(default)]
    subdomain: Field<String>,
    /// Seconds; as long as the tenant's settings say if not given
    #[schema(value_type = Option<i64>, minimum = 300, maximum = 2592000)]
    #[serde(default)]
    expires_in: Field<i64>,
    /// Where the link is mailed to; refused while mail is not set up
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    email: Field<String>,
    /// The language of the mail and of the customer's pages; if not given, the mail is in
    /// English and the customer's browser decides about the pages
    #[schema(value_type = Option<LanguageSchema>)]
    #[serde(default)]
    language: Field<String>,
    /// The sender's own words in the mail, up to 500 letters; `{app}`, `{subdomain}` and
    /// `{sender}` are filled in
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    message: Field<String>,
}

impl Input for NewLink {
    type Parsed = (String, Subdomain, LinkOptions);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let app = errors.required("app", self.app);
        let subdomain = errors.required("subdomain", self.subdomain);
        let subdomain = subdomain.and_then(|text| {
            text.parse()
                .and_then(Subdomain::not_reserved)
                .map_err(|error| errors.add("subdomain", error.to_string()))
                .ok()
        });
        let options = Options {
            expires_in: self.expires_in,
            email: self.email,
            language: self.language,
            message: self.message,
        };
        let options = options.parse(errors);
        Some((app?, subdomain?, options?))
    }
}

/// A new link; its address is shown only this once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019a9f00-0000-7000-8000-000000000002",
    "url": "https://mooring.example.com/r/Jx3",
    "expires_at": "2026-11-30T14:05:00Z",
}))]
pub struct Link {
    expires_at: Time,
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uri")]
    url: String,
}

/// Makes a link with which a connection's admin approves the app again
#[utoipa::path(
    post, path = "/connections/{app}/{subdomain}/reconnect-links",
    operation_id = "createConnectionLink", tag = "reconnect links",
    params(AccountPath),
    request_body = Option<Options>,
    responses((status = 201, body = Link, description = "The link"), ConnectionProblems)
)]
pub async fn for_connection(
    Caller(actor): Caller,
    Path(path): Path<AccountPath>,
    Body(options): Body<Options>,
) -> Result<(StatusCode, Json<Link>), Problem> {
    let (_, subdomain) = find(&actor, &path).await?;
    create(&actor, &path.app, &subdomain, options).await
}

/// Makes a link for any account, also for one that was never connected
#[utoipa::path(
    post, path = "/reconnect-links", operation_id = "createLink", tag = "reconnect links",
    request_body = NewLink,
    responses((status = 201, body = Link, description = "The link"), AnyProblems)
)]
pub async fn for_any(
    Caller(actor): Caller,
    Body((app, subdomain, options)): Body<NewLink>,
) -> Result<(StatusCode, Json<Link>), Problem> {
    create(&actor, &app, &subdomain, options).await
}

async fn create(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
    options: LinkOptions,
) -> Result<(StatusCode, Json<Link>), Problem> {
    let link = links::create(actor, app, subdomain, options).await?;
    let link = Link {
        expires_at: Time(link.expires_at),
        id: link.id.to_string(),
        url: link.url.expose_secret().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(link)))
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        let unusable = |code, error: &LinkError| {
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
        };
        match error {
            LinkError::NotFound => Self::not_found(),
            LinkError::Forbidden(forbidden) => forbidden.into(),
            LinkError::BadLife => unusable("invalid_expires_in", &error),
            LinkError::NotAnAddress => unusable("invalid_email", &error),
            LinkError::Message(_) => unusable("invalid_message", &error),
            LinkError::NoMail => unusable("mail_not_set_up", &error),
            LinkError::NoAccount(_) => unusable("reserved_subdomain", &error),
            LinkError::Internal(fault) => fault.into(),
        }
    }
}

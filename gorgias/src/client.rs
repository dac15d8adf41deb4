//! Gorgias over HTTP.

use crate::{
    AccountInfo, AuthorizeParams, ClientCredentials, Gorgias, Grant, HttpGorgias, NoAccount,
    Renewal, Unavailable, UpstreamError,
    answer::Answer,
    response::{self, Asked},
    template::TemplateError,
};
use async_trait::async_trait;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use domain::{basic_encoding::BasicEncoding, subdomain::Subdomain};
use reqwest::{
    StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

impl HttpGorgias {
    async fn post(
        &self,
        url: Result<Url, TemplateError>,
        client: &ClientCredentials,
        form: &[(&str, &str)],
    ) -> Result<Answer, UpstreamError> {
        let url = self.allowed(url)?;
        let request = self
            .client
            .http
            .post(url)
            .header(AUTHORIZATION, basic(client)?)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encode(form));
        self.client.send(request).await
    }

    async fn tokens(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        form: &[(&str, &str)],
        asked: Asked,
    ) -> Result<Renewal, UpstreamError> {
        let url = self.template.token_url(account);
        let answer = self.post(url, client, form).await?;
        let now = self.client.clock.now();
        let Answer {
            status, headers, ..
        } = &answer;
        response::tokens(*status, headers, now, answer.text(), asked)
    }
}

#[async_trait]
impl Gorgias for HttpGorgias {
    async fn exchange_code(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        code: &SecretString,
        redirect_uri: &str,
        pkce_verifier: Option<&SecretString>,
    ) -> Result<Grant, UpstreamError> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", redirect_uri),
        ];
        if let Some(verifier) = pkce_verifier {
            form.push(("code_verifier", verifier.expose_secret()));
        }
        match self.tokens(client, account, &form, Asked::Code).await? {
            Renewal::Grant(grant) => Ok(grant),
            Renewal::Leftover(leftover) => Err(leftover.why.into()),
        }
    }

    async fn probe(
        &self,
        account: &Subdomain,
        params: &AuthorizeParams<'_>,
    ) -> Result<(), NoAccount> {
        self.look(account, params).await
    }

    async fn refresh(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        refresh_token: &SecretString,
    ) -> Result<Renewal, UpstreamError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose_secret()),
        ];
        self.tokens(client, account, &form, Asked::Refresh).await
    }

    async fn revoke(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        token: &SecretString,
    ) -> Result<(), UpstreamError> {
        let url = self.template.revoke_url(account);
        let form = [("token", token.expose_secret())];
        let answer = self.post(url, client, &form).await?;
        if answer.status.is_success() {
            Ok(())
        } else {
            let (headers, now) = (&answer.headers, self.client.clock.now());
            Err(response::refusal(
                answer.status,
                headers,
                now,
                answer.text(),
            ))
        }
    }

    async fn account(
        &self,
        account: &Subdomain,
        access_token: &SecretString,
    ) -> Result<AccountInfo, UpstreamError> {
        let url = self.allowed(self.template.account_url(account))?;
        let bearer = Zeroizing::new(format!("Bearer {}", access_token.expose_secret()));
        let request = self
            .client
            .http
            .get(url)
            .header(AUTHORIZATION, secret(bearer)?);
        let answer = self.client.send(request).await?;
        match (answer.status, answer.broken) {
            (StatusCode::UNAUTHORIZED, _) => Err(UpstreamError::Unauthorized),
            (_, Some(why)) => Err(why.into()),
            (StatusCode::OK, None) => Ok(response::account(&answer.body)?),
            (status, None) if status.is_redirection() => Err(Unavailable::Redirected.into()),
            (other, None) => Err(Unavailable::Status(other.as_u16()).into()),
        }
    }
}

/// HTTP Basic (RFC 7617) with client id and secret, form-encoded first if the
/// app's setting says so (RFC 6749 2.3.1).
pub(crate) fn basic(client: &ClientCredentials) -> Result<HeaderValue, UpstreamError> {
    let (id, password) = (&client.client_id, client.client_secret.expose_secret());
    let mut pair = Zeroizing::new(String::with_capacity(3 * (id.len() + password.len()) + 1));
    match client.encoding {
        BasicEncoding::Raw => pair.extend([id, ":", password]),
        BasicEncoding::Form => {
            pair.extend(form_urlencoded::byte_serialize(id.as_bytes()));
            pair.push(':');
            pair.extend(form_urlencoded::byte_serialize(password.as_bytes()));
        }
    }
    let mut header = Zeroizing::new(String::with_capacity(8 + pair.len().div_ceil(3) * 4));
    header.push_str("Basic ");
    BASE64_STANDARD.encode_string(pair.as_bytes(), &mut header);
    secret(header)
}

/// A header that is wiped after use and never shown by `Debug`.
pub(crate) fn secret(text: Zeroizing<String>) -> Result<HeaderValue, UpstreamError> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text))
        .map_err(|_| Unavailable::Nonsense("the stored token can't be sent"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A form's body, wiped after use.
pub(crate) fn encode(form: &[(&str, &str)]) -> Bytes {
    let room = form.iter().map(|(k, v)| k.len() + 3 * v.len() + 2).sum();
    let text = form_urlencoded::Serializer::new(String::with_capacity(room))
        .extend_pairs(form)
        .finish();
    Bytes::from_owner(Zeroizing::new(text))
}

//! Checks a host before it gets an app's credentials (security.md 70).

use crate::{AuthorizeParams, HttpGorgias, Unavailable, UpstreamError};
use domain::subdomain::Subdomain;
use reqwest::{StatusCode, header::ACCEPT};

/// Why an app's credentials must not go to a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAccount {
    /// It answers that there is nothing to authorize, or it has no address, or
    /// its address is blocked.
    #[error("no account answers there")]
    Nowhere,
    /// It gave no answer.
    #[error("no answer: {0}")]
    Unanswered(Unavailable),
}

impl From<Unavailable> for NoAccount {
    fn from(why: Unavailable) -> Self {
        match why {
            Unavailable::Dns | Unavailable::Blocked => Self::Nowhere,
            other => Self::Unanswered(other),
        }
    }
}

fn unanswered(error: UpstreamError) -> NoAccount {
    match error {
        UpstreamError::Unavailable { why, .. } => why.into(),
        _ => NoAccount::Nowhere,
    }
}

impl HttpGorgias {
    /// Only the status of the answer counts. The request is incomplete for an
    /// account; any other answer to it shows that the host exists.
    pub(crate) async fn look(
        &self,
        account: &Subdomain,
        params: &AuthorizeParams<'_>,
    ) -> Result<(), NoAccount> {
        let url = self.allowed(self.template().probe_url(account, params));
        let url = url.map_err(unanswered)?;
        let request = self.client.http.get(url).header(ACCEPT, "text/html");
        let answer = tokio::time::timeout(self.client.limits.time, self.client.leave(request))
            .await
            .map_err(|_| NoAccount::Unanswered(Unavailable::Timeout))?
            .map_err(unanswered)?;
        match answer.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(NoAccount::Nowhere),
            _ => Ok(()),
        }
    }
}

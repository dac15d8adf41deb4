//! Reads the bodies of answers, also incomplete ones, and decompresses them.

use crate::{
    Unavailable, UpstreamError,
    guarded::{Guarded, why},
    response::{self, Body},
    unpack::{Unpacked, Wrong, unpack},
};
use reqwest::{
    RequestBuilder, Response, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, HeaderMap},
};
use url::Host;
use zeroize::Zeroizing;

/// The capacity for a usual answer, in bytes.
const USUAL_BODY: usize = 4 * 1024;

/// An answer whose status alone doesn't decide the result.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Zeroizing<Vec<u8>>,
    /// Why the body is incomplete, if it is.
    pub broken: Option<Unavailable>,
}

impl Guarded {
    /// A proxy resolves names itself and has to refuse bad addresses. If the
    /// name is known here to be blocked, the request is refused all the same.
    pub(crate) async fn leave(&self, request: RequestBuilder) -> Result<Response, UpstreamError> {
        let (http, request) = request.build_split();
        let request = request.map_err(|e| why(&e))?;
        if let Some(names) = &self.by_proxy
            && let Some(Host::Domain(name)) = request.url().host()
            && names.are_blocked(&self.guard, name, self.clock.now()).await
        {
            return Err(Unavailable::Blocked.into());
        }
        Ok(http.execute(request).await.map_err(|e| why(&e))?)
    }

    /// Sends a request and reads its answer within the limits.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, UpstreamError> {
        let request = request
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "gzip");
        let mut begun = None;
        let read = tokio::time::timeout(self.limits.time, self.read(request, &mut begun))
            .await
            .unwrap_or_else(|_| Err(Unavailable::Timeout.into()));
        let mut answer = match (read, begun) {
            (Ok(()), Some(answer)) => answer,
            // The part that arrived may hold a refresh token that is never sent again.
            (Err(UpstreamError::Unavailable { why, .. }), Some(answer)) => Answer {
                broken: Some(why),
                ..answer
            },
            (Err(error), _) => return Err(error),
            (Ok(()), None) => return Err(Unavailable::Reset.into()),
        };
        let packed = std::mem::take(&mut answer.body);
        let Unpacked { body, wrong } = unpack(&answer.headers, packed, self.limits.body);
        answer.body = body;
        answer.broken = answer.broken.or(wrong.map(|wrong| match wrong {
            Wrong::TooLarge => Unavailable::TooLarge,
            Wrong::Broken => Unavailable::NotJson,
        }));
        Ok(answer)
    }

    /// Reads an answer piece by piece; what was read stays in `begun` if the
    /// rest doesn't arrive.
    async fn read(
        &self,
        request: RequestBuilder,
        begun: &mut Option<Answer>,
    ) -> Result<(), UpstreamError> {
        let mut response = self.leave(request).await?;
        let status = response.status();
        response::early(status, response.headers(), self.clock.now())?;
        let answer = begun.insert(Answer {
            status,
            headers: std::mem::take(response.headers_mut()),
            body: Zeroizing::new(Vec::with_capacity(USUAL_BODY.min(self.limits.body))),
            broken: None,
        });
        while let Some(piece) = response.chunk().await.map_err(|e| why(&e))? {
            let room = self.limits.body - answer.body.len();
            if piece.len() > room {
                append(&mut answer.body, piece.get(..room).unwrap_or_default());
                return Err(Unavailable::TooLarge.into());
            }
            append(&mut answer.body, &piece);
        }
        Ok(())
    }
}

/// Grows by copying into a new buffer, since a vector that grows doesn't wipe the old one.
fn append(body: &mut Zeroizing<Vec<u8>>, piece: &[u8]) {
    let wanted = body.len() + piece.len();
    if wanted > body.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(wanted.max(2 * body.capacity())));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(piece);
}

impl Answer {
    pub(crate) fn text(&self) -> Body<'_> {
        Body {
            bytes: &self.body,
            broken: self.broken.as_ref(),
        }
    }
}

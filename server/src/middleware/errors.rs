//! Gives errors that no handler made the same form as all others: a page for
//! browsers, a problem (RFC 9457) for programs.

use super::explanation::Explanation;
use crate::{api::Problem, cookies, sentences::SENTENCE, state::AppState};
use app::{
    address::Address,
    components::Theme,
    context::{PageContext, ProblemText, ShownProblem},
};
use axum::{
    extract::Request,
    http::{
        HeaderMap, StatusCode, Uri,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

/// The kind of client, told by the path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    Browser,
    Program,
    /// A client that reads only the status.
    Other,
}

impl Asks {
    fn of(path: &str) -> Self {
        let is = |part: &str| {
            path.strip_prefix(part)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if is("/api") {
            Self::Program
        } else if is("/healthz") || is("/readyz") || is("/pkg") || path.starts_with("/favicon.") {
            Self::Other
        } else {
            Self::Browser
        }
    }
}

/// Replaces an error that is neither a page nor a problem by one.
pub async fn explain(
    state: &AppState,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let asks = Asks::of(request.uri().path());
    let theme = cookies::theme_of(request.headers());
    let response = next(request).await;
    let status = response.status();
    if status.as_u16() < 400 || asks == Asks::Other || is_explained(response.headers()) {
        return response;
    }
    let explanation = response.extensions().get::<Explanation>();
    let explanation = *explanation.unwrap_or(usual(status));
    let explained = match asks {
        Asks::Program => {
            Problem::new(status, explanation.code, explanation.words()).into_response()
        }
        Asks::Browser | Asks::Other => page(state, theme, status, explanation).await,
    };
    with_headers_of(explained, response)
}

/// Whether it is a page, a problem or another document that a handler made.
fn is_explained(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"))
}

/// Keeps `Allow`, `Retry-After` and the other headers of the original answer.
fn with_headers_of(mut explained: Response, original: Response) -> Response {
    let mut headers = original.into_parts().0.headers;
    headers.remove(CONTENT_TYPE);
    headers.remove(CONTENT_LENGTH);
    for (name, value) in &headers {
        if !explained.headers().contains_key(name) {
            explained.headers_mut().append(name, value.clone());
        }
    }
    explained
}

/// Doesn't use the database, since that may be what failed.
async fn page(
    state: &AppState,
    theme: Theme,
    status: StatusCode,
    explanation: Explanation,
) -> Response {
    let problem = ProblemText {
        title: explanation.title.to_owned(),
        explanation: explanation.explanation.to_owned(),
        remedy: explanation.remedy.to_owned(),
    };
    let context = PageContext {
        services: state.services.clone(),
        options: state.leptos.clone(),
        signed_in: None,
        browser: None,
        theme,
        letters: Default::default(),
        sso_tenant: None,
        form: None,
        outcome: None,
        kept: None,
        session_key: None,
        second_step: None,
        confirmed: None,
        looked_at: None,
        problem: Some(ShownProblem::Text(problem)),
    };
    let mut request = Request::new(());
    *request.uri_mut() = Uri::from_static(Address::PROBLEM.0);
    let mut response = app::render(request.into_parts().0, context).await;
    *response.status_mut() = status;
    response
}

/// The usual explanation of a status.
fn usual(status: StatusCode) -> &'static Explanation {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => &Explanation {
            code: "not_found",
            title: "There is nothing here",
            explanation: "The address may be mistyped, or the thing was removed.",
            remedy: "",
        },
        StatusCode::METHOD_NOT_ALLOWED => &Explanation {
            code: "method_not_allowed",
            title: "This address isn’t for that",
            explanation: "It doesn’t answer to this kind of request. Nothing was changed.",
            remedy: "Go back, and use the buttons and links of the page.",
        },
        StatusCode::PAYLOAD_TOO_LARGE => &Explanation {
            code: "too_large",
            title: "That is too much",
            explanation: "A request may hold one megabyte. Nothing was changed.",
            remedy: "Send less at once.",
        },
        StatusCode::TOO_MANY_REQUESTS => &Explanation {
            code: "too_many_requests",
            title: "That was too often",
            explanation: "So many requests at once aren’t answered. Nothing was changed.",
            remedy: "Wait a minute, then try again.",
        },
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => &Explanation {
            code: "unavailable",
            title: "This took too long",
            explanation: "Mooring couldn’t answer in time. Nothing of what you asked for is certain \
                to have happened.",
            remedy: "Look, then try again in a minute.",
        },
        status if status.is_server_error() => &Explanation {
            code: "internal",
            title: "Something went wrong here",
            explanation: SENTENCE,
            remedy: "",
        },
        _ => &Explanation {
            code: "malformed",
            title: "This can’t be read",
            explanation: "Something in the address or in what was sent isn’t as it has to be. \
                Nothing was changed.",
            remedy: "Open the page again and repeat what you did.",
        },
    }
}

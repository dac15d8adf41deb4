//! Answers that a handler gives before it comes to its own business.

use crate::failure::Failure;
use axum::response::{IntoResponse, Response};

/// The answer to a request that goes no further: to sign-in, to the page for
/// things that aren't there, a form shown again, or a failure's. A handler
/// passes it on with `?`.
pub struct Answered(Box<Response>);

impl From<Response> for Answered {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl<E: Into<Failure>> From<E> for Answered {
    fn from(error: E) -> Self {
        error.into().into_response().into()
    }
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        *self.0
    }
}

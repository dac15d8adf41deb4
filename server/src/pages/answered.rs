//! Early answers of a handler.

use crate::failure::Failure;
use axum::response::{IntoResponse, Response};

/// An early answer: a redirect to the sign-in, the page for things that don't
/// exist, a form shown again, or a failure. A handler passes it on with `?`.
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

//! An error in words.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// What an error is, why, and what helps. A handler puts it into the response's
/// extensions if it knows more than the status says.
#[derive(Debug, Clone, Copy)]
pub struct Explanation {
    /// The `code` for programs.
    pub code: &'static str,
    /// The title for people.
    pub title: &'static str,
    /// What happened.
    pub explanation: &'static str,
    /// The remedy.
    pub remedy: &'static str,
}

impl Explanation {
    /// An error with this explanation.
    pub fn response(self, status: StatusCode) -> Response {
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }

    /// What happened, and what helps.
    pub fn words(&self) -> String {
        format!("{} {}", self.explanation, self.remedy)
            .trim_end()
            .to_owned()
    }
}

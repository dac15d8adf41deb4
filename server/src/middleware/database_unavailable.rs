//! What is answered while the database isn't available: 503, and when to try again.
//!
//! Sessions fail with nothing but a text, and their layer with nothing but a
//! 500. So their store notes what it met for as long as a request is answered.

use super::explanation::Explanation;
use crate::sentences::{TRY_AGAIN, UNAVAILABLE};
use axum::{
    extract::Request,
    http::{StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::Response,
};
use std::cell::Cell;

tokio::task_local! {
    static MET: Cell<bool>;
}

/// Notes that a request met a database that isn't available.
pub fn meet() {
    // Outside of a request there is nobody to tell.
    let _ = MET.try_with(|met| met.set(true));
}

/// Whether this request met one.
pub fn was_met() -> bool {
    MET.try_with(Cell::get).unwrap_or(false)
}

const WHY: Explanation = Explanation {
    code: "database_unavailable",
    title: "The database isn’t available",
    explanation: UNAVAILABLE,
    remedy: "",
};

/// The answer.
pub fn answer() -> Response {
    let mut response = WHY.response(StatusCode::SERVICE_UNAVAILABLE);
    let again = TRY_AGAIN.whole_seconds().into();
    response.headers_mut().insert(RETRY_AFTER, again);
    response
}

/// Puts it in the place of a 500 that came of it.
pub async fn answer_in_place(request: Request, next: Next) -> Response {
    let answered = async {
        let response = next.run(request).await;
        if response.status() == StatusCode::INTERNAL_SERVER_ERROR && was_met() {
            answer()
        } else {
            response
        }
    };
    MET.scope(Cell::new(false), answered).await
}

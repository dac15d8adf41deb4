//! The answer while the database isn't available: 503 with `Retry-After`.
//!
//! An error of a session holds only a text, and the session layer answers it with a
//! bare 500. So the session store notes the cause for as long as the request is
//! answered.

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
    // Outside of a request there is nothing to note.
    let _ = MET.try_with(|met| met.set(true));
}

/// Whether this request met a database that isn't available.
pub fn was_met() -> bool {
    MET.try_with(Cell::get).unwrap_or(false)
}

const WHY: Explanation = Explanation {
    code: "database_unavailable",
    title: "The database isn’t available",
    explanation: UNAVAILABLE,
    remedy: "",
};

/// The answer: 503.
pub fn answer() -> Response {
    let mut response = WHY.response(StatusCode::SERVICE_UNAVAILABLE);
    let again = TRY_AGAIN.whole_seconds().into();
    response.headers_mut().insert(RETRY_AFTER, again);
    response
}

/// Replaces a 500 whose cause was the database.
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

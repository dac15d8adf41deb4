//! A form whose key is claimed, until its outcome is known.

use crate::state::AppState;
use service::{
    Services,
    people::form_results::{self, FormKey, FormSession},
};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// A claimed form. If a failure drops it before its outcome is known, the form may
/// have taken effect or not. A second post is told so, and the form isn't done twice.
pub struct ClaimedForm(Option<Form>);

struct Form {
    services: Services,
    tasks: TaskTracker,
    session: FormSession,
    key: FormKey,
}

impl ClaimedForm {
    pub fn new(state: &AppState, session: &FormSession, key: &FormKey) -> Self {
        Self(Some(Form {
            services: state.services.clone(),
            tasks: state.options.tasks.clone(),
            session: session.clone(),
            key: key.clone(),
        }))
    }

    pub fn key(&self) -> Option<&FormKey> {
        self.0.as_ref().map(|form| &form.key)
    }

    /// The outcome is stored, so there is nothing left to do.
    pub fn settle(mut self) {
        self.0 = None;
    }

    /// Nothing was done, so the form may be posted again.
    pub async fn give_back(mut self) {
        let Some(form) = self.0.take() else {
            return;
        };
        let released = form_results::release(&form.services, &form.session, &form.key);
        if let Err(error) = released.await {
            tracing::error!(%error, "a form could not be given back; it has to be loaded anew");
        }
    }
}

impl Drop for ClaimedForm {
    fn drop(&mut self) {
        let Some(form) = self.0.take() else {
            return;
        };
        let interrupt = async move {
            let noted = form_results::interrupt(&form.services, &form.session, &form.key);
            if let Err(error) = noted.await {
                // After a minute the form counts as interrupted anyway.
                tracing::error!(%error, "that a form was interrupted could not be noted");
            }
        };
        let tasks = form.tasks.clone();
        tasks.spawn(interrupt.in_current_span());
    }
}

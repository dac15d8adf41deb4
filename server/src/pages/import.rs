//! What is known of customers, from a CSV file: looked at first, then stored.

use crate::pages::{Answered, Form, PostedFile};
use app::{
    accounts_import::{FILE, FORM, LookedAt, STEP, STORE, TEXT},
    address::Address,
    form_outcome::FormOutcome,
};
use axum::{extract::Path, response::Response};
use domain::permission::Permission;
use service::{
    accounts::{self, ImportError, LineResult},
    core::error::FieldError,
};

const IMPORT: Form = Form::new(FORM, &[TEXT]);

/// Shows what would become of each line, or stores what the form before showed.
pub async fn import(
    Path(tenant): Path<String>,
    PostedFile(posted, file): PostedFile,
) -> Result<Response, Answered> {
    let page = Address::ImportAccounts { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &IMPORT).await?;
    if !actor.may(Permission::EditCustomers) {
        return Ok(posted.forbidden(&page, &IMPORT).await);
    }
    let store = posted.field(STEP) == Some(STORE);
    let (field, bytes) = match file.is_empty() {
        false => (FILE, file),
        true => {
            let text = posted.field(TEXT).unwrap_or_default();
            (TEXT, text.as_bytes().to_vec())
        }
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let message = "Choose a file, or paste lines.";
        let errors = vec![FieldError::new(FILE, message)];
        return Ok(posted.rerender_with_errors(&page, &IMPORT, errors).await);
    }
    if store {
        posted.first(&page).await?;
    }
    let state = &posted.visitor.state;
    let done = state
        .to_its_end(async move {
            let done = accounts::import(&actor, &bytes, !store).await;
            (done, bytes)
        })
        .await?;
    let lines = match done {
        (Ok(lines), bytes) if !store => {
            // The file was readable, so it is UTF-8.
            let text = String::from_utf8_lossy(&bytes).into();
            let looked_at = LookedAt {
                text,
                lines: lines.into(),
            };
            return Ok(posted.render_looked_at(&page, looked_at).await);
        }
        (Ok(lines), _) => lines,
        (Err(ImportError::Forbidden(_)), _) => return Ok(posted.forbidden(&page, &IMPORT).await),
        (Err(ImportError::Unreadable(why)), _) => {
            let errors = vec![FieldError::new(field, why)];
            return Ok(posted.rerender_with_errors(&page, &IMPORT, errors).await);
        }
        (Err(ImportError::Internal(fault)), _) => return Err(fault.into()),
    };
    let count = |is: fn(&LineResult) -> bool| lines.iter().filter(|line| is(&line.result)).count();
    let outcome = FormOutcome::CustomersImported {
        made: count(|result| matches!(result, LineResult::Made(_))),
        changed: count(|result| matches!(result, LineResult::Changed(_))),
        refused: count(|result| matches!(result, LineResult::Refused(_))),
    };
    let accounts = Address::Accounts { tenant: &tenant }.to_string();
    posted.done(&accounts, outcome).await
}

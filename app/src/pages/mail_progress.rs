//! How far a mail is, and what helps if it is stuck.

use crate::components::Moment;
use leptos::prelude::*;
use service::mail::{Delivery, MailProgress};

pub(super) fn mail_progress(mail: &MailProgress) -> AnyView {
    let (what, more) = match mail.delivery {
        Delivery::Waiting => ("Being sent", None),
        Delivery::TriedInVain => ("Not taken yet, tried again", None),
        Delivery::Sent => ("Delivered to the mail server", None),
        Delivery::Refused => (
            "Mail refused",
            Some("Correct the address, or copy a new link and pass it on yourself."),
        ),
        Delivery::GivenUp => (
            "Mail given up",
            Some("Copy a new link and pass it on yourself."),
        ),
    };
    let answer = match mail.delivery {
        Delivery::Waiting | Delivery::Sent => None,
        _ => mail.answer.clone(),
    };
    view! {
        {what}
        " "
        <span class="sub">
            <Moment at=mail.at/>
            {answer.map(|answer| format!(". The mail server said: {answer}"))}
            {more.map(|more| format!(". {more}"))}
        </span>
    }
    .into_any()
}

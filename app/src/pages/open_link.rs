//! A link on its way: a second line of an account, so that nobody sends another unawares.

use crate::components::{Ago, Moment};
use domain::time::Timestamp;
use leptos::prelude::*;
use service::connections::links::{LinkMail, OpenLink};

/// Only what a mail server took is called sent.
pub(super) fn open_link(link: OpenLink, now: Timestamp) -> AnyView {
    let (what, at, mail) = match link.mail {
        Some(LinkMail::Sent(at)) => ("Link sent ", at, None),
        Some(LinkMail::Waiting) => ("Link made ", link.made_at, Some(" · mail not sent yet")),
        Some(LinkMail::NotDelivered) => ("Link made ", link.made_at, Some(" · mail not delivered")),
        None => ("Link made ", link.made_at, None),
    };
    let opened = match link.opened_at {
        Some(at) => view! {
            "opened "
            <Ago at now/>
        }
        .into_any(),
        None => "not opened".into_any(),
    };
    view! {
        {what}
        <Ago at now/>
        {mail}
        " · "
        {opened}
        " · expires "
        <Moment at=link.expires_at/>
    }
    .into_any()
}

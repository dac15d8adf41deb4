//! Links on their way, in rows of accounts.

use super::{
    outline::html,
    sample::{self, NOW, accounts_page, listed},
    snooze::home,
};
use crate::pages::accounts;
use domain::time::Span;
use service::connections::{
    by_account::AccountsQuery,
    links::{LinkMail, OpenLink},
    row::AccountRow,
};

fn made() -> OpenLink {
    OpenLink {
        made_at: NOW.minus(Span::hours(2)),
        mail: None,
        opened_at: None,
        expires_at: NOW.plus(Span::days(7)),
    }
}

/// A page without its tags.
fn text(html: &str) -> String {
    let pieces = html.split('<');
    pieces
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text))
        .collect()
}

/// The list and the overview, each with a disconnected account that has this link.
fn both(link: Option<OpenLink>) -> [String; 2] {
    let row = AccountRow {
        open_link: link,
        ..sample::disconnected().row
    };
    let data = accounts_page(vec![row.clone()], AccountsQuery::default());
    [
        text(&html(|| accounts::view(&data))),
        text(&home(vec![listed(row)], |_| ())),
    ]
}

fn says(link: OpenLink, line: &str, action: &str) {
    for page in both(Some(link)) {
        assert!(page.contains(line), "{line}: {page}");
        for one in ["Send link:", "Send again:"] {
            let is_there = page.contains(one);
            assert_eq!(is_there, one.starts_with(action), "{line}: {page}");
        }
    }
}

#[test]
fn a_row_says_what_became_of_the_link_on_its_way() {
    for page in both(None) {
        assert!(page.contains("Send link"), "{page}");
        assert!(!page.contains("Send again"), "{page}");
        assert!(!page.contains("Link made"), "{page}");
    }
    let by_hand = made();
    says(
        by_hand,
        "Link made 2 h ago · not opened · expires Sat 5 Dec",
        "Send link",
    );
    let sent = OpenLink {
        mail: Some(LinkMail::Sent(NOW.minus(Span::hours(2)))),
        ..by_hand
    };
    says(
        sent,
        "Link sent 2 h ago · not opened · expires Sat 5 Dec",
        "Send again",
    );
    let opened_at = Some(NOW.minus(Span::hours(1)));
    says(
        OpenLink { opened_at, ..sent },
        "Link sent 2 h ago · opened 1 h ago · expires Sat 5 Dec",
        "Send again",
    );
    says(
        OpenLink {
            opened_at,
            ..by_hand
        },
        "Link made 2 h ago · opened 1 h ago · expires",
        "Send again",
    );
}

/// What no mail server took isn't called sent.
#[test]
fn a_row_says_that_a_mail_did_not_leave() {
    for (mail, said) in [
        (LinkMail::Waiting, "mail not sent yet"),
        (LinkMail::NotDelivered, "mail not delivered"),
    ] {
        let line = format!("Link made 2 h ago · {said} · not opened · expires");
        let mail = Some(mail);
        says(OpenLink { mail, ..made() }, &line, "Send link");
    }
}

//! What a mail says, as plain text and as HTML.

use super::{MailKind, of_tenant::Look};
use askama::Template;
use domain::{customer::Language, ids::TenantId, time::Timestamp};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// A mail to be queued.
pub(crate) struct Mail {
    /// What it is about, for the page that it was sent from.
    pub kind: MailKind,
    /// The id of that.
    pub about: Uuid,
    /// The tenant that sends it; `None` for a mail to a person about themselves.
    pub tenant: Option<TenantId>,
    /// After this instant it is of no use.
    pub expires_at: Timestamp,
    pub to: Recipient,
    pub sender: Sender,
    pub look: Look,
    pub content: Content,
}

/// Who gets a mail.
pub(crate) struct Recipient {
    /// Their address.
    pub email: String,
    /// Their name, if it is known.
    pub name: Option<String>,
}

/// In whose name a mail is sent. Its address is always the installation's, so
/// that nobody writes in another's name.
pub(crate) struct Sender {
    /// The name beside the address.
    pub name: String,
    /// Where answers go.
    pub reply_to: Option<String>,
}

impl Sender {
    /// Mooring itself.
    pub fn mooring() -> Self {
        Self {
            name: "Mooring".to_owned(),
            reply_to: None,
        }
    }
}

/// What a mail says. All of it stands in both parts.
pub(crate) struct Content {
    pub subject: String,
    /// The one thing that it tells.
    pub heading: String,
    pub paragraphs: Vec<String>,
    /// The one thing to do: what the button says, and where it leads.
    pub button: Option<(&'static str, SecretString)>,
    /// Names and values.
    pub facts: Vec<(&'static str, String)>,
    /// What to know beside it.
    pub small_print: Vec<String>,
    /// The language of all of this.
    pub language: Language,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    brand: &'a str,
    look: &'a Look,
    content: &'a Content,
    link: Option<(&'static str, &'a str)>,
}

impl Content {
    /// The HTML part. Mail programs want tables and styles at each element.
    ///
    /// # Errors
    /// If the template fails, which it doesn't.
    pub fn html(&self, brand: &str, look: &Look) -> Result<String, askama::Error> {
        let link = self.button.as_ref();
        let link = link.map(|(label, url)| (*label, url.expose_secret()));
        let page = Html {
            brand,
            look,
            content: self,
            link,
        };
        page.render()
    }

    /// The plain part.
    pub fn text(&self, brand: &str) -> String {
        let mut parts = vec![self.heading.clone()];
        parts.extend(self.paragraphs.iter().cloned());
        if let Some((label, url)) = &self.button {
            parts.push(format!("{label}:\n{}", url.expose_secret()));
        }
        if !self.facts.is_empty() {
            let facts: Vec<_> = self
                .facts
                .iter()
                .map(|(n, v)| format!("{n}: {v}"))
                .collect();
            parts.push(facts.join("\n"));
        }
        let small = self.small_print.iter().map(String::as_str);
        let small: Vec<_> = small.chain([brand]).collect();
        parts.push(format!("-- \n{}", small.join("\n")));
        parts.join("\n\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            subject: "Ann Lee invites you to Acme".into(),
            heading: "Join <Acme> & friends".into(),
            paragraphs: vec!["You will see \"accounts\".".into()],
            button: Some(("Join", "https://m.example/invite/a?b&c".to_owned().into())),
            facts: vec![("Works until", "Mon 7 Dec 2026, 14:05 UTC".into())],
            small_print: vec!["Not you? Forget this mail.".into()],
            language: Language::German,
        }
    }

    #[test]
    fn both_parts_say_the_same() {
        let (text, html) = (
            content().text("Acme"),
            content().html("Acme", &Look::default()).unwrap(),
        );
        for said in ["Join", "Mon 7 Dec 2026, 14:05 UTC", "Not you?", "Acme"] {
            assert!(text.contains(said) && html.contains(said), "{said}");
        }
        assert!(text.contains("https://m.example/invite/a?b&c"));
        assert!(html.contains("<html lang=\"de\">"));
    }

    /// security.md 54: names are inert in the HTML part.
    #[test]
    fn s54_names_are_inert() {
        let html = content().html("<img src=x>", &Look::default()).unwrap();
        assert!(
            !html.contains("<Acme>") && !html.contains("<img src=x>"),
            "{html}"
        );
        assert!(html.contains("&#60;Acme&#62; &#38; friends"), "{html}");
        assert!(
            html.contains("href=\"https://m.example/invite/a?b&#38;c\""),
            "{html}"
        );
    }
}

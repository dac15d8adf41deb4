//! A customer's browser: follows redirects, and approves on the consent page.

use crate::http::{self, Answer, Client};
use anyhow::{Context, Result, anyhow, bail};

/// More pages than any installation needs.
const PAGES: usize = 10;

/// Opens an address, approves if asked, and ends on the last page.
pub fn approve(browser: &Client, address: &str) -> Result<()> {
    let mut page = address.to_owned();
    let mut answer = browser.get(&page)?;
    for _ in 0..PAGES {
        if let Some(location) = redirect(&answer) {
            page = http::resolve(&page, &location)?;
            answer = browser.get(&page)?;
        } else if answer.status != 200 {
            bail!("{page} answered {}: {}", answer.status, answer.body.trim());
        } else if page.contains("/oauth/authorize") {
            let form = Form::that_approves(&answer.body)
                .with_context(|| format!("{page} has no form to approve with"))?;
            page = http::resolve(&page, &form.action)?;
            answer = browser.post_form(&page, &form.fields)?;
        } else {
            return Ok(());
        }
    }
    bail!("{address} leads in circles")
}

fn redirect(answer: &Answer) -> Option<String> {
    (300..400)
        .contains(&answer.status)
        .then(|| answer.location.clone())?
}

/// A form as a browser would send it.
#[derive(Debug, PartialEq)]
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// The hidden fields of the first form that has an approve button, and that button.
    fn that_approves(html: &str) -> Result<Self> {
        for part in html.split("<form").skip(1) {
            let form = part.split("</form").next().unwrap_or(part);
            let opening = form.split('>').next().unwrap_or_default();
            let mut fields: Vec<(String, String)> = Vec::new();
            for tag in tags(form, "input") {
                if attribute(tag, "type").as_deref() == Some("hidden") {
                    fields.extend(named(tag));
                }
            }
            for tag in tags(form, "button") {
                let words = tag.to_lowercase();
                if ["approve", "authorize", "allow"]
                    .iter()
                    .any(|word| words.contains(word))
                {
                    fields.extend(named(tag));
                    let action = attribute(opening, "action").unwrap_or_default();
                    return Ok(Self { action, fields });
                }
            }
        }
        Err(anyhow!("no button approves"))
    }
}

/// Each `<name …>` and the text up to the next tag.
fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split('<')
        .filter(|tag| {
            tag.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with([' ', '>', '\n', '/']))
        })
        .collect()
}

fn named(tag: &str) -> Option<(String, String)> {
    Some((
        attribute(tag, "name")?,
        attribute(tag, "value").unwrap_or_default(),
    ))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let opening = tag.split('>').next()?;
    let start = opening.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = opening[start..].split('"').next()?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&#x27;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_approving_button_and_the_hidden_fields_are_sent() {
        let html = r#"<form method="post" action="/a/acme/oauth/consent?a=1&amp;b=2">
            <input type="hidden" name="request" value="x&quot;y">
            <input type="text" name="note" value="no">
            <button name="decision" value="refuse">Refuse</button>
            <button name="decision" value="yes">Approve</button></form>"#;
        let form = Form::that_approves(html).unwrap();
        assert_eq!(form.action, "/a/acme/oauth/consent?a=1&b=2");
        let expected = [("request", "x\"y"), ("decision", "yes")];
        assert_eq!(
            form.fields,
            expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
    }

    #[test]
    fn a_page_without_such_a_form_is_an_error() {
        assert!(Form::that_approves("<form><button>Refuse</button></form>").is_err());
    }
}

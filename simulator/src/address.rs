//! Finds the account of a request: in the path or in the host.

/// The template with `{subdomain}`, parsed so that requests can be matched.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    template: String,
    host: Option<(String, String)>,
    path: Option<(String, String)>,
}

const MARK: &str = "{subdomain}";

impl Address {
    /// Parses the template; `None` if it doesn't hold `{subdomain}` exactly once.
    pub(crate) fn parse(template: &str) -> Option<Self> {
        let template = template.trim_end_matches('/');
        let rest = template.split_once("://")?.1;
        if template.matches(MARK).count() != 1 {
            return None;
        }
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let host = authority.split_once(MARK).map(|(before, after)| {
            let after = after.split(':').next().unwrap_or_default();
            (before.to_owned(), after.to_owned())
        });
        let path = path
            .split_once(MARK)
            .map(|(before, after)| (before.to_owned(), after.to_owned()));
        Some(Self {
            template: template.to_owned(),
            host,
            path,
        })
    }

    pub(crate) fn template(&self) -> &str {
        &self.template
    }

    /// The filled template without a trailing slash (the `iss` that the product expects).
    pub(crate) fn issuer(&self, subdomain: &str) -> String {
        self.template.replace(MARK, subdomain)
    }

    /// The account and the path below it, from the host and path of a request.
    pub(crate) fn locate(&self, host: &str, path: &str) -> Option<(String, String)> {
        if let Some((before, after)) = &self.host {
            let name = host.split(':').next().unwrap_or_default();
            if let Some(subdomain) = name
                .strip_prefix(before.as_str())
                .and_then(|name| name.strip_suffix(after.as_str()))
                .filter(|subdomain| is_subdomain(subdomain))
            {
                return Some((subdomain.to_owned(), path.to_owned()));
            }
        }
        self.path
            .as_ref()
            .and_then(|(before, after)| below(path, before, after))
            .or_else(|| below(path, "/a/", ""))
    }
}

fn below(path: &str, before: &str, after: &str) -> Option<(String, String)> {
    let rest = path.strip_prefix(before)?;
    let end = rest.find('/').unwrap_or(rest.len());
    let subdomain = rest[..end].strip_suffix(if after.starts_with('/') { "" } else { after })?;
    let rest = &rest[end..];
    let rest = if after.starts_with('/') {
        rest.strip_prefix(after)?
    } else {
        rest
    };
    is_subdomain(subdomain).then(|| (subdomain.to_owned(), rest.to_owned()))
}

/// Whether Gorgias would accept the text as an account's name.
pub(crate) fn is_subdomain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 63
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(template: &str, host: &str, path: &str) -> Option<(String, String)> {
        Address::parse(template).unwrap().locate(host, path)
    }

    #[test]
    fn reads_the_account_from_path_and_host() {
        let acme = Some(("acme".to_owned(), "/oauth/token".to_owned()));
        let by_path = "http://127.0.0.1:4000/a/{subdomain}/";
        assert_eq!(found(by_path, "x", "/a/acme/oauth/token"), acme);
        assert_eq!(found(by_path, "x", "/b/acme/oauth/token"), None);
        assert_eq!(found(by_path, "x", "/a/AC.ME/oauth/token"), None);
        let deep = "http://h/x/{subdomain}/y";
        assert_eq!(found(deep, "h", "/x/acme/y/oauth/token"), acme);
        let by_host = "http://{subdomain}.localhost:4000";
        assert_eq!(found(by_host, "acme.localhost:4000", "/oauth/token"), acme);
        assert_eq!(found(by_host, "localhost:4000", "/oauth/token"), None);
        assert!(Address::parse("http://nothing.example").is_none());
    }

    #[test]
    fn issuer_is_the_filled_template_without_slash() {
        let address = Address::parse("http://h:1/a/{subdomain}/").unwrap();
        assert_eq!(address.issuer("acme"), "http://h:1/a/acme");
    }
}

//! The script that reloads a page, and the code that adds it to a page.

/// The address of the script's events. No page of Mooring has this address.
pub const EVENTS: &str = "/__watch";

/// Reloads the page, or its style sheets. The first message after a pause may be
/// from a new `cargo xtask serve --watch`, whose numbers differ, so the page
/// reloads.
const SCRIPT: &str = r"
let seen;
new EventSource('/__watch').onmessage = ({ data }) => {
  const now = JSON.parse(data);
  if (seen && now.page !== seen.page) location.reload();
  else if (seen && now.style !== seen.style) {
    for (const old of document.querySelectorAll('link[rel=stylesheet]')) {
      const fresh = old.cloneNode();
      const address = new URL(old.href);
      address.searchParams.set('watch', now.style);
      fresh.href = address;
      fresh.onload = () => old.remove();
      old.after(fresh);
    }
  }
  seen = now;
};
";

/// The head of a request or of an answer, line by line.
pub struct Head {
    /// Method, path and version; or version, status and reason.
    pub first: String,
    lines: Vec<String>,
}

impl Head {
    /// Parses the head, up to the empty line.
    pub fn parse(text: &str) -> Self {
        let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
        Self {
            first: lines.next().unwrap_or_default().to_owned(),
            lines: lines.map(str::to_owned).collect(),
        }
    }

    /// The nth word of the first line.
    pub fn word(&self, index: usize) -> &str {
        self.first.split(' ').nth(index).unwrap_or_default()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.lines.iter().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn remove(&mut self, name: &str) {
        self.lines.retain(|line| {
            let found = line.split_once(':').map_or("", |(found, _)| found);
            !found.eq_ignore_ascii_case(name)
        });
    }

    /// Sets a header and removes others of that name.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.lines.push(format!("{name}: {value}"));
    }

    /// The text to send, with the empty line.
    pub fn text(&self) -> String {
        let lines: String = self
            .lines
            .iter()
            .map(|line| format!("{line}\r\n"))
            .collect();
        format!("{}\r\n{lines}\r\n", self.first)
    }

    /// The length of the body, if this is a page to which the script can be added.
    pub fn page_length(&self) -> Option<usize> {
        let page = self
            .get("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"));
        let plain =
            self.get("content-encoding").is_none() && self.get("transfer-encoding").is_none();
        let length = self.get("content-length")?.parse().ok()?;
        (page && plain && length > 0).then_some(length)
    }

    /// The nonce for scripts in the page's Content-Security-Policy.
    pub fn nonce(&self) -> Option<&str> {
        let (_, rest) = self.get("content-security-policy")?.split_once("'nonce-")?;
        let (nonce, _) = rest.split_once('\'')?;
        let usual = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte);
        nonce.bytes().all(usual).then_some(nonce)
    }
}

/// The page with the script at its end.
pub fn with_script(page: &str, nonce: &str) -> String {
    let script = format!("<script type=\"module\" nonce=\"{nonce}\">{SCRIPT}</script>");
    let (before, after) = match page.rfind("</body>") {
        Some(end) => page.split_at(end),
        None => (page, ""),
    };
    format!("{before}{script}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
         content-length: 12\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\
         content-security-policy: default-src 'none'; script-src 'nonce-Zm9v+/=' 'wasm-unsafe-eval'\
         \r\n\r\n";

    #[test]
    fn the_script_uses_the_nonce_of_the_page() {
        let head = Head::parse(ANSWER);
        assert_eq!(head.nonce(), Some("Zm9v+/="));
        let page = with_script("<body>text</body></html>", "n");
        assert!(page.starts_with("<body>text<script type=\"module\" nonce=\"n\">"));
        assert!(page.ends_with("</script></body></html>"));
        assert!(page.contains(EVENTS));
    }

    #[test]
    fn a_policy_without_a_nonce_gets_no_script() {
        let with = |policy: &str| {
            let mut head = Head::parse(ANSWER);
            head.set("Content-Security-Policy", policy);
            head.nonce().map(str::to_owned)
        };
        assert_eq!(with("script-src 'self'"), None);
        assert_eq!(with("script-src 'nonce-a\"><b>'"), None);
        assert_eq!(with("script-src 'nonce-a"), None);
    }

    #[test]
    fn only_whole_plain_pages_are_changed() {
        let with = |name: &str, value: &str| {
            let mut head = Head::parse(ANSWER);
            head.set(name, value);
            head.page_length()
        };
        assert_eq!(Head::parse(ANSWER).page_length(), Some(12));
        assert_eq!(with("content-type", "text/css"), None);
        assert_eq!(with("content-encoding", "br"), None);
        assert_eq!(with("transfer-encoding", "chunked"), None);
        assert_eq!(with("content-length", "0"), None);
    }

    #[test]
    fn all_other_headers_stay_as_they_are() {
        let mut head = Head::parse(ANSWER);
        assert_eq!(head.text(), ANSWER);
        head.set("connection", "close");
        head.remove("CONTENT-LENGTH");
        assert_eq!(head.get("Connection"), Some("close"));
        assert_eq!(head.get("content-length"), None);
        assert_eq!(head.text().matches("set-cookie").count(), 2);
        assert_eq!(head.word(1), "200");
    }
}

use super::*;

fn acme() -> Subdomain {
    "acme".parse().unwrap()
}

fn template(text: &str) -> GorgiasTemplate {
    GorgiasTemplate::parse(text, true).unwrap()
}

#[test]
fn addresses_are_those_of_the_documentation() {
    let t = GorgiasTemplate::parse("https://{subdomain}.gorgias.com/", false).unwrap();
    assert_eq!(t.issuer(&acme()), "https://acme.gorgias.com");
    for (url, expected) in [
        (t.token_url(&acme()), "https://acme.gorgias.com/oauth/token"),
        (
            t.revoke_url(&acme()),
            "https://acme.gorgias.com/oauth/revoke",
        ),
        (
            t.account_url(&acme()),
            "https://acme.gorgias.com/api/account",
        ),
        (
            t.preview_url(&acme(), "a/../b?"),
            "https://acme.gorgias.com/app/settings/integrations/app/a%2F..%2Fb%3F",
        ),
    ] {
        assert_eq!(url.unwrap().as_str(), expected);
    }
    assert_eq!(t.form_action_source(), "https://*.gorgias.com");
    assert!(!t.is_plain_http());
}

#[test]
fn an_authorization_request_holds_what_gorgias_asks_for() {
    let scope = "openid offline tickets:read".parse().unwrap();
    let mut params = AuthorizeParams {
        client_id: "app 1&x",
        redirect_uri: "https://m.example/oauth/1/callback",
        scope: &scope,
        state: "s",
        nonce: "n",
        pkce_challenge: None,
    };
    let t = template("https://{subdomain}.gorgias.com");
    let pairs = |url: &Url| -> Vec<(String, String)> {
        url.query_pairs()
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect()
    };
    let own = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let url = t.authorize_url(&acme(), &params).unwrap();
    let expected = own(&[
        ("response_type", "code"),
        ("client_id", "app 1&x"),
        ("redirect_uri", "https://m.example/oauth/1/callback"),
        ("scope", "offline openid tickets:read"),
        ("state", "s"),
        ("nonce", "n"),
    ]);
    assert_eq!(pairs(&url), expected);
    assert!(
        url.as_str()
            .starts_with("https://acme.gorgias.com/oauth/authorize?")
    );
    params.pkce_challenge = Some("c");
    let with_pkce = pairs(&t.authorize_url(&acme(), &params).unwrap());
    assert_eq!(
        with_pkce[6..],
        own(&[("code_challenge", "c"), ("code_challenge_method", "S256")])
    );
}

#[test]
fn simulators_by_path_and_by_host() {
    for (text, issuer, source) in [
        (
            "http://127.0.0.1:4000/a/{subdomain}/",
            "http://127.0.0.1:4000/a/acme",
            "http://127.0.0.1:4000",
        ),
        (
            "http://[::1]:4000/{subdomain}",
            "http://[::1]:4000/acme",
            "http://[::1]:4000",
        ),
        (
            "http://{subdomain}.localhost:4000",
            "http://acme.localhost:4000",
            "http://*.localhost:4000",
        ),
        (
            "http://simulator:4000/a/{subdomain}",
            "http://simulator:4000/a/acme",
            "http://simulator:4000",
        ),
        (
            "https://eu-{subdomain}.x.example:8443/y",
            "https://eu-acme.x.example:8443/y",
            "https://*.x.example:8443",
        ),
    ] {
        let t = template(text);
        assert_eq!(t.issuer(&acme()), issuer);
        assert_eq!(t.form_action_source(), source);
        let token = t.token_url(&acme()).unwrap();
        assert_eq!(token.as_str(), format!("{issuer}/oauth/token"));
    }
}

#[test]
fn unsafe_and_unusual_templates_are_refused() {
    use TemplateError::*;
    for (text, private, why) in [
        ("https://gorgias.com", true, Mark),
        ("https://{subdomain}.{subdomain}.com", true, Mark),
        ("{subdomain}.gorgias.com", true, NotAnAddress),
        ("https://host:{subdomain}", true, NotAnAddress),
        ("https://{subdomain}.0.0.1", true, NotAnAddress),
        ("http://{subdomain}.gorgias.com", false, Scheme),
        ("http://{subdomain}.gorgias.com", true, Scheme),
        ("http://8.8.8.8/{subdomain}", true, Scheme),
        ("http://169.254.169.254/{subdomain}", true, Scheme),
        ("http://127.0.0.1/{subdomain}", false, Scheme),
        ("ftp://{subdomain}.gorgias.com", true, Scheme),
        ("https://{subdomain}@evil.example", true, TooMuch),
        ("https://u:p@{subdomain}.gorgias.com", true, TooMuch),
        ("https://gorgias.com/?a={subdomain}", true, TooMuch),
        ("https://gorgias.com/#{subdomain}", true, TooMuch),
        ("https://{subdomain}", true, NoDomain),
        (
            "https://{subdomain}.Gorgias.com:443",
            true,
            Form("https://{subdomain}.gorgias.com".into()),
        ),
        (
            "https://x.example/a/../{subdomain}",
            true,
            Form("https://x.example/{subdomain}".into()),
        ),
    ] {
        assert_eq!(GorgiasTemplate::parse(text, private), Err(why), "{text}");
    }
}

/// security.md 8: the second line of defence, for a subdomain that should have
/// been refused before.
#[test]
fn a_subdomain_that_leads_elsewhere_is_caught_after_filling() {
    for text in [
        "https://{subdomain}.gorgias.com",
        "https://h.example/a/{subdomain}",
    ] {
        let t = template(text);
        for bad in [
            "evil.com/",
            "..",
            "a/..",
            "x@",
            "x#",
            "x?",
            "x\\",
            "%2e",
            "a\r\nb",
            "ａｃｍｅ",
            "x:1/",
            "A B",
            "evil.com:443/",
            "evil.example\\@",
        ] {
            let filled = t.fill(bad, "/oauth/token");
            assert_eq!(filled, Err(TemplateError::Elsewhere), "{text} {bad}");
        }
    }
}

#[test]
fn an_account_is_known_by_each_of_its_names() {
    let (template, acme) = (template("https://{subdomain}.gorgias.com"), acme());
    for name in [
        "acme",
        "ACME",
        " acme ",
        "acme.gorgias.com",
        "acme.gorgias.com.",
        "https://acme.gorgias.com",
        "https://acme.gorgias.com/",
        "HTTPS://Acme.Gorgias.COM/",
        "http://acme.gorgias.com",
    ] {
        assert_eq!(template.names(&acme, name), Some(true), "{name}");
    }
    for other in [
        "bolt",
        "acme2",
        "acme.example",
        "acme.gorgias.com.evil.example",
        "https://bolt.gorgias.com",
        "https://gorgias.com/acme",
        "gorgias.com",
    ] {
        assert_eq!(template.names(&acme, other), Some(false), "{other}");
    }
    for title in ["", " ", "Acme & Sons", "Ácme", "https://"] {
        assert_eq!(template.names(&acme, title), None, "{title}");
    }
}

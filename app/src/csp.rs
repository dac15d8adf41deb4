//! The Content-Security-Policy of each page.

use crate::context::PageContext;
use axum::http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

/// Only scripts with this page's nonce run; nothing is loaded from other origins.
fn policy(nonce: &str, form_action: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; form-action {form_action}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

fn set(form_action: &str) {
    let nonce = use_nonce().map(|n| n.to_string()).unwrap_or_default();
    if let (Some(response), Ok(value)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::try_from(policy(&nonce, form_action)),
    ) {
        response.insert_header(CONTENT_SECURITY_POLICY, value);
    }
}

/// Forms may post only to this server.
pub(crate) fn own_forms() {
    set("'self'");
}

/// A form of this page is answered with a redirect to Gorgias, and `form-action`
/// restricts redirects, too.
pub(crate) fn forms_to_gorgias(context: &PageContext) {
    let template = context.services.config.gorgias.form_action_source();
    set(&format!("'self' https: {template}"));
}

/// A form of this page is answered with a redirect to a tenant's provider of
/// single sign-on. Which one isn't known before the form is sent.
pub(crate) fn forms_to_providers(context: &PageContext) {
    let here = if context.services.config.outbound.reaches_loopback() {
        " http://127.0.0.1:* http://localhost:*"
    } else {
        ""
    };
    set(&format!("'self' https:{here}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// security.md 55
    #[test]
    fn scripts_need_the_nonce() {
        let policy = policy("n0nce", "'self'");
        assert!(policy.contains("script-src 'nonce-n0nce' 'wasm-unsafe-eval';"));
        assert!(policy.contains("form-action 'self';"));
        assert!(!policy.contains("unsafe-inline"));
    }
}

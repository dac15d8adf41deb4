//! The certificate authorities that the database's driver trusts of its own: none.
//!
//! SQLx adds those of the crate `webpki-roots` to the one that it is given, so
//! that whoever has a certificate of any public authority could answer for a
//! database with an authority of its own. In this place of that crate, what is
//! given is all that is trusted: `service/src/database/transport.rs` gives the
//! authority of the settings, or those of the machine.

use rustls_pki_types::TrustAnchor;

/// None.
pub const TLS_SERVER_ROOTS: &[TrustAnchor<'static>] = &[];

#[cfg(test)]
mod tests {
    /// security.md 69: public authorities don't answer for a database.
    #[test]
    fn s69_the_driver_trusts_nobody_of_its_own() {
        assert!(super::TLS_SERVER_ROOTS.is_empty());
    }
}

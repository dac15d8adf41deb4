//! Mooring as the relying party of WebAuthn: its domain and its one origin.

use crate::core::config::Config;
use domain::passkey;
use passki::{
    AuthenticationOptions, Passki, RegistrationOptions, ResidentKeyRequirement, StoredPasskey,
    UserVerificationRequirement,
};

/// How long the browser asks the person, in milliseconds.
const ASKS_FOR: u64 = 120_000;

/// The algorithms that the library asks for (COSE): `EdDSA`, ES256, ES384, RS256, RS384.
pub(super) const ALGORITHMS: [i32; 5] = [-8, -7, -35, -257, -258];

/// Whether there can be passkeys: not if the public URL names an IP address.
pub fn is_available(config: &Config) -> bool {
    passkey::domain_of(&config.public_url).is_some()
}

/// The relying party; `None` without a domain. Its origin is exactly the public URL.
pub(super) fn relying_party(config: &Config) -> Option<Passki> {
    let domain = passkey::domain_of(&config.public_url)?;
    Some(Passki::new(domain, &[&config.public_url], "Mooring"))
}

/// What is asked of an authenticator at a sign-in: to verify the person.
pub(super) fn sign_in_options() -> AuthenticationOptions {
    let mut options = AuthenticationOptions::default();
    options.timeout = ASKS_FOR;
    options.user_verification = UserVerificationRequirement::Required;
    options
}

/// What is asked for a new passkey: one that is found without a name and that
/// verifies the person, and none of those that are there.
pub(super) fn adding_options(known: &[StoredPasskey]) -> RegistrationOptions<'_> {
    let mut options = RegistrationOptions::default();
    options.timeout = ASKS_FOR;
    options.resident_key = ResidentKeyRequirement::Required;
    options.user_verification = UserVerificationRequirement::Required;
    options.exclude_credentials = Some(known);
    options
}

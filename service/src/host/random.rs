//! Randomness, passed in from outside, and values made from it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::TryRng;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// A source of unpredictable bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);

    /// A number from 0 to 1, for jitter.
    fn unit(&self) -> f64 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// If the operating system has no randomness: nothing can be safe then.
    #[allow(clippy::expect_used)]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rngs::SysRng
            .try_fill_bytes(bytes)
            .expect("the operating system's random generator failed");
    }
}

/// A secret of 256 bits as 43 letters that are allowed in URLs, after a prefix.
pub fn secret_text(random: &dyn Random, prefix: &str) -> SecretString {
    let mut bytes = Zeroizing::new([0; 32]);
    random.fill(bytes.as_mut());
    let mut text = String::with_capacity(prefix.len() + 43);
    text.push_str(prefix);
    BASE64_URL_SAFE_NO_PAD.encode_string(bytes.as_ref(), &mut text);
    SecretString::from(text)
}

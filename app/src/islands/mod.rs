//! What is live in the browser: the only code that becomes wasm. Each island
//! is a comfort; the page does its work without.

mod copy;
mod live;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod stream;

pub use copy::Copy;
pub use live::Live;

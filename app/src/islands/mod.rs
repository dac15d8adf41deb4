//! The islands: the only code that is compiled to wasm. They are conveniences;
//! every page works without them.

mod enhance;
mod live;
mod passkey;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod ceremony;
#[cfg(feature = "hydrate")]
mod stream;

pub use enhance::Enhance;
pub use live::Live;
pub use passkey::Passkey;

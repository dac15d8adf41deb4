//! What surrounds every request.

pub mod client_address;
pub mod origin;
pub mod panic;
pub mod security_headers;
pub mod trace;

//! Whose data it is: the only ways to a tenant's rows, and who asks for them.

pub(crate) mod actor;
pub(crate) mod credentials;
pub(crate) mod lookup;
pub(crate) mod outbox;
mod scope;
mod transaction;

pub use actor::{Actor, Who};
pub use scope::TenantScope;
pub(crate) use transaction::Tx;

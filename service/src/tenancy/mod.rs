//! The only ways to a tenant's rows, and the callers of use cases.

pub(crate) mod actor;
pub(crate) mod brand;
mod confirmed;
pub(crate) mod credentials;
pub(crate) mod lookup;
pub(crate) mod outbox;
mod scope;
mod transaction;

pub use actor::{Actor, Who};
pub use brand::TenantBrand;
pub use confirmed::{CONFIRMED_FOR, Confirmed};
pub use scope::TenantScope;
pub(crate) use transaction::Tx;

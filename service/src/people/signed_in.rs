//! How somebody is signed in, which decides what their session opens.

use domain::ids::{PersonId, TenantId};

/// A person, and the tenant whose single sign-on brought them.
///
/// Whoever runs a tenant's provider can be anybody there. So such a session opens
/// that tenant alone, even if the person belongs to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    person: PersonId,
    tenant: Option<TenantId>,
}

impl SignedIn {
    /// By something of the person's own, such as a password.
    pub const fn own_way(person: PersonId) -> Self {
        Self {
            person,
            tenant: None,
        }
    }

    /// By the single sign-on of a tenant.
    pub const fn by_tenant(person: PersonId, tenant: TenantId) -> Self {
        Self {
            person,
            tenant: Some(tenant),
        }
    }

    /// The person.
    pub const fn person(self) -> PersonId {
        self.person
    }

    /// The tenant whose single sign-on it was.
    pub const fn tenant(self) -> Option<TenantId> {
        self.tenant
    }

    /// Whether it was something of the person's own. Only this may change the
    /// person: their name, password, factors and sessions.
    pub const fn is_own_way(self) -> bool {
        self.tenant.is_none()
    }

    /// Whether it can open the tenant at all.
    pub fn reaches(self, tenant: TenantId) -> bool {
        self.tenant.is_none_or(|only| only == tenant)
    }
}

/// Only for tests: the program must not forget how somebody is signed in.
#[cfg(feature = "testing")]
impl From<PersonId> for SignedIn {
    fn from(person: PersonId) -> Self {
        Self::own_way(person)
    }
}

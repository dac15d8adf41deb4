//! The caller of a use case, with tenant and permissions.

use crate::{
    core::{error::Forbidden, services::Services},
    entity::tenant,
    tenancy::TenantScope,
};
use domain::{
    app_limit::AppLimit,
    event,
    ids::{ApiTokenId, PersonId},
    permission::Permission,
    role::Role,
    slug::Slug,
    time::Span,
    zone::Zone,
};
use std::{net::IpAddr, ops::Deref};
use uuid::Uuid;

/// A person or an API token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A person who is signed in.
    Person {
        /// Their id.
        id: PersonId,
        /// Their name.
        name: String,
        /// Their e-mail address.
        email: String,
    },
    /// A backend with an API token.
    ApiToken {
        /// The token's id.
        id: ApiTokenId,
        /// The token's name.
        name: String,
    },
}

impl Who {
    /// The id of the person or token.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Person { id, .. } => id.0,
            Self::ApiToken { id, .. } => id.0,
        }
    }
}

/// A person or an API token within one tenant. Every use case that a page or
/// the machine API calls takes one, so that no query forgets its tenant.
#[derive(Clone)]
pub struct Actor {
    scope: TenantScope,
    /// The tenant's slug.
    pub tenant_slug: Slug,
    /// The tenant's name.
    pub tenant_name: String,
    /// The zone in which the tenant's people read times.
    pub zone: Zone,
    /// How long a new link of the tenant lives if nothing else is said.
    pub link_life: Span,
    /// The person or API token.
    pub who: Who,
    /// Their role.
    pub role: Role,
    /// Which apps they may touch.
    pub apps: AppLimit,
    /// Where the request comes from, for the audit.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// The caller must just have looked up the membership or API token.
    pub(crate) fn new(
        services: &Services,
        tenant: tenant::Model,
        who: Who,
        role: Role,
        apps: AppLimit,
    ) -> Self {
        Self {
            scope: TenantScope::new(services, tenant.id),
            tenant_slug: tenant.slug,
            tenant_name: tenant.name,
            zone: tenant.zone,
            link_life: tenant.link_life,
            who,
            role,
            apps,
            address: None,
        }
    }

    /// The same actor with this address.
    #[must_use]
    pub fn at(self, address: Option<IpAddr>) -> Self {
        Self { address, ..self }
    }

    /// The tenant's scope.
    pub fn scope(&self) -> &TenantScope {
        &self.scope
    }

    /// Whether the role includes the permission. Who is limited to
    /// some apps has none that reaches beyond them.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.allows(permission)
            && (!self.apps.is_limited() || !permission.is_of_whole_tenant())
    }

    /// Continues only if the actor has the permission.
    ///
    /// # Errors
    /// [`Forbidden`] if not.
    pub fn require(&self, permission: Permission) -> Result<(), Forbidden> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Forbidden)
        }
    }

    /// The actor for timelines.
    pub fn as_event_actor(&self) -> event::Actor {
        match &self.who {
            Who::Person { name, .. } => event::Actor::Person { name: name.clone() },
            Who::ApiToken { name, .. } => event::Actor::ApiToken { name: name.clone() },
        }
    }

    /// The person; `None` for an API token.
    pub fn person(&self) -> Option<PersonId> {
        match self.who {
            Who::Person { id, .. } => Some(id),
            Who::ApiToken { .. } => None,
        }
    }
}

impl Deref for Actor {
    type Target = TenantScope;

    fn deref(&self) -> &TenantScope {
        &self.scope
    }
}

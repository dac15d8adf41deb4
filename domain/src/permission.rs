//! The actions that need a permission.

/// One kind of action; [`crate::role::Role::allows`] says who may do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See the tenant: its apps, its overview. All roles see connections and events.
    Look,
    /// Check a connection now.
    CheckConnections,
    /// Make and withdraw reconnect links.
    SendLinks,
    /// Edit what is known of customers: names, contacts, tags, notes, who looks after them.
    EditCustomers,
    /// Start an authorization from the account page.
    Authorize,
    /// Disconnect an account and forget its tokens.
    Disconnect,
    /// Receive access tokens over the machine API.
    ReadTokens,
    /// Edit and remove an app and its client secrets.
    ManageApps,
    /// Add apps.
    AddApps,
    /// Make and revoke API tokens.
    ManageApiTokens,
    /// Rotate keys.
    ManageKeys,
    /// Invite and remove people, and change their roles, as far as
    /// [`crate::role::Role::may_manage`] says.
    ManageMembers,
    /// Change what belongs to the tenant itself: its name, its settings, what
    /// the audit keeps of people.
    ManageTenant,
    /// See who did what.
    ReadAudit,
    /// Rename and remove saved views that others made.
    ManageViews,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Look,
        Self::CheckConnections,
        Self::SendLinks,
        Self::EditCustomers,
        Self::Authorize,
        Self::Disconnect,
        Self::ReadTokens,
        Self::ManageApps,
        Self::AddApps,
        Self::ManageApiTokens,
        Self::ManageKeys,
        Self::ManageMembers,
        Self::ManageTenant,
        Self::ReadAudit,
        Self::ManageViews,
    ];

    /// Whether the permission reaches beyond a single app. An actor that is
    /// limited to one app never has it. Other permissions give such an actor
    /// the things of its app.
    pub const fn is_of_whole_tenant(self) -> bool {
        match self {
            Self::AddApps
            | Self::ManageKeys
            | Self::ManageMembers
            | Self::ManageTenant
            | Self::ReadAudit
            | Self::ManageViews => true,
            Self::Look
            | Self::CheckConnections
            | Self::SendLinks
            | Self::EditCustomers
            | Self::Authorize
            | Self::Disconnect
            | Self::ReadTokens
            | Self::ManageApps
            | Self::ManageApiTokens => false,
        }
    }
}

//! The things that need a permission.

/// One kind of action; [`crate::role::Role::allows`] says who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See accounts, apps, scopes and health.
    Look,
    /// Check a connection now.
    CheckConnections,
    /// Make and withdraw reconnect links.
    SendLinks,
    /// Start an authorization from the account page.
    Authorize,
    /// Disconnect an account and forget its tokens.
    Disconnect,
    /// Receive access tokens over the machine API.
    ReadTokens,
    /// Add, edit and remove apps and their client secrets.
    ManageApps,
    /// Make and revoke API tokens.
    ManageApiTokens,
    /// Rotate keys.
    ManageKeys,
    /// Invite and remove people.
    ManageMembers,
    /// See who did what.
    ReadAudit,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Look,
        Self::CheckConnections,
        Self::SendLinks,
        Self::Authorize,
        Self::Disconnect,
        Self::ReadTokens,
        Self::ManageApps,
        Self::ManageApiTokens,
        Self::ManageKeys,
        Self::ManageMembers,
        Self::ReadAudit,
    ];
}

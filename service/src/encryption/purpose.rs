//! What a secret is for.

/// What a secret is for. The code is part of what is authenticated, so that no
/// secret can be passed off as one of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The client secret of an app; its owner is the app.
    AppClientSecret,
    /// A client secret of an app that isn't in use yet.
    AppNextClientSecret,
    /// The client secret that an app had before, to go back to.
    AppPreviousClientSecret,
    /// The access token of a connection; its owner is the connection.
    ConnectionAccessToken,
    /// The refresh token of a connection; its owner is the connection.
    ConnectionRefreshToken,
    /// What the chain of the audit is made with; its owner is the tenant.
    AuditKey,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 6] = [
        Self::AppClientSecret,
        Self::AppNextClientSecret,
        Self::AppPreviousClientSecret,
        Self::ConnectionAccessToken,
        Self::ConnectionRefreshToken,
        Self::AuditKey,
    ];

    /// The code in the database. It outlives every renaming in the program:
    /// changed, it would make what was sealed under it unreadable.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AppClientSecret => "app.client_secret",
            Self::AppNextClientSecret => "app.client_secret_next",
            Self::AppPreviousClientSecret => "app.client_secret_previous",
            Self::ConnectionAccessToken => "connection.access_token",
            Self::ConnectionRefreshToken => "connection.refresh_token",
            Self::AuditKey => "tenant.audit_key",
        }
    }
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_never_change() {
        assert_eq!(
            Purpose::ALL.map(Purpose::code),
            [
                "app.client_secret",
                "app.client_secret_next",
                "app.client_secret_previous",
                "connection.access_token",
                "connection.refresh_token",
                "tenant.audit_key"
            ]
        );
    }
}

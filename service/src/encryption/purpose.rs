//! The purposes of secrets.

/// The purpose of a secret. Its code is authenticated, so that a secret can't
/// be used as one of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The client secret of an app; its owner is the app.
    AppClientSecret,
    /// A client secret of an app that isn't in use yet.
    AppNextClientSecret,
    /// The previous client secret of an app, which can be put back.
    AppPreviousClientSecret,
    /// The access token of a connection; its owner is the connection.
    ConnectionAccessToken,
    /// The refresh token of a connection; its owner is the connection.
    ConnectionRefreshToken,
    /// The key of the audit's chain; its owner is the tenant.
    AuditKey,
    /// The client secret at a tenant's provider of single sign-on; its owner is the tenant.
    SsoClientSecret,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 7] = [
        Self::AppClientSecret,
        Self::AppNextClientSecret,
        Self::AppPreviousClientSecret,
        Self::ConnectionAccessToken,
        Self::ConnectionRefreshToken,
        Self::AuditKey,
        Self::SsoClientSecret,
    ];

    /// The code in the database. It never changes, even if the program's names
    /// do: secrets sealed under another code would be unreadable.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AppClientSecret => "app.client_secret",
            Self::AppNextClientSecret => "app.client_secret_next",
            Self::AppPreviousClientSecret => "app.client_secret_previous",
            Self::ConnectionAccessToken => "connection.access_token",
            Self::ConnectionRefreshToken => "connection.refresh_token",
            Self::AuditKey => "tenant.audit_key",
            Self::SsoClientSecret => "tenant.sso_client_secret",
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
                "tenant.audit_key",
                "tenant.sso_client_secret"
            ]
        );
    }
}

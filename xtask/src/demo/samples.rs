//! The sample apps and accounts, and what happens to each account.

/// An app to register on both sides.
pub struct App {
    pub slug: &'static str,
    pub name: &'static str,
    pub scopes: &'static [&'static str],
}

pub const APPS: &[App] = &[
    App {
        slug: "helpdesk-sync",
        name: "Helpdesk sync",
        scopes: &[
            "openid",
            "email",
            "profile",
            "offline",
            "account:read",
            "tickets:read",
            "tickets:write",
            "customers:read",
            "tags:read",
        ],
    },
    // Without `offline` Gorgias gives no refresh token.
    App {
        slug: "weekly-report",
        name: "Weekly report",
        scopes: &["openid", "email", "tickets:read", "statistics:read"],
    },
    App {
        slug: "macro-importer",
        name: "Macro importer",
        scopes: &["openid", "email", "offline", "macros:read", "macros:write"],
    },
];

/// What happens to a sample account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// Connected, and nothing after that.
    Nothing,
    /// Its admin approves fewer scopes than requested.
    FewerPermissions,
    /// Its admin deactivates the app.
    Deactivated,
    /// Gorgias answers with errors.
    Outage,
    /// Gorgias asks to wait for an hour, and no check happens for two intervals.
    Overlooked,
    /// The app's secret is replaced at Gorgias, but not in Mooring.
    SecretReplaced,
    /// A link is made and never used.
    Invited,
    /// A person disconnects it.
    DisconnectedOnPurpose,
}

/// An account, what happens to it, and the health that Mooring must show for it.
pub struct Account {
    pub subdomain: &'static str,
    pub app: &'static str,
    pub happening: Happening,
    pub health: &'static str,
}

const fn account(
    subdomain: &'static str,
    app: &'static str,
    happening: Happening,
    health: &'static str,
) -> Account {
    Account {
        subdomain,
        app,
        happening,
        health,
    }
}

pub const ACCOUNTS: &[Account] = &[
    // This account comes first, since its check has to become overdue.
    account(
        "quiet-lake",
        "helpdesk-sync",
        Happening::Overlooked,
        "unchecked",
    ),
    account("northwind", "helpdesk-sync", Happening::Nothing, "working"),
    account(
        "bluebird-toys",
        "helpdesk-sync",
        Happening::Nothing,
        "working",
    ),
    account(
        "coffee-corner",
        "helpdesk-sync",
        Happening::Nothing,
        "working",
    ),
    account(
        "harbor-goods",
        "helpdesk-sync",
        Happening::FewerPermissions,
        "limited",
    ),
    account(
        "fern-and-co",
        "helpdesk-sync",
        Happening::Deactivated,
        "disconnected",
    ),
    account("stormy-bay", "helpdesk-sync", Happening::Outage, "retrying"),
    account(
        "new-dawn",
        "helpdesk-sync",
        Happening::Invited,
        "not_connected",
    ),
    account(
        "closed-shop",
        "helpdesk-sync",
        Happening::DisconnectedOnPurpose,
        "not_connected",
    ),
    account(
        "northwind",
        "weekly-report",
        Happening::Nothing,
        "stopping_soon",
    ),
    account(
        "oak-lane",
        "macro-importer",
        Happening::Nothing,
        "setup_fault",
    ),
    account(
        "pine-ridge",
        "macro-importer",
        Happening::SecretReplaced,
        "setup_fault",
    ),
];

/// What is known of the customer behind an account; its contact is in charge there.
pub struct Customer {
    pub subdomain: &'static str,
    pub name: &'static str,
    pub external_id: &'static str,
    pub tags: &'static [&'static str],
    pub note: &'static str,
    pub contact: [&'static str; 3],
}

pub const CUSTOMERS: &[Customer] = &[
    Customer {
        subdomain: "northwind",
        name: "Northwind Traders",
        external_id: "C-1004",
        tags: &["enterprise", "UK"],
        note: "Renewal in January. Call before you write.",
        contact: ["mira.okafor@northwind.example", "Mira Okafor", "en"],
    },
    Customer {
        subdomain: "fern-and-co",
        name: "Fern & Co",
        external_id: "C-1107",
        tags: &["DACH"],
        note: "",
        contact: ["jana.blum@fern-and-co.example", "Jana Blum", "de"],
    },
    Customer {
        subdomain: "harbor-goods",
        name: "Harbor Goods",
        external_id: "C-1212",
        tags: &["France"],
        note: "Their helpdesk is run by an agency.",
        contact: ["support@harbor-goods.example", "", "fr"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_cover_all_eight_states() {
        let mut states: Vec<&str> = ACCOUNTS.iter().map(|account| account.health).collect();
        states.sort_unstable();
        states.dedup();
        assert_eq!(
            states,
            [
                "disconnected",
                "limited",
                "not_connected",
                "retrying",
                "setup_fault",
                "stopping_soon",
                "unchecked",
                "working",
            ]
        );
        assert!(
            ACCOUNTS
                .iter()
                .all(|account| APPS.iter().any(|app| app.slug == account.app))
        );
    }
}

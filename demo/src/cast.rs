//! The people of the story.

use domain::role::Role;
use std::net::{IpAddr, Ipv4Addr};

/// Somebody who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: &'static str,
    /// Their e-mail address.
    pub email: &'static str,
    /// What they may do in the first tenant.
    pub role: Role,
    /// What they may do in the second one, if they belong to it.
    pub role_in_second: Option<Role>,
    /// The last number of the address that they come from.
    host: u8,
}

impl Person {
    /// Where they sit: an address for documentation (RFC 5737).
    pub(crate) fn address(&self) -> Option<IpAddr> {
        Some(Ipv4Addr::new(203, 0, 113, self.host).into())
    }
}

/// Owner of both tenants.
pub(crate) const MAREN: Person = Person {
    name: "Maren Holt",
    email: "maren@harbour.example",
    role: Role::Owner,
    role_in_second: Some(Role::Owner),
    host: 7,
};
/// Runs the apps.
pub(crate) const INES: Person = Person {
    name: "Ines Duarte",
    email: "ines@harbour.example",
    role: Role::Operator,
    role_in_second: Some(Role::Success),
    host: 12,
};
/// Customer success.
pub(crate) const JONAS: Person = Person {
    name: "Jonas Weber",
    email: "jonas@harbour.example",
    role: Role::Success,
    role_in_second: None,
    host: 31,
};
/// Customer success, and operator of the second tenant.
pub(crate) const PRIYA: Person = Person {
    name: "Priya Nair",
    email: "priya@harbour.example",
    role: Role::Success,
    role_in_second: Some(Role::Operator),
    host: 32,
};
/// Looks on.
pub(crate) const LEO: Person = Person {
    name: "Leo Marchetti",
    email: "leo@harbour.example",
    role: Role::Viewer,
    role_in_second: None,
    host: 54,
};

/// All of them, the owner first.
pub const PEOPLE: [Person; 5] = [MAREN, INES, JONAS, PRIYA, LEO];

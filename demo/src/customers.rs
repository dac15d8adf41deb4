//! The customers of both tenants, from tables as a vendor keeps them.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// What the vendor's own systems know of a customer: the columns that can be imported.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub subdomain: String,
    name: String,
    external_id: String,
    owner: String,
    tags: String,
    note: String,
    pub contact_email: String,
    contact_name: String,
    contact_language: String,
    /// The apps that it has connected when the month begins, separated by blanks.
    #[serde(skip_serializing)]
    apps: String,
}

impl Customer {
    /// Who approves there: a name, empty if none is known, and an address.
    pub fn admin(&self) -> (&str, &str) {
        (&self.contact_name, &self.contact_email)
    }

    /// The apps that it has connected when the month begins.
    pub fn apps(&self) -> impl Iterator<Item = &str> {
        self.apps.split_whitespace()
    }
}

/// A tenant's customers.
pub(crate) struct Customers(Vec<Customer>);

impl Customers {
    /// Of the vendor of returns, loyalty and reviews.
    pub fn of_harbour() -> Result<Self> {
        Self::read(include_str!("../data/harbour.csv"))
    }

    /// Of the vendor of tracking.
    pub fn of_lantern() -> Result<Self> {
        Self::read(include_str!("../data/lantern.csv"))
    }

    fn read(table: &str) -> Result<Self> {
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let rows = reader.deserialize().collect::<Result<_, _>>();
        rows.map(Self)
            .context("the table of customers can't be read")
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Customer> {
        self.0.iter()
    }

    /// Where one of them reads mail.
    pub fn contact(&self, subdomain: &str) -> Result<&str> {
        let mut all = self.0.iter();
        let found = all.find(|customer| customer.subdomain == subdomain);
        let customer = found.with_context(|| format!("there is no customer {subdomain}"))?;
        Ok(&customer.contact_email)
    }

    /// The file that the vendor imports into Mooring.
    pub fn file(&self) -> Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for customer in &self.0 {
            writer.serialize(customer)?;
        }
        Ok(writer.into_inner()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_sixty_customers_each_with_a_name_of_its_own() {
        let (harbour, lantern) = (
            Customers::of_harbour().unwrap(),
            Customers::of_lantern().unwrap(),
        );
        assert_eq!((harbour.0.len(), lantern.0.len()), (48, 12));
        let all = harbour.iter().chain(lantern.iter());
        let names: BTreeSet<_> = all.map(|one| one.subdomain.as_str()).collect();
        assert_eq!(names.len(), 60);
        let file = String::from_utf8(harbour.file().unwrap()).unwrap();
        let header = file.lines().next().unwrap();
        assert!(header.starts_with("subdomain,name,") && !header.contains("apps"));
    }
}

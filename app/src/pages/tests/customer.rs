//! What is known of a customer, on the page of an account.

use super::{
    outline::html,
    sample::{self, NOW, account_page},
};
use crate::pages::account::{self, Data};
use domain::customer::Language;
use service::accounts::{Contact, Customer, Note, Owner};

fn customer() -> Customer {
    Customer {
        subdomain: "acme".parse().unwrap(),
        name: Some("Acme & Outdoor".to_owned()),
        external_id: Some("C-1004".to_owned()),
        owner: None,
        tags: vec!["DACH".parse().unwrap()],
        note: Some(Note {
            text: "Call <b>before</b> you write.".to_owned(),
            by: "Priya Nair".to_owned(),
            at: NOW,
        }),
        contacts: vec![Contact {
            email: "mira@acme.example".to_owned(),
            name: Some("Mira Okafor".to_owned()),
            language: Some(Language::German),
        }],
        snoozed: None,
    }
}

fn page(members: Option<Vec<Owner>>, change: impl FnOnce(&mut Data)) -> String {
    let mut data = account_page(sample::working());
    data.customer = Some(crate::pages::account_customer::CustomerData {
        customer: customer(),
        members,
        assignable: None,
    });
    change(&mut data);
    html(|| account::view(&data))
}

#[test]
fn it_is_shown_and_inert() {
    let page = page(None, |_| ());
    for shown in [
        "Acme &amp; Outdoor",
        "C-1004",
        "DACH",
        "Mira Okafor",
        "Priya Nair",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(page.contains("Call &lt;b&gt;before"), "{page}");
    assert!(page.contains("?customer=edit#customer") && page.contains("data-live=\"customer\""));
    assert!(!page.contains("name=\"external_id\""));
}

#[test]
fn it_is_edited_by_those_who_may_and_replaced_by_nothing_meanwhile() {
    let open = page(Some(vec![]), |_| ());
    assert!(open.contains("name=\"external_id\"") && !open.contains("data-live=\"customer\""));
    assert_eq!(
        open.matches("name=\"contact_email\"").count(),
        3,
        "two are free"
    );
    let viewer = page(Some(vec![]), |data| data.may.edit_customers = false);
    assert!(!viewer.contains("name=\"external_id\"") && !viewer.contains("?customer=edit"));
}

#[test]
fn what_could_not_be_loaded_is_said_and_the_rest_is_shown() {
    let page = page(None, |data| data.customer = None);
    assert!(
        page.contains("What is known of the customer couldn’t be loaded."),
        "{page}"
    );
    assert!(page.contains("acme"), "{page}");
}

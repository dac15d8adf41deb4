//! The views with sample data, and whole pages through the router.

mod app;
mod authorizing;
mod campaigns;
mod customer;
mod factors;
mod faults;
mod history;
mod open_link;
mod outline;
mod rendered;
mod results;
mod sample;
mod scopes;
mod secret_fields;
mod snooze;
mod views;

//! The views with data that no database gave, and whole pages as the router asks for them.

mod authorizing;
mod faults;
mod outline;
mod rendered;
mod results;
mod sample;
mod secret_fields;
mod views;

//! Whole networks of processes: crashed, restarted, and used by clients that others wrote.
//!
//! One network runs at a time, so that what is measured is not disturbed by another test.

mod bench;
mod corpus;
mod crash;
#[path = "../support/forms.rs"]
mod forms;
mod idle;
mod jose;
mod load;
mod network;
mod sealed;

//! The endpoint with a real state machine behind it: what it answers, byte by byte and to real clients.

mod as_of;
mod bounds;
mod client;
mod clients;
mod fuzz;
mod ledger;
mod limits;
mod settings;
mod statements;
mod transactions;

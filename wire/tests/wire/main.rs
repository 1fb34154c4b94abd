//! The endpoint with a real state machine behind it: what it answers, byte by byte and to real clients.

mod client;
mod clients;
mod fuzz;
mod ledger;
mod limits;
mod statements;
mod transactions;

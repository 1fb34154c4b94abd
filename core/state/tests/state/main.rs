//! The state machine from outside: transactions in, receipts, rows and roots out.

mod admission;
mod as_of;
mod bank;
mod calls;
mod capture;
mod determinism;
mod identity;
mod inspecting;
mod ledger;
mod model;
mod opening;
mod reading;
mod selecting;
mod sql;
mod tables;

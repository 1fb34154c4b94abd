//! The built binary, with real sockets on port 0: everything that needs a process is in this one test binary.

mod approvals;
mod as_of;
mod audit;
mod bad_input;
mod documents;
mod events;
mod hosted;
mod incoming;
mod invoices;
mod members;
mod money;
mod openapi;
mod output;
mod packages;
mod proofs;
mod psql;
mod readiness;
mod signed;
mod sql;
mod startup;
mod support;
mod tokens;
mod tour;
mod webhooks;

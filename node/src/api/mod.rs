//! The HTTP interface: one file a group of routes.

mod access;
pub mod asked;
mod blocks;
mod changes;
mod commands;
mod docs;
mod documents;
mod events;
mod health;
mod incoming;
mod listener;
mod many;
mod modules;
mod packages;
mod rows;
mod server;
mod sql;
mod status;
mod transactions;
mod webhooks;

pub use access::Access;
pub use rows::PUBLIC as PUBLIC_TABLES;
pub use server::Server;

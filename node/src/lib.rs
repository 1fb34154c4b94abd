//! A Counterfoil node: the HTTP interface, the command line, and what starts validators.
//!
//! Only this crate knows HTTP. What the ledger *does* is declared by modules (`counterfoil-platform`, `counterfoil-apps`); their
//! routes, OpenAPI entries and commands of the command line follow from the declarations.

#![warn(missing_docs)]

mod answer;
mod api;
mod bench;
mod body;
mod bucket;
mod config;
mod console;
mod dev;
mod examine;
mod feed;
mod files;
mod gate;
mod hub;
mod incoming;
mod keystore;
mod member;
mod metrics;
mod network;
mod open_calls;
mod openapi;
mod pace;
mod passkey;
mod ports;
mod problem;
mod prove;
mod put_out;
mod ready;
mod sample;
mod samples;
mod sealing;
mod secret;
mod signed_out;
mod standing;
mod start;
mod store;
mod submit;
mod tokens;
mod vault;
mod watched;
mod webhook;
mod wire;

/// The command line.
pub mod cli;

pub use api::PUBLIC_TABLES;
pub use openapi::document as openapi;

use counterfoil_platform::Registry;

/// All modules of this program.
pub fn registry() -> Registry {
    Registry::new(counterfoil_apps::modules())
}

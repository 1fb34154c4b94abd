//! The command line: one file a verb. Data go to stdout, all else to stderr.

mod args;
mod audit;
mod bench;
mod call;
mod console;
mod dev;
mod document;
mod exit;
mod import;
mod incoming;
mod mirror;
mod modules;
mod network;
mod output;
mod package;
mod reads;
mod remote;
mod row;
mod run;
mod serve;
mod sql;
mod start;
mod status;
mod token;
mod verify;
mod waiting;
mod webhook;

pub use run::run;

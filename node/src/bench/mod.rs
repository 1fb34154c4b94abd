//! `counterfoil bench`: how much a consortium in this process does, and whether what it acknowledged is there afterwards.

mod check;
mod histogram;
mod load;
mod machine;
mod nodes;
mod pages;
mod report;
mod run;
mod size;
mod sql;
mod transfers;
mod workload;

pub use run::{Failed, Options, run};
pub use transfers::Accounts;
pub use workload::{Task, Workload};

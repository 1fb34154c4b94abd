use crate::workload::Leaver;
use counterfoil_engine_sim::{Crash, Victims};
use std::time::Duration;

/// A history to be played.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many blocks, at least.
    pub blocks: u64,
    /// How many validators.
    pub validators: usize,
    /// Blocks in one epoch.
    pub epoch_length: u64,
    /// How many of 1,000 messages are lost.
    pub lost_per_mille: u32,
    /// Who goes down when, and for how long.
    pub crashes: Vec<Crash>,
    /// How many invoices are issued.
    pub invoices: usize,
    /// How many payments, holds, offers, freezes and answers to them are asked for.
    pub money: usize,
    /// How much is asked for, signed and refused under maker and checker.
    pub approvals: usize,
    /// How many hashes are anchored and documents sealed.
    pub documents: usize,
    /// How many actions of a package are called and statements on shared tables run.
    pub packages: usize,
    /// Whether keys and members come and go.
    pub members: bool,
    /// Who is voted out.
    pub leaver: Option<Leaver>,
    /// Whether keys of different validity sign, before and after long years.
    pub ages: bool,
}

impl Scenario {
    /// Four validators on links of 40 ms that lose two of a hundred messages, and nothing to do.
    pub fn quiet(seed: u64, blocks: u64) -> Self {
        Self {
            seed,
            blocks,
            validators: 4,
            epoch_length: 100,
            lost_per_mille: 20,
            crashes: Vec::new(),
            invoices: 0,
            money: 0,
            approvals: 0,
            documents: 0,
            packages: 0,
            members: false,
            leaver: None,
            ages: false,
        }
    }

    /// The same with everything that members do, and two validators that crash with torn files.
    pub fn new(seed: u64, blocks: u64) -> Self {
        let crash = |validator: u64, at: u64| Crash {
            victims: Victims::One(validator as usize),
            at: Duration::from_millis(at),
            down: Some(Duration::from_millis(1_500)),
        };
        Self {
            crashes: vec![crash(seed % 4, 4_000), crash((seed + 1) % 4, 9_000)],
            invoices: 200,
            money: 500,
            approvals: 400,
            documents: 80,
            packages: 300,
            members: true,
            ..Self::quiet(seed, blocks)
        }
    }
}

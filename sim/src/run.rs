use crate::{Consortium, consortium::GENESIS_MS, watch::Seen, workload::Invoices};
use anyhow::{Context as _, ensure};
use counterfoil_engine_sim::{Crash, Link, Outcome, Plan, Victims, simulate};
use counterfoil_state::{SqlLimits, SqlParams};
use counterfoil_types::Hash;
use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

/// A history to be played.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many blocks.
    pub blocks: u64,
    /// How many validators.
    pub validators: usize,
    /// Blocks in one epoch.
    pub epoch_length: u64,
    /// How many invoices are issued.
    pub invoices: usize,
    /// How many of 1,000 messages are lost.
    pub lost_per_mille: u32,
    /// Who goes down when, and for how long.
    pub crashes: Vec<Crash>,
}

impl Scenario {
    /// Four validators on links of 40 ms that lose two of a hundred messages; two of them crash with torn files.
    pub fn new(seed: u64, blocks: u64) -> Self {
        let crash = |validator: u64, at: u64| Crash {
            victims: Victims::One(validator as usize),
            at: Duration::from_millis(at),
            down: Some(Duration::from_millis(1_500)),
        };
        let crashes = vec![crash(seed % 4, 4_000), crash((seed + 1) % 4, 9_000)];
        Self { seed, blocks, validators: 4, epoch_length: 100, invoices: 400, lost_per_mille: 20, crashes }
    }
}

/// What a history came to.
#[derive(Debug)]
pub struct Report {
    /// Hash over every event: one for one scenario.
    pub event_hash: String,
    /// How much time of its own passed.
    pub elapsed: Duration,
    /// How many crashes there were.
    pub crashes: usize,
    /// The height that all validators reached, and its result.
    pub height: u64,
    /// The result of that height, on all validators.
    pub result: Hash,
    /// Invoices on the ledger, and transactions refused.
    pub invoices: u64,
    /// Transactions that were ordered and refused.
    pub refused: u64,
    /// How often the invariants were run.
    pub checks: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "event hash  {}", self.event_hash)?;
        writeln!(f, "blocks      {} in {:?} of simulated time, {} crashes", self.height, self.elapsed, self.crashes)?;
        writeln!(f, "result      {} on every validator", self.result)?;
        write!(
            f,
            "invoices    {}, refused {}; invariants run {} times and held",
            self.invoices, self.refused, self.checks
        )
    }
}

/// Plays a scenario and checks what came of it: equal results at every height, invariants that hold, every invoice there.
///
/// # Errors
/// Whatever does not hold, and for which seed.
pub fn run(scenario: &Scenario) -> anyhow::Result<Report> {
    play(scenario).with_context(|| format!("seed {}", scenario.seed))
}

fn play(scenario: &Scenario) -> anyhow::Result<Report> {
    let consortium = Arc::new(Consortium::new(scenario.validators, scenario.epoch_length, scenario.seed)?);
    let factory = consortium.clone();
    let mut invoices = Invoices::new(&consortium, scenario);
    let plan = Plan {
        seed: scenario.seed,
        ledger: consortium.ledger,
        start_ms: GENESIS_MS + 1_000,
        validators: scenario.validators,
        epoch_length: scenario.epoch_length,
        blocks: scenario.blocks,
        link: Link {
            latency: Duration::from_millis(40),
            jitter: Duration::from_millis(15),
            lost_per_mille: scenario.lost_per_mille,
        },
        crashes: scenario.crashes.clone(),
        torn_files: true,
        workload: Some(Box::new(move |tick| invoices.submissions(tick))),
        ..Plan::default()
    };
    let outcome = simulate(plan, Arc::new(move |validator| factory.member(validator)))?;
    check(&consortium, scenario, &outcome)
}

fn check(consortium: &Consortium, scenario: &Scenario, outcome: &Outcome) -> anyhow::Result<Report> {
    ensure!(outcome.disagreement(&[]).is_none(), "validators disagree at height {:?}", outcome.disagreement(&[]));
    let height =
        outcome.members.iter().map(counterfoil_engine_sim::MemberOutcome::height).min().context("no validators")?;
    let result = outcome.members[0].results[&height];
    let mut counts = BTreeMap::new();
    for validator in 0..scenario.validators {
        let reader = consortium.reader(validator).with_context(|| format!("validator {validator} is down"))?;
        consortium.watch.check(validator, height, &reader);
        let count = |sql: &str| -> anyhow::Result<u64> {
            let answer = reader.sql(sql, SqlParams::Positional(&[]), SqlLimits::default())?;
            answer.rows[0][0].as_u64().with_context(|| format!("{sql}: not a count"))
        };
        let seen =
            (count("SELECT count(*) FROM invoice")?, count("SELECT count(*) FROM receipt WHERE code IS NOT NULL")?);
        counts.entry(seen).or_insert_with(Vec::new).push(validator);
    }
    let Seen { checks, violations, halted } = consortium.watch.seen();
    ensure!(violations.is_empty(), "invariants do not hold:\n{}", violations.join("\n"));
    ensure!(halted.is_empty(), "validators stopped:\n{}", halted.join("\n"));
    ensure!(counts.len() == 1, "validators count different rows: {counts:?}");
    let (&(invoices, refused), _) = counts.first_key_value().context("no validators")?;
    ensure!(invoices == scenario.invoices as u64, "{invoices} invoices on the ledger, {} issued", scenario.invoices);
    Ok(Report {
        event_hash: outcome.event_hash.clone(),
        elapsed: outcome.elapsed,
        crashes: outcome.crashes,
        height,
        result,
        invoices,
        refused,
        checks,
    })
}

//! Plays one scenario and prints what came of it; exit code 1 if something does not hold.

use clap::Parser;
use counterfoil_engine_sim::{Crash, Victims};
use counterfoil_sim::{Scenario, run, workload::Leaver};
use std::time::Duration;

/// A whole network by seed: validators, links that lose messages, crashes with torn files, members at work.
#[derive(Parser)]
struct Arguments {
    /// Decides everything that is left to chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds, from this one on.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// How many blocks.
    #[arg(long, default_value_t = 300)]
    blocks: u64,
    /// One validator is voted out, and in again later.
    #[arg(long)]
    votes: bool,
}

/// Who is voted out, soon enough for any history; it is started again while it is out.
fn vote_out(scenario: Scenario) -> Scenario {
    let validator = (scenario.seed % 4) as usize;
    let leaver = Leaver { validator, goes_at: 20, returns_at: Some(scenario.blocks / 2) };
    let restart =
        Crash { victims: Victims::One(validator), at: Duration::from_secs(15), down: Some(Duration::from_secs(1)) };
    let crashes = [scenario.crashes, vec![restart]].concat();
    Scenario { leaver: Some(leaver), crashes, epoch_length: 20, ..scenario }
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    for seed in arguments.seed..arguments.seed + arguments.seeds {
        let scenario = Scenario::new(seed, arguments.blocks);
        let scenario = if arguments.votes { vote_out(scenario) } else { scenario };
        println!("seed        {seed}\n{}", run(&scenario)?);
    }
    Ok(())
}

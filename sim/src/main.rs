//! Plays one scenario and prints what came of it; exit code 1 if something does not hold.

use clap::Parser;
use counterfoil_sim::{Scenario, run};

/// A whole network by seed: validators, links that lose messages, crashes with torn files, random invoices.
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
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    for seed in arguments.seed..arguments.seed + arguments.seeds {
        println!("seed        {seed}\n{}", run(&Scenario::new(seed, arguments.blocks))?);
    }
    Ok(())
}

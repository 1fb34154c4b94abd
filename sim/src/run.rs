use crate::{
    Consortium, Report, Scenario, consortium::GENESIS_MS, evidence, report::CheckedProof, select, stage::Stage,
    watch::Seen,
};
use anyhow::{Context as _, ensure};
use counterfoil_engine_sim::{Link, Outcome, Plan, simulate};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The row that every validator proves at the end: it is in genesis.
const PROVED: (&str, &str) = ("member", "tax-bureau");
/// How much time a history may take beside that in which everybody is down.
const LIMIT: Duration = Duration::from_secs(900);

/// Plays a scenario and checks what came of it: equal results at every height, invariants that hold, everything there that was handed in and
/// nothing else, proofs that an outsider accepts.
///
/// # Errors
/// Whatever does not hold, and for which seed.
pub fn run(scenario: &Scenario) -> anyhow::Result<Report> {
    play(scenario).with_context(|| format!("seed {}", scenario.seed))
}

fn play(scenario: &Scenario) -> anyhow::Result<Report> {
    let consortium = Arc::new(Consortium::new(scenario.validators, scenario.epoch_length, scenario.seed)?);
    let factory = consortium.clone();
    let stage = Arc::new(Mutex::new(Stage::new(consortium.clone(), scenario)));
    let acting = stage.clone();
    let (table, row) = PROVED;
    let plan = Plan {
        seed: scenario.seed,
        ledger: consortium.ledger,
        start_ms: GENESIS_MS + 1_000,
        validators: scenario.validators,
        epoch_length: scenario.epoch_length,
        blocks: scenario.blocks,
        limit: LIMIT + scenario.crashes.iter().filter_map(|crash| crash.down).max().unwrap_or_default(),
        link: Link {
            latency: Duration::from_millis(40),
            jitter: Duration::from_millis(15),
            lost_per_mille: scenario.lost_per_mille,
        },
        crashes: scenario.crashes.clone(),
        torn_files: true,
        workload: Some(Box::new(move |tick| acting.lock().unwrap_or_else(PoisonError::into_inner).submissions(tick))),
        proofs: vec![(table.to_owned(), vec![row.to_owned()])],
        ..Plan::default()
    };
    let outcome = simulate(plan, Arc::new(move |validator| factory.member(validator)))?;
    let mut stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
    stage.failure()?;
    check(&consortium, scenario, &stage, outcome)
}

fn check(consortium: &Consortium, scenario: &Scenario, stage: &Stage, outcome: Outcome) -> anyhow::Result<Report> {
    ensure!(outcome.disagreement(&[]).is_none(), "validators disagree at height {:?}", outcome.disagreement(&[]));
    let out = scenario.leaver.filter(|leaver| leaver.returns_at.is_none()).map(|leaver| leaver.validator);
    let staying: Vec<_> = (0..scenario.validators).filter(|validator| Some(*validator) != out).collect();
    let heights = staying.iter().map(|validator| outcome.members[*validator].height());
    let height = heights.min().context("no validators")?;
    let result = outcome.members[staying[0]].results[&height];
    let stopped = check_stopped(consortium, scenario)?;
    let mut found = None;
    for validator in staying {
        let reader = consortium.reader(validator).with_context(|| format!("validator {validator} is down"))?;
        consortium.watch.check(validator, height, &reader);
        let counts = stage.check(&reader).with_context(|| format!("validator {validator}"))?;
        let refused = select::count(&reader, "SELECT count(*) FROM receipt WHERE code IS NOT NULL")?;
        let first = found.get_or_insert_with(|| (counts.clone(), refused));
        ensure!(*first == (counts, refused), "validator {validator} counts other rows than {first:?}");
    }
    let Seen { checks, violations, .. } = consortium.watch.seen();
    ensure!(violations.is_empty(), "invariants do not hold:\n{}", violations.join("\n"));
    let (_, reader) = consortium.newest().context("somebody is up")?;
    let last = reader.headers(height.saturating_sub(scenario.epoch_length), scenario.epoch_length as usize)?;
    let proposers = last.into_iter().map(|header| header.proposer).collect();
    let (counts, refused) = found.context("no validators")?;
    let (event_hash, elapsed, crashes) = (outcome.event_hash.clone(), outcome.elapsed, outcome.crashes);
    let proofs = check_proofs(consortium, outcome, out)?;
    Ok(Report { event_hash, elapsed, crashes, height, result, refused, checks, counts, stopped, proposers, proofs })
}

/// Nobody stopped but the one that was voted out.
fn check_stopped(consortium: &Consortium, scenario: &Scenario) -> anyhow::Result<Vec<(usize, String)>> {
    let stopped = consortium.watch.seen().halted;
    for (validator, why) in &stopped {
        let is_leaver = scenario.leaver.is_some_and(|leaver| leaver.validator == *validator);
        ensure!(is_leaver && why.contains("voted out"), "validator {validator} stopped: {why}");
    }
    // Not even once, if it was down when its last epoch ended.
    ensure!(stopped.len() <= 1, "who was voted out stops once: {stopped:?}");
    Ok(stopped)
}

/// An outsider accepts what each validator proves at the end, with nothing but the genesis file; without its changes of the validators, if it is
/// signed by others than those of genesis, it proves nothing.
fn check_proofs(consortium: &Consortium, outcome: Outcome, out: Option<usize>) -> anyhow::Result<Vec<CheckedProof>> {
    let mut checked = Vec::new();
    for (validator, member) in outcome.members.into_iter().enumerate().filter(|(validator, _)| Some(*validator) != out)
    {
        let reader = consortium.reader(validator).context("it is up")?;
        for given in member.proofs {
            let proof = evidence::complete(&reader, given?).with_context(|| format!("validator {validator}"))?;
            let proved = counterfoil_proof::verify(&proof.to_bytes(), consortium.genesis())?;
            let handovers = proof.handovers.len();
            let alone = counterfoil_proof::Proof { handovers: Vec::new(), ..proof };
            let accepted = counterfoil_proof::verify(&alone.to_bytes(), consortium.genesis()).is_ok();
            let by_all = proved.validators == consortium.validators().len();
            ensure!(accepted == by_all, "a proof without the history of the validators: accepted {accepted}");
            let signers = proved.signers.into_iter().map(|signer| signer.member).collect();
            checked.push(CheckedProof { validator, handovers, validators: proved.validators, signers });
        }
    }
    Ok(checked)
}

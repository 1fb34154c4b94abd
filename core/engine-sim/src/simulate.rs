use crate::{
    outcome::{MemberOutcome, Outcome},
    plan::{Crash, Factory, Plan, Submission, Victims},
    recorder::read,
    team::{Slot, Team},
};
use anyhow::{Context as _, anyhow, bail};
use commonware_cryptography::ed25519;
use commonware_p2p::{
    Manager as _,
    simulated::{self, Network, Oracle},
};
use commonware_runtime::{
    Clock as _, Runner as _, Supervisor as _,
    deterministic::{self, Context, FaultConfig, PartialWriteMode, WriteConfig},
};
use commonware_utils::{NZUsize, Probability, ordered::Set};
use counterfoil_engine::wiring::max_message_size;
use std::{
    num::NonZeroUsize,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tracing::debug;

type Key = ed25519::PublicKey;

/// How often the simulation looks around.
const STEP: Duration = Duration::from_millis(10);

/// Plays a plan to its end. The same plan, with a factory that gives the same, has the same outcome.
///
/// # Errors
/// The plan's end is not reached in time, a validator does not start, or one executes a height twice with two results. A task that
/// panics ends the simulation with that panic.
pub fn simulate(plan: Plan, factory: Factory) -> anyhow::Result<Outcome> {
    let config = deterministic::Config::new()
        .with_seed(plan.seed)
        .with_start_time(UNIX_EPOCH + Duration::from_millis(plan.start_ms));
    deterministic::Runner::new(config)
        .start(async move |context| Simulation::new(context, plan, factory).await?.run().await)
}

struct Simulation {
    context: Context,
    oracle: Oracle<Key, Context>,
    plan: Plan,
    team: Team,
    begun: SystemTime,
    /// Validators to start again, and when.
    returning: Vec<(SystemTime, usize)>,
    pending: Vec<Crash>,
    crashes: usize,
    ticks: u64,
    next_tick: SystemTime,
    refused: usize,
    busy: usize,
}

impl Simulation {
    async fn new(context: Context, plan: Plan, factory: Factory) -> anyhow::Result<Self> {
        if plan.torn_files {
            let retention_rate = Probability::new(1, 2).context("one half")?;
            let write = WriteConfig {
                failure_rate: Probability::new(0, 1).context("never")?,
                retention_rate,
                mode: PartialWriteMode::Subset,
            };
            *context.storage_fault_config().write() = FaultConfig::default().write(write);
        }
        let team = Team::new(plan.validators, factory);
        let (network, oracle) = Network::<_, Key>::new(
            context.child("network"),
            simulated::Config {
                max_size: max_message_size(plan.validators),
                max_peers_per_set: NonZeroUsize::new(plan.validators).context("no validators")?,
                disconnect_on_block: true,
                tracked_peer_sets: NZUsize!(1),
            },
        );
        network.start();
        let keys: Vec<_> = team.slots.iter().map(|slot| slot.key.clone()).collect();
        oracle.manager().track(0, Set::from_iter_dedup(keys.iter().cloned()));
        let arrive = 1_000_u64.saturating_sub(plan.link.lost_per_mille.into());
        let link = simulated::Link {
            latency: plan.link.latency,
            jitter: plan.link.jitter,
            success_rate: Probability::new(arrive, 1_000).context("at most 1")?,
        };
        for from in &keys {
            for to in keys.iter().filter(|to| *to != from) {
                oracle
                    .add_link(from.clone(), to.clone(), link.clone())
                    .await
                    .map_err(|error| anyhow!("link: {error:?}"))?;
            }
        }
        let begun = context.current();
        let pending = plan.crashes.clone();
        let mut simulation = Self {
            context,
            oracle,
            plan,
            team,
            begun,
            returning: Vec::new(),
            pending,
            crashes: 0,
            ticks: 0,
            next_tick: begun,
            refused: 0,
            busy: 0,
        };
        for at in 0..simulation.plan.validators {
            simulation.start(at).await?;
        }
        while !simulation.all_started()? {
            simulation.context.sleep(STEP).await;
        }
        simulation.begun = simulation.context.current();
        simulation.next_tick = simulation.begun;
        Ok(simulation)
    }

    async fn start(&mut self, at: usize) -> anyhow::Result<()> {
        self.team.start(&self.context, &self.oracle, &self.plan, at).await
    }

    fn all_started(&self) -> anyhow::Result<bool> {
        for slot in &self.team.slots {
            if slot.engine()?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn elapsed(&self) -> Duration {
        self.context.current().duration_since(self.begun).unwrap_or_default()
    }

    async fn run(mut self) -> anyhow::Result<Outcome> {
        while !self.is_over()? {
            if self.elapsed() > self.plan.limit {
                bail!("the simulation did not end in {:?}: {}", self.plan.limit, self.describe());
            }
            self.restart_due().await?;
            self.crash_due()?;
            self.submit_due()?;
            self.context.sleep(STEP).await;
            self.pass_idle_time().await;
        }
        self.outcome().await
    }

    /// While everybody is down nothing happens: however long that is, it passes at once.
    async fn pass_idle_time(&mut self) {
        let Some(next) = self.returning.iter().map(|(when, _)| *when).min() else { return };
        if self.team.slots.iter().any(Slot::is_up) {
            return;
        }
        let wait = next.duration_since(self.context.current()).unwrap_or_default();
        self.context.sleep(wait).await;
        self.next_tick = self.next_tick.max(self.context.current());
    }

    /// Everybody who is up and has not halted is there, nothing waits and nothing more will come.
    fn is_over(&self) -> anyhow::Result<bool> {
        let mut over = self.pending.is_empty() && self.returning.is_empty() && self.plan.workload.is_none();
        for slot in &self.team.slots {
            let engine = slot.engine()?;
            let status = engine.map(|engine| engine.status());
            over &= match status {
                None => !slot.is_up(),
                Some(status) if status.halted.is_some() => true,
                Some(status) => {
                    status.executed >= self.plan.blocks && status.mempool == 0 && status.executed == status.finalized
                }
            };
        }
        Ok(over)
    }

    async fn restart_due(&mut self) -> anyhow::Result<()> {
        let now = self.context.current();
        let (due, later) = std::mem::take(&mut self.returning).into_iter().partition(|(when, _)| *when <= now);
        self.returning = later;
        let due: Vec<_> = due;
        for (_, at) in due {
            debug!(at, "validator returns");
            self.start(at).await?;
        }
        Ok(())
    }

    fn crash_due(&mut self) -> anyhow::Result<()> {
        let elapsed = self.elapsed();
        let (due, later) = std::mem::take(&mut self.pending).into_iter().partition(|crash| crash.at <= elapsed);
        self.pending = later;
        let due: Vec<Crash> = due;
        for crash in due {
            for at in self.victims(crash.victims)? {
                if self.team.slots[at].crash() {
                    debug!(at, ?elapsed, "validator crashes");
                    self.crashes += 1;
                    if let Some(down) = crash.down {
                        self.returning.push((self.context.current() + down, at));
                    }
                }
            }
        }
        Ok(())
    }

    fn victims(&self, victims: Victims) -> anyhow::Result<Vec<usize>> {
        match victims {
            Victims::One(at) => Ok(vec![at]),
            Victims::NextLeaders(count) => {
                let mut newest = None;
                for slot in &self.team.slots {
                    let Some(engine) = slot.engine()? else { continue };
                    let status = engine.status();
                    newest = newest.max(Some((status.epoch, status.view, status.leader)));
                }
                let leader = newest.and_then(|(_, _, leader)| leader).context("nobody leads yet: crash later")?;
                let position = self
                    .team
                    .slots
                    .iter()
                    .position(|slot| slot.key.as_ref() == leader.as_bytes())
                    .context("a stranger leads")?;
                Ok((1..=count).map(|after| (position + after) % self.plan.validators).collect())
            }
        }
    }

    fn submit_due(&mut self) -> anyhow::Result<()> {
        if self.context.current() < self.next_tick {
            return Ok(());
        }
        self.next_tick += self.plan.tick;
        let Some(workload) = &mut self.plan.workload else { return Ok(()) };
        let Some(submissions) = workload(self.ticks) else {
            self.plan.workload = None;
            return Ok(());
        };
        self.ticks += 1;
        for submission in submissions {
            self.submit(submission)?;
        }
        Ok(())
    }

    fn submit(&mut self, Submission { validator, transactions }: Submission) -> anyhow::Result<()> {
        let count = self.plan.validators;
        for at in (0..count).map(|after| (validator + after) % count) {
            let slot = &self.team.slots[at];
            let (Some(engine), Some(admission)) = (slot.engine()?, slot.admission()) else { continue };
            if engine.status().halted.is_some() {
                continue;
            }
            let now_ms = self.context.current().duration_since(UNIX_EPOCH)?.as_millis() as u64;
            let wanted = transactions.len();
            let admitted: Vec<_> = admission.admit(transactions, now_ms).into_iter().filter_map(Result::ok).collect();
            self.refused += wanted - admitted.len();
            let taken = admitted.len();
            if engine.submit(admitted).is_err() {
                self.busy += taken;
            }
            return Ok(());
        }
        self.busy += transactions.len();
        Ok(())
    }

    fn describe(&self) -> String {
        let member = |slot: &Slot| match slot.engine() {
            Ok(Some(engine)) => format!("{:?}", engine.status()),
            Ok(None) => "not up".into(),
            Err(error) => error.to_string(),
        };
        self.team.slots.iter().map(member).collect::<Vec<_>>().join("; ")
    }

    async fn outcome(self) -> anyhow::Result<Outcome> {
        let mut members = Vec::with_capacity(self.team.slots.len());
        for (at, slot) in self.team.slots.iter().enumerate() {
            let engine = slot.engine()?;
            let mut proofs = Vec::new();
            if let Some(engine) = &engine {
                for (table, key) in &self.plan.proofs {
                    proofs.push(engine.prove(table.clone(), key.clone()).await);
                }
            }
            let log = read(&slot.log);
            if let Some(height) = log.contradicted {
                bail!("validator {at} executed height {height} twice, with two results");
            }
            members.push(MemberOutcome {
                results: log.results.clone(),
                certified: log.certified,
                halted: log.halted.clone(),
                status: engine.map(|engine| engine.status()),
                proofs,
            });
        }
        Ok(Outcome {
            event_hash: self.context.auditor().state(),
            elapsed: self.elapsed(),
            crashes: self.crashes,
            refused: self.refused,
            busy: self.busy,
            members,
        })
    }
}

use crate::{
    Consortium, Desk, Scenario,
    workload::{Ages, Approvals, Counts, Documents, Invoices, Members, Money, Packages, Validators, Workload},
};
use anyhow::Context as _;
use counterfoil_engine_sim::Submission;
use counterfoil_state::Reader;
use std::sync::Arc;

/// Ticks after the last receipt in which every validator gets the last block.
const SETTLE_TICKS: u64 = 60;

/// All workloads of a scenario in one history.
pub struct Stage {
    desk: Desk,
    workloads: Vec<(&'static str, Box<dyn Workload>)>,
    settled: u64,
    /// What went wrong while it was played.
    failed: Option<anyhow::Error>,
}

impl Stage {
    pub fn new(consortium: Arc<Consortium>, scenario: &Scenario) -> Self {
        let mut workloads: Vec<(&'static str, Box<dyn Workload>)> = Vec::new();
        if scenario.invoices > 0 {
            workloads.push(("invoices", Box::new(Invoices::new(scenario.invoices, scenario.seed))));
        }
        if scenario.money > 0 {
            workloads.push(("money", Box::new(Money::new(scenario.money))));
        }
        if scenario.approvals > 0 {
            workloads.push(("approvals", Box::new(Approvals::new(scenario.approvals))));
        }
        if scenario.documents > 0 {
            workloads.push(("documents", Box::new(Documents::new(scenario.documents))));
        }
        if scenario.packages > 0 {
            workloads.push(("packages", Box::new(Packages::new(scenario.packages))));
        }
        if scenario.members {
            workloads.push(("members", Box::new(Members::default())));
        }
        if let Some(leaver) = scenario.leaver {
            workloads.push(("validators", Box::new(Validators::new(leaver))));
        }
        if scenario.ages {
            workloads.push(("ages", Box::new(Ages::default())));
        }
        let desk = Desk::new(consortium, scenario.validators, scenario.seed);
        Self { desk, workloads, settled: 0, failed: None }
    }

    /// What is handed in at a tick; `None` once nothing more will be.
    pub fn submissions(&mut self, tick: u64) -> Option<Vec<Submission>> {
        match self.act(tick) {
            Ok(more) => more.then(|| self.desk.end()),
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }

    fn act(&mut self, tick: u64) -> anyhow::Result<bool> {
        self.desk.begin(tick)?;
        let mut more = !self.desk.is_clear();
        for (name, workload) in &mut self.workloads {
            more |= workload.act(&mut self.desk).with_context(|| format!("{name}, height {}", self.desk.height()))?;
        }
        self.settled = if more { 0 } else { self.settled + 1 };
        Ok(self.settled <= SETTLE_TICKS)
    }

    /// What went wrong while it was played, if anything did.
    pub fn failure(&mut self) -> anyhow::Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Compares a validator's state with what every workload expects.
    pub fn check(&self, reader: &Reader) -> anyhow::Result<Counts> {
        let mut all = Counts::new();
        for (name, workload) in &self.workloads {
            all.extend(workload.check(&self.desk, reader).with_context(|| name.to_string())?);
        }
        Ok(all)
    }
}

//! The ledger on which a scenario runs.

use super::text::Member;
use crate::{Module, Registry, call, package, scratch::Scratch};
use counterfoil_state::{Options, SqlLimits};
use counterfoil_types::{
    Call, Genesis, GenesisKey, GenesisMember, GenesisValidator, Kid, Outcome, Refusal, SigningKey,
};
use serde_json::Value as Json;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Time between two steps.
const STEP_MS: u64 = 1_000;
/// The key of each member.
const KEY: &str = "dev";

pub(super) struct World {
    scratch: Scratch,
    members: BTreeSet<String>,
    time_ms: u64,
    transactions: u64,
}

/// Why a package is not deployed.
pub(super) enum NotDeployed {
    /// The ledger refuses it.
    Refused(Refusal),
    /// The scenario lacks something, or the ledger fails.
    Otherwise(String),
}

impl World {
    pub fn new(modules: Vec<Module>, members: &[Member], begins_ms: u64) -> Result<Self, String> {
        let program = Arc::new(Registry::new(modules));
        let genesis = genesis(members, begins_ms)?.to_bytes();
        let options = Options { durable: false, ..Options::default() };
        let scratch = Scratch::open(&genesis, program, &options);
        Ok(Self {
            scratch: scratch.map_err(|fault| fault.report())?,
            members: members.iter().map(|member| member.id.clone()).collect(),
            time_ms: begins_ms,
            transactions: 0,
        })
    }

    /// Has the owners propose and agree to a package.
    pub fn deploy(&mut self, source: &str) -> Result<(), NotDeployed> {
        let owners = package::named_owners(source);
        if let Some(stranger) = owners.iter().find(|owner| !self.members.contains(*owner)) {
            return Err(NotDeployed::Otherwise(format!("the owner {stranger} is not a member of the scenario")));
        }
        // Without owners the source is refused, whoever proposes it.
        let first = owners.first().or_else(|| self.members.first()).cloned().unwrap_or_default();
        let propose = package::Propose { source: source.to_owned() };
        let mut state = self.output(&[first], call(&propose))?;
        for owner in owners.iter().skip(1) {
            if state["state"] == "active" {
                break;
            }
            let (package, version) =
                (state["package"].as_str().unwrap_or_default().to_owned(), state["version"].as_i64());
            let vote = package::Vote { package, version: version.unwrap_or_default(), agree: true };
            state = self.output(std::slice::from_ref(owner), call(&vote))?;
        }
        Ok(())
    }

    fn output(&mut self, signers: &[String], call: Call) -> Result<Json, NotDeployed> {
        match self.run(signers, call).map_err(NotDeployed::Otherwise)? {
            Outcome::Refused(refusal) => Err(NotDeployed::Refused(refusal)),
            Outcome::Applied { outputs, .. } => Ok(output(&outputs)),
        }
    }

    /// Runs a call in a block of its own.
    pub fn run(&mut self, signers: &[String], call: Call) -> Result<Outcome, String> {
        self.time_ms += STEP_MS;
        self.transactions += 1;
        let key = |signer: &String| {
            let kid = if signer.contains('/') { signer.clone() } else { format!("{signer}/{KEY}") };
            let key = SigningKey::for_tests(&kid);
            kid.parse::<Kid>()
                .map(|kid| (kid, key))
                .map_err(|_| format!("{signer:?} is neither a member nor member/key"))
        };
        let signers = signers.iter().map(key).collect::<Result<Vec<_>, _>>()?;
        let id = format!("step-{}", self.transactions);
        let transaction = self.scratch.sign(&id, self.time_ms, &signers, &[call]);
        let executed = self.scratch.block(&[transaction], self.time_ms).map_err(|fault| fault.report())?;
        let receipt = executed.receipts.first();
        receipt.map(|receipt| receipt.outcome.clone()).ok_or_else(|| "a transaction has no receipt".to_owned())
    }

    /// The invariants that do not hold now, those of packages among them, each with its first row.
    pub fn broken(&self) -> Result<Vec<String>, String> {
        let broken = self.scratch.state().reader().invariants();
        let broken = broken.map_err(|refusal| format!("the invariants cannot be looked at: {refusal}"))?;
        let row = |rows: &[Vec<Json>]| rows.first().map(|row| Json::from(row.clone()).to_string()).unwrap_or_default();
        Ok(broken.iter().map(|one| format!("{}.{}, of {}", one.module, one.invariant, row(&one.rows))).collect())
    }

    /// The rows of a SELECT, as anybody may read.
    pub fn select(&self, sql: &str) -> Result<Json, Refusal> {
        let result = self.scratch.state().reader().sql(sql, &[], SqlLimits::default())?;
        Ok(result.rows.into_iter().map(Json::from).collect::<Vec<_>>().into())
    }

    pub fn wait(&mut self, time: Duration) {
        self.time_ms = self.time_ms.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    }
}

/// The output of the only call of a transaction.
pub(super) fn output(outputs: &[String]) -> Json {
    outputs.first().and_then(|output| serde_json::from_str(output).ok()).unwrap_or_default()
}

fn genesis(members: &[Member], time_ms: u64) -> Result<Genesis, String> {
    let validator = members.iter().find(|member| member.kind == "organisation");
    let validator = validator.ok_or("a scenario has an organisation among its members")?;
    let member = |member: &Member| GenesisMember {
        id: member.id.clone(),
        name: member.id.clone(),
        kind: member.kind.clone(),
        roles: member.roles.clone(),
        keys: vec![GenesisKey {
            name: KEY.to_owned(),
            public_key: SigningKey::for_tests(&format!("{}/{KEY}", member.id)).public_key(),
            roles: vec!["admin".to_owned()],
        }],
    };
    Ok(Genesis {
        format: Genesis::FORMAT.to_owned(),
        name: "scenario".to_owned(),
        time_ms,
        epoch_length: 1_000,
        validators: vec![GenesisValidator {
            member: validator.id.clone(),
            public_key: SigningKey::for_tests(&format!("validator {}", validator.id)).public_key(),
        }],
        members: members.iter().map(member).collect(),
    })
}

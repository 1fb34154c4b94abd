use crate::{
    Command, Event as _,
    approval::{
        Executed, Failed, Refused, Signed,
        keys::{self, Key},
        need::{Need, Party},
        proposal::{self, End, Proposal},
    },
};
use counterfoil_state::Context;
use counterfoil_types::{Kid, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Signs a proposal. With the last signature that it needs its calls are executed; if they are refused then, the proposal has failed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The proposal.
    pub proposal: String,
    /// SHA-256 of the calls that are signed, as the signer has read them: 64 hexadecimal digits.
    pub calls_hash: String,
}

/// What came of a signature.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SignatureCounted {
    /// The proposal.
    pub proposal: String,
    /// `waiting` for more signatures, `executed` with this one, or `failed`: complete, but its calls were refused.
    pub state: &'static str,
    /// What is missing while it waits.
    pub missing: Vec<Missing>,
    /// The outputs of the calls that were executed, one a call.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub outputs: Vec<Box<RawValue>>,
    /// Why the calls were refused: a code such as `asset/7`.
    pub code: Option<String>,
    /// JSON Pointer of the field at fault then: in the input of the call, or of several from `/calls/0/with` on.
    pub field: Option<String>,
}

/// Signatures that a proposal still needs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Missing {
    /// Of which member.
    pub member: String,
    /// How many holders have to sign in all.
    pub signers: u32,
    /// How many have.
    pub signed: usize,
    /// Roles of the keys that count; if makers and checkers do, one of each has to sign. None: any key.
    pub roles: Vec<String>,
}

impl Sign {
    fn require_match(&self, proposal: &Proposal) -> Result<(), Refused> {
        if self.calls_hash != proposal.calls_hash.to_string() {
            return Err(Refused::WrongHash { calls_hash: proposal.calls_hash.to_string() });
        }
        Ok(())
    }

    fn answer(&self, state: &'static str) -> SignatureCounted {
        let proposal = self.proposal.clone();
        SignatureCounted { proposal, state, missing: Vec::new(), outputs: Vec::new(), code: None, field: None }
    }

    fn fail(&self, ctx: &mut Context<'_>, refusal: Refusal) -> Result<SignatureCounted, Refused> {
        proposal::close(ctx, &self.proposal, &End::Failed(&refusal))?;
        let Refusal { code, field, .. } = refusal;
        Failed { proposal: self.proposal.clone(), code: code.clone(), field: field.clone() }.emit(ctx);
        Ok(SignatureCounted { code: Some(code), field, ..self.answer("failed") })
    }
}

/// The keys that sign this transaction, each of which has to count for one of the parties.
fn new_keys(ctx: &Context<'_>, proposal: &str, parties: &mut [Party]) -> Result<Vec<Key>, Refused> {
    let mut new = Vec::new();
    for kid in ctx.signers() {
        let key = keys::signing(ctx, kid)?;
        let party = parties.iter_mut().find(|party| party.member == kid.member());
        let (Some(key), Some(party)) = (key, party) else {
            return Err(Refused::NotAParty { proposal: proposal.to_owned(), kid: kid.to_string() });
        };
        if !party.counts(&key) {
            let needs: Vec<_> = party.needs.iter().map(Need::describe).collect();
            return Err(Refused::DoesNotCount { kid: kid.to_string(), needs: needs.join(" and ") });
        }
        if party.has_signed(&key) {
            return Err(Refused::SignedBefore { holder: key.holder, proposal: proposal.to_owned() });
        }
        party.keys.push(key.clone());
        new.push(key);
    }
    Ok(new)
}

fn missing(parties: &[Party]) -> Vec<Missing> {
    let unmet = parties.iter().flat_map(|party| {
        party.needs.iter().filter(|need| !need.is_met(&party.keys)).map(|need| Missing {
            member: need.member.clone(),
            signers: need.signers,
            signed: need.holders(&party.keys).len(),
            roles: need.roles.clone(),
        })
    });
    unmet.collect()
}

impl Command for Sign {
    const NAME: &'static str = "approval.sign";
    type Output = SignatureCounted;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        // What it executes was counted when it was proposed, and what can wait is bounded.
        20
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<SignatureCounted, Refused> {
        let proposal = proposal::waiting(ctx, &self.proposal)?;
        self.require_match(&proposal)?;
        let calls = proposal.calls(ctx)?;
        let mut parties = proposal.judge(ctx, &calls)?;
        let new = new_keys(ctx, &self.proposal, &mut parties)?;
        for key in &new {
            proposal::write_signature(ctx, &self.proposal, key, false)?;
        }
        proposal::write_needs(ctx, &self.proposal, &parties)?;
        let names = |keys: &[Key]| keys.iter().map(|key| key.kid.to_string()).collect::<Vec<_>>();
        Signed { proposal: self.proposal.clone(), signers: names(&new) }.emit(ctx);
        if !parties.iter().all(Party::is_met) {
            return Ok(SignatureCounted { missing: missing(&parties), ..self.answer("waiting") });
        }
        // Members in the order of the transaction that was signed first: the sender stays the sender.
        let all: Vec<Kid> = parties.iter().flat_map(|party| party.keys.iter().map(|key| key.kid.clone())).collect();
        let prepared = ctx.prepare(calls.calls())?;
        crate::approval::note_amounts(ctx, crate::registry::parsed(&prepared))?;
        match ctx.try_call_as(&all, calls.calls())? {
            Err(refusal) => self.fail(ctx, refusal),
            Ok(outputs) => {
                proposal::close(ctx, &self.proposal, &End::Executed)?;
                let signers = all.iter().map(Kid::to_string).collect();
                Executed { proposal: self.proposal.clone(), signers }.emit(ctx);
                let raw = |output| RawValue::from_string(output).expect("an output is JSON");
                Ok(SignatureCounted { outputs: outputs.into_iter().map(raw).collect(), ..self.answer("executed") })
            }
        }
    }
}

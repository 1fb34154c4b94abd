use super::{Counts, Workload, percent};
use crate::{Desk, desk::public_key, select};
use anyhow::{Context as _, ensure};
use counterfoil_platform::{
    CallInput, call,
    document::Anchor,
    member::{
        AddKey, Admit, Choice, NewKey, PersonKey, Propose, RegisterPerson, RevokeKey, RotateKey, SetValidators,
        Suspend, Validator, Vote, WithdrawProposal,
    },
};
use counterfoil_seal::Hex;
use counterfoil_state::Reader;
use counterfoil_types::{Call, Hash};
use rand::seq::SliceRandom as _;

/// Whose keys come and go.
const MEMBER: &str = "accountant-1";
/// A person that a bank registers.
const PERSON: &str = "p-sim";
/// The organisation that is admitted and later suspended.
const NEWCOMER: &str = "newcomer-1";
/// Ticks between two things that the newcomer does.
const NEWCOMER_TICKS: u64 = 4;
/// Ticks after the suspension, in which the proposal that nobody votes on lapses and the newcomer signs in vain.
const AFTERWARDS_TICKS: u64 = 200;
/// How long a key with an end signs.
const TEMPORARY_MS: u64 = 12_000;
/// How long a proposal that nobody votes on is open.
const SHORT_MS: u64 = 8_000;

/// Keys are added, rotated and revoked, a person is registered, an organisation admitted by vote and suspended by vote while it goes on to
/// sign. Each step waits for the one before it; votes are handed in all at once.
#[derive(Default)]
pub struct Members {
    step: usize,
    /// Transactions that have to be ordered before the next step.
    awaited: Vec<Hash>,
    /// Transactions and the code with which they must be refused; none: they must take effect.
    expected: Vec<(Hash, Option<&'static str>)>,
    /// Votes of which those after the decision are refused.
    votes: Vec<Hash>,
    /// Proposals and how they must end.
    proposals: Vec<(Hash, &'static str)>,
    /// Signed by keys that may no longer: none may take effect.
    vain: Vec<Hash>,
    /// Signed by the key with an end.
    temporary: Vec<Hash>,
    temporary_until_ms: u64,
    /// What the newcomer anchored.
    newcomer: Vec<Hash>,
    is_in: bool,
    /// Up to which tick the newcomer still tries, once all is decided.
    over_at: Option<u64>,
    anchors: u64,
}

fn add_key(name: &str, roles: &[&str], valid_until_ms: Option<i64>) -> Call {
    call(&AddKey {
        member: MEMBER.to_owned(),
        name: name.to_owned(),
        public_key: public_key(&format!("{MEMBER}/{name}")),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        holder: None,
        valid_from_ms: None,
        valid_until_ms,
    })
}

fn rotate(member: &str, name: &str, new_name: &str) -> Call {
    let public_key = public_key(&format!("{member}/{new_name}"));
    call(&RotateKey { member: member.to_owned(), name: name.to_owned(), new_name: new_name.to_owned(), public_key })
}

fn revoke(name: &str) -> Call {
    call(&RevokeKey { member: MEMBER.to_owned(), name: name.to_owned() })
}

fn register(person: &str) -> Call {
    let key = PersonKey { name: "phone".to_owned(), public_key: public_key(&format!("{person}/phone")) };
    call(&RegisterPerson { member: Some(person.to_owned()), name: None, key })
}

fn admit() -> Call {
    let key = NewKey {
        name: "dev".to_owned(),
        public_key: public_key(&format!("{NEWCOMER}/dev")),
        roles: vec!["admin".to_owned()],
        holder: None,
        valid_from_ms: None,
        valid_until_ms: None,
    };
    call(&Admit {
        member: NEWCOMER.to_owned(),
        name: "Newcomer 1".to_owned(),
        roles: vec!["enterprise".to_owned()],
        keys: vec![key],
    })
}

fn suspend() -> Call {
    call(&Suspend { member: NEWCOMER.to_owned(), reason: "audit".to_owned() })
}

/// A decision with which order would stop, since nobody knows where that node is: it must fail, however many vote for it.
fn unknown_node() -> Call {
    let validator = Validator { member: "bank-a".to_owned(), public_key: public_key("bank-a/another node") };
    call(&SetValidators { validators: vec![validator], follows_epoch: 0 })
}

pub(super) fn propose(title: &str, calls: &[Call], expires_ms: Option<u64>) -> Call {
    let calls = calls.iter().map(CallInput::new).collect();
    call(&Propose { title: title.to_owned(), calls, expires_ms: expires_ms.map(|ms| ms as i64) })
}

/// A vote on a proposal that was made.
pub(super) fn vote(desk: &Desk, proposal: &Hash, choice: Choice) -> Call {
    let made = desk.output(proposal).unwrap_or_default();
    let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    call(&Vote { proposal: text("proposal"), calls_hash: text("calls_hash"), choice })
}

impl Members {
    fn anchor(&mut self) -> Call {
        self.anchors += 1;
        let hash = Hex(Hash::of(&[b"sim/members", &self.anchors.to_be_bytes()]).0);
        call(&Anchor { hash, r#type: "evidence".to_owned(), media_type: None, title: None })
    }

    /// Something that must take effect, or be refused with a code.
    fn expect(&mut self, desk: &mut Desk, signer: &str, calls: &[Call], code: Option<&'static str>) -> Hash {
        let identity = desk.submit(&[signer], calls);
        self.expected.push((identity, code));
        self.awaited.push(identity);
        identity
    }

    fn expect_anchor(&mut self, desk: &mut Desk, signer: &str) {
        let anchor = self.anchor();
        self.expect(desk, signer, &[anchor], None);
    }

    fn in_vain(&mut self, desk: &mut Desk, signer: &str) {
        let anchor = self.anchor();
        self.vain.push(desk.attempt(&[signer], &[anchor]));
    }

    fn propose(&mut self, desk: &mut Desk, signer: &str, calls: &[Call], ends: &'static str) {
        let expires_ms = (ends == "lapsed").then(|| desk.now_ms() + SHORT_MS);
        let identity = self.expect(desk, signer, &[propose("As discussed", calls, expires_ms)], None);
        self.proposals.push((identity, ends));
    }

    /// All vote on the newest proposal, in whatever order they come.
    fn vote(&mut self, desk: &mut Desk, mut votes: Vec<(&str, Choice)>) {
        let (proposal, _) = *self.proposals.last().expect("a proposal before votes");
        votes.shuffle(&mut desk.chance);
        for (signer, choice) in votes {
            let identity = desk.submit(&[signer], &[vote(desk, &proposal, choice)]);
            self.votes.push(identity);
            self.awaited.push(identity);
        }
    }

    /// The next step; false after the last.
    fn next(&mut self, desk: &mut Desk) -> bool {
        let mine = |key: &str| format!("{MEMBER}/{key}");
        match self.step {
            0 => {
                self.temporary_until_ms = desk.now_ms() + TEMPORARY_MS;
                let temporary = add_key("temporary", &[], Some(self.temporary_until_ms as i64));
                let keys = [add_key("till", &[], None), add_key("spare", &["admin"], None), temporary];
                self.expect(desk, &mine("dev"), &keys, None);
            }
            1 => self.expect_anchor(desk, &mine("till")),
            2 => drop(self.expect(desk, &mine("till"), &[rotate(MEMBER, "till", "till-2")], None)),
            3 => {
                self.in_vain(desk, &mine("till"));
                self.expect_anchor(desk, &mine("till-2"));
            }
            4 => drop(self.expect(desk, &mine("spare"), &[revoke("till-2")], None)),
            5 => {
                self.in_vain(desk, &mine("till-2"));
                self.expect(desk, &mine("dev"), &[revoke("spare")], None);
            }
            6 => {
                self.expect(desk, &mine("dev"), &[revoke("dev")], Some("member/10"));
                self.expect(desk, "bank-a/dev", &[register(PERSON)], None);
                self.expect(desk, "shop-1/dev", &[register("p-other")], Some("member/25"));
            }
            7 => drop(self.expect(desk, "p-sim/phone", &[rotate(PERSON, "phone", "phone-2")], None)),
            8 => {
                self.in_vain(desk, "p-sim/phone");
                self.expect_anchor(desk, "p-sim/phone-2");
                self.propose(desk, "tax-bureau/dev", &[admit()], "passed");
            }
            9 => {
                self.expect(desk, "shop-1/dev", &[vote(desk, &self.proposals[0].0, Choice::For)], Some("member/28"));
                self.expect(
                    desk,
                    "tax-bureau/dev",
                    &[vote(desk, &self.proposals[0].0, Choice::For)],
                    Some("member/34"),
                );
            }
            10 => {
                let others = [("core-corp/dev", Choice::For), ("bank-a/dev", Choice::For)];
                self.vote(desk, [&others[..], &[("cloud-provider/dev", Choice::Against)]].concat());
            }
            11 => {
                self.is_in = true;
                self.propose(desk, "core-corp/dev", &[suspend()], "rejected");
            }
            12 => self.vote(desk, vec![("tax-bureau/dev", Choice::Against), ("bank-a/dev", Choice::Against)]),
            13 => self.propose(desk, "bank-a/dev", &[suspend()], "withdrawn"),
            14 => {
                let made = desk.output(&self.proposals.last().expect("made").0).unwrap_or_default();
                let proposal = made["proposal"].as_str().unwrap_or_default().to_owned();
                self.expect(desk, "bank-a/dev", &[call(&WithdrawProposal { proposal })], None);
                self.propose(desk, "cloud-provider/dev", &[suspend()], "lapsed");
            }
            15 => self.propose(desk, "tax-bureau/dev", &[unknown_node()], "failed"),
            17 => self.propose(desk, "tax-bureau/dev", &[suspend()], "passed"),
            16 | 18 => {
                let all = ["core-corp/dev", "bank-a/dev", "cloud-provider/dev"];
                self.vote(desk, all.map(|signer| (signer, Choice::For)).to_vec());
            }
            _ => return false,
        }
        self.step += 1;
        true
    }

    /// What was signed by a key counts up to the end of its validity, of its member's admission, and of itself.
    fn check_signatures(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<u64> {
        for identity in &self.vain {
            ensure!(!desk.applied(identity), "{identity} took effect though its key was gone");
        }
        for identity in self.temporary.iter().filter(|identity| desk.applied(identity)) {
            let height = desk.receipt(identity).context("applied")?.height;
            let at_ms = reader.header(height)?.context("a block")?.time_ms;
            ensure!(at_ms <= self.temporary_until_ms, "a key signed at {at_ms}, its validity ended before");
        }
        let (suspension, _) = self.proposals.last().context("the suspension was proposed")?;
        let id = desk.output(suspension).context("the suspension")?["proposal"].as_str().unwrap_or_default().to_owned();
        let decided = select::count(reader, &format!("SELECT decided_height FROM member_proposal WHERE id = '{id}'"))?;
        let mut counted = 0;
        for identity in self.newcomer.iter().filter(|identity| desk.applied(identity)) {
            let height = desk.receipt(identity).context("applied")?.height;
            ensure!(height <= decided, "a suspended member anchored at height {height}");
            counted += 1;
        }
        Ok(counted)
    }

    fn check_proposals(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<()> {
        for (identity, ends) in &self.proposals {
            let id = desk.output(identity).context("a proposal")?["proposal"].as_str().unwrap_or_default().to_owned();
            let found = select::texts(reader, &format!("SELECT state FROM member_proposal WHERE id = '{id}'"))?;
            ensure!(found == [[*ends]], "the proposal {id} is {found:?}, it must be {ends}");
        }
        for identity in &self.votes {
            let code = desk.code(identity);
            ensure!(matches!(code, None | Some("member/31")), "a vote was refused with {code:?}");
        }
        // One more for each proposal: whoever proposes votes for it.
        let cast = self.votes.iter().filter(|identity| desk.applied(identity)).count() + self.proposals.len();
        let ids = self
            .proposals
            .iter()
            .filter_map(|(identity, _)| Some(format!("'{}'", desk.output(identity)?["proposal"].as_str()?)));
        let ids: Vec<_> = ids.collect();
        let sql = format!("SELECT count(*) FROM member_vote WHERE proposal IN ({})", ids.join(", "));
        let found = select::count(reader, &sql)?;
        ensure!(found == cast as u64, "{found} votes on the ledger, {cast} took effect");
        Ok(())
    }
}

impl Workload for Members {
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        let now_ms = desk.now_ms();
        let is_temporary = self.step > 1 && now_ms < self.temporary_until_ms + TEMPORARY_MS / 2;
        if is_temporary && percent(desk, 10) {
            let anchor = self.anchor();
            self.temporary.push(desk.attempt(&[&format!("{MEMBER}/temporary")], &[anchor]));
        }
        let is_over = self.over_at.is_some_and(|over_at| over_at <= desk.tick());
        if self.is_in && !is_over && desk.tick().is_multiple_of(NEWCOMER_TICKS) {
            let anchor = self.anchor();
            self.newcomer.push(desk.attempt(&[&format!("{NEWCOMER}/dev")], &[anchor]));
        }
        if self.awaited.iter().any(|identity| desk.receipt(identity).is_none()) {
            return Ok(true);
        }
        for (identity, code) in &self.expected {
            desk.require(identity, *code)?;
        }
        self.awaited.clear();
        if self.next(desk) {
            return Ok(true);
        }
        let over_at = *self.over_at.get_or_insert(desk.tick() + AFTERWARDS_TICKS);
        Ok(desk.tick() < over_at)
    }

    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts> {
        self.expected.iter().try_for_each(|(identity, code)| desk.require(identity, *code))?;
        self.check_proposals(desk, reader)?;
        let signed_until_suspended = self.check_signatures(desk, reader)?;
        let keys = select::texts(
            reader,
            &format!(
                "SELECT member || '/' || name || ' ' || state FROM member_key WHERE member IN ('{MEMBER}', '{PERSON}') ORDER BY 1"
            ),
        )?;
        let must = [
            "accountant-1/dev active",
            "accountant-1/spare revoked",
            "accountant-1/temporary active",
            "accountant-1/till revoked",
            "accountant-1/till-2 revoked",
            "p-sim/phone revoked",
            "p-sim/phone-2 active",
        ];
        ensure!(keys.concat() == must, "keys are {keys:?}");
        let states = select::texts(reader, &format!("SELECT state FROM member WHERE id = '{NEWCOMER}'"))?;
        ensure!(states == [["suspended"]], "the newcomer is {states:?}");
        let votes = self.votes.iter().filter(|identity| desk.applied(identity)).count() as u64;
        let anchored = self.temporary.iter().filter(|identity| desk.applied(identity)).count() as u64;
        Ok(vec![
            ("votes counted", votes),
            ("anchors before a suspension", signed_until_suspended),
            ("anchors before a key's end", anchored),
        ])
    }
}

use super::{Counts, Pace, Workload, one_of, percent};
use crate::{Desk, desk::public_key, select};
use anyhow::{Context as _, ensure};
use counterfoil_platform::{
    approval::{Refuse, Rule, SetPolicy, Sign, Withdraw},
    asset::{AssetKind, Define, Issue, OpenAccount, Transfer},
    call,
    member::AddKey,
};
use counterfoil_state::Reader;
use counterfoil_types::{Call, Hash};
use rand::RngExt as _;
use std::collections::{BTreeMap, BTreeSet};

const MEMBER: &str = "shop-2";
const ASSET: &str = "shop-2/points";
const FROM: &str = "shop-2/points-account";
const TO: &str = "person-2/points";
const FUNDS: i64 = 100_000_000;

/// Who there is and the roles of their keys.
const PEOPLE: [(&str, &[&str]); 7] = [
    ("ann", &["maker"]),
    ("bea", &["maker"]),
    ("cem", &["checker"]),
    ("dan", &["checker"]),
    ("eve", &["maker", "checker"]),
    ("fay", &["checker"]),
    ("lou", &[]),
];

/// What is demanded, told a second time: amount from, holders, roles that count.
const RULES: [(i64, usize, &[&str]); 3] =
    [(10, 2, &["maker", "checker"]), (1_000, 3, &["checker"]), (10_000, 4, &["maker", "checker"])];

/// How long a proposal waits, the least that a policy can say.
const LAPSE_AFTER_MS: i64 = 60_000;
/// Proposals that somebody still signs.
const RECENT: usize = 10;

/// A shop under maker and checker: its people pay, sign, refuse and withdraw at random. Nothing may be done with fewer of them than the policy
/// says, and nothing may wait for which enough have signed.
pub struct Approvals {
    pace: Pace,
    beginning: Vec<Hash>,
    stage: usize,
    /// Payments that were asked for: amount and who signed.
    paid: BTreeMap<Hash, (i64, Vec<&'static str>)>,
    unread: BTreeSet<Hash>,
    /// Proposals with the hash of their calls.
    proposals: Vec<(String, String)>,
}

impl Approvals {
    /// So many payments, signatures and refusals.
    pub fn new(count: usize) -> Self {
        let (beginning, paid, unread, proposals) = (Vec::new(), BTreeMap::new(), BTreeSet::new(), Vec::new());
        Self { pace: Pace::new(count), beginning, stage: 0, paid, unread, proposals }
    }

    /// Keys and asset, then accounts, then the money, then the policy. True when all is there.
    fn begin(&mut self, desk: &mut Desk) -> bool {
        if !self.beginning.iter().all(|identity| desk.applied(identity)) {
            return false;
        }
        let due: Vec<(&str, Vec<Call>)> = match self.stage {
            0 => {
                vec![("shop-2/dev", PEOPLE.iter().map(|(person, roles)| key(person, roles)).chain([asset()]).collect())]
            }
            1 => vec![("shop-2/dev", vec![open(FROM)]), ("person-2/dev", vec![open(TO)])],
            2 => vec![("shop-2/dev", vec![issue(), policy()])],
            _ => return true,
        };
        self.stage += 1;
        self.beginning.extend(due.into_iter().map(|(signer, calls)| desk.submit(&[signer], &calls)));
        false
    }

    fn learn(&mut self, desk: &Desk) {
        let answered: Vec<_> = self.unread.iter().filter(|id| desk.receipt(id).is_some()).copied().collect();
        for identity in answered {
            self.unread.remove(&identity);
            let Some(output) = desk.output(&identity) else { continue };
            let waiting = &output["waiting"];
            if let (Some(proposal), Some(hash)) = (waiting["proposal"].as_str(), waiting["calls_hash"].as_str()) {
                self.proposals.push((proposal.to_owned(), hash.to_owned()));
            }
        }
    }

    fn ask(&mut self, desk: &mut Desk) {
        let count = desk.chance.random_range(1..=3);
        let people: BTreeSet<_> = (0..count).map(|_| one_of(desk, &PEOPLE).0).collect();
        let people: Vec<_> = people.into_iter().collect();
        let kids: Vec<_> = people.iter().map(|person| format!("{MEMBER}/{person}")).collect();
        let kids: Vec<_> = kids.iter().map(String::as_str).collect();
        let recent = &self.proposals[self.proposals.len().saturating_sub(RECENT)..];
        if recent.is_empty() || percent(desk, 35) {
            let minor = *one_of(desk, &[1, 9, 10, 500, 999, 1_000, 9_999, 10_000]);
            let identity = desk.submit(&kids, &[pay(minor)]);
            self.paid.insert(identity, (minor, people));
            self.unread.insert(identity);
            return;
        }
        let (proposal, calls_hash) = one_of(desk, recent).clone();
        let call = match desk.chance.random_range(0..20) {
            0 => call(&Refuse { proposal, reason: "not agreed".to_owned() }),
            1 => call(&Withdraw { proposal }),
            _ => call(&Sign { proposal, calls_hash }),
        };
        desk.submit(&kids, &[call]);
    }

    /// Payments that took effect at once are those for which enough had signed; the sum of these.
    fn check_direct(&self, desk: &Desk) -> anyhow::Result<(u64, i64)> {
        let (mut direct, mut sum) = (0, 0);
        for (identity, (minor, people)) in &self.paid {
            let receipt = desk.receipt(identity).with_context(|| format!("{identity} was never ordered"))?;
            let output = desk.output(identity);
            let done = output.as_ref().is_some_and(|output| output["waiting"].is_null());
            ensure!(done == enough(*minor, people), "{minor} signed by {people:?}: {receipt:?}");
            if done {
                direct += 1;
                sum += minor;
            }
        }
        Ok((direct, sum))
    }

    /// Proposals that were executed had enough signatures, and the others had not; how many, and the sum.
    fn check_proposals(&self, reader: &Reader) -> anyhow::Result<(u64, i64)> {
        let (mut executed, mut sum) = (0, 0);
        let sql = "SELECT p.id, p.state, coalesce(group_concat(s.holder, ' '), '')
                   FROM approval_proposal p LEFT JOIN approval_signature s ON s.proposal = p.id GROUP BY p.id ORDER BY p.id";
        for row in select::texts(reader, sql)? {
            let [id, state, holders] = &row[..] else { anyhow::bail!("{row:?}") };
            let (minor, _) = self.paid.get(&id.parse()?).with_context(|| format!("nobody proposed {id}"))?;
            let holders: Vec<_> = holders.split(' ').collect();
            ensure!(enough(*minor, &holders) == (state == "executed"), "{minor} signed by {holders:?} is {state}");
            if state == "executed" {
                executed += 1;
                sum += minor;
            }
        }
        Ok((executed, sum))
    }
}

/// Whether these people may pay so much, by the rules as a person would read them.
fn enough(minor: i64, people: &[&str]) -> bool {
    let signed: BTreeSet<_> = people.iter().collect();
    let with = |wanted: &[&str]| -> BTreeSet<&str> {
        let has = |roles: &[&str]| roles.iter().any(|role| wanted.contains(role));
        let people = PEOPLE.iter().filter(|(person, roles)| signed.contains(person) && has(roles));
        people.map(|(person, _)| *person).collect()
    };
    RULES.iter().filter(|(from, ..)| minor >= *from).all(|(_, holders, roles)| {
        let (makers, checkers) = (with(&["maker"]), with(&["checker"]));
        let apart = makers.iter().any(|maker| checkers.iter().any(|checker| maker != checker));
        with(roles).len() >= *holders && (!roles.contains(&"maker") || apart)
    })
}

fn key(person: &str, roles: &[&str]) -> Call {
    call(&AddKey {
        member: MEMBER.to_owned(),
        name: person.to_owned(),
        public_key: public_key(&format!("{MEMBER}/{person}")),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        holder: Some(person.to_owned()),
        valid_from_ms: None,
        valid_until_ms: None,
    })
}

fn asset() -> Call {
    call(&Define {
        asset: ASSET.to_owned(),
        title: "Points of shop 2".to_owned(),
        kind: AssetKind::Points,
        currency: None,
        decimals: 0,
        day_offset_minutes: 480,
        restricted: false,
    })
}

fn open(account: &str) -> Call {
    call(&OpenAccount { account: account.to_owned(), asset: ASSET.to_owned() })
}

fn issue() -> Call {
    let (account, asset, amount) = (FROM.to_owned(), ASSET.to_owned(), FUNDS.to_string());
    call(&Issue { account, asset, amount, source: None, reference: None })
}

fn policy() -> Call {
    let rule = |(from, signers, roles): &(i64, usize, &[&str])| Rule {
        command: "asset.transfer".to_owned(),
        asset: Some(ASSET.to_owned()),
        from_minor: Some(*from),
        signers: *signers as u32,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        lapse_after_ms: Some(LAPSE_AFTER_MS),
    };
    call(&SetPolicy { member: MEMBER.to_owned(), version: 1, rules: RULES.iter().map(rule).collect() })
}

fn pay(minor: i64) -> Call {
    let (from, to, asset) = (FROM.to_owned(), TO.to_owned(), ASSET.to_owned());
    call(&Transfer { from, to, asset, amount: minor.to_string(), reference: None, end_to_end_id: None })
}

impl Workload for Approvals {
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        if self.begin(desk) {
            self.learn(desk);
            (0..self.pace.take(desk)).for_each(|_| self.ask(desk));
        }
        Ok(!self.pace.is_over())
    }

    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts> {
        self.beginning.iter().try_for_each(|identity| desk.require(identity, None))?;
        let (direct, at_once) = self.check_direct(desk)?;
        let (executed, later) = self.check_proposals(reader)?;
        let rows = select::rows(reader, &format!("SELECT available_minor FROM asset_account WHERE id = '{TO}'"))?;
        let received = rows.first().and_then(|row| row[0].as_i64()).context("the account that is paid")?;
        ensure!(received == at_once + later, "{received} were paid, {at_once} at once and {later} later");
        let of = |state: &str| {
            select::count(reader, &format!("SELECT count(*) FROM approval_proposal WHERE state = '{state}'"))
        };
        Ok(vec![
            ("paid with all signatures", direct),
            ("paid by proposal", executed),
            ("proposals refused", of("refused")?),
            ("proposals withdrawn", of("withdrawn")?),
            ("proposals lapsed", of("lapsed")?),
        ])
    }
}

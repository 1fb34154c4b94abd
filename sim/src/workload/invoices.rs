use super::{Counts, Pace, Workload, percent};
use crate::{Desk, desk::key, select};
use anyhow::{Context as _, ensure};
use counterfoil_apps::invoice::{self, ClearInvoice, Content, Life};
use counterfoil_platform::{call, document::PublishReadingKey};
use counterfoil_seal::{Reader as SealReader, ReadingKey, Record};
use counterfoil_state::Reader;
use counterfoil_types::{Call, Hash, Kid};
use rand::RngExt as _;

/// Who must be able to read every invoice.
const AUTHORITY: &str = "tax-bureau";
/// Every how many invoices one is opened on each validator.
const OPENED_EVERY: usize = 5;

/// Of a hundred invoices, how many are tried for another's taxpayer first: ordered, and refused on every member.
const WRONG_PERCENT: u32 = 5;

/// Of a hundred invoices, how many are claimed, reimbursed, booked or taken back.
const LIVES_PERCENT: u32 = 40;

/// Members that issue invoices, with their taxpayer ids, as the samples register them.
const SELLERS: [(&str, &str); 3] =
    [("shop-1", "92440300MA5DL0010T"), ("shop-2", "92440300MA5DL0029P"), ("supplier-1", "91440300MA5EN1680G")];

/// Taxpayers are registered; then invoices, most of them right, are sealed for the tax authority, signed by their sellers and given to
/// random validators. Some are then claimed, reimbursed, booked and taken back. In the end the authority's key opens them, and they are
/// what was issued.
pub struct Invoices {
    sellers: Vec<(&'static str, invoice::Workload)>,
    pace: Pace,
    registered: Option<Hash>,
    right: Vec<(Hash, String, ClearInvoice)>,
    wrong: Vec<Hash>,
    signed: usize,
    lives: Vec<Living>,
}

/// An invoice with which something is done.
struct Living {
    life: Life,
    /// What was done last, and the code with which that has to be refused; nothing once all is done.
    last: Option<(Hash, Option<&'static str>)>,
}

impl Invoices {
    /// So many invoices.
    pub fn new(count: usize, seed: u64) -> Self {
        let seller = |(at, (member, taxpayer)): (usize, &(&'static str, &str))| {
            (*member, invoice::Workload::new(seed.wrapping_mul(31).wrapping_add(at as u64), taxpayer))
        };
        let sellers = SELLERS.iter().enumerate().map(seller).collect();
        Self {
            sellers,
            pace: Pace::new(count),
            registered: None,
            right: Vec::new(),
            wrong: Vec::new(),
            signed: 0,
            lives: Vec::new(),
        }
    }

    /// One that is right, and sometimes before it one that is not.
    fn issue(&mut self, desk: &mut Desk) -> anyhow::Result<()> {
        let seller = desk.chance.random_range(0..self.sellers.len());
        let (member, workload) = &mut self.sellers[seller];
        let (member, mut right) = (*member, workload.next().expect("invoices without end"));
        let kid = format!("{member}/dev");
        if percent(desk, WRONG_PERCENT) {
            let (call, _) = self.seal(desk, member, for_another(right.clone()))?;
            self.wrong.push(desk.submit(&[&kid], &[call]));
        }
        let number = self.lives.len() as u64;
        let life = percent(desk, LIVES_PERCENT).then(|| Life::begin(number, member, &mut right));
        let (call, subject) = self.seal(desk, member, right.clone())?;
        let identity = desk.submit(&[&kid], &[call]);
        self.right.push((identity, subject, right));
        self.lives.extend(life.map(|life| Living { life, last: Some((identity, None)) }));
        Ok(())
    }

    /// The next step of every invoice whose last one was ordered; whether any is still to come.
    fn live(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        for living in &mut self.lives {
            let Some((identity, refused)) = living.last else { continue };
            if desk.receipt(&identity).is_none() {
                continue;
            }
            desk.require(&identity, refused)?;
            living.life.learn(&desk.output(&identity).unwrap_or_default());
            let (ledger, now_ms) = (desk.consortium().ledger, desk.now_ms());
            living.last = living.life.next(&ledger, now_ms).map(|step| {
                let kid = format!("{}/dev", step.member);
                (desk.submit(&[&kid], &[step.call]), step.refused)
            });
        }
        Ok(self.lives.iter().any(|living| living.last.is_some()))
    }

    /// What a member signs, and the subject that is sealed.
    fn seal(&mut self, desk: &mut Desk, member: &str, bill: ClearInvoice) -> anyhow::Result<(Call, String)> {
        self.signed += 1;
        let draft = bill.split(member, format!("bill-{}", self.signed));
        let (subject, ledger) = (draft.subject.clone(), desk.consortium().ledger);
        let reader = SealReader { kid: authority(), public_key: reading_key().public_key() };
        Ok((draft.seal_for(ledger, &[reader], &mut desk.chance)?, subject))
    }

    /// The authority's key opens an invoice, which is what was issued.
    fn check_content(&self, desk: &Desk, reader: &Reader, subject: &str, issued: &ClearInvoice) -> anyhow::Result<()> {
        let query = desk.consortium().registry().query("document.sealed").context("documents can be read")?;
        let (_, shown) = query.read(reader, &[("subject", subject), ("version", "1")])?;
        let record: Record = serde_json::from_value(shown)?;
        let opened = record.open(desk.consortium().ledger, &authority(), &reading_key())?;
        let content = invoice::content(reader, subject, opened.fields())?;
        let content = content.map_err(|wrong| anyhow::anyhow!("{subject} breaks {} at {}", wrong.rule, wrong.field))?;
        let Content::Chinese(content) = content else { anyhow::bail!("{subject} is of another regime") };
        ensure!(content.items == issued.items && content.buyer == issued.buyer, "{subject} is not what was issued");
        Ok(())
    }
}

/// The name of the authority's reading key.
fn authority() -> Kid {
    Kid::new(AUTHORITY, "invoices").expect("a name")
}

/// Its secret.
fn reading_key() -> ReadingKey {
    ReadingKey::from_bytes(Hash::of(&[b"sim/invoices", &key(AUTHORITY).secret()]).0)
}

/// The same invoice for a taxpayer for whom the signer may not issue, which only the ledger's state can tell.
fn for_another(issue: ClearInvoice) -> ClearInvoice {
    ClearInvoice { seller: "91440300MA5FC0013E".to_owned(), ..issue }
}

impl Workload for Invoices {
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        let Some(registered) = self.registered else {
            let samples = invoice::samples().into_iter().map(|sample| sample.call);
            let mut calls: Vec<_> = samples.filter(|call| call.r#do == "invoice.register_taxpayer").collect();
            let public_key = reading_key().public_key().to_string();
            let (member, name) = (AUTHORITY.to_owned(), "invoices".to_owned());
            calls.push(call(&PublishReadingKey { member, name, public_key }));
            self.registered = Some(desk.submit(&["tax-bureau/dev"], &calls));
            return Ok(true);
        };
        if desk.applied(&registered) {
            for _ in 0..self.pace.take(desk) {
                self.issue(desk)?;
            }
        }
        let more = self.live(desk)?;
        Ok(more || !self.pace.is_over())
    }

    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts> {
        self.right.iter().try_for_each(|(identity, ..)| desk.require(identity, None))?;
        for (_, subject, issued) in self.right.iter().step_by(OPENED_EVERY) {
            self.check_content(desk, reader, subject, issued)?;
        }
        for identity in &self.wrong {
            ensure!(desk.code(identity).is_some(), "an invoice for another's taxpayer took effect");
        }
        let ends: Vec<_> = self.lives.iter().map(|living| living.life.end()).collect();
        let expected =
            |state: &str| ends.iter().filter(|(invoice, taken)| [*invoice, *taken].contains(&state)).count() as u64;
        let reds = expected("reversed") + expected("partly_reversed");
        let found = select::count(reader, "SELECT count(*) FROM invoice")?;
        let issued = self.right.len() as u64 + reds;
        ensure!(found == issued, "{found} invoices on the ledger, {issued} issued");
        for (state, table) in [
            ("reversed", "invoice"),
            ("partly_reversed", "invoice"),
            ("locked", "invoice_reimbursement"),
            ("closed", "invoice_reimbursement"),
        ] {
            let (expected, found) = (
                expected(state),
                select::count(reader, &format!("SELECT count(*) FROM {table} WHERE state = '{state}'"))?,
            );
            ensure!(found == expected, "{found} invoices are {state}, {expected} must be");
        }
        Ok(vec![("invoices", found), ("closed", expected("closed")), ("red letters", reds)])
    }
}

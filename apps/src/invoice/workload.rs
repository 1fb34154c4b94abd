//! Invoices without end for the simulator and benchmarks: the same from the same seed.

use super::{
    Book, Buyer, BuyerKind, Claim, ClearInvoice, Close, ConfirmRed, Deduction, IssueRed, Item, Kind, Lock, PassOn,
    Reason, RedAmount, RefuseRed, RequestRed, Unlock, claim,
    cn_vat::{net_of_gross, tax_of_net},
    date::day_in_china,
    decimal::Fixed,
};
use counterfoil_platform::{
    call,
    types::{Call, Hash, SigningKey},
};
use counterfoil_seal::Hex;

/// Random invoices of one seller under Chinese VAT, three lines each.
#[derive(Debug, Clone)]
pub struct Workload {
    seller: String,
    state: u64,
    count: u64,
}

/// What is sold: tax code, name, unit, rate.
const GOODS: [(&str, &str, &str, i64); 5] = [
    ("1090512010000000000", "智能手机", "台", 1_300),
    ("1010115010000000000", "有机大米", "袋", 900),
    ("3070401000000000000", "餐饮服务", "次", 600),
    ("3040201000000000000", "软件服务", "月", 600),
    ("1070299000000000000", "塑料零件", "个", 1_300),
];

/// The first `count` invoices of a seed and seller.
pub fn workload(seed: u64, seller: &str, count: usize) -> Vec<ClearInvoice> {
    Workload::new(seed, seller).take(count).collect()
}

impl Workload {
    /// Invoices of the taxpayer `seller`.
    pub fn new(seed: u64, seller: &str) -> Self {
        Self { seller: seller.to_owned(), state: seed, count: 0 }
    }

    /// A number below `limit`, by SplitMix64.
    fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn item(&mut self) -> Item {
        let (tax_code, name, unit, rate) = GOODS[self.below(GOODS.len() as u64) as usize];
        let quantity = 1 + self.below(9) as i64;
        let gross = quantity * (100 + self.below(500_000) as i64);
        let net = net_of_gross(gross, rate);
        // Fen per quantity, rounded to 10^-6 yuan.
        let price = (net * 10_000 + quantity / 2) / quantity;
        Item {
            tax_code: tax_code.to_owned(),
            name: name.to_owned(),
            category: None,
            specification: None,
            unit: Some(unit.to_owned()),
            quantity: Some(Fixed(quantity * 100_000_000)),
            price: Some(Fixed(price)),
            discount: None,
            amount: Fixed(net),
            tax: Fixed(gross - net),
            total: Fixed(gross),
            rate: Fixed(rate),
            preference: None,
        }
    }
}

impl Iterator for Workload {
    type Item = ClearInvoice;

    fn next(&mut self) -> Option<ClearInvoice> {
        self.count += 1;
        let items = vec![self.item(), self.item(), self.item()];
        let sum = |of: fn(&Item) -> i64| Fixed(items.iter().map(of).sum());
        Some(ClearInvoice {
            seller: self.seller.clone(),
            reference: None,
            kind: Kind::Ordinary,
            channel: None,
            seller_contact: None,
            buyer: Buyer {
                kind: BuyerKind::Individual,
                name: format!("顾客 {}", self.count),
                taxpayer: None,
                member: None,
                contact: None,
            },
            net: sum(|item| item.amount.0),
            tax: sum(|item| item.tax.0),
            total: sum(|item| item.total.0),
            items,
            payee: None,
            reviewer: None,
            drawer: None,
            remark: None,
            paid: None,
            claim_key: None,
        })
    }
}

/// Who takes part in the [`Life`] of an invoice besides its seller.
const BUYER: &str = "person-1";
const EMPLOYER: &str = "core-corp";
const RIVAL: &str = "accountant-1";

/// Something that is done with an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Claim,
    PassOn(&'static str),
    Lock,
    /// A second company is too late.
    LockInVain,
    Unlock,
    Book,
    Close,
    /// The seller asks for all of it back.
    AskForAll,
    /// The seller, or the buyer, asks for a little of it back.
    AskForPart(Side),
    Confirm(Side),
    Refuse(Side),
    IssueRed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Seller,
    Buyer,
    Employer,
}

/// The ways that an invoice goes.
const COURSES: [&[Act]; 6] = [
    &[Act::Claim, Act::PassOn(EMPLOYER), Act::PassOn(RIVAL), Act::Lock, Act::LockInVain, Act::Close],
    &[Act::Claim, Act::PassOn(EMPLOYER), Act::Lock, Act::Unlock, Act::Lock, Act::Book, Act::Close],
    &[Act::AskForAll, Act::IssueRed],
    &[Act::Claim, Act::PassOn(EMPLOYER), Act::Lock, Act::AskForAll, Act::Confirm(Side::Employer), Act::IssueRed],
    &[
        Act::Claim,
        Act::PassOn(EMPLOYER),
        Act::Book,
        Act::AskForPart(Side::Seller),
        Act::Refuse(Side::Employer),
        Act::Lock,
        Act::Close,
    ],
    &[Act::Claim, Act::AskForPart(Side::Buyer), Act::Confirm(Side::Seller), Act::IssueRed],
];

/// What is done with an invoice after its issue, one step after the other, by the members of the samples.
#[derive(Debug, Clone)]
pub struct Life {
    seller: &'static str,
    secret: [u8; 32],
    part: RedAmount,
    course: &'static [Act],
    done: usize,
    invoice: String,
    form: String,
}

/// A step of an invoice.
#[derive(Debug, Clone)]
pub struct Step {
    /// Who signs.
    pub member: &'static str,
    /// What is asked for.
    pub call: Call,
    /// The code with which it has to be refused, if it does.
    pub refused: Option<&'static str>,
}

impl Life {
    /// One of the ways that an invoice may go, by number; the seller is a member, and the invoice gets a claim key.
    pub fn begin(number: u64, seller: &'static str, issue: &mut ClearInvoice) -> Self {
        let secret = Hash::of(&[b"counterfoil/invoice/workload/claim", seller.as_bytes(), &number.to_be_bytes()]).0;
        issue.claim_key = SigningKey::ed25519(secret).public_key().ed25519().map(Hex);
        let item = &issue.items[0];
        let (net, rate) = (50, item.rate);
        let part = RedAmount {
            category: item.rate_category().to_owned(),
            rate,
            net: Fixed(net),
            tax: Fixed(tax_of_net(net, rate.0)),
        };
        let course = COURSES[(number % COURSES.len() as u64) as usize];
        if course.contains(&Act::Book) {
            // What is deducted is on a special invoice, which is for an organisation.
            issue.kind = Kind::Special;
            issue.buyer.kind = BuyerKind::Organisation;
            issue.buyer.taxpayer = Some(issue.seller.clone());
        }
        Self { seller, secret, part, course, done: 0, invoice: String::new(), form: String::new() }
    }

    /// Takes from the output of what was done last what later steps need.
    pub fn learn(&mut self, output: &serde_json::Value) {
        for (name, known) in [("id", &mut self.invoice), ("form", &mut self.form)] {
            match output[name].as_str() {
                Some(id) if known.is_empty() => id.clone_into(known),
                Some(_) | None => {}
            }
        }
    }

    /// The next step at a time of the ledger; none when all is done.
    pub fn next(&mut self, ledger: &Hash, time_ms: u64) -> Option<Step> {
        let act = *self.course.get(self.done)?;
        self.done += 1;
        let (member, call) = self.step(act, ledger, time_ms);
        Some(Step { member, call, refused: (act == Act::LockInVain).then_some("invoice/60") })
    }

    /// The states in which invoice and reimbursement are when all is done.
    pub fn end(&self) -> (&'static str, &'static str) {
        let has = |act| self.course.contains(&act);
        let state = match (has(Act::IssueRed), has(Act::AskForAll)) {
            (true, true) => "reversed",
            (true, false) => "partly_reversed",
            (false, _) => "issued",
        };
        let reimbursement = match (has(Act::Close), has(Act::Lock)) {
            (true, _) => "closed",
            (false, true) => "locked",
            (false, false) => "open",
        };
        (state, reimbursement)
    }

    fn member(&self, side: Side) -> &'static str {
        match side {
            Side::Seller => self.seller,
            Side::Buyer => BUYER,
            Side::Employer => EMPLOYER,
        }
    }

    fn step(&self, act: Act, ledger: &Hash, time_ms: u64) -> (&'static str, Call) {
        let (invoice, form) = (self.invoice.clone(), self.form.clone());
        let (invoices, organisation) = (vec![invoice.clone()], EMPLOYER.to_owned());
        let lock = |organisation: &'static str| {
            let (organisation, reference) = (organisation.to_owned(), "trip".to_owned());
            call(&Lock { organisation, reference, invoices: vec![invoice.clone()] })
        };
        match act {
            Act::Claim => {
                let signature = claim::sign(self.secret, ledger, &invoice, BUYER);
                (BUYER, call(&Claim { invoice, signature }))
            }
            Act::PassOn(to) => (BUYER, call(&PassOn { invoice, to: to.to_owned() })),
            Act::Lock => (EMPLOYER, lock(EMPLOYER)),
            Act::LockInVain => (RIVAL, lock(RIVAL)),
            Act::Unlock => (EMPLOYER, call(&Unlock { organisation, invoices })),
            Act::Close => (EMPLOYER, call(&Close { organisation, invoices })),
            Act::Book => {
                let mut period = day_in_china(time_ms);
                period.truncate("2026-01".len());
                (EMPLOYER, call(&Book { organisation, period, r#as: Deduction::Deductible, invoices }))
            }
            Act::AskForAll => (self.seller, call(&RequestRed { invoice, reason: Reason::WrongIssue, amounts: None })),
            Act::AskForPart(side) => {
                let amounts = Some(vec![self.part.clone()]);
                (self.member(side), call(&RequestRed { invoice, reason: Reason::Allowance, amounts }))
            }
            Act::Confirm(side) => (self.member(side), call(&ConfirmRed { form })),
            Act::Refuse(side) => (self.member(side), call(&RefuseRed { form })),
            Act::IssueRed => (self.seller, call(&IssueRed { form })),
        }
    }
}

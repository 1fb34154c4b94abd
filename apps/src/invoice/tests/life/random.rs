//! The whole life of invoices by random parties, right and wrong: the ledger and the model must agree on every step, and all invariants
//! hold after every block, the same with rows read in reverse order and without indexes.

use super::{
    SECRET, claim_key, document, ledger,
    model::{Ask, Form, Invoice, Model, Paper, Part, is_person},
    tax,
};
use crate::invoice::{
    self, RedAmount, claim,
    date::{day_in_china, day_in_utc},
    decimal::Fixed,
};
use counterfoil_platform::{
    call,
    testing::Ledger,
    types::{Call, Outcome, Transaction, Value, money::format_decimal},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value as Json, json};

/// Steps of one ledger. The invariants look at all of history after every block, which is why many steps are several ledgers.
const STEPS: usize = 5_000;
/// Steps of one block.
const BLOCK_STEPS: usize = 100;
/// Who sells, with the taxpayer.
const SELLERS: [(&str, &str); 3] =
    [("supplier-1", super::SUPPLIER), ("shop-1", super::SHOP), ("shop-2", "92440300MA5DL0029P")];
/// Who buys and reimburses; everybody who signs. Two are people.
const PARTIES: [&str; 7] = ["alice", "bob", "core-corp", "bank-a", "supplier-1", "shop-1", "shop-2"];
const ORGANISATIONS: [&str; 3] = ["core-corp", "bank-a", "shop-1"];
const RATES: [i64; 3] = [1_300, 600, 100];

struct Chance {
    rng: StdRng,
    /// Invoices and forms of earlier blocks, whose ids are known.
    invoices: usize,
    forms: usize,
}

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.rng.random_range(0..limit)
    }

    /// True so many times of a hundred.
    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of(&mut self, all: &[&'static str]) -> &'static str {
        all[self.below(all.len())]
    }

    /// Mostly one of those for which `fits`, among the newer; sometimes any, or none that exists.
    fn invoice(&mut self, model: &Model, fits: impl Fn(&Invoice) -> bool) -> usize {
        if self.percent(90) {
            let newest = model.invoices[..self.invoices].iter().enumerate().rev();
            let found: Vec<_> = newest.filter(|(_, invoice)| fits(invoice)).map(|(at, _)| at).take(40).collect();
            if !found.is_empty() {
                return found[self.below(found.len())];
            }
        }
        if self.percent(3) || self.invoices == 0 { usize::MAX } else { self.below(self.invoices) }
    }

    fn batch(&mut self, model: &Model, fits: impl Fn(&Invoice) -> bool) -> Vec<usize> {
        let count = if self.percent(3) { 0 } else { 1 + self.below(3) };
        let mut invoices: Vec<_> = (0..count).map(|_| self.invoice(model, &fits)).collect();
        if self.percent(90) {
            invoices.sort_unstable();
            invoices.dedup();
        }
        invoices
    }

    fn form(&mut self, model: &Model, fits: impl Fn(&Form) -> bool) -> usize {
        if self.percent(90) {
            let all = model.forms[..self.forms].iter().enumerate();
            let found: Vec<_> = all.filter(|(_, form)| fits(form)).map(|(at, _)| at).collect();
            if !found.is_empty() {
                return found[self.below(found.len())];
            }
        }
        if self.percent(3) || self.forms == 0 { usize::MAX } else { self.below(self.forms) }
    }

    fn part(&mut self, rate: i64, (net_left, tax_left): (i64, i64)) -> Part {
        let net = match self.below(10) {
            0 => net_left,
            1 => net_left + 1,
            2 if self.percent(30) => 0,
            _ => 1 + self.below(net_left.max(1) as usize) as i64,
        };
        let tax = match self.below(10) {
            _ if net == net_left && self.percent(90) => tax_left,
            0 => tax(net, rate) + self.below(300) as i64 - 150,
            1 => tax_left,
            _ => tax(net, rate) + self.below(3) as i64 - 1,
        };
        let rate = if self.percent(3) { 900 } else { rate };
        Part { rate, net, tax: if self.percent(97) { tax.max(0) } else { tax } }
    }

    fn request(&mut self, model: &Model) -> Ask {
        let invoice = self.invoice(model, |invoice| !invoice.is_red && invoice.state() != "reversed");
        let reason = if self.percent(20) { 1 } else { 2 + self.below(3) as u8 };
        let rates = model.invoices.get(invoice).map(|found| found.rates.clone()).unwrap_or_default();
        let all = if reason == 1 { 90 } else { 25 };
        let mut parts: Vec<_> = rates.iter().map(|(rate, of)| self.part(*rate, of.left())).collect();
        if parts.len() > 1 && self.percent(50) {
            parts.pop();
        }
        Ask::RequestRed { invoice, reason, parts: (!self.percent(all)).then_some(parts) }
    }

    fn ask(&mut self, model: &Model) -> Ask {
        let organisation = if self.percent(95) { self.of(&ORGANISATIONS) } else { self.of(&PARTIES) };
        let has = |invoice: &Invoice| invoice.holder == Some(organisation) || invoice.passed.contains(organisation);
        let free = |invoice: &Invoice| has(invoice) && invoice.reimbursed.is_none() && invoice.state() != "reversed";
        let locked = |invoice: &Invoice| invoice.reimbursed == Some((organisation, "locked"));
        match self.below(100) {
            0..15 => {
                let seller = self.of(&SELLERS.map(|(member, _)| member));
                let member = self.percent(60).then(|| self.of(&PARTIES[..4]));
                let items = (0..1 + self.below(4)).map(|_| (RATES[self.below(3)], 1 + self.below(1_000_000) as i64));
                let mut items: Vec<_> = items.collect();
                let paper = match self.below(100) {
                    0..14 => Paper::Ordinary,
                    14..20 if seller == SELLERS[0].0 => Paper::Invoice,
                    20..28 if seller == SELLERS[0].0 => Paper::CreditNote,
                    28..34 if seller == SELLERS[0].0 => Paper::BelowZero,
                    _ => Paper::Special,
                };
                if paper == Paper::BelowZero {
                    items.iter_mut().for_each(|(_, net)| *net = -*net);
                }
                let (claimable, number) = (self.percent(90), self.rng.random());
                Ask::Issue { seller, member, claimable, paper, items, number }
            }
            15..23 => {
                let invoice = self.invoice(model, |invoice| invoice.holder.is_none() && invoice.claimable);
                Ask::Claim { invoice, signed_for: self.of(&PARTIES[..4]) }
            }
            23..33 => {
                let open = |invoice: &Invoice| invoice.holder.is_some_and(is_person) && invoice.user().is_none();
                Ask::PassOn { invoice: self.invoice(model, open), to: organisation }
            }
            33..36 => {
                let invoice = self.invoice(model, |invoice| invoice.passed.contains(organisation));
                Ask::TakeBack { invoice, from: organisation }
            }
            36..39 => {
                let invoice = self.invoice(model, |invoice| invoice.passed.contains(organisation));
                Ask::Return { invoice, organisation }
            }
            39..49 => Ask::Lock { organisation, invoices: self.batch(model, free) },
            49..52 => Ask::Unlock { organisation, invoices: self.batch(model, locked) },
            52..57 => Ask::Close { organisation, invoices: self.batch(model, locked) },
            57..66 => {
                let invoices = self.batch(model, |invoice| has(invoice) && invoice.booked.is_none());
                let month = model.month + 1 - [1, 1, 1, 2, 2, 3, 0][self.below(7)];
                Ask::Book { organisation, invoices, deductible: self.percent(70), month }
            }
            66..70 => {
                let booked = |invoice: &Invoice| invoice.booked.is_some_and(|(who, _, _)| who == organisation);
                Ask::Revoke { organisation, invoices: self.batch(model, booked) }
            }
            70..82 => self.request(model),
            82..87 => Ask::Confirm { form: self.form(model, Form::is_awaiting) },
            87..89 => Ask::Refuse { form: self.form(model, Form::is_awaiting) },
            89..91 => Ask::Withdraw { form: self.form(model, Form::is_open) },
            _ => {
                let ready = |form: &Form| matches!(form.state, "confirmed" | "no_confirmation_needed");
                Ask::IssueRed { form: self.form(model, ready) }
            }
        }
    }

    /// Who signs: mostly who has to.
    fn signer(&mut self, ask: &Ask, model: &Model) -> &'static str {
        let seller = |invoice: usize| model.invoices.get(invoice).map(|invoice| invoice.seller);
        let holder = |invoice: usize| model.invoices.get(invoice).and_then(|invoice| invoice.holder);
        let party = |form: usize, of_seller: fn(&Form) -> bool| {
            let form = model.forms.get(form)?;
            if of_seller(form) { seller(form.invoice) } else { form.buyer }
        };
        let right = match ask {
            Ask::Issue { seller, .. } => Some(*seller),
            Ask::Claim { signed_for, .. } => Some(*signed_for),
            Ask::PassOn { invoice, .. } | Ask::TakeBack { invoice, .. } => holder(*invoice),
            Ask::Return { organisation, .. }
            | Ask::Lock { organisation, .. }
            | Ask::Unlock { organisation, .. }
            | Ask::Close { organisation, .. }
            | Ask::Book { organisation, .. }
            | Ask::Revoke { organisation, .. } => Some(*organisation),
            Ask::RequestRed { invoice, .. } if self.percent(50) => seller(*invoice),
            Ask::RequestRed { invoice, .. } => {
                model.invoices.get(*invoice).and_then(|invoice| invoice.user().or(invoice.holder))
            }
            Ask::Confirm { form } | Ask::Refuse { form } => party(*form, |form| !form.by_seller),
            Ask::Withdraw { form } => party(*form, |form| form.by_seller),
            Ask::IssueRed { form } => party(*form, |_| true),
        };
        right.filter(|_| self.percent(94)).unwrap_or_else(|| self.of(&PARTIES))
    }
}

/// A month since year 0 as a tax period.
fn period(month: i64) -> String {
    format!("{:04}-{:02}", month / 12, month % 12 + 1)
}

/// The month of a day, since year 0.
fn month(day: &str) -> i64 {
    day[..4].parse::<i64>().unwrap() * 12 + day[5..7].parse::<i64>().unwrap() - 1
}

fn issue_document(document: Json, member: Option<&str>, claimable: bool) -> Call {
    let mut asked = json!({"invoice": document, "buyer": member});
    if claimable {
        asked["claim_key"] = claim_key(SECRET).into();
    }
    Call::new("invoice.issue_en16931", &asked)
}

fn issue(seller: &str, member: Option<&str>, (claimable, special): (bool, bool), items: &[(i64, i64)]) -> Call {
    let seller = SELLERS.iter().find(|(known, _)| *known == seller).unwrap().1;
    let money = |minor| format_decimal(minor, 2);
    let item = |(rate, net): &(i64, i64)| {
        let tax = tax(*net, *rate);
        json!({"tax_code": "3070401000000000000", "name": "x", "amount": money(*net), "tax": money(tax),
               "total": money(net + tax), "rate": format_decimal(*rate, 4)})
    };
    let net: i64 = items.iter().map(|(_, net)| net).sum();
    let taxes: i64 = items.iter().map(|(rate, net)| tax(*net, *rate)).sum();
    let mut invoice = json!({
        "seller": seller, "buyer": {"kind": "individual", "name": "y"}, "net": money(net), "tax": money(taxes),
        "total": money(net + taxes), "items": items.iter().map(item).collect::<Vec<_>>(),
    });
    if let Some(member) = member {
        invoice["buyer"]["member"] = member.into();
    }
    if claimable {
        invoice["claim_key"] = claim_key(SECRET).into();
    }
    if special {
        invoice["kind"] = "special".into();
        invoice["buyer"]["kind"] = "organisation".into();
        invoice["buyer"]["taxpayer"] = super::SUPPLIER.into();
    }
    Call::new("invoice.issue", &invoice)
}

fn to_call(ask: &Ask, model: &Model, ledger: &Ledger) -> Call {
    let id = |at: usize| model.invoices.get(at).map_or("nothing", |invoice| invoice.id.as_str()).to_owned();
    let form = |at: usize| model.forms.get(at).map_or("nothing", |form| form.id.as_str()).to_owned();
    let all = |invoices: Vec<usize>| invoices.into_iter().map(id).collect::<Vec<_>>();
    match ask.clone() {
        Ask::Issue { member, claimable, paper, items, number, .. } if paper.is_european() => {
            let type_code = if paper == Paper::CreditNote { "381" } else { "380" };
            let day = day_in_utc(model.time_ms as u64);
            issue_document(document(&format!("E-{number}"), type_code, &day, &items), member, claimable)
        }
        Ask::Issue { seller, member, claimable, paper, items, .. } => {
            issue(seller, member, (claimable, paper == Paper::Special), &items)
        }
        Ask::Claim { invoice, signed_for } => {
            let invoice = id(invoice);
            let signature = claim::sign(SECRET, &ledger.state().ledger(), &invoice, signed_for);
            call(&invoice::Claim { invoice, signature })
        }
        Ask::PassOn { invoice, to } => call(&invoice::PassOn { invoice: id(invoice), to: to.into() }),
        Ask::TakeBack { invoice, from } => call(&invoice::TakeBack { invoice: id(invoice), from: from.into() }),
        Ask::Return { invoice, organisation } => {
            call(&invoice::Return { invoice: id(invoice), organisation: organisation.into() })
        }
        Ask::Lock { organisation, invoices } => {
            let (organisation, reference) = (organisation.into(), "trip".into());
            call(&invoice::Lock { organisation, reference, invoices: all(invoices) })
        }
        Ask::Unlock { organisation, invoices } => {
            call(&invoice::Unlock { organisation: organisation.into(), invoices: all(invoices) })
        }
        Ask::Close { organisation, invoices } => {
            call(&invoice::Close { organisation: organisation.into(), invoices: all(invoices) })
        }
        Ask::Book { organisation, invoices, deductible, month } => {
            let r#as = if deductible { invoice::Deduction::Deductible } else { invoice::Deduction::NotDeductible };
            let (organisation, period) = (organisation.into(), period(month));
            call(&invoice::Book { organisation, period, r#as, invoices: all(invoices) })
        }
        Ask::Revoke { organisation, invoices } => {
            call(&invoice::RevokeBooking { organisation: organisation.into(), invoices: all(invoices) })
        }
        Ask::RequestRed { invoice, reason, parts } => {
            let reason = serde_json::from_value(json!(format!("{reason:02}"))).unwrap();
            let amount = |part: Part| RedAmount {
                category: "standard".into(),
                rate: Fixed(part.rate),
                net: Fixed(part.net),
                tax: Fixed(part.tax),
            };
            let amounts = parts.map(|parts| parts.into_iter().map(amount).collect());
            call(&invoice::RequestRed { invoice: id(invoice), reason, amounts })
        }
        Ask::Confirm { form: at } => call(&invoice::ConfirmRed { form: form(at) }),
        Ask::Refuse { form: at } => call(&invoice::RefuseRed { form: form(at) }),
        Ask::Withdraw { form: at } => call(&invoice::WithdrawRed { form: form(at) }),
        Ask::IssueRed { form: at } => call(&invoice::IssueRed { form: form(at) }),
    }
}

/// One block; how many of its steps took effect.
fn block(ledger: &mut Ledger, model: &mut Model, chance: &mut Chance) -> usize {
    // Mostly hours, sometimes until forms and periods are over.
    let hours = [1, 5, 24, 80, 800][chance.below(100).saturating_sub(75) / 5];
    ledger.wait_ms(chance.below(hours * 3_600_000) as u64);
    let time_ms = ledger.time_ms() + 1_000;
    model.begin_block(time_ms as i64, month(&day_in_china(time_ms)), month(&day_in_utc(time_ms)));
    (chance.invoices, chance.forms) = (model.invoices.len(), model.forms.len());
    let (mut transactions, mut expected, mut steps) = (Vec::<Transaction>::new(), Vec::new(), 0);
    while steps < BLOCK_STEPS {
        let first = chance.ask(model);
        let mut signers = vec![chance.signer(&first, model)];
        let mut asks = vec![first];
        if chance.percent(10) {
            let more = chance.ask(model);
            let signer = chance.signer(&more, model);
            if !signers.contains(&signer) {
                signers.push(signer);
            }
            asks.push(more);
        }
        steps += asks.len();
        let kids: Vec<_> = signers.iter().map(|signer| format!("{signer}/dev")).collect();
        let kids: Vec<_> = kids.iter().map(String::as_str).collect();
        let calls = asks.iter().map(|ask| {
            let call = to_call(ask, model, ledger);
            ledger.seal(kids[0], &call).expect("an invoice that a node signs")
        });
        let calls: Vec<_> = calls.collect();
        transactions.push(ledger.sign(&kids, &calls));
        let answer = model.transaction(&signers, &asks);
        expected.push((answer, signers, asks));
    }
    let done = ledger.block(transactions);
    let (mut applied, mut invoices, mut forms) = (0, chance.invoices, chance.forms);
    for (done, (answer, signers, asks)) in done.iter().zip(expected) {
        let found = match &done.receipt.outcome {
            Outcome::Applied { .. } => Ok(()),
            Outcome::Refused(refusal) => Err(refusal.code.as_str()),
        };
        assert_eq!(found, answer, "{asks:?} signed by {signers:?}: {:?}", done.receipt.outcome);
        if found.is_err() {
            continue;
        }
        applied += asks.len();
        for output in done.outputs() {
            if let Some(form) = output["form"].as_str() {
                form.clone_into(&mut model.forms[forms].id);
                forms += 1;
            } else if let Some(id) = output["id"].as_str() {
                id.clone_into(&mut model.invoices[invoices].id);
                invoices += 1;
            }
        }
    }
    assert_eq!((invoices, forms), (model.invoices.len(), model.forms.len()));
    applied
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// What the model says that a table should have, by its key.
fn assert_table(ledger: &Ledger, sql: &str, mut expected: Vec<Vec<Value>>) {
    let key = |row: &Vec<Value>| format!("{:?}", &row[..2]);
    let mut found = ledger.sql(sql);
    found.sort_by_key(key);
    expected.sort_by_key(key);
    assert_eq!(found, expected, "{sql}");
}

fn assert_same(ledger: &Ledger, model: &Model) {
    let all = model.invoices.iter();
    let states = all
        .clone()
        .map(|invoice| vec![text(&invoice.id), text(invoice.state()), invoice.paper.kind().map_or(Value::Null, text)]);
    assert_table(ledger, "SELECT id, state, kind FROM invoice", states.collect());
    let holders = all.clone().filter_map(|invoice| Some(vec![text(&invoice.id), text(invoice.holder?)]));
    assert_table(ledger, "SELECT invoice, member FROM invoice_holder", holders.collect());
    let passes = all.clone().flat_map(|invoice| invoice.passed.iter().map(|to| vec![text(&invoice.id), text(to)]));
    assert_table(ledger, "SELECT invoice, organisation FROM invoice_pass", passes.collect());
    let taken = all.clone().filter_map(|invoice| {
        let (organisation, state) = invoice.reimbursed?;
        Some(vec![text(&invoice.id), text(organisation), text(state)])
    });
    assert_table(ledger, "SELECT invoice, organisation, state FROM invoice_reimbursement", taken.collect());
    let booked = all.clone().filter_map(|invoice| {
        let (organisation, state, month) = invoice.booked?;
        Some(vec![text(&invoice.id), text(organisation), text(state), text(&period(month))])
    });
    assert_table(ledger, "SELECT invoice, organisation, state, period FROM invoice_booking", booked.collect());
    let left = all.clone().flat_map(|invoice| {
        invoice.rates.iter().map(|(rate, of)| {
            let (net, tax) = of.left();
            let numbers = [*rate, net, tax].map(Value::Integer);
            [text(&invoice.id)].into_iter().chain(numbers).collect()
        })
    });
    assert_table(
        ledger,
        "SELECT t.invoice, t.rate, t.net_minor - coalesce(v.reserved_net_minor + v.reversed_net_minor, 0),
            t.tax_minor - coalesce(v.reserved_tax_minor + v.reversed_tax_minor, 0)
         FROM invoice_tax t LEFT JOIN invoice_reversal v ON v.invoice = t.invoice AND v.category = t.category AND v.rate = t.rate",
        left.collect(),
    );
    let forms = model.forms.iter().map(|form| vec![text(&form.id), text(form.state)]);
    assert_table(ledger, "SELECT id, state FROM invoice_red", forms.collect());
}

/// Steps on a ledger of its own: how many took effect, and what came of the forms.
fn run(seed: u64) -> (usize, Vec<&'static str>) {
    let mut ledger = ledger();
    let mut model = Model::default();
    let mut chance = Chance { rng: StdRng::seed_from_u64(seed), invoices: 0, forms: 0 };
    let mut applied = 0;
    for _ in 0..STEPS / BLOCK_STEPS {
        applied += block(&mut ledger, &mut model, &mut chance);
        assert_same(&ledger, &model);
    }
    (applied, model.forms.iter().map(|form| form.state).collect())
}

/// Runs ledgers of these seeds; enough took effect, enough was refused, and forms have come to every end.
fn check(seeds: std::ops::Range<u64>) {
    let steps = STEPS * (seeds.end - seeds.start) as usize;
    let (mut applied, mut ends) = (0, std::collections::BTreeMap::<_, usize>::new());
    for seed in seeds {
        let (some, forms) = run(seed);
        applied += some;
        forms.into_iter().for_each(|state| *ends.entry(state).or_default() += 1);
    }
    println!("{applied} of {steps} steps took effect; forms: {ends:?}");
    assert!((steps * 3 / 10..steps * 8 / 10).contains(&applied), "{applied} of {steps} steps took effect");
    for state in ["issued", "lapsed", "withdrawn", "refused_by_buyer", "refused_by_seller"] {
        assert!(ends.get(state).is_some_and(|count| *count >= 5), "{state} of {ends:?}");
    }
}

#[test]
fn ten_thousand_random_steps_do_what_the_model_says() {
    check(1..3);
}

#[test]
#[ignore = "takes minutes: a hundred thousand steps"]
fn a_hundred_thousand_random_steps_do_what_the_model_says() {
    check(3..23);
}

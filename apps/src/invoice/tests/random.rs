//! Random rules, payments, applications, invoices and questions by random parties, right and wrong: the ledger and the model must agree on
//! every one, and all invariants hold after every block, the same with rows read in reverse order and without indexes.

use super::{
    model::{Ask, By, Days, Model, SELLERS},
    *,
};
use counterfoil_platform::types::Transaction;
use date::day_in_china;
use decimal::Fixed;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Steps of one ledger. The invariants look at all of history after every block, which is why there are several ledgers and not one.
const STEPS: usize = 600;
/// Ledgers, each with a seed of its own, two at a time.
const LEDGERS: u64 = 6;
const BLOCK_STEPS: usize = 60;
const PARTIES: [&str; 7] =
    ["tax-bureau", "cloud-provider", "accountant-1", "shop-1", "shop-2", "supplier-1", "person-1"];
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

struct Chance(StdRng);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0.random_range(0..limit)
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Mostly from now on for some days, since whoever forbids for ever has little to test after.
    fn days(&mut self, now_ms: u64) -> Days {
        let from = now_ms + self.below(3) as u64 * DAY_MS;
        let until = self.percent(85).then(|| day_in_china(from + self.below(3) as u64 * DAY_MS));
        Days { from: day_in_china(from), until }
    }

    fn payment(&mut self, known: &Model) -> String {
        match known.payments.len() {
            count @ 1.. if self.percent(95) => {
                // The newest are those of which something is left.
                let at = count - 1 - self.below(count.min(6));
                known.payments.keys().nth(at).unwrap().clone()
            }
            _ => "cloud-provider/none".to_owned(),
        }
    }

    fn application(&mut self, known: &Model) -> i64 {
        let open: Vec<_> =
            known.applications.iter().filter(|(_, one)| one.state == "open").map(|(id, _)| *id).collect();
        match (open.len(), known.applications.len()) {
            (1.., _) if self.percent(85) => open[self.below(open.len())],
            (_, all @ 1..) => *known.applications.keys().nth(self.below(all)).unwrap(),
            _ => 7,
        }
    }

    fn question(&mut self, known: &Model) -> i64 {
        let count = known.questions.len();
        if count == 0 { 7 } else { *known.questions.keys().nth(self.below(count)).unwrap() }
    }

    fn ask(&mut self, known: &Model, now_ms: u64) -> Ask {
        let seller = self.below(3);
        let (days, allowed) = (self.days(now_ms), self.percent(70));
        let reference = self.below(20_000) as u32;
        match self.below(100) {
            0..3 => {
                Ask::Status { seller, state: ["active", "active", "suspended", "deregistered"][self.below(4)], days }
            }
            3..5 => Ask::Rate { rate: [600, 1_300][self.below(2)], allowed, days },
            5..9 => {
                let some = |chance: &mut Self, limit| chance.percent(60).then(|| chance.below(limit) as i64);
                Ask::Quota { seller, count: some(self, 60), amount: some(self, 400_000), days }
            }
            9..12 => Ask::Unpaid { seller: self.percent(60).then_some(seller), allowed, days },
            12..24 => {
                Ask::Pay { reference: self.below(2_000) as u32, payee: seller, amount: 1 + self.below(30_000) as i64 }
            }
            24..44 => {
                let amounts = (0..1 + self.below(5)).map(|_| 1 + self.below(4_000) as i64).collect();
                Ask::Apply { payment: self.payment(known), amounts, reference }
            }
            44..48 => Ask::Decline { application: self.application(known) },
            48..51 => Ask::Withdraw { application: self.application(known) },
            51..90 => self.issue(known, seller, reference),
            90..94 => Ask::Question { invoice: known.invoices.len().checked_sub(1).map(|last| self.below(last + 1)) },
            94..97 => Ask::Answer { question: self.question(known) },
            _ => Ask::Close { question: self.question(known), upheld: allowed },
        }
    }

    fn issue(&mut self, known: &Model, seller: usize, reference: u32) -> Ask {
        let mut total = 17 + self.below(6_000) as i64;
        let by = match self.below(10) {
            0..4 => By::Nothing,
            4..6 => By::Payment(self.payment(known)),
            _ => {
                let (application, part) = (self.application(known), 1 + self.below(5) as u8);
                let amount = known.applications.get(&application).and_then(|one| one.parts.get(usize::from(part) - 1));
                if let Some((amount, _)) = amount.filter(|_| self.percent(70)) {
                    total = (*amount - self.below(2) as i64).max(17);
                }
                By::Part(application, part)
            }
        };
        let payment = match &by {
            By::Nothing => None,
            By::Payment(id) => known.payments.get(id),
            By::Part(application, _) => known.applications.get(application).map(|one| &known.payments[&one.payment]),
        };
        let seller = payment.filter(|_| !self.percent(5)).map_or(seller, |payment| payment.payee);
        Ask::Issue { seller, total, rate: [600, 1_300][self.below(2)], by, reference }
    }

    /// Who signs: mostly who has to.
    fn signer(&mut self, ask: &Ask, known: &Model) -> &'static str {
        let right = match ask {
            Ask::Status { .. } | Ask::Rate { .. } | Ask::Quota { .. } | Ask::Unpaid { .. } => "tax-bureau",
            Ask::Question { .. } | Ask::Close { .. } => ["tax-bureau", "accountant-1"][self.below(2)],
            Ask::Pay { .. } => ["cloud-provider", "accountant-1"][self.below(2)],
            Ask::Apply { .. } => "person-1",
            Ask::Decline { application } => {
                let payment = known.applications.get(application).map(|one| &known.payments[&one.payment]);
                payment.map_or("shop-1", |payment| SELLERS[payment.payee].1)
            }
            Ask::Withdraw { application } => {
                known.applications.get(application).map_or("person-1", |one| one.applicant)
            }
            Ask::Issue { seller, .. } => SELLERS[*seller].1,
            Ask::Answer { question } => {
                known.questions.get(question).map_or("shop-1", |(invoice, _)| SELLERS[known.invoices[*invoice]].1)
            }
        };
        if self.percent(8) { PARTIES[self.below(PARTIES.len())] } else { right }
    }
}

fn days(days: &Days) -> (Option<String>, Option<String>) {
    (Some(days.from.clone()), days.until.clone())
}

/// The invoice of one thing at one rate.
fn invoice(seller: usize, total: i64, rate: i64, by: &By, reference: u32) -> ClearInvoice {
    let mut invoice = workload(1, SELLERS[seller].0, 1).remove(0);
    invoice.items.truncate(1);
    let item = &mut invoice.items[0];
    (item.quantity, item.price, item.rate, item.total) = (None, None, Fixed(rate), Fixed(total));
    item.amount = Fixed(net_of_gross(total, rate));
    item.tax = Fixed(total - item.amount.0);
    (invoice.net, invoice.tax, invoice.total) = (item.amount, item.tax, item.total);
    invoice.reference = Some(format!("r-{reference}"));
    invoice.paid = match by.clone() {
        By::Nothing => None,
        By::Payment(id) => Some(Paid::Payment { id }),
        By::Part(number, part) => Some(Paid::Application { number: asset::Number(number), part }),
    };
    invoice
}

fn to_call(ask: &Ask, ids: &[String]) -> Call {
    let scale = Scale::General;
    match ask {
        Ask::Status { seller, state, days: on } => {
            let ((from, until), id) = (days(on), SELLERS[*seller].0.to_owned());
            let state = match *state {
                "active" => TaxpayerState::Active,
                "suspended" => TaxpayerState::Suspended,
                _ => TaxpayerState::Deregistered,
            };
            counterfoil_platform::call(&SetTaxpayer { id, state, scale, region: None, from, until })
        }
        Ask::Rate { rate, allowed, days: on } => {
            let ((from, until), rate) = (days(on), Some(Fixed(*rate)));
            let (regime, category, scale) = (Regime::CnVat, "standard".to_owned(), Some(scale));
            counterfoil_platform::call(&SetRate { regime, category, rate, scale, allowed: *allowed, from, until })
        }
        Ask::Quota { seller, count, amount, days: on } => {
            let ((from, until), taxpayer) = (days(on), SELLERS[*seller].0.to_owned());
            let (invoices, amount) = (count.map(|count| count as u32), amount.map(Fixed));
            counterfoil_platform::call(&SetQuota {
                taxpayer,
                currency: "CNY".to_owned(),
                invoices,
                amount,
                from,
                until,
            })
        }
        Ask::Unpaid { seller, allowed, days: on } => {
            let ((from, until), taxpayer) = (days(on), seller.map(|seller| SELLERS[seller].0.to_owned()));
            let regime = Regime::CnVat;
            counterfoil_platform::call(&SetUnpaid { regime, taxpayer, allowed: *allowed, from, until })
        }
        Ask::Pay { reference, payee, amount } => counterfoil_platform::call(&RegisterPayment {
            reference: format!("wx-{reference}"),
            payer: "oUpF8".to_owned(),
            payer_member: Some("person-1".to_owned()),
            payee: SELLERS[*payee].0.to_owned(),
            currency: "CNY".to_owned(),
            amount: Fixed(*amount),
            paid_ms: 1,
        }),
        Ask::Apply { payment, amounts, reference } => {
            let buyer = json!({"kind": "individual", "name": "张晓雨"});
            let amounts: Vec<_> = amounts.iter().map(|amount| Fixed::<2>(*amount)).collect();
            let with =
                json!({"payment": payment, "amounts": amounts, "reference": format!("r-{reference}"), "buyer": buyer});
            Call::new("invoice.apply", &with)
        }
        Ask::Decline { application } => {
            counterfoil_platform::call(&DeclineApplication { application: asset::Number(*application), reason: None })
        }
        Ask::Withdraw { application } => {
            counterfoil_platform::call(&WithdrawApplication { application: asset::Number(*application) })
        }
        Ask::Issue { seller, total, rate, by, reference } => clear(&invoice(*seller, *total, *rate, by, *reference)),
        Ask::Question { invoice } => counterfoil_platform::call(&Question {
            invoice: invoice.map_or("none", |at| ids[at].as_str()).to_owned(),
            rule: "price".to_owned(),
            reason: "too low".to_owned(),
        }),
        Ask::Answer { question } => {
            let answer = "it is not".to_owned();
            counterfoil_platform::call(&AnswerQuestion { question: asset::Number(*question), answer })
        }
        Ask::Close { question, upheld } => {
            counterfoil_platform::call(&CloseQuestion { question: asset::Number(*question), upheld: *upheld })
        }
    }
}

/// One block; how many of its steps took effect.
fn block(ledger: &mut Ledger, model: &mut Model, ids: &mut Vec<String>, chance: &mut Chance) -> usize {
    ledger.wait_ms(chance.below(2 * DAY_MS as usize) as u64);
    let now_ms = ledger.time_ms() + 1_000;
    model.day = day_in_china(now_ms);
    let (known, height) = (model.clone(), ledger.height() as i64 + 1);
    let (mut transactions, mut expected) = (Vec::<Transaction>::new(), Vec::new());
    for _ in 0..BLOCK_STEPS {
        let ask = chance.ask(&known, now_ms);
        let signer = chance.signer(&ask, &known);
        let kid = format!("{signer}/dev");
        let call = match ledger.seal(&kid, &to_call(&ask, ids)) {
            Ok(call) => call,
            // The node finds what the ledger would: there is no such payment.
            Err(refusal) => {
                assert_eq!(Err(refusal.code.as_str()), model.clone().ask(signer, 0, &ask), "{ask:?}: {refusal}");
                continue;
            }
        };
        let number = height << 32 | (transactions.len() as i64) << 16 | 1;
        transactions.push(ledger.sign(&[&kid], &[call]));
        let mut next = model.clone();
        let answer = next.ask(signer, number, &ask);
        if answer.is_ok() {
            *model = next;
        }
        expected.push((answer, signer, ask));
    }
    let mut applied = 0;
    for (done, (answer, signer, ask)) in ledger.block(transactions).iter().zip(expected) {
        let found = match &done.receipt.outcome {
            Outcome::Applied { .. } => Ok(()),
            Outcome::Refused(refusal) => Err(refusal.code.as_str()),
        };
        assert_eq!(found, answer, "{ask:?} signed by {signer}: {:?}", done.receipt.outcome);
        applied += usize::from(found.is_ok());
        if found.is_ok() && matches!(ask, Ask::Issue { .. }) {
            ids.push(done.applied()["id"].as_str().unwrap().to_owned());
        }
    }
    applied
}

fn assert_same(ledger: &Ledger, model: &Model) {
    let text = |text: &str| Value::Text(text.to_owned());
    let payments = ledger.sql("SELECT id, left_minor FROM invoice_payment ORDER BY id");
    let expected = model.payments.iter().map(|(id, payment)| vec![text(id), Value::Integer(payment.left)]);
    assert_eq!(payments, expected.collect::<Vec<_>>());
    let applications = ledger.sql(
        "SELECT number, state, (SELECT count(*) FROM invoice_application_part WHERE application = number AND state = 'open')
         FROM invoice_application ORDER BY number",
    );
    let expected = model.applications.iter().map(|(number, one)| {
        let open = one.parts.iter().filter(|(_, open)| *open).count() as i64;
        vec![Value::Integer(*number), text(one.state), Value::Integer(open)]
    });
    assert_eq!(applications, expected.collect::<Vec<_>>());
    let months = ledger.sql("SELECT seller, month, invoices, issued_minor FROM invoice_month ORDER BY seller, month");
    let mut expected: Vec<_> = model
        .months
        .iter()
        .map(|((seller, month), (count, amount))| {
            vec![text(SELLERS[*seller].0), text(month), Value::Integer(*count), Value::Integer(*amount)]
        })
        .collect();
    expected.sort_by_key(|row| format!("{row:?}"));
    assert_eq!(months, expected);
    let questions = ledger.sql("SELECT number, state FROM invoice_question ORDER BY number");
    let expected = model.questions.iter().map(|(number, (_, state))| vec![Value::Integer(*number), text(state)]);
    assert_eq!(questions, expected.collect::<Vec<_>>());
}

/// Steps on a ledger of its own; how many took effect.
fn run(seed: u64) -> usize {
    let (mut ledger, mut model, mut ids) = (ledger(), Model::new(), Vec::new());
    let mut chance = Chance(StdRng::seed_from_u64(seed));
    (0..STEPS / BLOCK_STEPS)
        .map(|_| {
            let applied = block(&mut ledger, &mut model, &mut ids, &mut chance);
            assert_same(&ledger, &model);
            applied
        })
        .sum()
}

#[test]
fn thousands_of_random_steps_do_what_the_model_says() {
    let applied: usize = std::thread::scope(|scope| {
        let half = |at| move || (at..LEDGERS).step_by(2).map(run).sum::<usize>();
        let runs = [scope.spawn(half(0)), scope.spawn(half(1))];
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    // Enough of both: what took effect and what was refused.
    let all = LEDGERS as usize * STEPS;
    assert!((all * 3 / 10..all * 8 / 10).contains(&applied), "{applied} of {all} steps took effect");
}

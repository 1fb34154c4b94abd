//! The rules of issuing in plain Rust, written a second time: what a ledger must answer, and what is then left of payments and quotas.

use std::collections::{BTreeMap, BTreeSet};

/// Sellers with their members.
pub const SELLERS: [(&str, &str); 3] =
    [("92440300MA5DL0010T", "shop-1"), ("92440300MA5DL0029P", "shop-2"), ("91440300MA5EN1680G", "supplier-1")];

/// The days on which a rule holds.
#[derive(Debug, Clone)]
pub struct Days {
    pub from: String,
    pub until: Option<String>,
}

/// What an invoice is paid by.
#[derive(Debug, Clone)]
pub enum By {
    Nothing,
    Payment(String),
    Part(i64, u8),
}

/// Something that a party asks for.
#[derive(Debug, Clone)]
pub enum Ask {
    Status { seller: usize, state: &'static str, days: Days },
    Rate { rate: i64, allowed: bool, days: Days },
    Quota { seller: usize, count: Option<i64>, amount: Option<i64>, days: Days },
    Unpaid { seller: Option<usize>, allowed: bool, days: Days },
    Pay { reference: u32, payee: usize, amount: i64 },
    Apply { payment: String, amounts: Vec<i64>, reference: u32 },
    Decline { application: i64 },
    Withdraw { application: i64 },
    Issue { seller: usize, total: i64, rate: i64, by: By, reference: u32 },
    Question { invoice: Option<usize> },
    Answer { question: i64 },
    Close { question: i64, upheld: bool },
}

/// Statements about one thing, in their order: the newest that covers a day decides.
#[derive(Debug, Clone, Default)]
struct Rule<T>(Vec<(Days, T)>);

impl<T: Clone> Rule<T> {
    fn on(&self, day: &str) -> Option<T> {
        let covers = |days: &Days| days.from.as_str() <= day && days.until.as_deref().is_none_or(|until| until >= day);
        self.0.iter().rev().find(|(days, _)| covers(days)).map(|(_, says)| says.clone())
    }
}

/// Invoices of a month and their totals at most.
type Quota = (Option<i64>, Option<i64>);

#[derive(Debug, Clone)]
pub struct Payment {
    pub payee: usize,
    pub left: i64,
}

#[derive(Debug, Clone)]
pub struct Application {
    pub payment: String,
    pub applicant: &'static str,
    pub state: &'static str,
    /// Amount and whether it is open.
    pub parts: Vec<(i64, bool)>,
}

/// What there is.
#[derive(Debug, Clone, Default)]
pub struct Model {
    status: BTreeMap<usize, Rule<&'static str>>,
    rates: BTreeMap<i64, Rule<bool>>,
    quotas: BTreeMap<usize, Rule<Quota>>,
    unpaid: BTreeMap<Option<usize>, Rule<bool>>,
    references: BTreeSet<(&'static str, u32)>,
    pub payments: BTreeMap<String, Payment>,
    pub applications: BTreeMap<i64, Application>,
    /// Seller and month: how many, and their totals.
    pub months: BTreeMap<(usize, String), (i64, i64)>,
    /// Sellers of the invoices in their order.
    pub invoices: Vec<usize>,
    /// The invoice and its state.
    pub questions: BTreeMap<i64, (usize, &'static str)>,
    pub day: String,
}

/// The code of a refusal.
pub type Answer = Result<(), &'static str>;

fn require(holds: bool, code: &'static str) -> Answer {
    if holds { Ok(()) } else { Err(code) }
}

impl Model {
    /// As at genesis, with all sellers active.
    pub fn new() -> Self {
        let ever = Days { from: "0001-01-01".to_owned(), until: None };
        let mut model = Self::default();
        for seller in 0..SELLERS.len() {
            model.status.entry(seller).or_default().0.push((ever.clone(), "active"));
        }
        for rate in [600, 1_300] {
            model.rates.entry(rate).or_default().0.push((ever.clone(), true));
        }
        model.unpaid.entry(None).or_default().0.push((ever, true));
        model
    }

    /// A transaction of one call; the number that its row gets, if it gets one.
    pub fn ask(&mut self, signer: &'static str, number: i64, ask: &Ask) -> Answer {
        match ask.clone() {
            Ask::Status { seller, state, days } => {
                require(signer == "tax-bureau", "member/11")?;
                self.status.entry(seller).or_default().0.push((days, state));
            }
            Ask::Rate { rate, allowed, days } => {
                require(signer == "tax-bureau", "member/11")?;
                self.rates.entry(rate).or_default().0.push((days, allowed));
            }
            Ask::Quota { seller, count, amount, days } => {
                require(signer == "tax-bureau", "member/11")?;
                self.quotas.entry(seller).or_default().0.push((days, (count, amount)));
            }
            Ask::Unpaid { seller, allowed, days } => {
                require(signer == "tax-bureau", "member/11")?;
                self.unpaid.entry(seller).or_default().0.push((days, allowed));
            }
            Ask::Pay { reference, payee, amount } => {
                require(signer == "cloud-provider" || signer == "accountant-1", "member/11")?;
                let id = format!("{signer}/wx-{reference}");
                require(!self.payments.contains_key(&id), "invoice/36")?;
                self.payments.insert(id, Payment { payee, left: amount });
            }
            Ask::Apply { payment, amounts, reference } => {
                return self.apply(signer, number, payment, &amounts, reference);
            }
            Ask::Decline { application } => {
                let found = self.applications.get(&application).ok_or("invoice/40")?;
                let payee = self.payments[&found.payment].payee;
                require(signer == SELLERS[payee].1, "member/12")?;
                return self.end(application, "declined");
            }
            Ask::Withdraw { application } => {
                let found = self.applications.get(&application).ok_or("invoice/40")?;
                require(signer == found.applicant, "member/12")?;
                return self.end(application, "withdrawn");
            }
            Ask::Issue { seller, total, rate, by, reference } => {
                return self.issue(signer, seller, total, rate, &by, reference);
            }
            Ask::Question { invoice } => {
                require(signer == "tax-bureau" || signer == "accountant-1", "member/11")?;
                self.questions.insert(number, (invoice.ok_or("invoice/50")?, "open"));
            }
            Ask::Answer { question } => {
                let (invoice, state) = self.questions.get_mut(&question).ok_or("invoice/46")?;
                require(signer == SELLERS[self.invoices[*invoice]].1, "member/12")?;
                require(*state == "open", "invoice/47")?;
                *state = "answered";
            }
            Ask::Close { question, upheld } => {
                require(signer == "tax-bureau" || signer == "accountant-1", "member/11")?;
                let (_, state) = self.questions.get_mut(&question).ok_or("invoice/46")?;
                require(*state == "open" || *state == "answered", "invoice/47")?;
                *state = if upheld { "upheld" } else { "dropped" };
            }
        }
        Ok(())
    }

    fn apply(&mut self, signer: &'static str, number: i64, payment: String, amounts: &[i64], reference: u32) -> Answer {
        let found = self.payments.get_mut(&payment).ok_or("invoice/37")?;
        let provider = payment.split('/').next();
        require(signer == "person-1" || Some(signer) == provider || signer == SELLERS[found.payee].1, "invoice/42")?;
        let sum = amounts.iter().sum::<i64>();
        require(sum <= found.left, "invoice/39")?;
        require(self.references.insert((signer, reference)), "invoice/48")?;
        found.left -= sum;
        let parts = amounts.iter().map(|amount| (*amount, true)).collect();
        self.applications.insert(number, Application { payment, applicant: signer, state: "open", parts });
        Ok(())
    }

    fn end(&mut self, application: i64, state: &'static str) -> Answer {
        let found = self.applications.get_mut(&application).unwrap();
        require(found.state == "open", "invoice/41")?;
        found.state = state;
        let back: i64 = found.parts.iter().filter(|(_, open)| *open).map(|(amount, _)| amount).sum();
        found.parts.iter_mut().for_each(|(_, open)| *open = false);
        self.payments.get_mut(&found.payment).unwrap().left += back;
        Ok(())
    }

    fn issue(&mut self, signer: &'static str, seller: usize, total: i64, rate: i64, by: &By, reference: u32) -> Answer {
        require(signer == SELLERS[seller].1, "invoice/5")?;
        let day = self.day.clone();
        require(self.status[&seller].on(&day) == Some("active"), "invoice/30")?;
        require(self.rates[&rate].on(&day) == Some(true), "invoice/10")?;
        match by {
            By::Nothing => {
                let own = self.unpaid.get(&Some(seller)).and_then(|rule| rule.on(&day));
                require(own.or_else(|| self.unpaid[&None].on(&day)) == Some(true), "invoice/34")?;
            }
            By::Payment(id) => {
                let payment = self.payments.get(id).ok_or("invoice/37")?;
                require(payment.payee == seller, "invoice/38")?;
                require(total <= payment.left, "invoice/39")?;
            }
            By::Part(application, part) => {
                let application = self.applications.get(application).ok_or("invoice/40")?;
                let (amount, open) = application.parts.get(usize::from(*part) - 1).ok_or("invoice/40")?;
                require(*open, "invoice/41")?;
                require(self.payments[&application.payment].payee == seller, "invoice/38")?;
                require(total <= *amount, "invoice/39")?;
            }
        }
        let month = (seller, day[..7].to_owned());
        let (count, amount) = self.months.get(&month).copied().unwrap_or_default();
        if let Some((count_max, amount_max)) = self.quotas.get(&seller).and_then(|rule| rule.on(&day)) {
            require(count_max.is_none_or(|max| count < max), "invoice/32")?;
            require(amount_max.is_none_or(|max| amount + total <= max), "invoice/32")?;
        }
        require(self.references.insert((signer, reference)), "invoice/48")?;
        self.months.insert(month, (count + 1, amount + total));
        self.invoices.push(seller);
        match by {
            By::Nothing => {}
            By::Payment(id) => self.payments.get_mut(id).unwrap().left -= total,
            By::Part(application, part) => {
                let application = self.applications.get_mut(application).unwrap();
                let (amount, open) = &mut application.parts[usize::from(*part) - 1];
                *open = false;
                self.payments.get_mut(&application.payment).unwrap().left += *amount - total;
                if application.parts.iter().all(|(_, open)| !open) {
                    application.state = "issued";
                }
            }
        }
        Ok(())
    }
}

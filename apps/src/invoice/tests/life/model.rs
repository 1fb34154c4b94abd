//! The rules of an invoice's life in plain Rust, written a second time: what a ledger must answer, and what then stands.

use super::tax;
use std::collections::{BTreeMap, BTreeSet};

/// Hours that the other side has to confirm a form, and that the seller has to issue its red letter.
const ANSWER_HOURS: i64 = 72;
const ISSUE_HOURS: i64 = 30 * 24;
const HOUR_MS: i64 = 3_600_000;

/// Something that a party asks for. Invoices and forms are places in the model's lists.
#[derive(Debug, Clone)]
pub enum Ask {
    Issue {
        seller: &'static str,
        member: Option<&'static str>,
        claimable: bool,
        paper: Paper,
        items: Vec<(i64, i64)>,
        /// Under EN 16931 the seller numbers.
        number: u32,
    },
    Claim {
        invoice: usize,
        signed_for: &'static str,
    },
    PassOn {
        invoice: usize,
        to: &'static str,
    },
    TakeBack {
        invoice: usize,
        from: &'static str,
    },
    Return {
        invoice: usize,
        organisation: &'static str,
    },
    Lock {
        organisation: &'static str,
        invoices: Vec<usize>,
    },
    Unlock {
        organisation: &'static str,
        invoices: Vec<usize>,
    },
    Close {
        organisation: &'static str,
        invoices: Vec<usize>,
    },
    Book {
        organisation: &'static str,
        invoices: Vec<usize>,
        deductible: bool,
        month: i64,
    },
    Revoke {
        organisation: &'static str,
        invoices: Vec<usize>,
    },
    RequestRed {
        invoice: usize,
        reason: u8,
        parts: Option<Vec<Part>>,
    },
    Confirm {
        form: usize,
    },
    Refuse {
        form: usize,
    },
    Withdraw {
        form: usize,
    },
    IssueRed {
        form: usize,
    },
}

/// What is issued: an invoice of either kind under Chinese VAT, or a document of EN 16931.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    Ordinary,
    Special,
    Invoice,
    CreditNote,
    /// An invoice whose amounts are below zero.
    BelowZero,
}

impl Paper {
    pub fn is_european(self) -> bool {
        matches!(self, Self::Invoice | Self::CreditNote | Self::BelowZero)
    }

    /// Its kind on the ledger.
    pub fn kind(self) -> Option<&'static str> {
        match self {
            Self::Ordinary => Some("ordinary"),
            Self::Special => Some("special"),
            _ => None,
        }
    }
}

/// What a form asks for at a rate; hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub rate: i64,
    pub net: i64,
    pub tax: i64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    pub net: i64,
    pub tax: i64,
    pub reserved: (i64, i64),
    pub reversed: (i64, i64),
}

#[derive(Debug, Clone)]
pub struct Invoice {
    /// Empty until its block is done.
    pub id: String,
    pub seller: &'static str,
    pub month: i64,
    pub claimable: bool,
    pub is_red: bool,
    pub paper: Paper,
    pub rates: BTreeMap<i64, Rate>,
    pub holder: Option<&'static str>,
    pub passed: BTreeSet<&'static str>,
    /// Who has locked or closed it, and which of the two.
    pub reimbursed: Option<(&'static str, &'static str)>,
    /// Who has booked it, how, and in which month.
    pub booked: Option<(&'static str, &'static str, i64)>,
}

#[derive(Debug, Clone)]
pub struct Form {
    /// Empty until its block is done.
    pub id: String,
    pub invoice: usize,
    pub by_seller: bool,
    pub buyer: Option<&'static str>,
    pub state: &'static str,
    pub until_ms: i64,
    pub parts: Vec<Part>,
}

/// What there is.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub invoices: Vec<Invoice>,
    pub forms: Vec<Form>,
    pub signers: Vec<&'static str>,
    pub time_ms: i64,
    /// Months since year 0, in China and in UTC.
    pub month: i64,
    pub month_utc: i64,
}

/// The code of a refusal.
type Answer<T = ()> = Result<T, &'static str>;

pub fn is_person(member: &str) -> bool {
    matches!(member, "alice" | "bob")
}

fn require(holds: bool, code: &'static str) -> Answer {
    if holds { Ok(()) } else { Err(code) }
}

impl Rate {
    pub fn left(&self) -> (i64, i64) {
        (self.net - self.reserved.0 - self.reversed.0, self.tax - self.reserved.1 - self.reversed.1)
    }

    /// How far a tax is from the rate, in 1/10,000 of a hundredth.
    fn off((net, tax): (i64, i64), rate: i64) -> i64 {
        (tax * 10_000 - net * rate).abs()
    }
}

impl Invoice {
    /// The organisation that uses it.
    pub fn user(&self) -> Option<&'static str> {
        let booked = self.booked.filter(|(_, how, _)| *how != "revoked").map(|(who, _, _)| who);
        self.reimbursed.map(|(who, _)| who).or(booked)
    }

    pub fn state(&self) -> &'static str {
        let reversed: i64 = self.rates.values().map(|rate| rate.reversed.0 + rate.reversed.1).sum();
        let all: i64 = self.rates.values().map(|rate| rate.net + rate.tax).sum();
        match reversed {
            0 => "issued",
            some if some == all => "reversed",
            _ => "partly_reversed",
        }
    }

    fn accessible(&self, organisation: &str) -> bool {
        self.holder == Some(organisation) || self.passed.contains(organisation)
    }
}

impl Form {
    pub fn is_open(&self) -> bool {
        matches!(self.state, "no_confirmation_needed" | "awaiting_buyer" | "awaiting_seller" | "confirmed")
    }

    pub fn is_awaiting(&self) -> bool {
        self.state.starts_with("awaiting")
    }
}

impl Ask {
    /// What can be refused without looking at anything else.
    fn check(&self) -> Answer {
        match self {
            Self::Lock { invoices, .. }
            | Self::Unlock { invoices, .. }
            | Self::Close { invoices, .. }
            | Self::Book { invoices, .. }
            | Self::Revoke { invoices, .. } => {
                require(!invoices.is_empty(), "invoice/66")?;
                require(invoices.iter().collect::<BTreeSet<_>>().len() == invoices.len(), "invoice/67")
            }
            Self::RequestRed { parts: Some(parts), .. } => {
                let rates: BTreeSet<_> = parts.iter().map(|part| part.rate).collect();
                let good = parts.iter().all(|part| part.net > 0 && part.tax >= 0);
                require(!parts.is_empty() && good && rates.len() == parts.len(), "invoice/73")
            }
            _ => Ok(()),
        }
    }
}

impl Model {
    /// The beginning of a block: forms whose time is over lapse.
    pub fn begin_block(&mut self, time_ms: i64, month: i64, month_utc: i64) {
        (self.time_ms, self.month, self.month_utc) = (time_ms, month, month_utc);
        let due: Vec<_> = (0..self.forms.len())
            .filter(|at| self.forms[*at].is_open() && self.forms[*at].until_ms <= time_ms)
            .collect();
        assert!(due.len() <= 200, "a block ends no more");
        due.into_iter().for_each(|form| self.settle(form, "lapsed"));
    }

    /// A transaction: all of it or nothing.
    pub fn transaction(&mut self, signers: &[&'static str], asks: &[Ask]) -> Answer {
        asks.iter().try_for_each(Ask::check)?;
        self.signers = signers.to_vec();
        // Each command writes only when nothing can refuse it any more.
        if let [ask] = asks {
            return self.ask(ask);
        }
        let mut next = self.clone();
        asks.iter().try_for_each(|ask| next.ask(ask))?;
        *self = next;
        Ok(())
    }

    fn ask(&mut self, ask: &Ask) -> Answer {
        match ask {
            Ask::Issue { seller, member, claimable, paper, items, .. } => {
                self.issue(seller, *member, (*claimable, *paper), items)
            }
            Ask::Claim { invoice, signed_for } => self.claim(*invoice, signed_for),
            Ask::PassOn { invoice, to } => self.pass_on(*invoice, to),
            Ask::TakeBack { invoice, from } => {
                self.holder(*invoice)?;
                self.end_pass(*invoice, from)
            }
            Ask::Return { invoice, organisation } => {
                self.signed(organisation, "member/12")?;
                self.find(*invoice)?;
                self.end_pass(*invoice, organisation)
            }
            Ask::Lock { organisation, invoices } => self.lock(organisation, invoices),
            Ask::Unlock { organisation, invoices } => {
                self.signed(organisation, "member/12")?;
                invoices.iter().try_for_each(|at| self.locked(*at, organisation).map(|_| ()))?;
                invoices.iter().for_each(|at| self.invoices[*at].reimbursed = None);
                Ok(())
            }
            Ask::Close { organisation, invoices } => {
                self.user(organisation)?;
                invoices.iter().try_for_each(|at| self.locked(*at, organisation).and_then(|()| self.whole(*at)))?;
                invoices.iter().for_each(|at| self.invoices[*at].reimbursed = Some((organisation, "closed")));
                Ok(())
            }
            Ask::Book { organisation, invoices, deductible, month } => {
                self.book(organisation, invoices, if *deductible { "deductible" } else { "not_deductible" }, *month)
            }
            Ask::Revoke { organisation, invoices } => self.revoke(organisation, invoices),
            Ask::RequestRed { invoice, reason, parts } => self.request(*invoice, *reason, parts.as_deref()),
            Ask::Confirm { form } => {
                self.awaited(*form)?;
                let form = &mut self.forms[*form];
                (form.state, form.until_ms) = ("confirmed", self.time_ms + ISSUE_HOURS * HOUR_MS);
                Ok(())
            }
            Ask::Refuse { form } => {
                self.awaited(*form)?;
                let by_seller = self.forms[*form].by_seller;
                self.settle(*form, if by_seller { "refused_by_buyer" } else { "refused_by_seller" });
                Ok(())
            }
            Ask::Withdraw { form } => {
                let found = self.forms.get(*form).ok_or("invoice/75")?;
                self.party(*form, found.by_seller)?;
                require(found.is_open(), "invoice/76")?;
                self.settle(*form, "withdrawn");
                Ok(())
            }
            Ask::IssueRed { form } => self.issue_red(*form),
        }
    }

    fn signed(&self, member: &str, code: &'static str) -> Answer {
        require(self.signers.contains(&member), code)
    }

    fn find(&self, invoice: usize) -> Answer<&Invoice> {
        self.invoices.get(invoice).ok_or("invoice/50")
    }

    /// Whoever reimburses or books is an organisation and has signed.
    fn user(&self, organisation: &str) -> Answer {
        self.signed(organisation, "member/12")?;
        require(!is_person(organisation), "invoice/55")
    }

    fn holder(&self, invoice: usize) -> Answer {
        let holder = self.find(invoice)?.holder;
        require(holder.is_some_and(|holder| self.signers.contains(&holder)), "invoice/54")
    }

    /// Something is left of it, and nobody asks for a red letter.
    fn whole(&self, invoice: usize) -> Answer {
        require(self.invoices[invoice].state() != "reversed", "invoice/63")?;
        let open = self.forms.iter().any(|form| form.invoice == invoice && form.is_open());
        require(!open, "invoice/64")
    }

    fn issue(
        &mut self,
        seller: &'static str,
        member: Option<&'static str>,
        marks: (bool, Paper),
        items: &[(i64, i64)],
    ) -> Answer {
        self.signed(seller, "invoice/5")?;
        let mut rates = BTreeMap::<i64, Rate>::new();
        for (rate, net) in items {
            let entry = rates.entry(*rate).or_default();
            entry.net += net;
            entry.tax += tax(*net, *rate);
        }
        // There the tax of a rate is rounded once.
        if marks.1.is_european() {
            rates.iter_mut().for_each(|(rate, of)| of.tax = tax(of.net, *rate));
        }
        self.push(seller, rates, member, marks, false);
        Ok(())
    }

    fn push(
        &mut self,
        seller: &'static str,
        rates: BTreeMap<i64, Rate>,
        holder: Option<&'static str>,
        (claimable, paper): (bool, Paper),
        is_red: bool,
    ) {
        let month = if paper.is_european() { self.month_utc } else { self.month };
        let (id, passed) = (String::new(), BTreeSet::new());
        let (reimbursed, booked) = (None, None);
        let invoice =
            Invoice { id, seller, month, claimable, is_red, paper, rates, holder, passed, reimbursed, booked };
        self.invoices.push(invoice);
    }

    fn claim(&mut self, at: usize, signed_for: &str) -> Answer {
        let invoice = self.find(at)?;
        require(!invoice.is_red, "invoice/65")?;
        require(invoice.claimable, "invoice/51")?;
        require(invoice.holder.is_none(), "invoice/52")?;
        let member = self.signers[0];
        require(member == signed_for, "invoice/53")?;
        self.invoices[at].holder = Some(member);
        Ok(())
    }

    fn pass_on(&mut self, at: usize, to: &'static str) -> Answer {
        self.reimbursable(at)?;
        self.holder(at)?;
        let invoice = self.find(at)?;
        require(invoice.holder.is_some_and(is_person), "invoice/58")?;
        require(!is_person(to), "invoice/55")?;
        self.whole(at)?;
        require(invoice.user().is_none(), "invoice/60")?;
        require(!invoice.passed.contains(to), "invoice/56")?;
        self.invoices[at].passed.insert(to);
        Ok(())
    }

    fn end_pass(&mut self, at: usize, organisation: &str) -> Answer {
        require(self.invoices[at].passed.contains(organisation), "invoice/57")?;
        require(self.invoices[at].user() != Some(organisation), "invoice/60")?;
        self.invoices[at].passed.remove(organisation);
        Ok(())
    }

    /// It was paid for: what takes money back is not reimbursed.
    fn reimbursable(&self, at: usize) -> Answer {
        let invoice = self.find(at)?;
        require(!invoice.is_red, "invoice/65")?;
        require(!matches!(invoice.paper, Paper::CreditNote | Paper::BelowZero), "invoice/82")
    }

    fn lock(&mut self, organisation: &'static str, invoices: &[usize]) -> Answer {
        self.user(organisation)?;
        for at in invoices {
            self.reimbursable(*at)?;
            let invoice = self.find(*at)?;
            require(invoice.accessible(organisation), "invoice/57")?;
            require(invoice.reimbursed.is_none(), "invoice/60")?;
            require(invoice.user().is_none_or(|user| user == organisation), "invoice/60")?;
            self.whole(*at)?;
        }
        invoices.iter().for_each(|at| self.invoices[*at].reimbursed = Some((organisation, "locked")));
        Ok(())
    }

    fn locked(&self, at: usize, organisation: &str) -> Answer {
        match self.find(at)?.reimbursed {
            Some((who, "locked")) if who == organisation => Ok(()),
            Some((who, _)) if who == organisation => Err("invoice/62"),
            _ => Err("invoice/61"),
        }
    }

    /// A period is open in its month and the next, and an invoice has none before its own month.
    fn open_period(&self, at: usize, month: i64) -> Answer {
        let invoice = &self.invoices[at];
        let now = if invoice.paper.is_european() { self.month_utc } else { self.month };
        require((month == now || month == now - 1) && month >= invoice.month, "invoice/70")
    }

    fn book(&mut self, organisation: &'static str, invoices: &[usize], how: &'static str, month: i64) -> Answer {
        self.user(organisation)?;
        for at in invoices {
            let invoice = self.find(*at)?;
            require(!invoice.is_red, "invoice/65")?;
            require(invoice.accessible(organisation), "invoice/57")?;
            require(invoice.user().is_none_or(|user| user == organisation), "invoice/60")?;
            require(invoice.booked.is_none_or(|(_, how, _)| how == "revoked"), "invoice/68")?;
            self.whole(*at)?;
            require(invoice.paper != Paper::Ordinary || how != "deductible", "invoice/81")?;
            self.open_period(*at, month)?;
        }
        invoices.iter().for_each(|at| self.invoices[*at].booked = Some((organisation, how, month)));
        Ok(())
    }

    fn revoke(&mut self, organisation: &'static str, invoices: &[usize]) -> Answer {
        self.signed(organisation, "member/12")?;
        for at in invoices {
            match self.find(*at)?.booked {
                Some((who, how, month)) if who == organisation && how != "revoked" => self.open_period(*at, month)?,
                _ => return Err("invoice/69"),
            }
        }
        for at in invoices {
            let booked = self.invoices[*at].booked.as_mut().unwrap();
            booked.1 = "revoked";
        }
        Ok(())
    }

    fn request(&mut self, at: usize, reason: u8, asked: Option<&[Part]>) -> Answer {
        let invoice = self.find(at)?;
        let by_seller = self.signers.contains(&invoice.seller);
        let is_buyer = |member: &&'static str| match invoice.user() {
            Some(user) => user == *member,
            None => invoice.accessible(member),
        };
        let buyer = match by_seller {
            true => invoice.user().or(invoice.holder),
            false => Some(*self.signers.iter().find(|member| is_buyer(member)).ok_or("invoice/72")?),
        };
        require(!invoice.paper.is_european(), "invoice/71")?;
        require(!invoice.is_red, "invoice/65")?;
        require(invoice.state() != "reversed", "invoice/63")?;
        let parts = match asked {
            Some(asked) => {
                asked.iter().try_for_each(|part| Self::part(invoice, *part))?;
                asked.to_vec()
            }
            None => {
                let left = invoice.rates.iter().map(|(rate, of)| (*rate, of.left()));
                left.filter(|(_, left)| left.0 > 0).map(|(rate, (net, tax))| Part { rate, net, tax }).collect()
            }
        };
        require(!parts.is_empty(), "invoice/74")?;
        if reason == 1 {
            let all = |rate: &Rate| rate.net + rate.tax - rate.reversed.0 - rate.reversed.1;
            let standing: i64 = invoice.rates.values().map(all).sum();
            require(parts.iter().map(|part| part.net + part.tax).sum::<i64>() == standing, "invoice/73")?;
        }
        let (state, hours) = match (by_seller, invoice.user()) {
            (true, None) => ("no_confirmation_needed", ISSUE_HOURS),
            (true, Some(_)) => ("awaiting_buyer", ANSWER_HOURS),
            (false, _) => ("awaiting_seller", ANSWER_HOURS),
        };
        for part in &parts {
            let rate = self.invoices[at].rates.get_mut(&part.rate).unwrap();
            rate.reserved.0 += part.net;
            rate.reserved.1 += part.tax;
        }
        let (id, until_ms) = (String::new(), self.time_ms + hours * HOUR_MS);
        self.forms.push(Form { id, invoice: at, by_seller, buyer, state, until_ms, parts });
        Ok(())
    }

    fn part(invoice: &Invoice, part: Part) -> Answer {
        let rate = invoice.rates.get(&part.rate).ok_or("invoice/73")?;
        let (net, tax) = rate.left();
        require(part.net <= net && part.tax <= tax, "invoice/74")?;
        if part.net == net {
            return require(part.tax == tax, "invoice/73");
        }
        let most = 1_270_000 + Rate::off((rate.net, rate.tax), part.rate);
        let taken = Rate::off((part.net, part.tax), part.rate);
        let stays = Rate::off((net - part.net, tax - part.tax), part.rate);
        require(taken <= most && stays <= most, "invoice/73")
    }

    fn party(&self, form: usize, seller: bool) -> Answer {
        let form = &self.forms[form];
        let member = if seller { Some(self.invoices[form.invoice].seller) } else { form.buyer };
        require(member.is_some_and(|member| self.signers.contains(&member)), "invoice/78")
    }

    fn awaited(&self, form: usize) -> Answer {
        let found = self.forms.get(form).ok_or("invoice/75")?;
        self.party(form, !found.by_seller)?;
        require(found.is_awaiting(), "invoice/76")
    }

    fn issue_red(&mut self, form: usize) -> Answer {
        let found = self.forms.get(form).ok_or("invoice/75")?;
        let seller = self.invoices[found.invoice].seller;
        self.signed(seller, "invoice/5")?;
        require(matches!(found.state, "no_confirmation_needed" | "confirmed"), "invoice/76")?;
        let (invoice, parts) = (found.invoice, found.parts.clone());
        let paper = self.invoices[invoice].paper;
        self.settle(form, "issued");
        let mut rates = BTreeMap::new();
        for Part { rate, net, tax } in parts {
            let blue = self.invoices[invoice].rates.get_mut(&rate).unwrap();
            blue.reversed.0 += net;
            blue.reversed.1 += tax;
            rates.insert(rate, Rate { net: -net, tax: -tax, ..Rate::default() });
        }
        self.push(seller, rates, None, (false, paper), true);
        Ok(())
    }

    /// Ends a form: what it has reserved is free.
    fn settle(&mut self, form: usize, state: &'static str) {
        let form = &mut self.forms[form];
        form.state = state;
        for part in &form.parts {
            let rate = self.invoices[form.invoice].rates.get_mut(&part.rate).unwrap();
            rate.reserved.0 -= part.net;
            rate.reserved.1 -= part.tax;
        }
    }
}

use super::{ANSWER_MS, ISSUE_MS, Part, Rate};
use crate::invoice::{Refused, commands, history, holder, standing::Standing};
use counterfoil_platform::types::Refusal;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a red letter is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Reason {
    /// `01`: the invoice was issued wrongly (开票有误).
    #[serde(rename = "01")]
    WrongIssue,
    /// `02`: goods were returned (销货退回).
    #[serde(rename = "02")]
    GoodsReturned,
    /// `03`: the service ended (服务中止).
    #[serde(rename = "03")]
    ServiceEnded,
    /// `04`: an allowance was given (销售折让).
    #[serde(rename = "04")]
    Allowance,
}

/// A side of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The seller.
    Seller,
    /// The buyer: the organisation that uses the invoice, else its holder.
    Buyer,
}

/// Where the form of a red letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormState {
    /// The seller asked, and the buyer has not used the invoice: the red letter can be issued.
    NoConfirmationNeeded,
    /// The buyer has 72 hours to confirm.
    AwaitingBuyer,
    /// The seller has 72 hours to confirm.
    AwaitingSeller,
    /// The red letter can be issued.
    Confirmed,
    /// The buyer said no.
    RefusedByBuyer,
    /// The seller said no.
    RefusedBySeller,
    /// Its time was over.
    Lapsed,
    /// Who had asked took it back.
    Withdrawn,
    /// The red letter is issued.
    Issued,
}

impl Reason {
    /// Its code, as in tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongIssue => "01",
            Self::GoodsReturned => "02",
            Self::ServiceEnded => "03",
            Self::Allowance => "04",
        }
    }
}

impl Party {
    /// Its name in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seller => "seller",
            Self::Buyer => "buyer",
        }
    }
}

impl FormState {
    const ALL: [Self; 9] = [
        Self::NoConfirmationNeeded,
        Self::AwaitingBuyer,
        Self::AwaitingSeller,
        Self::Confirmed,
        Self::RefusedByBuyer,
        Self::RefusedBySeller,
        Self::Lapsed,
        Self::Withdrawn,
        Self::Issued,
    ];

    /// The states of a form that has not ended.
    pub const OPEN: &[Self] = &[Self::NoConfirmationNeeded, Self::AwaitingBuyer, Self::AwaitingSeller, Self::Confirmed];

    /// Its name in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoConfirmationNeeded => "no_confirmation_needed",
            Self::AwaitingBuyer => "awaiting_buyer",
            Self::AwaitingSeller => "awaiting_seller",
            Self::Confirmed => "confirmed",
            Self::RefusedByBuyer => "refused_by_buyer",
            Self::RefusedBySeller => "refused_by_seller",
            Self::Lapsed => "lapsed",
            Self::Withdrawn => "withdrawn",
            Self::Issued => "issued",
        }
    }

    /// How long a form may stand in this state, in milliseconds; `None` if it has ended.
    fn lasts_ms(self) -> Option<i64> {
        match self {
            Self::AwaitingBuyer | Self::AwaitingSeller => Some(ANSWER_MS),
            Self::NoConfirmationNeeded | Self::Confirmed => Some(ISSUE_MS),
            _ => None,
        }
    }
}

/// A form to be written.
pub(in crate::invoice) struct Request<'a> {
    pub invoice: &'a Standing,
    pub by: Party,
    /// The member that asks.
    pub member: &'a str,
    /// The member that signs for the buyer, if the ledger knows one.
    pub buyer: Option<&'a str>,
    pub reason: Reason,
    pub state: FormState,
    pub parts: &'a [Part],
}

impl Request<'_> {
    /// Writes it and reserves what it asks for; its id, and block time at which it lapses.
    pub(in crate::invoice) fn write(
        &self,
        ctx: &mut Context<'_>,
        rates: &mut [Rate],
    ) -> Result<(String, i64), Refusal> {
        let Self { invoice, by, member, buyer, reason, state, parts } = self;
        let (form, time_ms) = (commands::new_id(ctx), ctx.time_ms() as i64);
        let open_until_ms = time_ms + state.lasts_ms().unwrap_or_default();
        let sum = |of: fn(&Part) -> i64| parts.iter().map(of).sum::<i64>();
        let used = invoice.user().is_some();
        ctx.run(
            "INSERT INTO invoice_red (id, invoice, seller, seller_member, buyer, requested_by, reason, used, state, net_minor,
                tax_minor, requested_ms, open_until_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            (
                &form,
                &invoice.id,
                &invoice.seller,
                &invoice.seller_member,
                buyer,
                by.as_str(),
                reason.code(),
                used,
                state.as_str(),
                sum(|part| part.net),
                sum(|part| part.tax),
                time_ms,
                open_until_ms,
            ),
        )?;
        for (at, part) in parts.iter().enumerate() {
            ctx.run(
                "INSERT INTO invoice_red_tax (form, position, category, rate, net_minor, tax_minor)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (&form, at as i64 + 1, &part.category, part.rate, part.net, part.tax),
            )?;
            for rate in rates.iter_mut().filter(|rate| rate.is_of(part)) {
                rate.write(ctx, &invoice.id, (part.net, part.tax), (0, 0))?;
            }
        }
        history::write(ctx, &invoice.id, "red_requested", Some(member), None, Some(&form))?;
        Ok((form, open_until_ms))
    }
}

/// A form as it stands.
pub(in crate::invoice) struct Form {
    pub id: String,
    pub invoice: String,
    pub requested_by: Party,
    pub state: FormState,
    seller_member: String,
    buyer: Option<String>,
    open_until_ms: i64,
}

impl Form {
    /// Reads a form.
    pub(in crate::invoice) fn read(ctx: &Context<'_>, form: &str) -> Result<Self, Refused> {
        let found = ctx.query_opt(
            "SELECT id, invoice, seller_member, requested_by = 'seller', state, buyer, coalesce(open_until_ms, 0)
             FROM invoice_red WHERE id = ?1",
            [form],
            |row| {
                let (by_seller, state): (bool, String) = (row.get(3)?, row.get(4)?);
                let named = FormState::ALL.into_iter().find(|known| known.as_str() == state);
                Ok(Self {
                    id: row.get(0)?,
                    invoice: row.get(1)?,
                    seller_member: row.get(2)?,
                    requested_by: if by_seller { Party::Seller } else { Party::Buyer },
                    state: named.ok_or(rusqlite::Error::InvalidQuery)?,
                    buyer: row.get(5)?,
                    open_until_ms: row.get(6)?,
                })
            },
        )?;
        found.ok_or_else(|| Refused::NoForm { form: form.to_owned() })
    }

    /// The member that signs for a side.
    fn member(&self, party: Party) -> Option<&str> {
        match party {
            Party::Seller => Some(&self.seller_member),
            Party::Buyer => self.buyer.as_deref(),
        }
    }

    /// Refuses unless a side has signed; the member that did.
    pub(in crate::invoice) fn require_party(&self, ctx: &Context<'_>, party: Party) -> Result<String, Refused> {
        let member = self.member(party).filter(|member| holder::signed(ctx, member));
        let not = || Refused::NotYourForm { form: self.id.clone(), party: party.as_str() };
        member.map(str::to_owned).ok_or_else(not)
    }

    /// Refuses unless it is in one of these states and its time is not over, even if its turn to lapse has not come.
    pub(in crate::invoice) fn require_state(&self, ctx: &Context<'_>, states: &[FormState]) -> Result<(), Refused> {
        let (form, time_ms) = (self.id.clone(), ctx.time_ms() as i64);
        if !states.contains(&self.state) {
            let names: Vec<_> = states.iter().map(|state| state.as_str()).collect();
            return Err(Refused::FormState { form, state: self.state.as_str(), needed: names.join(" or ") });
        }
        if time_ms >= self.open_until_ms {
            return Err(Refused::FormLapsed { form, open_until_ms: self.open_until_ms, time_ms });
        }
        Ok(())
    }

    /// What it takes, by rate.
    pub(in crate::invoice) fn parts(&self, ctx: &Context<'_>) -> Result<Vec<Part>, Refusal> {
        ctx.query(
            "SELECT category, rate, net_minor, tax_minor FROM invoice_red_tax WHERE form = ?1 ORDER BY position",
            [&self.id],
            |row| Ok(Part { category: row.get(0)?, rate: row.get(1)?, net: row.get(2)?, tax: row.get(3)? }),
        )
    }

    /// Writes that it is confirmed: block time at which it lapses.
    pub(in crate::invoice) fn confirm(&self, ctx: &mut Context<'_>, member: &str) -> Result<i64, Refusal> {
        let open_until_ms = ctx.time_ms() as i64 + ISSUE_MS;
        let state = FormState::Confirmed.as_str();
        ctx.run(
            "UPDATE invoice_red SET state = ?2, open_until_ms = ?3 WHERE id = ?1",
            (&self.id, state, open_until_ms),
        )?;
        history::write(ctx, &self.invoice, "red_confirmed", Some(member), None, Some(&self.id))?;
        Ok(open_until_ms)
    }

    /// Ends it without a red letter: what it has reserved is free again. `member` is who ends it, if it is not time.
    pub(in crate::invoice) fn end(
        &self,
        ctx: &mut Context<'_>,
        state: FormState,
        member: Option<&str>,
    ) -> Result<(), Refusal> {
        self.settle(ctx, |_| (0, 0))?;
        let time_ms = ctx.time_ms() as i64;
        ctx.run(
            "UPDATE invoice_red SET state = ?2, open_until_ms = NULL, ended_ms = ?3 WHERE id = ?1",
            (&self.id, state.as_str(), time_ms),
        )?;
        let step = match state {
            FormState::Lapsed => "red_lapsed",
            FormState::Withdrawn => "red_withdrawn",
            _ => "red_refused",
        };
        history::write(ctx, &self.invoice, step, member, None, Some(&self.id))
    }

    /// Ends it with its red letter; the state of the blue invoice.
    pub(in crate::invoice) fn issue(
        &self,
        ctx: &mut Context<'_>,
        member: &str,
        red: &str,
    ) -> Result<&'static str, Refusal> {
        let rates = self.settle(ctx, |part| (part.net, part.tax))?;
        let (state, time_ms) = (FormState::Issued.as_str(), ctx.time_ms() as i64);
        ctx.run(
            "UPDATE invoice_red SET state = ?2, open_until_ms = NULL, ended_ms = ?3, red = ?4 WHERE id = ?1",
            (&self.id, state, time_ms, red),
        )?;
        history::write(ctx, &self.invoice, "red_issued", Some(member), None, Some(&self.id))?;
        Ok(Rate::state_of(&rates))
    }

    /// Frees what it has reserved, and takes back of the invoice what `reverse` says of each part; the rates after it.
    fn settle(&self, ctx: &mut Context<'_>, reverse: fn(&Part) -> (i64, i64)) -> Result<Vec<Rate>, Refusal> {
        let parts = self.parts(ctx)?;
        let mut rates = Rate::read(ctx, &self.invoice)?;
        for part in &parts {
            for rate in rates.iter_mut().filter(|rate| rate.is_of(part)) {
                rate.write(ctx, &self.invoice, (-part.net, -part.tax), reverse(part))?;
            }
        }
        Ok(rates)
    }
}

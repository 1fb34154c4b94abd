//! An invoice as it stands: who may use it, who does, and what a red letter has taken or would take of it.

use super::{Kind, Refused, Regime, holder};
use counterfoil_platform::types::Refusal;
use counterfoil_state::Context;
use rusqlite::Row;

/// Who may use an invoice.
pub(super) struct Holder {
    pub member: String,
    pub is_organisation: bool,
}

/// An organisation that uses an invoice, and how: `locked`, `closed`, `deductible`, `not_deductible` or `revoked`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Use {
    pub organisation: String,
    pub state: String,
}

/// An invoice as it stands.
pub(super) struct Standing {
    pub id: String,
    pub number: String,
    pub state: String,
    /// In Chinese VAT.
    pub kind: Option<Kind>,
    pub seller: String,
    /// The member whose keys sign for the seller.
    pub seller_member: String,
    pub issue_date: String,
    pub claim_key: Option<[u8; 32]>,
    pub holder: Option<Holder>,
    pub reimbursement: Option<Use>,
    pub booking: Option<Use>,
    /// Tax period of the booking.
    pub period: Option<String>,
    /// What red letters have left of its tax.
    pub tax_left: i64,
    regime: String,
    is_red: bool,
    /// Whether it takes money back: a credit note, or a total below zero.
    takes_back: bool,
    /// A form of a red letter that is open.
    open_form: Option<String>,
}

impl Standing {
    /// Reads an invoice; `field` names it.
    pub(super) fn read(ctx: &Context<'_>, field: &str, invoice: &str) -> Result<Self, Refused> {
        let found = ctx.query_opt(
            "SELECT i.id, i.number, i.regime, i.state, i.seller, t.member, i.issue_date, i.claim_key,
                i.tax_minor - coalesce((SELECT sum(v.reversed_tax_minor) FROM invoice_reversal v WHERE v.invoice = i.id), 0),
                EXISTS (SELECT 1 FROM invoice_red r WHERE r.red = i.id),
                (SELECT min(r.id) FROM invoice_red r WHERE r.invoice = i.id AND r.open_until_ms IS NOT NULL),
                h.member, m.kind = 'organisation', u.organisation, u.state, b.organisation, b.state, b.period, i.kind,
                i.sign < 0 OR i.total_minor < 0
             FROM invoice i JOIN invoice_taxpayer t ON t.id = i.seller
             LEFT JOIN invoice_holder h ON h.invoice = i.id
             LEFT JOIN member m ON m.id = h.member
             LEFT JOIN invoice_reimbursement u ON u.invoice = i.id
             LEFT JOIN invoice_booking b ON b.invoice = i.id
             WHERE i.id = ?1",
            [invoice],
            Self::from_row,
        )?;
        found.ok_or_else(|| Refused::NoInvoice { field: field.to_owned(), invoice: invoice.to_owned() })
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let used = |organisation: Option<String>, state: Option<String>| {
            organisation.zip(state).map(|(organisation, state)| Use { organisation, state })
        };
        let holder: Option<String> = row.get(11)?;
        let is_organisation = row.get::<_, Option<bool>>(12)?.unwrap_or_default();
        Ok(Self {
            id: row.get(0)?,
            number: row.get(1)?,
            regime: row.get(2)?,
            state: row.get(3)?,
            seller: row.get(4)?,
            seller_member: row.get(5)?,
            issue_date: row.get(6)?,
            claim_key: row.get(7)?,
            tax_left: row.get(8)?,
            is_red: row.get(9)?,
            open_form: row.get(10)?,
            holder: holder.map(|member| Holder { member, is_organisation }),
            reimbursement: used(row.get(13)?, row.get(14)?),
            booking: used(row.get(15)?, row.get(16)?),
            period: row.get(17)?,
            kind: row.get::<_, Option<String>>(18)?.as_deref().and_then(Kind::named),
            takes_back: row.get(19)?,
        })
    }

    /// Whether it follows Chinese VAT.
    pub(super) fn is_chinese(&self) -> bool {
        self.regime == Regime::CnVat.as_str()
    }

    /// How it is booked, unless it is not or no longer.
    pub(super) fn booked(&self) -> Option<&Use> {
        self.booking.as_ref().filter(|booking| booking.state != "revoked")
    }

    /// The organisation that has locked, closed or booked it: there is one at most.
    pub(super) fn user(&self) -> Option<&Use> {
        self.reimbursement.as_ref().or_else(|| self.booked())
    }

    /// Refuses a red letter.
    pub(super) fn require_blue(&self, field: &str) -> Result<(), Refused> {
        if self.is_red {
            return Err(Refused::IsRedLetter { field: field.to_owned(), invoice: self.id.clone() });
        }
        Ok(())
    }

    /// Refuses what nobody has paid for, so that there is nothing to be reimbursed: a red letter, a credit note, a total below zero. A
    /// credit note is held and booked all the same: that takes off input tax.
    pub(super) fn require_reimbursable(&self, field: &str) -> Result<(), Refused> {
        self.require_blue(field)?;
        if self.takes_back {
            return Err(Refused::TakesBack { field: field.to_owned(), invoice: self.id.clone() });
        }
        Ok(())
    }

    /// Refuses an invoice whose tax nobody deducts: an ordinary one.
    pub(super) fn require_deductible(&self, field: &str) -> Result<(), Refused> {
        if self.kind == Some(Kind::Ordinary) {
            return Err(Refused::NotDeductible { field: field.to_owned(), invoice: self.id.clone() });
        }
        Ok(())
    }

    /// Refuses an invoice of which nothing is left, or of which a red letter that is asked for would take something.
    pub(super) fn require_whole(&self, field: &str) -> Result<(), Refused> {
        let (field, invoice) = (field.to_owned(), self.id.clone());
        match &self.open_form {
            _ if self.state == "reversed" => Err(Refused::IsReversed { field, invoice }),
            Some(form) => Err(Refused::RedPending { field, invoice, form: form.clone() }),
            None => Ok(()),
        }
    }

    /// Refuses unless an organisation holds it or it was passed on to it.
    pub(super) fn require_access(&self, ctx: &Context<'_>, field: &str, organisation: &str) -> Result<(), Refused> {
        let holds = self.holder.as_ref().is_some_and(|holder| holder.member == organisation);
        if holds || holder::is_passed_to(ctx, &self.id, organisation)? {
            return Ok(());
        }
        let (field, organisation) = (field.to_owned(), organisation.to_owned());
        Err(Refused::NotPassedOn { field, invoice: self.id.clone(), organisation })
    }

    /// Refuses where another organisation uses it.
    pub(super) fn require_no_other_user(&self, field: &str, organisation: &str) -> Result<(), Refused> {
        match self.user() {
            Some(user) if user.organisation != organisation => Err(self.in_use(field, user)),
            Some(_) | None => Ok(()),
        }
    }

    /// The refusal of an invoice that is in use.
    pub(super) fn in_use(&self, field: &str, user: &Use) -> Refused {
        let Use { organisation, state } = user.clone();
        Refused::InUse { field: field.to_owned(), invoice: self.id.clone(), state, organisation }
    }

    /// Writes its state after a red letter.
    pub(super) fn set_state(&mut self, ctx: &mut Context<'_>, state: &str) -> Result<(), Refusal> {
        if self.state != state {
            ctx.run("UPDATE invoice SET state = ?2 WHERE id = ?1", (&self.id, state))?;
            state.clone_into(&mut self.state);
        }
        Ok(())
    }
}

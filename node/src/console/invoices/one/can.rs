use super::row::{Form, Invoice};
use crate::console::desk::Seat;

/// What a seat may do with an invoice: the ledger decides; what it would refuse in any case is not offered.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Can {
    /// Open what is sealed of it.
    pub open: bool,
    /// Lock it for reimbursement.
    pub lock: bool,
    /// Unlock it, close it.
    pub end_lock: bool,
    /// Book it.
    pub book: bool,
    /// Revoke its booking.
    pub revoke: bool,
    /// Give it back to the person who has passed it on.
    pub give_back: bool,
    /// Pass it on to an organisation.
    pub pass_on: bool,
    /// Take it back from the organisations that have it.
    pub take_back: bool,
    /// Ask for a red letter.
    pub ask_red: bool,
    /// Doubt it.
    pub question: bool,
    /// Answer questions.
    pub answer: bool,
    /// Close questions.
    pub close_question: bool,
    member: String,
}

impl Can {
    /// By what the invoice and the seat are.
    pub fn of(invoice: &Invoice, seat: &Seat) -> Self {
        let me = seat.kid.member();
        let person = seat.has("person");
        let examiner = seat.has("tax-authority") || seat.has("auditor");
        let blue = invoice.red_of.is_empty();
        let reimbursable = blue && !invoice.takes_back;
        let whole = invoice.state != "reversed";
        let pending = invoice.forms.iter().any(Form::is_open);
        let passed = invoice.passes.iter().any(|one| one.id == me);
        let holds = invoice.holder == me;
        let booked = ["deductible", "not_deductible"].contains(&invoice.booking.as_str());
        let user = if invoice.reimbursement.is_empty() { None } else { Some(invoice.reimbursed_by.as_str()) };
        let user = user.or(booked.then_some(invoice.booked_by.as_str()));
        let free = user.is_none_or(|user| user == me) && blue && whole && !pending;
        let has = !person && (holds || passed);
        let buyer = user.map_or(holds || passed, |user| user == me);
        Self {
            open: invoice.reader && !invoice.opened,
            lock: has && free && reimbursable && invoice.reimbursement.is_empty(),
            end_lock: invoice.reimbursement == "locked" && invoice.reimbursed_by == me,
            book: has && free && !booked,
            revoke: booked && invoice.booked_by == me,
            give_back: passed && user.is_none(),
            pass_on: holds && person && reimbursable && whole && !pending && user.is_none(),
            take_back: holds && person && user.is_none(),
            ask_red: (invoice.seller_member == me || buyer) && blue && whole && !pending && invoice.regime == "cn-vat",
            question: examiner,
            answer: invoice.seller_member == me,
            close_question: examiner,
            member: me.to_owned(),
        }
    }

    /// Whether there is anything for who uses the invoice.
    pub fn uses(&self) -> bool {
        self.lock || self.end_lock || self.book || self.revoke || self.give_back
    }

    fn side(&self, form: &Form) -> Option<&'static str> {
        if form.seller_member == self.member {
            return Some("seller");
        }
        (form.buyer.as_ref() == Some(&self.member)).then_some("buyer")
    }

    /// Whether the seat confirms or refuses a form.
    pub fn confirm(&self, form: &Form) -> bool {
        let side = self.side(form);
        (form.state == "awaiting_buyer" && side == Some("buyer"))
            || (form.state == "awaiting_seller" && side == Some("seller"))
    }

    /// Whether it withdraws it.
    pub fn withdraw(&self, form: &Form) -> bool {
        form.is_open() && self.side(form) == Some(form.requested_by.as_str())
    }

    /// Whether it issues the red letter.
    pub fn issue(&self, form: &Form) -> bool {
        ["no_confirmation_needed", "confirmed"].contains(&form.state.as_str()) && self.side(form) == Some("seller")
    }
}

impl Form {
    /// Whether it has not ended.
    pub fn is_open(&self) -> bool {
        self.open_until_ms.is_some()
    }
}

mod life;

pub use life::{
    Booked, BookingRevoked, Claimed, Closed, Locked, PassedOn, RedConfirmed, RedIssued, RedLapsed, RedRefused,
    RedRequested, RedWithdrawn, Returned, TakenBack, Unlocked,
};

use super::Kind;

counterfoil_platform::events! {
    /// A taxpayer was registered.
    "invoice.registered_taxpayer" RegisteredTaxpayer {
        /// The taxpayer.
        id: String,
        /// The member whose keys sign for it.
        member: String,
        /// `cn-vat` or `en16931`.
        regime: String,
    }
    /// The tax authority set a rule.
    "invoice.rule_set" RuleSet {
        /// The table that has it, such as `invoice_rate`.
        table: String,
        /// What it is about, such as `cn-vat standard 0.0600`.
        about: String,
        /// The first day on which it holds.
        from: String,
        /// The last one, if there is one.
        until: Option<String>,
    }
    /// An invoice was issued.
    "invoice.issued" Issued {
        /// The invoice.
        id: String,
        /// Its number.
        number: String,
        /// `cn-vat` or `en16931`.
        regime: String,
        /// In `cn-vat`: `ordinary` or `special`.
        kind: Option<Kind>,
        /// The seller's taxpayer id.
        seller: String,
        /// Currency.
        currency: String,
        /// Total with tax, a decimal.
        total: String,
    }
    /// A payment was registered, for which invoices can be issued.
    "invoice.registered_payment" RegisteredPayment {
        /// The payment.
        payment: String,
        /// The taxpayer that was paid.
        payee: String,
        /// Currency.
        currency: String,
        /// Amount, a decimal.
        amount: String,
    }
    /// Somebody asked for invoices on a payment.
    "invoice.applied" Applied {
        /// The application.
        application: String,
        /// The payment.
        payment: String,
        /// The seller's taxpayer id.
        seller: String,
        /// The member who asks.
        applicant: String,
        /// The sum of its parts, a decimal.
        amount: String,
        /// What is sealed of it.
        subject: String,
    }
    /// An application ended before all its invoices were issued.
    "invoice.ended_application" EndedApplication {
        /// The application.
        application: String,
        /// `declined` by the seller or `withdrawn` by the applicant.
        state: String,
    }
    /// Who can read an invoice doubts it.
    "invoice.questioned" Questioned {
        /// The question.
        question: String,
        /// The invoice.
        invoice: String,
        /// The seller's taxpayer id.
        seller: String,
        /// The rule that it seems to break.
        rule: String,
    }
    /// The seller answered a question.
    "invoice.answered_question" AnsweredQuestion {
        /// The question.
        question: String,
        /// The invoice.
        invoice: String,
    }
    /// A question was closed by those who may ask.
    "invoice.closed_question" ClosedQuestion {
        /// The question.
        question: String,
        /// The invoice.
        invoice: String,
        /// Whether the invoice was found to break the rule.
        upheld: bool,
    }
}

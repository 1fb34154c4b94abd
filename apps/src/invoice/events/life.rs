use crate::invoice::{FormState, standing::Standing};
use counterfoil_platform::Event as _;
use counterfoil_state::Context;

/// Events that say of which invoice something happened, and nothing of its buyer.
macro_rules! steps {
    ($($(#[doc = $doc:literal])+ $name:literal $event:ident)+) => {
        counterfoil_platform::events! {$(
            $(#[doc = $doc])+
            $name $event {
                /// The invoice.
                id: String,
                /// Its number.
                number: String,
                /// `issued`, `partly_reversed` or `reversed`.
                state: String,
                /// The seller's taxpayer id.
                seller: String,
            }
        )+}

        $(impl $event {
            pub(in crate::invoice) fn tell(ctx: &mut Context<'_>, invoice: &Standing) {
                let Standing { id, number, state, seller, .. } = invoice;
                let [id, number, state, seller] = [id, number, state, seller].map(Clone::clone);
                Self { id, number, state, seller }.emit(ctx);
            }
        })+
    };
}

/// Events of the form of a red letter.
macro_rules! forms {
    ($($(#[doc = $doc:literal])+ $name:literal $event:ident)+) => {
        counterfoil_platform::events! {$(
            $(#[doc = $doc])+
            $name $event {
                /// The blue invoice.
                id: String,
                /// Its number.
                number: String,
                /// `issued`, `partly_reversed` or `reversed`.
                state: String,
                /// The seller's taxpayer id.
                seller: String,
                /// The form.
                form: String,
                /// Where the form stands now.
                form_state: FormState,
                /// Block time at which the form lapses if nothing is done, milliseconds since 1970-01-01 UTC; none if it has ended.
                open_until_ms: Option<i64>,
            }
        )+}

        $(impl $event {
            pub(in crate::invoice) fn tell(
                ctx: &mut Context<'_>,
                invoice: &Standing,
                form: &str,
                form_state: FormState,
                open_until_ms: Option<i64>,
            ) {
                let Standing { id, number, state, seller, .. } = invoice;
                let [id, number, state, seller] = [id, number, state, seller].map(Clone::clone);
                let form = form.to_owned();
                Self { id, number, state, seller, form, form_state, open_until_ms }.emit(ctx);
            }
        })+
    };
}

steps! {
    /// The buyer claimed an invoice.
    "invoice.claimed" Claimed
    /// An invoice was passed on to an organisation for reimbursement.
    "invoice.passed_on" PassedOn
    /// Its holder took an invoice back from an organisation.
    "invoice.taken_back" TakenBack
    /// An organisation gave an invoice back to its holder.
    "invoice.returned" Returned
    /// An organisation took an invoice into its reimbursement.
    "invoice.locked" Locked
    /// An organisation let an invoice go out of its reimbursement.
    "invoice.unlocked" Unlocked
    /// An invoice is reimbursed for good.
    "invoice.closed" Closed
    /// An organisation booked an invoice.
    "invoice.booked" Booked
    /// An organisation revoked its booking of an invoice.
    "invoice.booking_revoked" BookingRevoked
}

forms! {
    /// A red letter was asked for.
    "invoice.red_requested" RedRequested
    /// The other side agreed to a red letter.
    "invoice.red_confirmed" RedConfirmed
    /// The other side refused a red letter.
    "invoice.red_refused" RedRefused
    /// Who had asked for a red letter took that back.
    "invoice.red_withdrawn" RedWithdrawn
    /// The time of the form of a red letter was over.
    "invoice.red_lapsed" RedLapsed
}

counterfoil_platform::events! {
    /// A red letter was issued: it took something of a blue invoice back.
    "invoice.red_issued" RedIssued {
        /// The blue invoice.
        id: String,
        /// Its number.
        number: String,
        /// `partly_reversed` or `reversed`.
        state: String,
        /// The seller's taxpayer id.
        seller: String,
        /// The form.
        form: String,
        /// The red letter.
        red: String,
        /// The red letter's number.
        red_number: String,
    }
}

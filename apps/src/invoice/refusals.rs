use super::{en16931::Finding, ubl};
use counterfoil_platform::asset::Number;

counterfoil_platform::refusals! {
    /// Why the invoice application says no. Codes are for life: never reuse a number.
    pub enum Refused in "invoice" {
        /// A Chinese taxpayer id has 18 characters of GB 32100 with both check characters right.
        #[refusal(1, Invalid, "{field}")]
        #[error("{id:?} is not a taxpayer id: {reason}")]
        TaxpayerId { field: String, id: String, reason: String },
        /// A taxpayer is registered once.
        #[refusal(2, Conflict, "/id")]
        #[error("taxpayer {id} is registered already")]
        TaxpayerKnown { id: String },
        /// The member exists.
        #[refusal(3, NotFound, "{field}")]
        #[error("there is no member {member:?}")]
        NoMember { field: String, member: String },
        /// The seller is a registered taxpayer of the regime.
        #[refusal(4, NotFound, "{field}")]
        #[error("no taxpayer of regime {regime} is registered as {ids}")]
        UnknownSeller { field: String, regime: &'static str, ids: String },
        /// An invoice is signed by a key of the member to whom its seller belongs.
        #[refusal(5, Forbidden, "{field}")]
        #[error("invoices of {seller} are issued by keys of {member}; signed by {signers}")]
        NotTheSeller { field: String, seller: String, member: String, signers: String },
        /// A text is neither empty nor too long and has no control characters.
        #[refusal(6, Invalid, "{field}")]
        #[error("{reason}")]
        Text { field: String, reason: String },
        /// An amount is positive, where the field does not allow zero, or not negative, where it does.
        #[refusal(7, Invalid, "{field}")]
        #[error("expected {expected}, found {found}")]
        Sign { field: String, expected: &'static str, found: String },
        /// An invoice follows the rules of its regime: expected and found tell the difference.
        #[refusal(8, Invalid, "{field}")]
        #[error("{rule}: {what}: expected {expected}, found {found}")]
        ChineseRule { rule: &'static str, field: String, what: &'static str, expected: String, found: String },
        /// An invoice follows the rules of EN 16931, named by their ids.
        #[refusal(9, Invalid, "{field}")]
        #[error("{rule}: expected {expected}, found {found}")]
        EuropeanRule { rule: String, field: String, expected: String, found: String },
        /// The tax authority allows the rate.
        #[refusal(10, Invalid, "{field}")]
        #[error("rate {rate} of category {category} is not allowed in regime {regime} on {day}")]
        Rate { field: String, regime: &'static str, category: String, rate: String, day: String },
        /// A number is used once by its seller.
        #[refusal(11, Conflict, "/number")]
        #[error("{seller} has issued an invoice with number {number} already")]
        NumberTaken { seller: String, number: String },
        /// A series holds fifteen digits.
        #[refusal(12, Conflict)]
        #[error("series {series} has no number left")]
        SeriesFull { series: String },
        /// An invoice has one line at least and not too many.
        #[refusal(13, Invalid, "/items")]
        #[error("{found} items, 1 to {most} are taken")]
        Items { found: usize, most: usize },
        /// An amount fits the ledger: hundredths in 64 bits, rates in ten-thousandths.
        #[refusal(14, Invalid, "{field}")]
        #[error("{found} does not fit: {reason}")]
        Range { field: String, found: String, reason: &'static str },
        /// An invoice of EN 16931 is given as a document or in the terms of the standard.
        #[refusal(15, Invalid, "/ubl")]
        #[error("expected either ubl or invoice, found {found}")]
        Source { found: String },
        /// A tax code of an item has 19 digits.
        #[refusal(16, Invalid, "{field}")]
        #[error("{found:?} is not 19 digits")]
        TaxCode { field: String, found: String },
        /// A region is two digits.
        #[refusal(17, Invalid, "/region")]
        #[error("{found:?} is not two digits")]
        Region { found: String },
        /// The document is UTF-8.
        #[refusal(20, Invalid)]
        #[error("{what}")]
        XmlEncoding { what: String },
        /// The document is well-formed XML 1.0 with namespaces.
        #[refusal(21, Invalid)]
        #[error("{what}")]
        XmlMalformed { what: String },
        /// The document has no document type and no entities but XML's own five.
        #[refusal(22, Invalid)]
        #[error("{what}")]
        XmlEntity { what: String },
        /// The document is neither too large, nor too deep, nor has too many elements.
        #[refusal(23, TooLarge)]
        #[error("{what}")]
        XmlLimit { what: String },
        /// The document is a UBL 2.1 Invoice or CreditNote.
        #[refusal(24, Invalid)]
        #[error("{what}")]
        XmlRoot { what: String },
        /// Elements stand only where UBL 2.1 has them.
        #[refusal(25, Invalid)]
        #[error("{what}")]
        XmlUnexpected { what: String },
        /// Elements stand no more often than UBL 2.1 allows.
        #[refusal(26, Invalid)]
        #[error("{what}")]
        XmlRepeated { what: String },
        /// Values have the form of their type.
        #[refusal(27, Invalid)]
        #[error("{what}")]
        XmlValue { what: String },
        /// What is sealed of an invoice has the fields by which its readers can make the whole again.
        #[refusal(28, Invalid, "/sealed/fields")]
        #[error("expected the fields {expected}")]
        SealedFields { expected: String },
        /// A rule holds on days of the calendar, in their order.
        #[refusal(29, Invalid, "{field}")]
        #[error("{reason}")]
        Days { field: String, reason: String },
        /// A taxpayer issues while it is active.
        #[refusal(30, Forbidden, "{field}")]
        #[error("{seller} is {state} on {day}, so it issues no invoice then")]
        NotActive { field: String, seller: String, state: String, day: String },
        /// The taxpayer is registered.
        #[refusal(31, NotFound, "{field}")]
        #[error("there is no taxpayer {id:?}")]
        UnknownTaxpayer { field: String, id: String },
        /// A taxpayer issues in a month what its quota allows.
        #[refusal(32, Conflict, "/total")]
        #[error("the quota of {seller} for {month} is {max} ({what}), of which {used} is used")]
        Quota { seller: String, month: String, what: &'static str, max: String, used: String },
        /// Numbers have regions and channels that the tax authority allows.
        #[refusal(33, Conflict, "{field}")]
        #[error("{kind} {code} is not allowed in numbers of {day}")]
        Numbering { field: String, kind: &'static str, code: String, day: String },
        /// An invoice is for a payment, unless the tax authority allows otherwise.
        #[refusal(34, Conflict, "/paid")]
        #[error("on {day} invoices of {seller} need a payment")]
        PaymentNeeded { seller: String, day: String },
        /// An item's code is one that the tax authority allows, at a rate that goes with it.
        #[refusal(35, Invalid, "{field}")]
        #[error("code {code} is {reason} on {day}, by the rule for codes that begin with {prefix:?}")]
        ItemCode { field: String, code: String, prefix: String, day: String, reason: String },
        /// A payment is registered once.
        #[refusal(36, Conflict)]
        #[error("payment {payment} is registered already")]
        PaymentKnown { payment: String },
        /// The payment is registered.
        #[refusal(37, NotFound, "{field}")]
        #[error("there is no payment {payment:?}")]
        NoPayment { field: String, payment: String },
        /// An invoice is for a payment to its seller in its currency.
        #[refusal(38, Conflict, "/paid")]
        #[error("payment {payment} is to {payee} in {currency}")]
        OtherPayment { payment: String, payee: String, currency: String },
        /// A payment is never invoiced beyond what is left of it.
        #[refusal(39, Conflict, "{field}")]
        #[error("payment {payment} has {left} left for it, {asked} asked")]
        BeyondPayment { field: String, payment: String, left: String, asked: String },
        /// The application, or the part of it, exists.
        #[refusal(40, NotFound)]
        #[error("there is no application {application}, or no such part of it")]
        NoApplication { application: Number },
        /// An application is invoiced or ended once.
        #[refusal(41, Conflict)]
        #[error("part {part} of application {application} is {state}; 0 stands for all of it")]
        ApplicationEnded { application: Number, part: i64, state: String },
        /// Who has to do with a payment applies for its invoices.
        #[refusal(42, Forbidden)]
        #[error("{signers} is neither payer nor seller nor provider of payment {payment}")]
        NotOfPayment { payment: String, signers: String },
        /// An application is for one to five invoices.
        #[refusal(43, Invalid, "/amounts")]
        #[error("{found} amounts, 1 to {most} are taken")]
        Parts { found: usize, most: usize },
        /// A transfer is a payment if by it somebody paid the taxpayer's member in a currency.
        #[refusal(44, Conflict, "/transfer")]
        #[error("transfer {transfer} is no payment: {reason}")]
        NotAPayment { transfer: Number, reason: String },
        /// An invoice that is printed is whole and right, and has room on the page.
        #[refusal(45, Conflict)]
        #[error("the invoice is not put out: {reason}")]
        Unprintable { reason: String },
        /// The question exists.
        #[refusal(46, NotFound, "/question")]
        #[error("there is no question {question}")]
        NoQuestion { question: Number },
        /// A question is answered once, and closed once.
        #[refusal(47, Conflict, "/question")]
        #[error("question {question} is {state}")]
        QuestionState { question: Number, state: String },
        /// A reference is used once by its member, for an invoice or an application.
        #[refusal(48, Conflict, "/reference")]
        #[error("{member} has used reference {reference} already")]
        ReferenceUsed { member: String, reference: String },
        /// An invoice has tax of one rate at least and not of too many.
        #[refusal(49, Invalid, "/taxes")]
        #[error("{found} categories and rates, 1 to {most} are taken")]
        Taxes { found: usize, most: usize },
        /// The invoice exists.
        #[refusal(50, NotFound, "{field}")]
        #[error("there is no invoice {invoice:?}")]
        NoInvoice { field: String, invoice: String },
        /// An invoice can be claimed if its seller has given it a claim key.
        #[refusal(51, Conflict, "/invoice")]
        #[error("invoice {invoice} has no claim key")]
        NotClaimable { invoice: String },
        /// An invoice has one holder, for good.
        #[refusal(52, Conflict, "/invoice")]
        #[error("invoice {invoice} has a holder already")]
        IsHeld { invoice: String },
        /// A claim is signed with the invoice's claim key, for this ledger and the member that claims.
        #[refusal(53, Forbidden, "/signature")]
        #[error("it is not the claim key's signature that {member} claims invoice {invoice} on this ledger")]
        ClaimSignature { invoice: String, member: String },
        /// An invoice is passed on and taken back by its holder.
        #[refusal(54, Forbidden, "{field}")]
        #[error("who signed does not hold invoice {invoice}")]
        NotTheHolder { field: String, invoice: String },
        /// Invoices are reimbursed and booked by active organisations.
        #[refusal(55, Invalid, "{field}")]
        #[error("{member:?} is not an active organisation")]
        NotAnOrganisation { field: String, member: String },
        /// An invoice is passed on to an organisation once.
        #[refusal(56, Conflict, "/to")]
        #[error("invoice {invoice} is passed on to {to} already")]
        IsPassedOn { invoice: String, to: String },
        /// An organisation has an invoice if it holds it or it was passed on to it.
        #[refusal(57, Forbidden, "{field}")]
        #[error("invoice {invoice} is not passed on to {organisation}")]
        NotPassedOn { field: String, invoice: String, organisation: String },
        /// An organisation reimburses the invoices that it holds itself.
        #[refusal(58, Conflict, "/invoice")]
        #[error("invoice {invoice} is held by the organisation {member}, which reimburses it itself")]
        ReimbursesItsOwn { invoice: String, member: String },
        /// An invoice is with a few organisations at a time.
        #[refusal(59, Conflict, "/to")]
        #[error("invoice {invoice} is passed on to {most} organisations already")]
        Recipients { invoice: String, most: i64 },
        /// One organisation uses an invoice: whoever locks or books it first.
        #[refusal(60, Conflict, "{field}")]
        #[error("invoice {invoice} is {state} by {organisation}")]
        InUse { field: String, invoice: String, state: String, organisation: String },
        /// Who has locked an invoice unlocks and closes it.
        #[refusal(61, Conflict, "{field}")]
        #[error("invoice {invoice} is not locked by {organisation}")]
        NotLocked { field: String, invoice: String, organisation: String },
        /// A closed invoice stays closed.
        #[refusal(62, Conflict, "{field}")]
        #[error("invoice {invoice} is closed: reimbursed for good")]
        IsClosed { field: String, invoice: String },
        /// An invoice that red letters have taken back is used no more.
        #[refusal(63, Conflict, "{field}")]
        #[error("invoice {invoice} is reversed")]
        IsReversed { field: String, invoice: String },
        /// While a red letter is asked for, an invoice is not passed on, locked, closed or booked.
        #[refusal(64, Conflict, "{field}")]
        #[error("a red letter of invoice {invoice} is asked for by form {form}")]
        RedPending { field: String, invoice: String, form: String },
        /// A red letter is not claimed, passed on, reimbursed or booked, and has no red letter itself.
        #[refusal(65, Conflict, "{field}")]
        #[error("{invoice} is a red letter")]
        IsRedLetter { field: String, invoice: String },
        /// A batch has one invoice at least and not too many.
        #[refusal(66, Invalid, "/invoices")]
        #[error("{found} invoices, 1 to {most} are taken at once")]
        Batch { found: usize, most: usize },
        /// A batch names each invoice once.
        #[refusal(67, Invalid, "{field}")]
        #[error("invoice {invoice:?} is named at {earlier} already")]
        Twice { field: String, invoice: String, earlier: usize },
        /// An invoice is booked once; another booking needs that one revoked.
        #[refusal(68, Conflict, "{field}")]
        #[error("invoice {invoice} is booked as {state} already")]
        IsBooked { field: String, invoice: String, state: String },
        /// Who has booked an invoice revokes that.
        #[refusal(69, Conflict, "{field}")]
        #[error("invoice {invoice} is not booked by {organisation}")]
        NotBooked { field: String, invoice: String, organisation: String },
        /// Invoices are booked, and bookings revoked, in a tax period that is open.
        #[refusal(70, Conflict, "{field}")]
        #[error("{period:?}: {reason}")]
        Period { field: String, period: String, reason: &'static str },
        /// Red letters are of Chinese VAT. A European invoice is corrected by a credit note that names it (BT-25).
        #[refusal(71, Conflict, "/invoice")]
        #[error("invoice {invoice} follows EN 16931, which has no red letters: its seller issues a credit note that names it (BT-25)")]
        NotRedLettered { invoice: String },
        /// A red letter is asked for by the seller or by the buyer: the organisation that uses the invoice, else its holder or one to whom
        /// it was passed on.
        #[refusal(72, Forbidden, "/invoice")]
        #[error("who signed is neither seller nor buyer of invoice {invoice}")]
        NotAParty { invoice: String },
        /// A red letter follows the rules RL: expected and found tell the difference.
        #[refusal(73, Invalid, "{field}")]
        #[error("{rule}: expected {expected}, found {found}")]
        RedRule { rule: &'static str, field: String, expected: String, found: String },
        /// Red letters never take more than is left of the blue invoice, by rate, net and tax (RL-4). What an open form asks for is not
        /// left.
        #[refusal(74, Conflict, "{field}")]
        #[error("RL-4: {left} of {what} is left to take back, {asked} asked")]
        BeyondBlue { field: String, what: String, left: String, asked: String },
        /// The form exists.
        #[refusal(75, NotFound, "/form")]
        #[error("there is no form {form:?} of a red letter")]
        NoForm { form: String },
        /// A form goes its way: it is answered while it is awaited, issued once it may be, and withdrawn while it is open.
        #[refusal(76, Conflict, "/form")]
        #[error("form {form} is {state}, not {needed}")]
        FormState { form: String, state: &'static str, needed: String },
        /// A form lapses at its time.
        #[refusal(77, Expired, "/form")]
        #[error("form {form} lapsed at {open_until_ms}; it is {time_ms}")]
        FormLapsed { form: String, open_until_ms: i64, time_ms: i64 },
        /// A form is answered by the side that is awaited, and withdrawn by the side that has asked.
        #[refusal(78, Forbidden, "/form")]
        #[error("form {form} needs the signature of its {party}")]
        NotYourForm { form: String, party: &'static str },
        /// A claim key is an Ed25519 public key.
        #[refusal(79, Invalid, "/claim_key")]
        #[error("{found} is not an Ed25519 public key")]
        ClaimKey { found: String },
        /// A special invoice is issued by who may, by its own rule or that of its scale.
        #[refusal(80, Forbidden, "/kind")]
        #[error("{seller} issues no special invoice on {day}, by its own rule or that of its scale")]
        NoSpecial { seller: String, day: String },
        /// Under Chinese VAT the tax of special invoices is deducted, not that of ordinary ones.
        #[refusal(81, Conflict, "{field}")]
        #[error("invoice {invoice} is an ordinary one, so its tax is not deducted")]
        NotDeductible { field: String, invoice: String },
        /// What takes money back is not reimbursed: a credit note, or a total below zero. It is booked, which takes off input tax.
        #[refusal(82, Conflict, "{field}")]
        #[error("invoice {invoice} takes money back, so nothing of it is reimbursed")]
        TakesBack { field: String, invoice: String },
        /// Who is named as the holder of an invoice can read it, if it has a reading key.
        #[refusal(83, Invalid, "{field}")]
        #[error("{member} has a reading key and is to hold the invoice, but what is sealed is not for it")]
        HolderCannotRead { field: String, member: String },
        /// An invoice on an application is of the kind that is asked for.
        #[refusal(84, Conflict, "/kind")]
        #[error("application {application} asks for an invoice of kind {asked}, this is of kind {found}")]
        OtherKind { application: Number, asked: String, found: &'static str },
    }
}

impl Refused {
    /// A broken rule of EN 16931 in the command's member `/invoice`.
    pub(super) fn finding(finding: Finding) -> Self {
        let Finding { rule, field, expected, found } = finding;
        Self::EuropeanRule { rule, field: format!("/invoice{field}"), expected, found }
    }
}

impl From<ubl::NotUbl> for Refused {
    fn from(error: ubl::NotUbl) -> Self {
        let what = error.to_string();
        match error.problem {
            ubl::Problem::Encoding => Self::XmlEncoding { what },
            ubl::Problem::Malformed => Self::XmlMalformed { what },
            ubl::Problem::Entity => Self::XmlEntity { what },
            ubl::Problem::Limit => Self::XmlLimit { what },
            ubl::Problem::Root => Self::XmlRoot { what },
            ubl::Problem::Unexpected => Self::XmlUnexpected { what },
            ubl::Problem::Repeated => Self::XmlRepeated { what },
            ubl::Problem::Value => Self::XmlValue { what },
        }
    }
}

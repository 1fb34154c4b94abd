//! Tax invoices: Chinese VAT and EN 16931. See `README.md`.

mod batch;
mod clear;
mod cn_vat;
mod commands;
mod events;
mod history;
mod holder;
mod kind;
mod payment;
mod period;
mod queries;
mod red;
mod refusals;
mod regime;
mod rendering;
mod rules;
mod samples;
mod sealing;
mod standing;
mod taxpayer;
mod text;
mod workload;

/// What a claim of an invoice signs.
pub mod claim;
/// Calendar dates.
pub mod date;
/// Exact decimals.
pub mod decimal;
/// The semantic model of EN 16931 and its rules.
pub mod en16931;
/// Invoices as XML, QR code and PDF.
pub mod output;
/// Chinese taxpayer ids and their check characters.
pub mod taxpayer_id;
/// UBL 2.1 Invoice.
pub mod ubl;

pub use batch::BATCH_MAX;
pub use clear::{
    Buyer, BuyerKind, ClearApplication, ClearEn16931, ClearInvoice, Contact, Content, Item, Preference, Wrong, content,
};
pub use cn_vat::{AMOUNT_MAX, ITEMS_MAX, net_of_gross, tax_of_net};
pub use commands::{
    AnswerQuestion, ApplicationMade, Apply, CloseQuestion, DeclineApplication, InvoiceIssued, Issue, IssueEn16931,
    Issuer, NumberPart, Paid, PaymentRegistered, Question, QuestionAsked, RegisterPayment, RegisterTaxpayer, Scale,
    SetNumbering, SetQuota, SetRate, SetSpecial, SetTaxCode, SetTaxpayer, SetUnpaid, TaxTotal, TaxpayerRegistered,
    TaxpayerState, UseTransfer, VatTotal, WithdrawApplication,
};
pub use commands::{
    Book, Claim, Close, ConfirmRed, Deduction, IssueRed, Lock, PassOn, RedForm, RefuseRed, RequestRed, Return,
    RevokeBooking, TakeBack, Unlock, WithdrawRed,
};
pub use events::{
    AnsweredQuestion, Applied, ClosedQuestion, EndedApplication, Issued, Questioned, RegisteredPayment,
    RegisteredTaxpayer, RuleSet,
};
pub use events::{
    Booked, BookingRevoked, Claimed, Closed, Locked, PassedOn, RedConfirmed, RedIssued, RedLapsed, RedRefused,
    RedRequested, RedWithdrawn, Returned, TakenBack, Unlocked,
};
pub use kind::Kind;
pub use payment::PARTS_MAX;
pub use red::{ANSWER_MS, FormState, ISSUE_MS, Party, Reason, RedAmount};
pub use refusals::Refused;
pub use regime::Regime;
pub use rules::issues_special;
pub use samples::{EXAMPLE_JSON, EXAMPLE_XML, Sample, samples};
pub use workload::{Life, Step, Workload, workload};

use counterfoil_platform::{CommandDeclaration, Convert, EventDeclaration, Module, Route};

/// The declaration.
pub const MODULE: Module = Module {
    name: "invoice",
    title: "Tax invoices",
    readme: include_str!("README.md"),
    schema_sql: include_str!("schema.sql"),
    mutable: &[
        "invoice",
        "invoice_sequence",
        "invoice_month",
        "invoice_month_tax",
        "invoice_payment",
        "invoice_application",
        "invoice_application_part",
        "invoice_payment_use",
        "invoice_question",
        "invoice_pass",
        "invoice_reimbursement",
        "invoice_booking",
        "invoice_red",
        "invoice_reversal",
    ],
    invariants_sql: include_str!("invariants.sql"),
    commands: &[
        CommandDeclaration::of::<RegisterTaxpayer>(),
        CommandDeclaration::of::<SetTaxpayer>(),
        CommandDeclaration::of::<SetRate>(),
        CommandDeclaration::of::<SetTaxCode>(),
        CommandDeclaration::of::<SetQuota>(),
        CommandDeclaration::of::<SetNumbering>(),
        CommandDeclaration::of::<SetUnpaid>(),
        CommandDeclaration::of::<SetSpecial>(),
        CommandDeclaration::of::<RegisterPayment>(),
        CommandDeclaration::of::<UseTransfer>(),
        CommandDeclaration::sealing::<ClearApplication>(),
        CommandDeclaration::of::<DeclineApplication>(),
        CommandDeclaration::of::<WithdrawApplication>(),
        CommandDeclaration::sealing::<ClearInvoice>(),
        CommandDeclaration::sealing::<ClearEn16931>(),
        CommandDeclaration::of::<Question>(),
        CommandDeclaration::of::<AnswerQuestion>(),
        CommandDeclaration::of::<CloseQuestion>(),
        CommandDeclaration::of::<Claim>(),
        CommandDeclaration::of::<PassOn>(),
        CommandDeclaration::of::<TakeBack>(),
        CommandDeclaration::of::<Return>(),
        CommandDeclaration::of::<Lock>(),
        CommandDeclaration::of::<Unlock>(),
        CommandDeclaration::of::<Close>(),
        CommandDeclaration::of::<Book>(),
        CommandDeclaration::of::<RevokeBooking>(),
        CommandDeclaration::of::<RequestRed>(),
        CommandDeclaration::of::<ConfirmRed>(),
        CommandDeclaration::of::<RefuseRed>(),
        CommandDeclaration::of::<WithdrawRed>(),
        CommandDeclaration::of::<IssueRed>(),
    ],
    events: &[
        EventDeclaration::of::<RegisteredTaxpayer>(),
        EventDeclaration::of::<RuleSet>(),
        EventDeclaration::of::<RegisteredPayment>(),
        EventDeclaration::of::<Applied>(),
        EventDeclaration::of::<EndedApplication>(),
        EventDeclaration::of::<Issued>(),
        EventDeclaration::of::<Questioned>(),
        EventDeclaration::of::<AnsweredQuestion>(),
        EventDeclaration::of::<ClosedQuestion>(),
        EventDeclaration::of::<Claimed>(),
        EventDeclaration::of::<PassedOn>(),
        EventDeclaration::of::<TakenBack>(),
        EventDeclaration::of::<Returned>(),
        EventDeclaration::of::<Locked>(),
        EventDeclaration::of::<Unlocked>(),
        EventDeclaration::of::<Closed>(),
        EventDeclaration::of::<Booked>(),
        EventDeclaration::of::<BookingRevoked>(),
        EventDeclaration::of::<RedRequested>(),
        EventDeclaration::of::<RedConfirmed>(),
        EventDeclaration::of::<RedRefused>(),
        EventDeclaration::of::<RedWithdrawn>(),
        EventDeclaration::of::<RedLapsed>(),
        EventDeclaration::of::<RedIssued>(),
    ],
    queries: queries::ALL,
    routes: &[
        Route::post("/v1/invoices", "invoice.issue").creates("/v1/invoices/{id}").takes(&[Convert {
            content_type: "application/xml",
            summary: "A UBL 2.1 Invoice or CreditNote, issued under EN 16931.",
            convert: clear::from_ubl,
        }]),
        Route::get("/v1/invoices", "invoice.list"),
        Route::get("/v1/invoices/check", "invoice.check"),
        Route::get("/v1/invoices/{id}", "invoice.get"),
        Route::get("/v1/invoices/{invoice}/use", "invoice.use"),
        Route::get("/v1/invoices/{invoice}/history", "invoice.history"),
        Route::post("/v1/invoices/{invoice}/claim", "invoice.claim"),
        Route::post("/v1/invoices/{invoice}/pass-on", "invoice.pass_on"),
        Route::post("/v1/invoices/{invoice}/take-back", "invoice.take_back"),
        Route::post("/v1/invoices/{invoice}/return", "invoice.return"),
        Route::post("/v1/invoices/lock", "invoice.lock"),
        Route::post("/v1/invoices/unlock", "invoice.unlock"),
        Route::post("/v1/invoices/close", "invoice.close"),
        Route::post("/v1/invoices/book", "invoice.book"),
        Route::post("/v1/invoices/revoke-booking", "invoice.revoke_booking"),
        Route::get("/v1/members/{member}/invoices", "invoice.held"),
        Route::get("/v1/members/{member}/invoices/waiting", "invoice.waiting"),
        Route::get("/v1/members/{organisation}/reimbursements", "invoice.reimbursements"),
        Route::get("/v1/members/{organisation}/bookings", "invoice.bookings"),
        Route::post("/v1/invoices/{invoice}/red-forms", "invoice.request_red").creates("/v1/red-forms/{form}"),
        Route::get("/v1/red-forms", "invoice.red_forms"),
        Route::get("/v1/red-forms/{form}", "invoice.red_form"),
        Route::post("/v1/red-forms/{form}/confirm", "invoice.confirm_red"),
        Route::post("/v1/red-forms/{form}/refuse", "invoice.refuse_red"),
        Route::post("/v1/red-forms/{form}/withdraw", "invoice.withdraw_red"),
        Route::post("/v1/red-forms/{form}/issue", "invoice.issue_red").creates("/v1/invoices/{id}"),
        Route::post("/v1/invoices/{invoice}/questions", "invoice.question"),
        Route::get("/v1/invoice-questions", "invoice.questions"),
        Route::post("/v1/invoice-questions/{question}/answer", "invoice.answer_question"),
        Route::post("/v1/invoice-questions/{question}/close", "invoice.close_question"),
        Route::post("/v1/payments", "invoice.register_payment").creates("/v1/payments/{payment}"),
        Route::post("/v1/payments/transfers", "invoice.use_transfer").creates("/v1/payments/{payment}"),
        Route::get("/v1/payments", "invoice.payments"),
        Route::get("/v1/payments/{payment}", "invoice.payment"),
        Route::post("/v1/invoice-applications", "invoice.apply").creates("/v1/invoice-applications/{application}"),
        Route::get("/v1/invoice-applications", "invoice.applications"),
        Route::get("/v1/invoice-applications/{application}", "invoice.application"),
        Route::post("/v1/invoice-applications/{application}/decline", "invoice.decline_application"),
        Route::post("/v1/invoice-applications/{application}/withdraw", "invoice.withdraw_application"),
        Route::post("/v1/taxpayers", "invoice.register_taxpayer").creates("/v1/taxpayers/{id}"),
        Route::get("/v1/taxpayers", "invoice.taxpayers"),
        Route::get("/v1/taxpayers/{id}", "invoice.taxpayer"),
        Route::post("/v1/taxpayers/{id}/status", "invoice.set_taxpayer"),
        Route::post("/v1/taxpayers/{taxpayer}/quota", "invoice.set_quota"),
        Route::post("/v1/tax-rates", "invoice.set_rate"),
        Route::post("/v1/special-issuers", "invoice.set_special"),
        Route::get("/v1/tax-rates", "invoice.rates"),
        Route::post("/v1/tax-codes", "invoice.set_tax_code"),
        Route::get("/v1/tax-rules", "invoice.rules"),
        Route::get("/v1/tax-reports/output", "invoice.output_tax"),
        Route::get("/v1/tax-reports/input", "invoice.input_tax"),
        Route::get("/v1/tax-reports/months", "invoice.months"),
        Route::get("/v1/tax-reports/sales-book", "invoice.sales_book"),
        Route::get("/v1/tax-reports/alarms", "invoice.alarms"),
    ],
    refusals: Refused::DECLARATIONS,
    genesis: Some(taxpayer::genesis),
    begin_block: Some(red::lapse),
    examine: Some(clear::examine),
    renderings: rendering::ALL,
    ..Module::EMPTY
};

#[cfg(test)]
mod tests;

//! Tax invoices: Chinese VAT and EN 16931. See `README.md`.

mod cn_vat;
mod commands;
mod events;
mod queries;
mod refusals;
mod regime;
mod samples;
mod taxpayer;
mod text;
mod workload;

/// Calendar dates.
pub mod date;
/// Exact decimals.
pub mod decimal;
/// The semantic model of EN 16931 and its rules.
pub mod en16931;
/// Chinese taxpayer ids and their check characters.
pub mod taxpayer_id;
/// UBL 2.1 Invoice.
pub mod ubl;

pub use cn_vat::{AMOUNT_MAX, ITEMS_MAX, net_of_gross, tax_of_net};
pub use commands::{
    Buyer, BuyerKind, Contact, InvoiceIssued, Issue, IssueEn16931, Item, Payment, Preference, RegisterTaxpayer,
    SetRate, TaxpayerRegistered,
};
pub use events::{Issued, RateSet, RegisteredTaxpayer};
pub use refusals::Refused;
pub use regime::Regime;
pub use samples::{EXAMPLE_JSON, EXAMPLE_XML, Sample, samples};
pub use workload::{Workload, workload};

use counterfoil_platform::{CommandDeclaration, Convert, EventDeclaration, Module, Route};

/// The declaration.
pub const MODULE: Module = Module {
    name: "invoice",
    title: "Tax invoices",
    readme: include_str!("README.md"),
    schema_sql: include_str!("schema.sql"),
    mutable: &["invoice", "invoice_rate", "invoice_sequence", "invoice_taxpayer"],
    invariants_sql: include_str!("invariants.sql"),
    commands: &[
        CommandDeclaration::of::<RegisterTaxpayer>(),
        CommandDeclaration::of::<SetRate>(),
        CommandDeclaration::of::<Issue>(),
        CommandDeclaration::of::<IssueEn16931>(),
    ],
    events: &[
        EventDeclaration::of::<RegisteredTaxpayer>(),
        EventDeclaration::of::<RateSet>(),
        EventDeclaration::of::<Issued>(),
    ],
    queries: queries::ALL,
    routes: &[
        Route::post("/v1/invoices", "invoice.issue").creates("/v1/invoices/{id}").takes(&[Convert {
            content_type: "application/xml",
            summary: "A UBL 2.1 Invoice, issued under EN 16931.",
            convert: commands::from_ubl,
        }]),
        Route::get("/v1/invoices", "invoice.list"),
        Route::get("/v1/invoices/check", "invoice.check"),
        Route::get("/v1/invoices/{id}", "invoice.get"),
        Route::post("/v1/taxpayers", "invoice.register_taxpayer").creates("/v1/taxpayers/{id}"),
        Route::get("/v1/taxpayers", "invoice.taxpayers"),
        Route::get("/v1/taxpayers/{id}", "invoice.taxpayer"),
        Route::post("/v1/tax-rates", "invoice.set_rate"),
        Route::get("/v1/tax-rates", "invoice.rates"),
    ],
    refusals: Refused::DECLARATIONS,
    genesis: Some(taxpayer::genesis),
    ..Module::EMPTY
};

#[cfg(test)]
mod tests;

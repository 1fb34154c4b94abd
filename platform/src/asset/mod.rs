//! Currencies and whatever else is issued and held in amounts: accounts, payments, holds, offers. See `README.md`.

mod account;
mod book;
mod claim;
mod commands;
mod events;
mod number;
mod queries;
mod refusals;
mod terms;
mod text;

/// Accounts by the thousand and payments without end, for the simulator and benchmarks.
pub mod workload;

pub use commands::{
    AcceptOffer, AccountOpened, AssetDefined, AssetKind, Capture, CloseAccount, Define, Freeze, FreezeRecorded, Hold,
    HoldCaptured, HoldPlaced, Issue, Leg, Offer, OfferMade, OpenAccount, OpenAccounts, Redeem, RefuseOffer, SetLimit,
    Transfer, TransferBatch, TransferMade, TransfersMade, Unfreeze, Void, WithdrawOffer,
};
pub use events::{
    AcceptedOffer, Captured, ClosedAccount, Defined, Frozen, Held, Issued, Limited, Offered, OpenedAccounts, Redeemed,
    RefusedOffer, Transferred, TransferredBatch, Unfrozen, Voided, WithdrawnOffer,
};
pub use number::Number;
pub use refusals::Refused;

use crate::{CommandDeclaration, EventDeclaration, Module, Route};

/// Legs of a batch at most.
pub const LEGS_MAX: usize = 8_000;
/// Accounts that are opened at once at most.
pub const ACCOUNTS_AT_ONCE_MAX: usize = 1_000;

/// The declaration.
pub const MODULE: Module = Module {
    name: "asset",
    title: "Assets",
    readme: include_str!("README.md"),
    schema_sql: include_str!("schema.sql"),
    mutable: &["asset_account", "asset_hold", "asset_offer", "asset_freeze"],
    invariants_sql: include_str!("invariants.sql"),
    commands: &[
        CommandDeclaration::of::<Define>(),
        CommandDeclaration::of::<OpenAccount>(),
        CommandDeclaration::of::<OpenAccounts>(),
        CommandDeclaration::of::<CloseAccount>(),
        CommandDeclaration::of::<Issue>(),
        CommandDeclaration::of::<Redeem>(),
        CommandDeclaration::of::<Transfer>(),
        CommandDeclaration::of::<TransferBatch>(),
        CommandDeclaration::of::<Hold>(),
        CommandDeclaration::of::<Capture>(),
        CommandDeclaration::of::<Void>(),
        CommandDeclaration::of::<Offer>(),
        CommandDeclaration::of::<AcceptOffer>(),
        CommandDeclaration::of::<RefuseOffer>(),
        CommandDeclaration::of::<WithdrawOffer>(),
        CommandDeclaration::of::<Freeze>(),
        CommandDeclaration::of::<Unfreeze>(),
        CommandDeclaration::of::<SetLimit>(),
    ],
    events: &[
        EventDeclaration::of::<Defined>(),
        EventDeclaration::of::<OpenedAccounts>(),
        EventDeclaration::of::<ClosedAccount>(),
        EventDeclaration::of::<Issued>(),
        EventDeclaration::of::<Redeemed>(),
        EventDeclaration::of::<Transferred>(),
        EventDeclaration::of::<TransferredBatch>(),
        EventDeclaration::of::<Held>(),
        EventDeclaration::of::<Captured>(),
        EventDeclaration::of::<Voided>(),
        EventDeclaration::of::<Offered>(),
        EventDeclaration::of::<AcceptedOffer>(),
        EventDeclaration::of::<RefusedOffer>(),
        EventDeclaration::of::<WithdrawnOffer>(),
        EventDeclaration::of::<Frozen>(),
        EventDeclaration::of::<Unfrozen>(),
        EventDeclaration::of::<Limited>(),
    ],
    queries: queries::ALL,
    routes: &[
        Route::post("/v1/assets", "asset.define").creates("/v1/assets/{asset}"),
        Route::get("/v1/assets", "asset.list"),
        Route::get("/v1/assets/{asset}", "asset.get"),
        Route::post("/v1/assets/{asset}/issue", "asset.issue").creates("/v1/transfers/{number}"),
        Route::post("/v1/assets/{asset}/redeem", "asset.redeem").creates("/v1/transfers/{number}"),
        Route::post("/v1/assets/{asset}/accounts", "asset.open_accounts"),
        Route::post("/v1/accounts", "asset.open_account").creates("/v1/accounts/{account}"),
        Route::get("/v1/accounts", "asset.accounts"),
        Route::get("/v1/accounts/{account}", "asset.account"),
        Route::get("/v1/accounts/{account}/entries", "asset.entries"),
        Route::get("/v1/accounts/{account}/statements", "asset.statements"),
        Route::get("/v1/accounts/{account}/statements/{day}", "asset.statement"),
        Route::get("/v1/accounts/{account}/freezes", "asset.freezes"),
        Route::post("/v1/accounts/{account}/close", "asset.close_account"),
        Route::post("/v1/accounts/{account}/freeze", "asset.freeze"),
        Route::post("/v1/accounts/{account}/unfreeze", "asset.unfreeze"),
        Route::post("/v1/accounts/{account}/limit", "asset.set_limit"),
        Route::post("/v1/transfers", "asset.transfer").creates("/v1/transfers/{number}"),
        Route::get("/v1/transfers", "asset.transfers"),
        Route::get("/v1/transfers/{number}", "asset.transfer_details"),
        Route::post("/v1/transfer-batches", "asset.transfer_batch"),
        Route::post("/v1/holds", "asset.hold").creates("/v1/holds/{hold}"),
        Route::get("/v1/holds", "asset.holds"),
        Route::get("/v1/holds/{hold}", "asset.hold_details"),
        Route::post("/v1/holds/{hold}/capture", "asset.capture"),
        Route::post("/v1/holds/{hold}/void", "asset.void"),
        Route::post("/v1/offers", "asset.offer").creates("/v1/offers/{offer}"),
        Route::get("/v1/offers", "asset.offers"),
        Route::get("/v1/offers/{offer}", "asset.offer_details"),
        Route::post("/v1/offers/{offer}/accept", "asset.accept_offer"),
        Route::post("/v1/offers/{offer}/refuse", "asset.refuse_offer"),
        Route::post("/v1/offers/{offer}/withdraw", "asset.withdraw_offer"),
        Route::get("/v1/reconciliation", "asset.reconciliation"),
        Route::get("/v1/reconciliation/entries", "asset.reconciliation_entries"),
    ],
    refusals: Refused::DECLARATIONS,
    begin_block: Some(claim::lapse),
    ..Module::EMPTY
};

#[cfg(test)]
mod tests;

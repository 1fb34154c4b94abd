//! Scenarios on a real ledger.

mod amounts;
mod batches;
mod claims;
mod model;
mod payments;
mod powers;
mod random;
mod reading;
mod tampering;
mod workload;

use super::{AssetKind, Define, Issue, Leg, MODULE, OpenAccount, Transfer, TransferBatch};
use crate::{
    member,
    testing::{Done, Ledger},
};

const CNY: &str = "bank-a/CNY";
const POINTS: &str = "shop-1/points";

fn define(asset: &str, decimals: u8) -> Define {
    Define {
        asset: asset.to_owned(),
        title: "Money at Bank A".to_owned(),
        kind: AssetKind::Currency,
        currency: Some("CNY".to_owned()),
        decimals,
        day_offset_minutes: 480,
        restricted: false,
    }
}

fn open(account: &str, asset: &str) -> OpenAccount {
    OpenAccount { account: account.to_owned(), asset: asset.to_owned() }
}

fn issue(account: &str, amount: &str) -> Issue {
    let (account, asset, amount) = (account.to_owned(), CNY.to_owned(), amount.to_owned());
    Issue { account, asset, amount, source: None, reference: None }
}

fn pay(from: &str, to: &str, amount: &str) -> Transfer {
    Transfer {
        from: from.to_owned(),
        to: to.to_owned(),
        asset: CNY.to_owned(),
        amount: amount.to_owned(),
        reference: None,
        end_to_end_id: None,
    }
}

fn leg(to: &str, amount: &str) -> Leg {
    Leg { from: None, to: to.to_owned(), amount: amount.to_owned(), reference: None, end_to_end_id: None }
}

fn batch(from: &str, legs: Vec<Leg>) -> TransferBatch {
    TransferBatch { from: Some(from.to_owned()), asset: CNY.to_owned(), legs }
}

/// The key of an account's owner.
fn owner(account: &str) -> String {
    format!("{}/dev", account.split('/').next().unwrap())
}

/// A bank's money with accounts of two decimals: `alice/cny` with 100.00, `bob/cny`, `supplier-1/cny` with nothing; points of a shop
/// without decimals.
fn ledger() -> Ledger {
    fill(Ledger::new(vec![member::MODULE, MODULE]))
}

/// The same accounts on a ledger with other members.
fn fill(mut ledger: Ledger) -> Ledger {
    ledger.run("bank-a/dev", &define(CNY, 2)).applied();
    let points = Define { kind: AssetKind::Points, currency: None, ..define(POINTS, 0) };
    ledger.run("shop-1/dev", &points).applied();
    for account in ["alice/cny", "bob/cny", "supplier-1/cny"] {
        ledger.run(&owner(account), &open(account, CNY)).applied();
    }
    ledger.run("alice/dev", &open("alice/points", POINTS)).applied();
    ledger.run("bank-a/dev", &issue("alice/cny", "100.00")).applied();
    ledger
}

/// Available and held of an account.
fn funds(ledger: &Ledger, account: &str) -> (String, String) {
    let shown = ledger.query("asset.account", &[("account", account)]).unwrap();
    let text = |name: &str| shown[name].as_str().unwrap().to_owned();
    (text("available"), text("held"))
}

#[track_caller]
fn assert_funds(ledger: &Ledger, account: &str, available: &str, held: &str) {
    assert_eq!(funds(ledger, account), (available.to_owned(), held.to_owned()), "{account}");
}

/// The text in an output.
#[track_caller]
fn number(done: &Done, name: &str) -> String {
    done.applied()[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned()
}

/// The refusal's field.
#[track_caller]
fn refused_at(done: &Done, code: &str, field: &str) {
    assert_eq!(done.refused(code).field.as_deref(), Some(field));
}

/// All rows of the module: what a refusal must leave as they are.
fn everything(ledger: &Ledger) -> Vec<Vec<Vec<counterfoil_types::Value>>> {
    [
        "asset",
        "asset_account",
        "asset_transfer",
        "asset_day",
        "asset_source",
        "asset_hold",
        "asset_offer",
        "asset_freeze",
    ]
    .iter()
    .map(|table| ledger.sql(&format!("SELECT * FROM {table} ORDER BY 1, 2")))
    .collect()
}

//! Shared tables and packages under load.

use super::{
    check::Mismatch,
    load::{Calls, Issuer},
    nodes::Nodes,
};
use counterfoil_platform::{
    call,
    package::{Arguments, CallAction, TEMPLATES},
    sql::{Execute, SqlStatement},
};
use counterfoil_types::{Call, Kid, Value};
use serde_json::json;

/// Who writes and who buys: members of every dev consortium.
const MEMBERS: [&str; 3] = ["shop-1", "shop-2", "supplier-1"];
const SELLER: &str = "core-corp";
const BANK: &str = "bank-a";
const ASSET: &str = "bank-a/CNY";
/// The template that is called.
const ESCROW: &str = "escrow";
/// The table of [`inserts`].
const CREATE: &str = "CREATE TABLE bench.entry (
    id TEXT PRIMARY KEY, member TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount >= 0)
) WITH (writers = members, mode = update)";

fn kid(member: &str) -> Kid {
    Kid::new(member, "dev").expect("a key name")
}

/// Calls of one issuer, one for each number that it has never used.
fn issuer(
    nodes: &Nodes<'_>,
    member: &'static str,
    call: impl Fn(u64) -> Call + Clone + Send + Sync + 'static,
) -> Issuer {
    let kid = kid(member);
    let key = nodes.key(&kid).clone();
    let calls = move |seed: u64| {
        // Another thread and another run on the same ledger use other numbers: 15 bits of the run, 8 of the thread, 40 that count.
        let first = (rand::random::<u64>() & 0x7fff) << 48 | (seed & 0xff) << 40;
        let call = call.clone();
        Box::new((1_u64..).map(move |number| call(first | number))) as Calls
    };
    Issuer { keys: vec![(kid, key)], calls: Box::new(calls) }
}

/// One row a transaction, inserted into a shared table.
pub fn inserts(nodes: &Nodes<'_>) -> Result<Vec<Issuer>, Mismatch> {
    let create = Execute { statements: vec![SqlStatement::new(CREATE)] };
    nodes.call(&kid(SELLER), "sql.execute", &create)?;
    let calls = |member: &'static str| {
        move |number: u64| {
            let values = [
                Value::Text(format!("{member}-{number}")),
                Value::Text(member.to_owned()),
                Value::Integer((number % 1_000) as i64),
            ];
            let insert = SqlStatement::with("INSERT INTO bench.entry (id, member, amount) VALUES (?, ?, ?)", values);
            call(&Execute { statements: vec![insert] })
        }
    };
    Ok(MEMBERS.into_iter().map(|member| issuer(nodes, member, calls(member))).collect())
}

/// Milestones of an escrow, each paid in by one call: two conditions, a row, a transfer and an event.
pub fn escrow(nodes: &Nodes<'_>) -> Result<Vec<Issuer>, Mismatch> {
    let run = |member: &str, command: &str, with: serde_json::Value| nodes.call(&kid(member), command, &with);
    let template = TEMPLATES.iter().find(|template| template.name == ESCROW).expect("a template");
    run(SELLER, "package.propose", json!({"source": template.source}))?;
    run(BANK, "package.vote", json!({"package": ESCROW, "version": 1, "agree": true}))?;
    let asset = json!({"asset": ASSET, "title": "Renminbi", "kind": "currency", "currency": "CNY", "decimals": 2});
    run(BANK, "asset.define", asset)?;
    run(BANK, "package.call", json!({"action": "escrow.open_account"}))?;
    for member in MEMBERS.into_iter().chain([SELLER]) {
        let account = format!("{member}/cny");
        run(member, "asset.open_account", json!({"account": account, "asset": ASSET}))?;
    }
    for buyer in MEMBERS {
        let account = format!("{buyer}/cny");
        run(BANK, "asset.issue", json!({"asset": ASSET, "account": account, "amount": "1000000000.00"}))?;
        let deal = json!({
            "id": buyer, "buyer_account": account, "seller": SELLER, "seller_account": format!("{SELLER}/cny"),
            "arbiter": BANK, "refund_ms": i64::MAX,
        });
        run(buyer, "package.call", json!({"action": "escrow.open", "with": deal}))?;
    }
    let calls = |buyer: &'static str| {
        move |number: u64| {
            let with = vec![
                ("deal".to_owned(), Value::Text(buyer.to_owned())),
                ("number".to_owned(), Value::Integer(number as i64)),
                ("title".to_owned(), Value::Text("delivered".to_owned())),
                ("minor".to_owned(), Value::Integer(1)),
            ];
            call(&CallAction::new("escrow.fund", Arguments(with)))
        }
    };
    Ok(MEMBERS.into_iter().map(|buyer| issuer(nodes, buyer, calls(buyer))).collect())
}

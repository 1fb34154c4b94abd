use crate::{
    files,
    member::Member,
    problem::{Answer, Problem},
};
use axum::http::StatusCode;
use counterfoil_apps::invoice::{self, Sample};
use counterfoil_types::{Call, Fault, Kid, Outcome};
use serde_json::json;
use std::{path::Path, sync::Arc};

/// The type of the example document.
const CONTRACT: &str = "tax-bureau/lease";

/// Writes the example invoices and the example document that the start page's commands post.
pub fn write_examples(folder: &Path) -> Result<(), Fault> {
    let contract = json!({
        "document": "shop-1/lease-2026",
        "type": CONTRACT,
        "fields": [{"name": "matter", "value": "lease of a shop"}],
        "sealed": [{"name": "rent", "value": "18800.00"}, {"name": "landlord", "value": "Chen 陈"}],
        "readers": ["bank-a"],
    });
    files::write_public(&folder.join("document.json"), format!("{contract:#}\n").as_bytes())?;
    files::write_public(&folder.join("invoice.json"), invoice::EXAMPLE_JSON.as_bytes())?;
    files::write_public(&folder.join("invoice.xml"), invoice::EXAMPLE_XML.as_bytes())
}

/// Tells the first story of blockchain invoices on a ledger that has none: taxpayers are registered, a restaurant's bill is paid, the
/// invoice is issued to a person. What an earlier start has done already is not done again. The reading keys must be published.
pub async fn tell(members: &[Arc<Member>]) -> Answer<()> {
    let table = members[0].store.sql("SELECT count(*) FROM invoice".to_owned(), Vec::new()).await?;
    if table.rows.first().and_then(|row| row.first()?.as_u64()) != Some(0) {
        return Ok(());
    }
    let samples = invoice::samples().into_iter().enumerate();
    let (first, then): (Vec<_>, Vec<_>) = samples.partition(|(_, one)| one.call.r#do == "invoice.register_taxpayer");
    let tell = |(at, Sample { kid, call }): (usize, Sample)| async move {
        run_at(members, kid, call, &format!("sample-{at}")).await
    };
    futures::future::try_join_all(first.into_iter().map(tell)).await?;
    for sample in then {
        tell(sample).await?;
    }
    Ok(())
}

/// Defines the type of the example document, once.
pub async fn define_type(gateway: &Member) -> Answer<()> {
    let table = gateway.store.sql("SELECT count(*) FROM document_type".to_owned(), Vec::new()).await?;
    if table.rows.first().and_then(|row| row.first()?.as_u64()) != Some(0) {
        return Ok(());
    }
    let field = |name: &str, sealed: bool| json!({"name": name, "sealed": sealed, "required": false});
    let with = json!({
        "type": CONTRACT,
        "title": "Leases",
        "fields": [field("matter", false), field("rent", true), field("landlord", true)],
        "mandatory_readers": ["tax-bureau"],
    });
    run(gateway, "tax-bureau/dev", Call::new("document.define_type", &with), "sample-type").await
}

/// Publishes the reading keys that a node hosts, each signed by the signing key of the same name. Those on the ledger stay as they are.
pub async fn publish_reading_keys(member: &Member) -> Answer<()> {
    let mut publishing = Vec::new();
    for (kid, reading) in member.keys.reading_keys() {
        if member.keys.get(kid).is_none() {
            continue;
        }
        let sql = "SELECT count(*) FROM document_reading_key WHERE member = ?1 AND name = ?2";
        let table = member.store.sql(sql.to_owned(), vec![kid.member().into(), kid.key().into()]).await?;
        if table.rows.first().and_then(|row| row.first()?.as_u64()) == Some(0) {
            let with = json!({"member": kid.member(), "name": kid.key(), "public_key": reading.public_key()});
            let call = Call::new("document.publish_reading_key", &with);
            publishing.push(run(member, kid.as_str(), call, "sample-reading-key"));
        }
    }
    futures::future::try_join_all(publishing).await.map(drop)
}

/// Money that a bank owes.
const MONEY: &str = "bank-a/CNY";

/// Who has an account, and how much the bank puts into it.
const ACCOUNTS: [(&str, &str); 5] = [
    ("core-corp", "2000000.00"),
    ("supplier-1", "80000.00"),
    ("shop-1", "5000.00"),
    ("shop-2", "3000.00"),
    ("person-1", "1200.00"),
];

/// Puts money into the hands of members, and has a payment wait for a second signature, once: what a policy of `core-corp` demands.
pub async fn pay(members: &[Arc<Member>]) -> Answer<()> {
    let table = members[0].store.sql("SELECT count(*) FROM asset_transfer".to_owned(), Vec::new()).await?;
    if table.rows.first().and_then(|row| row.first()?.as_u64()) != Some(0) {
        return Ok(());
    }
    let account = |member: &str| format!("{member}/cny");
    let rule = json!({"command": "asset.transfer", "asset": MONEY, "from_minor": 1_000_000, "signers": 2});
    let policy = json!({"member": "core-corp", "version": 1, "rules": [rule]});
    let asset = json!({
        "asset": MONEY, "title": "Renminbi at Bank A 甲银行人民币", "kind": "currency", "currency": "CNY", "decimals": 2,
        "day_offset_minutes": 480,
    });
    let (policed, defined) = tokio::join!(
        run_at(members, "core-corp/dev", Call::new("approval.set_policy", &policy), "sample-policy"),
        run_at(members, "bank-a/dev", Call::new("asset.define", &asset), "sample-money"),
    );
    policed.and(defined)?;
    let opening = ACCOUNTS.map(|(member, _)| async move {
        let call = Call::new("asset.open_account", &json!({"account": account(member), "asset": MONEY}));
        run_at(members, &format!("{member}/dev"), call, "sample-account").await
    });
    futures::future::try_join_all(opening).await?;
    let issuing = ACCOUNTS.map(|(member, amount)| async move {
        let with =
            json!({"account": account(member), "asset": MONEY, "amount": amount, "reference": "opening balance"});
        run_at(members, "bank-a/dev", Call::new("asset.issue", &with), &format!("sample-issue-{member}")).await
    });
    let with = json!({
        "from": account("core-corp"), "to": account("supplier-1"), "asset": MONEY, "amount": "50000.00",
        "reference": "order 2026-118",
    });
    let waiting = run_at(members, "core-corp/ann", Call::new("asset.transfer", &with), "sample-transfer");
    tokio::try_join!(futures::future::try_join_all(issuing), waiting).map(drop)
}

/// Runs a call at the node that hosts its key.
async fn run_at(members: &[Arc<Member>], kid: &str, call: Call, id: &str) -> Answer<()> {
    let parsed = kid.parse::<Kid>().ok();
    let host = members.iter().find(|member| parsed.as_ref().is_some_and(|kid| member.keys.get(kid).is_some()));
    run(host.unwrap_or(&members[0]), kid, call, id).await
}

async fn run(gateway: &Member, kid: &str, call: Call, id: &str) -> Answer<()> {
    let lost = || Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "http/samples", format!("no key {kid}"));
    let kid: Kid = kid.parse().map_err(|_| lost())?;
    let key = gateway.keys.get(&kid).ok_or_else(lost)?;
    let call = gateway.sealed_call(&kid, key, call, Some(id)).await?;
    let receipt = gateway.perform(&kid, key, call, Some(id)).await?;
    if let Outcome::Refused(refusal) = &receipt.outcome {
        tracing::warn!("{id}: {refusal}");
    }
    Ok(())
}

//! Who has to sign what, on a real ledger with a small bank.

mod policies;
mod random;
mod signing;

use super::{MODULE, Rule, SetPolicy, Sign};
use crate::{
    Amount, Command, CommandDeclaration, Module, call,
    member::{self, AddKey},
    testing::{Done, Ledger},
};
use counterfoil_state::Context;
use counterfoil_types::{Call, Kid, Refusal, RefusalKind, SigningKey, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Pays, in the name of whoever signs first.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pay {
    asset: String,
    minor: i64,
    /// Refuses after it has paid.
    #[serde(default)]
    bounces: bool,
}

impl Command for Pay {
    const NAME: &'static str = "bank.pay";
    type Output = Paid;
    type Refused = Refusal;

    fn weight(&self) -> u32 {
        if self.asset == "heavy" { 90_000 } else { 1 }
    }

    fn amounts(&self, _: &Context<'_>) -> Result<Vec<Amount>, Refusal> {
        if self.asset == "unknown" {
            return Err(Refusal::new("bank/2", RefusalKind::NotFound, "no such asset"));
        }
        Ok(vec![Amount { asset: self.asset.clone(), minor: self.minor }])
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<Paid, Refusal> {
        let (number, payer) = (ctx.new_number(), member::signer_member(ctx));
        let signers: Vec<_> = ctx.signers().iter().map(Kid::as_str).collect();
        ctx.run(
            "INSERT INTO bank_payment (number, payer, asset, minor, signers) VALUES (?1, ?2, ?3, ?4, ?5)",
            (number, payer, &self.asset, self.minor, signers.join(" ")),
        )?;
        match self.bounces {
            true => Err(Refusal::new("bank/1", RefusalKind::Conflict, "it bounced")),
            false => Ok(Paid { number }),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Paid {
    number: i64,
}

/// Does something without an amount.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Note {}

impl Command for Note {
    const NAME: &'static str = "bank.note";
    type Output = ();
    type Refused = Refusal;

    fn apply(&self, _: &mut Context<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

const BANK: Module = Module {
    name: "bank",
    title: "Bank",
    schema_sql: "CREATE TABLE bank_payment (
        number INTEGER NOT NULL PRIMARY KEY, payer TEXT NOT NULL, asset TEXT NOT NULL, minor INTEGER NOT NULL,
        signers TEXT NOT NULL
    ) STRICT;",
    commands: &[CommandDeclaration::of::<Pay>(), CommandDeclaration::of::<Note>()],
    ..Module::EMPTY
};

/// Keys of `shop-1` beside the admin key `dev`: name, roles, holder.
const STAFF: &[(&str, &[&str], Option<&str>)] = &[
    ("ann", &["maker"], Some("ann")),
    ("bea", &["checker"], Some("bea")),
    ("cem", &["checker"], Some("cem")),
    ("dan", &["checker"], Some("dan")),
    ("eve-m", &["maker"], Some("eve")),
    ("eve-c", &["checker"], Some("eve")),
    ("eve-a", &["admin"], Some("eve")),
    ("erp", &["system"], None),
    ("till", &["device"], None),
    ("plain", &[], None),
];

/// The table of the README.
fn example() -> Vec<Rule> {
    vec![
        Rule {
            asset: Some("bank-a/CNY".into()),
            from_minor: Some(1_000_000),
            ..rule("bank.pay", 2, &["maker", "checker"])
        },
        Rule { asset: Some("bank-a/CNY".into()), from_minor: Some(100_000_000), ..rule("bank.pay", 2, &["checker"]) },
    ]
}

fn rule(command: &str, signers: u32, roles: &[&str]) -> Rule {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    Rule { command: command.into(), asset: None, from_minor: None, signers, roles, lapse_after_ms: None }
}

fn add_key(member: &str, name: &str, roles: &[&str], holder: Option<&str>) -> AddKey {
    AddKey {
        member: member.into(),
        name: name.into(),
        public_key: SigningKey::for_tests(&format!("{member}/{name}")).public_key().to_string(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        holder: holder.map(str::to_owned),
        valid_from_ms: None,
        valid_until_ms: None,
    }
}

/// A ledger on which `shop-1` has its staff and no policy.
fn staffed() -> Ledger {
    let mut ledger = Ledger::new(vec![member::MODULE, MODULE, BANK]);
    for (name, roles, holder) in STAFF {
        ledger.run("shop-1/dev", &add_key("shop-1", name, roles, *holder)).applied();
    }
    ledger
}

fn with_policy(rules: Vec<Rule>) -> Ledger {
    let mut ledger = staffed();
    ledger.run("shop-1/dev", &SetPolicy { member: "shop-1".into(), version: 1, rules }).applied();
    ledger
}

fn pay(minor: i64) -> Call {
    call(&Pay { asset: "bank-a/CNY".into(), minor, bounces: false })
}

/// Signed by `shop-1`'s keys of these names.
fn by(ledger: &mut Ledger, keys: &str, calls: &[Call]) -> Done {
    let kids: Vec<_> =
        keys.split(' ').map(|key| if key.contains('/') { key.to_owned() } else { format!("shop-1/{key}") }).collect();
    let kids: Vec<_> = kids.iter().map(String::as_str).collect();
    ledger.run_calls(&kids, calls)
}

/// Makes a proposal: its id and hash.
fn propose(ledger: &mut Ledger, keys: &str, calls: &[Call]) -> (String, String) {
    let done = by(ledger, keys, calls);
    let output = &done.outputs()[0]["waiting"];
    assert_eq!(output["proposal"], done.receipt.transaction.to_string(), "{output}");
    (output["proposal"].as_str().unwrap().to_owned(), output["calls_hash"].as_str().unwrap().to_owned())
}

fn sign(proposal: &(String, String)) -> Call {
    call(&Sign { proposal: proposal.0.clone(), calls_hash: proposal.1.clone() })
}

fn payments(ledger: &Ledger) -> Vec<(i64, String)> {
    let rows = ledger.sql("SELECT minor, signers FROM bank_payment ORDER BY number");
    let read = |row: &Vec<Value>| match row.as_slice() {
        [Value::Integer(minor), Value::Text(signers)] => (*minor, signers.replace("shop-1/", "")),
        other => panic!("{other:?}"),
    };
    rows.iter().map(read).collect()
}

fn state(ledger: &Ledger, proposal: &(String, String)) -> String {
    let shown = ledger.query("approval.get", &[("proposal", &proposal.0)]).unwrap();
    shown["state"].as_str().unwrap().to_owned()
}

/// All that approvals and the bank have written.
fn traces(ledger: &Ledger) -> Vec<Vec<Vec<Value>>> {
    let tables = [
        "approval_policy",
        "approval_policy_version",
        "approval_rule",
        "approval_proposal",
        "approval_content",
        "approval_party",
        "approval_need",
        "approval_signature",
        "member_key",
        "bank_payment",
    ];
    tables.iter().map(|table| ledger.sql(&format!("SELECT * FROM {table} ORDER BY 1, 2"))).collect()
}

/// Refused with this code, and nothing of it stays.
#[track_caller]
fn refused(ledger: &mut Ledger, keys: &str, calls: &[Call], code: &str) -> Refusal {
    let before = traces(ledger);
    let refusal = by(ledger, keys, calls).refused(code);
    assert!(traces(ledger) == before, "{code} leaves a trace");
    refusal
}

fn brief(done: &Done) -> Json {
    let output = done.applied();
    json!([output["state"], output["missing"].as_array().map(Vec::len)])
}

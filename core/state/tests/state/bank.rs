//! A small program: accounts and transfers, and a command that runs any SQL with a command's rights.

use counterfoil_state::{Context, ModuleSchema, NewTable, Prepared, Program, SignerKey, rusqlite};
use counterfoil_types::{Call, Fault, Genesis, Kid, Refusal, RefusalKind};
use rusqlite::OptionalExtension as _;
use serde::Deserialize;

pub struct Bank;

const SQL: &str = "
CREATE TABLE signer (kid TEXT PRIMARY KEY, public_key TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE TABLE account (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  balance INTEGER NOT NULL CHECK (balance >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_owner ON account (owner);
CREATE TABLE transfer (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL REFERENCES account (id),
  target TEXT NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX transfer_source ON transfer (source);
CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  data BLOB,
  parent INTEGER REFERENCES note (id) ON DELETE CASCADE
) STRICT;
CREATE TABLE standing (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL REFERENCES account (id),
  target TEXT NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL,
  due_ms INTEGER NOT NULL
) STRICT;
CREATE VIEW rich AS SELECT id, balance FROM account WHERE balance > 1000;
";

const INVARIANTS: &str = "
-- name: no account is overdrawn
SELECT id FROM account WHERE balance < 0;

-- name: the money adds up
SELECT sum(balance) AS total FROM account HAVING total != 10000 * (SELECT count(*) FROM signer);
";

#[derive(Deserialize)]
struct Transfer {
    from: String,
    to: String,
    amount: i64,
}

/// A table made while the ledger runs.
#[derive(Deserialize)]
struct Create {
    name: String,
    mutable: bool,
    sql: String,
    #[serde(default)]
    index: Option<String>,
}

/// Calls within a call.
#[derive(Deserialize)]
struct Within {
    signer: Kid,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Statements {
    sql: Vec<String>,
    #[serde(default)]
    swallow: bool,
    #[serde(default)]
    refuse: bool,
}

impl Program for Bank {
    fn modules(&self) -> Vec<ModuleSchema> {
        vec![ModuleSchema {
            name: "bank",
            sql: SQL,
            mutable: &["signer", "account", "note", "standing"],
            invariants: INVARIANTS,
        }]
    }

    fn genesis(&self, context: &mut Context<'_>, genesis: &Genesis) -> Result<(), Refusal> {
        for member in &genesis.members {
            for key in &member.keys {
                let kid = format!("{}/{}", member.id, key.name);
                context
                    .run("INSERT INTO signer (kid, public_key) VALUES (?1, ?2)", (kid, key.public_key.to_string()))?;
            }
            context.run("INSERT INTO account VALUES (?1, ?1, 10000)", [&member.id])?;
        }
        Ok(())
    }

    /// Standing orders are carried out when they are due, in the order of their numbers; one for which money is missing is told and ends.
    fn begin_block(&self, context: &mut Context<'_>) -> Result<(), Refusal> {
        let sql = "SELECT id, source, target, amount FROM standing WHERE due_ms <= ?1 ORDER BY id";
        let due: Vec<(i64, Transfer)> = context.query(sql, [context.time_ms() as i64], |row| {
            Ok((row.get(0)?, Transfer { from: row.get(1)?, to: row.get(2)?, amount: row.get(3)? }))
        })?;
        for (id, order) in due {
            context.run("DELETE FROM standing WHERE id = ?1", [id])?;
            match transfer(context, order) {
                Ok(_) => {}
                Err(refusal) => context.emit("bank.missed", &serde_json::json!({ "id": id, "code": refusal.code })),
            }
        }
        Ok(())
    }

    fn key_tables(&self) -> &[&str] {
        &["signer"]
    }

    fn signer_key(&self, connection: &rusqlite::Connection, kid: &Kid) -> Result<Option<SignerKey>, Fault> {
        let found: Option<(String, bool)> = connection
            .prepare_cached("SELECT public_key, revoked FROM signer WHERE kid = ?1")
            .and_then(|mut statement| {
                statement.query_row([kid.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(|error| Fault::new("reading a key", Box::new(error)))?;
        Ok(found.map(|(key, revoked)| SignerKey { revoked, ..SignerKey::always(key.parse().expect("a key")) }))
    }

    fn prepare(&self, calls: &[Call]) -> Result<Prepared, Refusal> {
        for call in calls {
            let name = call.r#do.as_str();
            if !["bank.transfer", "bank.sql", "bank.create", "bank.revoke", "bank.interest", "bank.as", "bank.try"]
                .contains(&name)
            {
                return Err(Refusal::new("bank/1", RefusalKind::NotFound, format!("no command {name}")));
            }
        }
        Ok(Prepared { weight: 1 + 3 * calls.len() as u32, calls: Box::new(calls.to_vec()) })
    }

    fn apply(&self, context: &mut Context<'_>, prepared: &Prepared) -> Result<Vec<String>, Refusal> {
        let calls: &Vec<Call> = prepared.calls.downcast_ref().expect("made by prepare");
        calls.iter().map(|call| self.call(context, call)).collect()
    }
}

impl Bank {
    fn call(&self, context: &mut Context<'_>, call: &Call) -> Result<String, Refusal> {
        let with = call.with.get();
        match call.r#do.as_str() {
            "bank.transfer" => transfer(context, serde_json::from_str(with).expect("arguments")),
            "bank.sql" => statements(context, &serde_json::from_str(with).expect("arguments")),
            "bank.create" => {
                let Create { name, mutable, sql, index } = serde_json::from_str(with).expect("arguments");
                context.create_table(&NewTable { name: &name, module: "bank", mutable, sql: &sql })?;
                if let Some(index) = index {
                    context.create_index(&index)?;
                }
                Ok("null".into())
            }
            "bank.revoke" => {
                let kid: serde_json::Value = serde_json::from_str(with).expect("arguments");
                context.run("UPDATE signer SET revoked = 1 WHERE kid = ?1", [kid["kid"].as_str()])?;
                Ok("null".into())
            }
            "bank.as" => {
                let within: Within = serde_json::from_str(with).expect("arguments");
                let outputs = context.call_as(&[within.signer], &within.calls)?;
                Ok(serde_json::json!(outputs).to_string())
            }
            "bank.try" => {
                let within: Within = serde_json::from_str(with).expect("arguments");
                Ok(match context.try_call_as(&[within.signer], &within.calls)? {
                    Ok(outputs) => serde_json::json!(outputs).to_string(),
                    Err(refusal) => serde_json::json!(refusal.code).to_string(),
                })
            }
            _ => {
                context.run("UPDATE account SET balance = balance + 1 WHERE owner LIKE 'm%'", [])?;
                context.run("UPDATE account SET balance = balance - 1 WHERE owner LIKE 'm%'", [])?;
                Ok("null".into())
            }
        }
    }
}

fn transfer(context: &mut Context<'_>, order: Transfer) -> Result<String, Refusal> {
    let balance =
        context.query_opt("SELECT balance FROM account WHERE id = ?1", [&order.from], |row| row.get::<_, i64>(0))?;
    if balance.is_none_or(|balance| balance < order.amount) {
        return Err(Refusal::new("bank/2", RefusalKind::Conflict, "not enough money").at("/amount"));
    }
    let id = context.new_id();
    let at_ms = context.time_ms() as i64;
    context.run("UPDATE account SET balance = balance - ?2 WHERE id = ?1", (&order.from, order.amount))?;
    context.run("UPDATE account SET balance = balance + ?2 WHERE id = ?1", (&order.to, order.amount))?;
    context
        .run("INSERT INTO transfer VALUES (?1, ?2, ?3, ?4, ?5)", (&id, &order.from, &order.to, order.amount, at_ms))?;
    context.emit("bank.transferred", &serde_json::json!({ "id": id }));
    Ok(format!("{{\"id\":\"{id}\"}}"))
}

fn statements(context: &mut Context<'_>, wanted: &Statements) -> Result<String, Refusal> {
    let mut changed = 0;
    for sql in &wanted.sql {
        let outcome = if sql.trim_start().to_ascii_uppercase().starts_with("SELECT") {
            context.query(sql, [], |_| Ok(())).map(|rows| rows.len())
        } else {
            context.run(sql, [])
        };
        match outcome {
            Ok(count) => changed += count,
            Err(_) if wanted.swallow => {}
            Err(refusal) => return Err(refusal),
        }
    }
    if wanted.refuse {
        return Err(Refusal::new("bank/3", RefusalKind::Conflict, "refused as asked"));
    }
    Ok(changed.to_string())
}

//! A real state machine behind the endpoint: signed transactions in blocks of one, without order and network. Its tables are the
//! platform's, `stock` and `warehouse.receipt`; its statements that write are `sql.execute`, as a node has it.

use counterfoil_platform::{Registry, testing::sample_genesis};
use counterfoil_state::{Context, ModuleSchema, Options, Prepared, Program, Reader, SignerKey, SqlLimits, State};
use counterfoil_types::{
    Block, Call, Fault, Genesis, Header, Kid, Outcome, PayloadDraft, Refusal, RefusalKind, SigningKey, Transaction,
    machine::{Machine as _, Validators},
    merkle,
};
use counterfoil_wire::{
    Action, Applied, Backend, Bounds, Endpoint, NotApplied, NotSignedIn, Pending, Place, ServerConfig, SignedIn, Vault,
};
use parking_lot::Mutex;
use rusqlite::{Connection, types::Value};
use serde_json::{Value as Json, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tempfile::TempDir;
use tokio::{
    runtime::Runtime,
    sync::{Semaphore, watch},
};

/// The user of the tests.
pub const USER: &str = "core-corp/dev";
/// His token.
pub const TOKEN: &str = "cft_0123456789";
const BLOCK_MS: u64 = 1_000;

/// The platform's modules, and statements that write.
struct WithSql(Registry);

const STOCK: ModuleSchema = ModuleSchema {
    name: "stock",
    sql: r#"CREATE TABLE stock (
            id     INTEGER NOT NULL PRIMARY KEY,
            name   TEXT    NOT NULL UNIQUE,
            amount INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0),
            mark   BLOB
        ) STRICT;
        CREATE TABLE "warehouse.receipt" (
            id    TEXT    NOT NULL PRIMARY KEY,
            stock INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE VIEW stock_scarce AS SELECT id, name FROM stock WHERE amount < 10"#,
    mutable: &["stock", "warehouse.receipt"],
    invariants: "",
};

impl Program for WithSql {
    fn modules(&self) -> Vec<ModuleSchema> {
        self.0.modules_of_program().into_iter().chain([STOCK]).collect()
    }

    fn genesis(&self, context: &mut Context<'_>, genesis: &Genesis) -> Result<(), Refusal> {
        Program::genesis(&self.0, context, genesis)
    }

    fn signer_key(&self, connection: &Connection, kid: &Kid) -> Result<Option<SignerKey>, Fault> {
        self.0.signer_key(connection, kid)
    }

    fn validators(&self, connection: &Connection) -> Result<Vec<Validators>, Fault> {
        self.0.validators(connection)
    }

    fn prepare(&self, calls: &[Call]) -> Result<Prepared, Refusal> {
        let parsed: Vec<(String, Json)> = calls
            .iter()
            .map(|call| {
                (call.r#do.clone(), serde_json::from_str(call.with.get()).expect("a call's arguments are JSON"))
            })
            .collect();
        Ok(Prepared { weight: 1, calls: Box::new(parsed) })
    }

    fn apply(&self, context: &mut Context<'_>, prepared: &Prepared) -> Result<Vec<String>, Refusal> {
        let calls = prepared.calls.downcast_ref::<Vec<(String, Json)>>().expect("prepared here");
        calls.iter().map(|(name, with)| apply(context, name, with).map(|output| output.to_string())).collect()
    }
}

trait Modules {
    fn modules_of_program(&self) -> Vec<ModuleSchema>;
}

impl Modules for Registry {
    fn modules_of_program(&self) -> Vec<ModuleSchema> {
        Program::modules(self)
    }
}

fn apply(context: &mut Context<'_>, name: &str, with: &Json) -> Result<Json, Refusal> {
    if name == "package.call" {
        let arguments = &with["with"];
        return match with["action"].as_str() {
            Some("stock.take") => {
                let (id, amount) = (arguments["id"].as_i64(), arguments["amount"].as_i64());
                let rows = context.run("UPDATE stock SET amount = amount - ?2 WHERE id = ?1", (id, amount))?;
                Ok(json!({ "taken": rows }))
            }
            _ => Err(Refusal::new("package/1", RefusalKind::NotFound, "there is no such action")),
        };
    }
    let statements = with["statements"].as_array().expect("statements");
    let mut changed = Vec::new();
    for statement in statements {
        let sql = statement["sql"].as_str().expect("a text");
        if sql.to_ascii_uppercase().starts_with("CREATE") {
            return Err(Refusal::new(
                "sql/30",
                RefusalKind::Forbidden,
                "core-corp may not define tables in this schema",
            ));
        }
        let params: Vec<_> = statement["params"].as_array().into_iter().flatten().map(value).collect();
        changed.push(context.run(sql, rusqlite::params_from_iter(params))?);
    }
    Ok(json!({ "changed": changed }))
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Number(number) => Value::Integer(number.as_i64().expect("a whole number")),
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Blob(hex::decode(other["hex"].as_str().expect("hex")).expect("hexadecimal digits")),
    }
}

/// The state machine and what it has got to.
struct Machine {
    state: State,
    transactions: u64,
    time_ms: u64,
    _dir: TempDir,
}

/// A node, as far as the endpoint knows.
pub struct Node {
    machine: Mutex<Machine>,
    reader: Reader,
    vault: Option<Vault>,
    /// Whether the token has been revoked.
    pub revoked: AtomicBool,
    /// Whether it is revoked by the next transaction.
    pub revoking: AtomicBool,
    /// Places for SELECTs.
    pub places: Arc<Semaphore>,
    /// How many of them were given so far.
    pub placed: watch::Sender<u64>,
    /// Each transaction that comes in waits for one of these.
    pub gate: Semaphore,
    /// How many transactions have come in.
    pub submitted: watch::Sender<u64>,
}

/// Transactions that are let through at once.
pub const GATE: u32 = 100;
/// SELECTs that run at once.
const PLACES: usize = 6;

impl Node {
    /// A ledger with `rows` rows of stock.
    pub fn new(rows: u64) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let registry = Registry::new(vec![counterfoil_platform::member::MODULE, counterfoil_platform::asset::MODULE]);
        let options = Options { durable: false, ..Options::default() };
        let genesis = sample_genesis();
        let program = Arc::new(WithSql(registry));
        let mut state = State::open_with(dir.path(), &genesis.to_bytes(), program, &options).expect("a ledger");
        state.begin_genesis().expect("genesis");
        state.commit(counterfoil_types::Hash::ZERO).expect("genesis is committed");
        let path = dir.path().join("vault.db");
        let vault = Connection::open(&path).expect("a vault");
        vault
            .execute_batch(
                "CREATE TABLE vault_field (subject TEXT NOT NULL, name TEXT NOT NULL, value ANY, PRIMARY KEY (subject, name)) STRICT;
                 INSERT INTO vault_field VALUES ('d1', 'total', 'in the clear');",
            )
            .expect("a vault's tables");
        let reader = state.reader();
        let machine = Machine { state, transactions: 0, time_ms: genesis.time_ms, _dir: dir };
        let vault = Some(Vault { path, tables: &["vault_field"] });
        let node = Self {
            machine: Mutex::new(machine),
            reader,
            vault,
            revoked: AtomicBool::new(false),
            revoking: AtomicBool::new(false),
            places: Arc::new(Semaphore::new(PLACES)),
            placed: watch::channel(0).0,
            gate: Semaphore::new(GATE as usize),
            submitted: watch::channel(0).0,
        };
        node.fill(rows);
        node
    }

    /// The number that a SELECT gives.
    pub fn rows(&self, sql: &str) -> u64 {
        let table = self.reader.sql(sql, &[], SqlLimits::default()).expect("a SELECT");
        table.rows[0][0].as_u64().expect("a number")
    }

    fn fill(&self, rows: u64) {
        for first in (1..=rows).step_by(1_000) {
            let last = (first + 999).min(rows);
            let sql = format!(
                "INSERT INTO stock (id, name, amount) WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
                 SELECT i, 'item ' || i, i % 100 FROM n"
            );
            let call = Call::new("sql.execute", &json!({ "statements": [{ "sql": sql }] }));
            self.machine.lock().execute(vec![call]).expect("rows of stock");
        }
    }
}

impl Machine {
    /// Signs calls and executes them in a block.
    fn execute(&mut self, calls: Vec<Call>) -> Result<Applied, Refusal> {
        self.transactions += 1;
        self.time_ms += BLOCK_MS;
        let kid: Kid = USER.parse().expect("a key");
        let payload = PayloadDraft {
            ledger: self.state.ledger(),
            id: &format!("test-{}", self.transactions),
            expires_ms: self.time_ms + 60_000,
            signers: std::slice::from_ref(&kid),
            calls: &calls,
        };
        let wire = SigningKey::for_tests(USER).sign_compact(&kid, &payload.to_bytes());
        let transaction = Transaction::from_compact(wire.as_bytes())?;
        let tip = self.state.tip();
        let header = Header {
            ledger: self.state.ledger(),
            epoch: (tip.height + 1) / 1_000,
            height: tip.height + 1,
            parent: tip.digest,
            time_ms: self.time_ms,
            proposer: 0,
            transactions_root: merkle::root(&[transaction.leaf()]),
            transactions: 1,
            executed_height: tip.height,
            executed_result: tip.result,
        };
        let block = Block { header, transactions: vec![transaction.wire().clone()] };
        self.state.execute(&block, None).expect("a block");
        let executed = self.state.commit(counterfoil_types::Hash::ZERO).expect("a block is committed");
        match &executed.receipts[0].outcome {
            Outcome::Refused(refusal) => Err(refusal.clone()),
            Outcome::Applied { outputs, .. } => {
                let outputs = outputs.iter().map(|output| serde_json::from_str(output).expect("JSON")).collect();
                Ok(Applied { height: tip.height + 1, outputs })
            }
        }
    }
}

impl Backend for Node {
    fn sign_in(&self, user: &str, secret: Option<&str>) -> Result<SignedIn, NotSignedIn> {
        let Some(secret) = secret else { return Err(NotSignedIn::SecretNeeded) };
        if user != USER || secret != TOKEN || self.revoked.load(Ordering::Relaxed) {
            return Err(NotSignedIn::Refused);
        }
        Ok(SignedIn { key: USER.parse().expect("a key"), secret: Some(secret.to_owned()) })
    }

    fn reader(&self) -> Reader {
        self.reader.clone()
    }

    fn vault<'a>(&'a self, _who: &'a SignedIn) -> Pending<'a, Result<Option<Vault>, Refusal>> {
        Box::pin(async { Ok(self.vault.clone()) })
    }

    fn submit<'a>(&'a self, _who: &'a SignedIn, calls: Vec<Call>) -> Pending<'a, Result<Applied, NotApplied>> {
        Box::pin(async move {
            self.submitted.send_modify(|count| *count += 1);
            drop(self.gate.acquire().await.expect("it is not closed"));
            let done = self.machine.lock().execute(calls).map_err(NotApplied::Refused);
            self.revoked.fetch_or(self.revoking.load(Ordering::Relaxed), Ordering::Relaxed);
            done
        })
    }

    fn place(&self) -> Pending<'_, Result<Place, Refusal>> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        self.placed.send_modify(|count| *count += u64::from(place.is_ok()));
        let busy = |_| Refusal::new("http/busy", RefusalKind::Busy, "too many SELECTs run on this node");
        Box::pin(async move { place.map_err(busy) })
    }

    fn actions(&self) -> Pending<'_, Result<Vec<Action>, Refusal>> {
        let take = Action { name: "stock.take".into(), parameters: vec!["id".into(), "amount".into()] };
        Box::pin(async move { Ok(vec![take]) })
    }
}

/// An endpoint that is served until it is dropped.
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    /// The node behind it.
    pub node: Arc<Node>,
    /// What it runs on.
    pub runtime: Runtime,
    /// Ends it.
    pub ending: watch::Sender<bool>,
}

/// Serves a ledger with so many rows of stock.
pub fn serve(rows: u64) -> Served {
    serve_at("127.0.0.1:0".parse().expect("an address"), rows, None)
}

/// The same at an address, with TLS.
pub fn serve_at(address: SocketAddr, rows: u64, tls: Option<Arc<ServerConfig>>) -> Served {
    serve_with(address, rows, tls, Bounds::default())
}

/// The same on loopback with other bounds.
pub fn serve_within(rows: u64, bounds: Bounds) -> Served {
    serve_with("127.0.0.1:0".parse().expect("an address"), rows, None, bounds)
}

fn serve_with(address: SocketAddr, rows: u64, tls: Option<Arc<ServerConfig>>, bounds: Bounds) -> Served {
    let runtime = Runtime::new().expect("a runtime");
    let node = Arc::new(Node::new(rows));
    let endpoint = runtime.block_on(Endpoint::bind(address, tls, Arc::clone(&node) as Arc<dyn Backend>));
    let endpoint = endpoint.expect("an address to listen on").with_bounds(bounds);
    let address = endpoint.address().expect("an address");
    let (ending, ended) = watch::channel(false);
    runtime.spawn(endpoint.serve(ended));
    Served { address, node, runtime, ending }
}

use crate::{
    hub::Mark,
    problem::{Answer, Problem},
};
use counterfoil_platform::{ProofSource, Query, Written};
use counterfoil_proof::{NoProof, Proof};
use counterfoil_state::{Followed, Reader, RowHistory, Scope, SqlLimits, SqlParams, SqlResult, StateCode};
use counterfoil_types::{Execution, Fault, Hash, Header, Kid, Receipt, Refusal, RefusalKind, Transaction};
use serde_json::Value as Json;
use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// SELECTs of the public that run at once: long ones must not take every thread from those who wait for receipts.
const SELECTS: usize = 6;
/// How long a SELECT waits for its turn.
const SELECT_WAIT: Duration = Duration::from_secs(10);

/// The schema under which a SELECT reads its caller's vault.
const VAULT: &str = "vault";

/// What a SELECT reads beside the ledger as it is.
#[derive(Debug, Default)]
pub struct Read {
    /// The vault of whoever asks.
    pub vault: Option<PathBuf>,
    /// The height as of which it is asked; none is the newest.
    pub as_of: Option<u64>,
}

/// Reads of state, away from the threads that serve HTTP.
#[derive(Clone)]
pub struct Store {
    reader: Reader,
    selects: Arc<Semaphore>,
    /// How many members there were at a height.
    members: Arc<Mutex<Option<(u64, u64)>>>,
}

/// A public action of a package in force.
pub struct DeployedAction {
    /// The package.
    pub package: String,
    /// The action.
    pub name: String,
    /// The comment above it.
    pub summary: String,
    /// Its parameters, `{name, type, nullable}` each.
    pub parameters: Vec<Json>,
}

/// Whether the actions of a package `p` can be called now, by the state of its newest version `v` and of itself as a member `m`.
macro_rules! callable {
    () => {
        "(p.state = 'active' AND v.state = 'active' AND m.state = 'active')"
    };
}

pub(crate) use callable;

impl DeployedAction {
    /// All that can be called now, by name.
    pub fn all(reader: &Reader) -> Result<Vec<Self>, Refusal> {
        let sql = concat!(
            "SELECT a.package, a.name, a.summary, a.parameters
             FROM package_action a JOIN package p ON p.name = a.package AND p.version = a.version
             JOIN package_version v ON v.package = p.name AND v.version = p.version JOIN member m ON m.id = p.name
             WHERE a.public = 1 AND ",
            callable!(),
            " ORDER BY a.package, a.name"
        );
        let table = reader.sql_static(sql, SqlParams::Positional(&[]), SqlLimits::default())?;
        let text = |row: &[Json], at: usize| Some(row.get(at)?.as_str()?.to_owned());
        let read = |row: &Vec<Json>| {
            let parameters = serde_json::from_str(&text(row, 3)?).ok()?;
            Some(Self { package: text(row, 0)?, name: text(row, 1)?, summary: text(row, 2)?, parameters })
        };
        Ok(table.rows.iter().filter_map(read).collect())
    }
}

impl Store {
    /// Reads of one member's state.
    pub fn new(reader: Reader) -> Self {
        Self { reader, selects: Arc::new(Semaphore::new(SELECTS)), members: Arc::default() }
    }

    /// Reads what no SELECT gives.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let reader = self.reader.clone();
        match tokio::task::spawn_blocking(move || read(&reader)).await {
            Ok(result) => result,
            Err(error) => Err(Fault::new("reading state", error)),
        }
    }

    /// Asks a question of one's own.
    pub async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Reader) -> Result<T, Refusal> + Send + 'static,
    ) -> Answer<T> {
        Ok(self.read(move |reader| Ok(ask(reader))).await??)
    }

    /// Height and time of a block.
    pub fn mark(&self, height: u64) -> Result<Mark, Fault> {
        let header = self.reader.header(height)?;
        Ok(Mark { height, time_ms: header.map_or(0, |header| header.time_ms) })
    }

    /// The time of a block, milliseconds since 1970.
    pub async fn time_ms(&self, height: u64) -> Result<u64, Fault> {
        let header = self.read(move |reader| reader.header(height)).await?;
        Ok(header.map_or(0, |header| header.time_ms))
    }

    /// The first receipt of a transaction.
    pub async fn receipt(&self, identity: Hash) -> Result<Option<Receipt>, Fault> {
        self.read(move |reader| reader.receipt(&identity)).await
    }

    /// The transaction with this identity, if it is on the ledger.
    pub async fn transaction(&self, identity: Hash) -> Answer<Option<Transaction>> {
        let Some(entry) = self.read(move |reader| reader.transaction(&identity)).await? else { return Ok(None) };
        Ok(Some(Transaction::from_wire(entry.wire)?))
    }

    /// The transaction for which `kid` used `id`, and its receipt.
    pub async fn by_id(&self, kid: Kid, id: String) -> Answer<Option<(Transaction, Receipt)>> {
        let Some(entry) = self.read(move |reader| reader.transaction_of(&kid, &id)).await? else { return Ok(None) };
        Ok(Some((Transaction::from_wire(entry.wire)?, entry.receipt)))
    }

    /// The receipts of a block.
    pub async fn receipts_at(&self, height: u64) -> Result<Vec<Receipt>, Fault> {
        self.read(move |reader| reader.receipts(height)).await
    }

    /// What happened at the beginning of a block.
    pub async fn begun_at(&self, height: u64) -> Result<Option<Receipt>, Fault> {
        self.read(move |reader| reader.begun(height)).await
    }

    /// Up to `count` headers from the height `first` on.
    pub async fn headers(&self, first: u64, count: u64) -> Result<Vec<Header>, Fault> {
        self.read(move |reader| reader.headers(first, count as usize)).await
    }

    /// What blocks came to, from the height `from` on, see [`Reader::followed`].
    pub async fn followed(&self, from: u64, blocks_max: usize, bytes_max: usize) -> Result<Vec<Followed>, Fault> {
        self.read(move |reader| reader.followed(from, blocks_max, bytes_max)).await
    }

    /// The record of a block's execution.
    pub async fn execution(&self, height: u64) -> Result<Option<Execution>, Fault> {
        self.read(move |reader| reader.execution(height)).await
    }

    /// The validators that the ledger decided on, each time with the epoch from which they order.
    pub async fn committees(&self) -> Answer<Vec<(u64, Vec<String>)>> {
        let sql = "SELECT from_epoch, validators FROM member_committee ORDER BY from_epoch";
        let table = self.ask(move |reader| reader.sql(sql, SqlParams::Positional(&[]), SqlLimits::default())).await?;
        let members = |lines: &str| lines.lines().filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect();
        let read = |row: &Vec<Json>| Some((row.first()?.as_u64()?, members(row.get(1)?.as_str()?)));
        Ok(table.rows.iter().filter_map(read).collect())
    }

    /// A reader of its own, for whoever reads in threads of its own.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The public actions of packages that can be called now.
    pub async fn actions(&self) -> Answer<Vec<DeployedAction>> {
        self.ask(DeployedAction::all).await
    }

    /// How many members the ledger has at `height`, the newest: counted once a block, as anybody may ask; who asks meanwhile waits for it.
    pub async fn members(&self, height: u64) -> Answer<u64> {
        let mut known = self.members.lock().await;
        if let Some((_, count)) = known.filter(|(at, _)| *at >= height) {
            return Ok(count);
        }
        let sql = "SELECT count(*) FROM member";
        let count =
            self.ask(move |reader| reader.sql_static(sql, SqlParams::Positional(&[]), SqlLimits::default())).await?;
        let count = count.rows.first().and_then(|row| row.first()?.as_u64()).unwrap_or(0);
        *known = Some((height, count));
        Ok(count)
    }

    /// Runs a SELECT of the public.
    pub async fn sql(&self, sql: String, params: Vec<Json>) -> Answer<SqlResult> {
        self.sql_in(Read::default(), sql, params).await
    }

    /// The same with what else is read, and as of which height.
    pub async fn sql_in(&self, read: Read, sql: String, params: Vec<Json>) -> Answer<SqlResult> {
        let _place = self.place().await?;
        self.ask(move |reader| {
            let attached = read.vault.as_deref().map(|vault| (VAULT, vault));
            let scope = Scope { attached, as_of: read.as_of };
            reader.sql_in(scope, &sql, SqlParams::Positional(&params), SqlLimits::default())
        })
        .await
    }

    /// A page of a row's versions, newest first, and the times of their blocks.
    pub async fn history(
        &self,
        table: String,
        key: Vec<String>,
        before: Option<u64>,
        limit: usize,
    ) -> Answer<(RowHistory, HashMap<u64, u64>)> {
        let _place = self.place().await?;
        let broken = |fault: Fault| StateCode::Broken.refusal(fault.report());
        self.ask(move |reader| {
            let history = reader.history(&table, &key, before, limit)?;
            let mut times = HashMap::new();
            for version in &history.versions {
                let header = reader.header(version.height).map_err(broken)?;
                times.insert(version.height, header.map_or(0, |header| header.time_ms));
            }
            Ok((history, times))
        })
        .await
    }

    /// A place among the SELECTs that run at once, by whichever way they come.
    pub async fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        match timeout(SELECT_WAIT, self.selects.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => {
                let busy = "too many SELECTs run on this node: try again in a moment";
                Err(Refusal::new("http/busy", RefusalKind::Busy, busy))
            }
        }
    }

    /// Runs a named read of a module with what its caller gave.
    pub async fn query(&self, query: Query, given: Vec<(String, String)>) -> Answer<Json> {
        self.ask(move |reader| {
            let given: Vec<(&str, &str)> = given.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            query.read(reader, &given).map(|(_, answer)| answer)
        })
        .await
    }

    /// Whether rows of a table only ever come, so that they have no place in the index of current values.
    pub fn is_append_only(&self, table: &str) -> Result<bool, Refusal> {
        Ok(!self.reader.table(table)?.mutable)
    }

    /// A block such that no later one wrote a row, cheaper than [`written_at`](Self::written_at).
    pub async fn unwritten_since(&self, table: String, key: Vec<String>) -> Answer<Option<u64>> {
        self.ask(move |reader| reader.unwritten_since(&table, &key)).await
    }

    /// The newest block that wrote a row.
    pub async fn written_at(&self, table: String, key: Vec<String>) -> Answer<Option<u64>> {
        self.ask(move |reader| reader.written_at(&table, &key)).await
    }

    /// How the block of `height` wrote a row.
    pub async fn written(&self, height: u64, table: String, key: Vec<String>) -> Answer<Written> {
        self.ask(move |reader| Written::read(reader, height, &table, &key)).await
    }

    /// Adds to a proof what leads from its height to the members' signatures; nothing while they are not all there.
    pub async fn complete(
        &self,
        prove: impl FnOnce(&ProofSource<'_>) -> Result<Proof, NoProof<Fault>> + Send + 'static,
    ) -> Answer<Option<Vec<u8>>> {
        let proof = self
            .read(move |reader| match prove(&ProofSource(reader)) {
                Ok(proof) => Ok(Ok(Some(proof.to_bytes()))),
                Err(NoProof::NotYet(_)) => Ok(Ok(None)),
                Err(NoProof::Store(fault)) => Err(fault),
                Err(other) => Ok(Err(other.to_string())),
            })
            .await?;
        proof.map_err(|why| Problem::from(Fault::failed(why)))
    }
}

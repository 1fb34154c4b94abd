//! What a member who must be able to read something, such as a tax authority, does with it on arrival: its node opens it in memory, has
//! the module examine it, and signs what follows from that.
//!
//! Nothing opened here is shown or kept: that is for `document.open` and the vault.

use crate::{
    answer::{self, Called},
    files,
    member::Member,
    problem::Answer,
};
use axum::http::StatusCode;
use counterfoil_platform::Examine;
use counterfoil_seal::Record;
use counterfoil_state::{Reader, SqlLimits, SqlParams};
use counterfoil_types::{Call, Fault, Hash, Kid};
use serde_json::{Value, json};
use std::sync::Arc;

/// Things that are looked at at once.
const PAGE: usize = 64;

/// After how many things it is noted how far it is. What is looked at again after a restart is not signed again.
const NOTE_EVERY: usize = 256;

/// For which of many members, each with the number of the last thing looked at, anything was sealed since.
const ANYTHING: &str = "\
    SELECT value ->> 0 FROM json_each(?1)
    WHERE EXISTS (SELECT 1 FROM document_reader r WHERE r.reader = value ->> 0 AND r.number > value ->> 1)";

/// What was sealed for a member, in its order, for which of its keys, and whether it must read it.
const ARRIVED: &str = "\
    SELECT number, subject, version, key, mandatory FROM document_reader
    WHERE reader = ?1 AND number > ?2 ORDER BY number LIMIT ?3";

/// A member for whom this node examines: it has a reading key here, and a signing key of the same name.
struct Examiner {
    kid: Kid,
    /// The last number of `document_reader` that was looked at.
    number: i64,
    /// How many were looked at since that was noted.
    unnoted: usize,
}

/// Something that arrived.
struct Arrival {
    number: i64,
    subject: String,
    version: u64,
    key: String,
    mandatory: bool,
}

/// Examines whatever arrives, as long as the node runs.
pub async fn run(member: Arc<Member>) {
    let mut examiners = examiners(&member);
    if examiners.is_empty() {
        return;
    }
    let mut executed = member.hub.executed();
    let mut failing = false;
    loop {
        executed.borrow_and_update();
        match go_on(&member, &mut examiners).await {
            Ok(()) => failing = false,
            // Tried again with each block, told once.
            Err(_) if failing => {}
            Err(fault) => {
                tracing::error!("examining what arrived: {}", fault.report());
                failing = true;
            }
        }
        if executed.changed().await.is_err() {
            return;
        }
    }
}

/// Looks at what arrived since: mostly nothing, and then one question is all that a block costs.
async fn go_on(member: &Arc<Member>, examiners: &mut [Examiner]) -> Result<(), Fault> {
    let seen: Vec<Value> = examiners.iter().map(|one| json!([one.kid.member(), one.number])).collect();
    let found = select(member, ANYTHING, vec![json!(json!(seen).to_string())]).await?;
    let mut first = Ok(());
    for examiner in examiners {
        if found.iter().any(|row| row.first().and_then(Value::as_str) == Some(examiner.kid.member())) {
            // One that fails does not keep the others from theirs.
            if let Err(fault) = examiner.go_on(member).await {
                first = first.and(Err(fault));
            }
        }
    }
    first
}

async fn select(member: &Member, sql: &'static str, params: Vec<Value>) -> Result<Vec<Vec<Value>>, Fault> {
    // Not among the SELECTs of the public, which may have to wait.
    let select = move |reader: &Reader| reader.sql_static(sql, SqlParams::Positional(&params), SqlLimits::default());
    let table = member.store.ask(select).await;
    let table = table.map_err(|problem| Fault::failed(format!("reading what arrived: {}", problem.document())))?;
    Ok(table.rows)
}

fn examiners(member: &Member) -> Vec<Examiner> {
    let mut examiners = Vec::<Examiner>::new();
    for (kid, _) in member.keys.reading_keys().filter(|(kid, _)| member.keys.get(kid).is_some()) {
        if !examiners.iter().any(|known| known.kid.member() == kid.member()) {
            let noted = files::read(&member.examined.join(kid.member())).ok();
            let number = noted.and_then(|bytes| String::from_utf8(bytes).ok()?.trim().parse().ok()).unwrap_or(0);
            examiners.push(Examiner { kid: kid.clone(), number, unnoted: 0 });
        }
    }
    examiners
}

impl Examiner {
    /// Looks at everything that arrived since.
    async fn go_on(&mut self, member: &Arc<Member>) -> Result<(), Fault> {
        loop {
            let page = self.arrived(member).await?;
            let Some(last) = page.last() else { return Ok(()) };
            let (number, count) = (last.number, page.len());
            for arrival in page.iter().filter(|arrival| arrival.mandatory) {
                // What is sealed for a key that is elsewhere is examined there.
                let kid = Kid::new(self.kid.member(), &arrival.key);
                if kid.is_some_and(|kid| member.keys.reading(&kid).is_some()) {
                    self.examine(member, arrival).await?;
                }
            }
            self.number = number;
            self.unnoted += count;
            if self.unnoted >= NOTE_EVERY {
                files::create_private_folder(&member.examined)?;
                files::write_private(&member.examined.join(self.kid.member()), number.to_string().as_bytes())?;
                self.unnoted = 0;
            }
            if count < PAGE {
                return Ok(());
            }
        }
    }

    async fn arrived(&self, member: &Member) -> Result<Vec<Arrival>, Fault> {
        let params = vec![json!(self.kid.member()), json!(self.number), json!(PAGE)];
        let rows = select(member, ARRIVED, params).await?;
        let read = |row: &Vec<Value>| {
            Some(Arrival {
                number: row.first()?.as_i64()?,
                subject: row.get(1)?.as_str()?.to_owned(),
                version: row.get(2)?.as_u64()?,
                key: row.get(3)?.as_str()?.to_owned(),
                mandatory: row.get(4)? == 1,
            })
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    async fn examine(&self, member: &Arc<Member>, arrival: &Arrival) -> Result<(), Fault> {
        let module = arrival.subject.split_once(':').map(|(module, _)| module);
        let module = member.registry.modules().iter().find(|known| Some(known.name) == module);
        let Some(examine) = module.and_then(|module| module.examine) else { return Ok(()) };
        let record = member.sealed(&arrival.subject, arrival.version).await;
        let Some(record) = settled(arrival, record)? else { return Ok(()) };
        let Some(calls) = settled(arrival, self.calls(member, examine, record).await)? else { return Ok(()) };
        for call in calls {
            self.sign(member, arrival, call).await?;
        }
        Ok(())
    }

    /// What the module wants signed about something.
    async fn calls(&self, member: &Arc<Member>, examine: Examine, record: Record) -> Answer<Vec<Call>> {
        let (name, node) = (self.kid.member().to_owned(), member.clone());
        let asked = member.store.ask(move |reader| {
            let opened = record.open_as(node.ledger, &name, |kid| node.keys.reading(kid));
            examine(reader, &record, opened.as_ref().map(|(_, opened)| opened), &name)
        });
        asked.await
    }

    /// Signs a call once, whatever stops the node in between.
    async fn sign(&self, member: &Member, arrival: &Arrival, call: Call) -> Result<(), Fault> {
        let Some(key) = member.keys.get(&self.kid) else { return Ok(()) };
        let parts = [arrival.subject.as_bytes(), &[0], &arrival.version.to_be_bytes(), call.with.get().as_bytes()];
        let id = format!("examined-{}", Hash::of(&parts));
        let done = member.perform(&self.kid, key, call, Some(&id[..41])).await;
        let Some(receipt) = settled(arrival, done)? else { return Ok(()) };
        match answer::called(&receipt) {
            Err(refused) => tracing::warn!("{} examined: {}", arrival.subject, refused.document()),
            Ok(Called::Held(_)) => tracing::warn!("{} examined: what follows waits for signatures", arrival.subject),
            Ok(Called::Done(_)) => tracing::info!("{} examined: {} was questioned", self.kid.member(), arrival.subject),
        }
        Ok(())
    }
}

/// What came of a step; nothing, and a line in the log, where it will never come to more: then the next arrival has its turn. What may
/// come to more later is a fault.
fn settled<T>(arrival: &Arrival, answer: Answer<T>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(done) => Ok(Some(done)),
        Err(problem) if problem.status().is_client_error() && problem.status() != StatusCode::TOO_MANY_REQUESTS => {
            tracing::error!("{} is not examined: {}", arrival.subject, problem.document());
            Ok(None)
        }
        Err(problem) => Err(Fault::failed(format!("{}: {}", arrival.subject, problem.document()))),
    }
}

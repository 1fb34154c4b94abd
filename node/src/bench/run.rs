use super::{
    check::{self, Mismatch},
    load::{self, Pressure},
    machine,
    nodes::Nodes,
    pages,
    report::{More, Report},
    size::{self, Size},
    workload::{Ready, Task},
};
use crate::{
    dev::{Consortium, Options as DevOptions},
    member::Member,
};
use counterfoil_client::Client;
use counterfoil_types::Fault;
use std::{
    net::SocketAddr,
    num::NonZero,
    path::{Path, PathBuf},
    sync::Arc,
    thread::available_parallelism,
    time::{Duration, Instant},
};

/// What is synced when: the same as in production, for there is no other way to run.
const FSYNC: &str = "full: votes before they are sent, every block's commit before its receipts";
/// Transactions in one request of an open loop at most.
const OPEN_BATCH: usize = 128;
/// Threads of an open loop: enough that one is free when something is due.
const OPEN_THREADS: usize = 64;

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Options {
    /// Validators.
    pub members: usize,
    /// What they do.
    pub task: Task,
    /// Transactions before the clock runs.
    pub preload: u64,
    /// How long transactions are sent.
    pub time: Duration,
    /// Transactions a second, whatever the answers; without it as many as are answered.
    pub rate: Option<u64>,
    /// Transactions that await their receipts at most; without it what suits the task.
    pub in_flight: Option<usize>,
    /// Threads that sign, send and wait.
    pub threads: usize,
    /// How often each kind of read of invoices is timed afterwards; 0 for no reads, and then nothing is reopened.
    pub reads: usize,
    /// Where the consortium's directory is made; it is removed at the end.
    pub folder: Option<PathBuf>,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The consortium does not run.
    #[error("{}", .0.report())]
    Fault(#[from] Fault),
    /// It ran, and what it holds is not what it acknowledged.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
}

/// Runs a consortium in a directory of its own, puts load on it, and checks what is there afterwards.
pub async fn run(options: Options) -> Result<Report, Failed> {
    let parent = options.folder.clone().unwrap_or_else(std::env::temp_dir);
    let folder = tempfile::Builder::new().prefix("counterfoil-bench-").tempdir_in(&parent);
    let folder = folder.map_err(|error| Fault::new(format!("creating a folder in {}", parent.display()), error))?;
    let probe = machine::probe_disk(folder.path())?;
    let data = folder.path().join("data");
    let consortium = start(&options, &data).await?;
    let (clients, members, load) = (clients(&consortium), consortium.members.clone(), options.clone());
    let validator = data.join(&members[0].id);
    let measured = tokio::task::spawn_blocking(move || measure(&load, &clients, &members, probe)).await;
    consortium.stop().await;
    let mut report = measured.map_err(|error| Fault::new("measuring", error))??;
    if let Some(size) = &mut report.size {
        size.disk = size::on_disk(&validator)?;
        size.disk_bytes = size.disk.iter().map(|(_, bytes)| bytes).sum();
        size.reopen_s = rounded(reopen(&options, &data, report.more.roots_height).await?.as_secs_f64());
    }
    Ok(report)
}

fn clients(consortium: &Consortium) -> Vec<Client> {
    consortium.addresses().iter().map(|address| Client::new(&format!("http://{address}"))).collect()
}

/// How long a consortium that was stopped takes until its first validator answers with all that it had executed.
async fn reopen(options: &Options, data: &Path, executed: u64) -> Result<Duration, Failed> {
    let begun = Instant::now();
    let consortium = start(options, data).await?;
    let client = clients(&consortium).swap_remove(0);
    let status = tokio::task::spawn_blocking(move || client.status()).await;
    let elapsed = begun.elapsed();
    consortium.stop().await;
    let status = status.map_err(|error| Fault::new("asking", error))?.map_err(Mismatch::from)?;
    if status.executed < executed {
        let found = status.executed;
        return Err(Mismatch::Wrong(format!("reopened at height {found}, it had executed {executed}")).into());
    }
    Ok(elapsed)
}

async fn start(options: &Options, data: &Path) -> Result<Consortium, Fault> {
    let dev = DevOptions {
        data: Some(data.to_owned()),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        sql: None,
        members: Some(options.members),
        samples: false,
    };
    Consortium::start(&dev, Arc::new(crate::registry())).await
}

fn measure(options: &Options, clients: &[Client], members: &[Arc<Member>], probe: u64) -> Result<Report, Mismatch> {
    let task = options.task;
    let pressure = match options.rate {
        Some(_) => {
            let (threads, batch) = (OPEN_THREADS, OPEN_BATCH);
            Pressure { time: options.time, threads, batch, count: None, rate: options.rate }
        }
        None => Pressure { time: options.time, ..closed(options) },
    };
    let Ready { issuers, rows: mut rows_before } = task.prepare(&Nodes { clients, members })?;
    if options.preload > 0 {
        let pressure = Pressure { count: Some(options.preload), ..closed(options) };
        let loaded = load::put(clients, &issuers, pressure, members[0].ledger, "preload")?;
        rows_before += loaded.applied * task.rows_each();
    }
    let before = clients[0].status()?.executed;
    let cpu_before = machine::cpu();
    let answers = load::put(clients, &issuers, pressure, members[0].ledger, "bench")?;
    let cpu = machine::cpu().zip(cpu_before).map(|(after, before)| after.saturating_sub(before));
    let memory_peak_mib = machine::memory_peak_mib();

    check::catch_up(clients, answers.height)?;
    let rows = answers.applied * task.rows_each();
    check::count(clients, task.table(), rows_before + rows)?;
    check::roots(clients, answers.height)?;
    let proofs = check::proofs(clients, &task, &check::keys(clients, &task, &answers.remembered)?)?;

    let size = match answers.remembered.first() {
        Some((known, _)) if options.reads > 0 => {
            let invoices = rows_before + rows;
            let chosen = size::choose(&clients[0], known, invoices, options.reads)?;
            let mut reads = size::reads(&clients[0], &chosen)?;
            reads.extend(pages::times(&clients[0], &members[0], &chosen)?);
            Some(Size { invoices, reads, reopen_s: 0.0, disk_bytes: 0, disk: Vec::new() })
        }
        _ => None,
    };
    let seconds = answers.elapsed.as_secs_f64();
    let per_row = |time: Duration| rounded(time.as_secs_f64() * 1e6 / rows.max(1) as f64);
    Ok(Report {
        workload: task.name().to_owned(),
        members: options.members,
        accounts: task.accounts.count,
        hot: task.accounts.hot,
        legs: task.rows_each(),
        seconds: rounded(seconds),
        tps: rounded(answers.applied as f64 / seconds),
        legs_per_s: rounded(rows as f64 / seconds),
        p50_ms: answers.latencies.percentile_ms(50),
        p95_ms: answers.latencies.percentile_ms(95),
        p99_ms: answers.latencies.percentile_ms(99),
        cpu_us_per_leg: cpu.map(per_row),
        load_cpu_us_per_leg: answers.cpu.map(per_row),
        fsync: FSYNC.to_owned(),
        disk_probe_per_s: probe,
        rows,
        size,
        more: More {
            load: describe(&pressure),
            memory_peak_mib,
            busy: answers.busy,
            blocks: answers.height.saturating_sub(before),
            roots_height: answers.height,
            proofs,
            processors: available_parallelism().map_or(1, NonZero::get),
        },
    })
}

/// Load in which each answer makes room for the next, without end.
fn closed(options: &Options) -> Pressure {
    let in_flight = options.in_flight.unwrap_or(options.task.in_flight());
    let threads = options.threads.clamp(1, in_flight);
    Pressure { time: Duration::MAX, threads, batch: in_flight / threads, count: None, rate: None }
}

fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn describe(pressure: &Pressure) -> String {
    let Pressure { threads, batch, .. } = pressure;
    match pressure.rate {
        Some(rate) => format!("{rate} due a second (open loop), latency counted from when each was due"),
        None => format!("{} in flight: {threads} requests of {batch} transactions", threads * batch),
    }
}

use super::size::{Size, Timed};
use serde::Serialize;
use std::fmt;

/// What a benchmark measured. Its JSON holds exactly these members.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What was done.
    pub workload: String,
    /// Validators, all in this process.
    pub members: usize,
    /// Accounts between which money moves.
    pub accounts: u32,
    /// Accounts that are on half of all sides; 0 for none.
    pub hot: u32,
    /// Legs of one transaction: rows that it writes and that are counted.
    pub legs: u64,
    /// From the first submission to the last receipt.
    pub seconds: f64,
    /// Transactions acknowledged as final and executed, a second.
    pub tps: f64,
    /// Legs acknowledged as final and executed, a second.
    pub legs_per_s: f64,
    /// Half of the receipts came within this time.
    pub p50_ms: f64,
    /// 95 of 100 receipts came within this time.
    pub p95_ms: f64,
    /// 99 of 100 receipts came within this time.
    pub p99_ms: f64,
    /// CPU time of the whole process for each leg: all members, and the load with its signatures.
    pub cpu_us_per_leg: Option<f64>,
    /// Of it the threads that make, sign and send transactions and read the receipts.
    pub load_cpu_us_per_leg: Option<f64>,
    /// When data are on the disk.
    pub fsync: String,
    /// How often the disk writes and syncs 4 KiB in a second, measured before.
    pub disk_probe_per_s: u64,
    /// Rows counted by SQL afterwards, the same on every member.
    pub rows: u64,
    /// How the ledger answers at the size that it has come to, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// What else people want to know.
    #[serde(skip)]
    pub more: More,
}

/// What a report says to people only.
#[derive(Debug, Clone)]
pub struct More {
    /// How the load was put on.
    pub load: String,
    /// Most memory that the process had resident.
    pub memory_peak_mib: Option<u64>,
    /// Times a transaction was turned away by a busy node and sent again.
    pub busy: u64,
    /// Blocks that hold the transactions.
    pub blocks: u64,
    /// Height at which all members had the same roots.
    pub roots_height: u64,
    /// Proofs verified offline.
    pub proofs: usize,
    /// Processors of this machine.
    pub processors: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { more, .. } = self;
        let unknown = || "unknown".to_owned();
        writeln!(f, "workload           {}, {}", self.workload, more.load)?;
        if self.workload.starts_with("transfer") {
            writeln!(f, "accounts           {}, half of all sides among the first {}", self.accounts, self.hot)?;
        }
        writeln!(f, "members            {} validators in one process, {} processors", self.members, more.processors)?;
        writeln!(f, "transactions       {:.0} a second over {:.1} s", self.tps, self.seconds)?;
        if self.legs > 1 {
            writeln!(f, "legs               {:.0} a second, {} a transaction", self.legs_per_s, self.legs)?;
        }
        writeln!(f, "latency            p50 {} ms, p95 {} ms, p99 {} ms", self.p50_ms, self.p95_ms, self.p99_ms)?;
        let cpu = self.cpu_us_per_leg.map_or_else(unknown, |us| format!("{us:.0} µs a leg"));
        let load = self.load_cpu_us_per_leg.map_or_else(unknown, |us| format!("{us:.0} µs"));
        writeln!(f, "CPU                {cpu}, of it the load {load}")?;
        let memory = more.memory_peak_mib.map_or_else(unknown, |mib| format!("{mib} MiB at most, load included"));
        writeln!(f, "memory             {memory}")?;
        writeln!(f, "fsync              {}", self.fsync)?;
        writeln!(f, "disk probe         {} writes of 4 KiB with fsync a second", self.disk_probe_per_s)?;
        writeln!(f, "blocks             {}; turned away as busy and sent again: {}", more.blocks, more.busy)?;
        writeln!(f, "rows               {} counted by SQL on each member, as many as were acknowledged", self.rows)?;
        writeln!(f, "roots              equal on all members at height {}", more.roots_height)?;
        writeln!(f, "proofs             {} verified offline", more.proofs)?;
        self.size.iter().try_for_each(|size| size.fmt(f))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { invoices, reads, reopen_s, disk_bytes, disk } = self;
        writeln!(f, "size               {invoices} invoices")?;
        for Timed { what, count, p50_ms, p99_ms } in reads {
            writeln!(f, "  {what:48} p50 {p50_ms} ms, p99 {p99_ms} ms, {count} times")?;
        }
        writeln!(f, "reopened           in {reopen_s} s")?;
        let parts: Vec<_> = disk.iter().map(|(name, bytes)| format!("{name} {}", bytes / invoices)).collect();
        writeln!(f, "disk               {} bytes an invoice: {}", disk_bytes / invoices, parts.join(", "))
    }
}

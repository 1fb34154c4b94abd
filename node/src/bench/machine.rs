use counterfoil_types::Fault;
use std::{
    fs::File,
    io::{Seek as _, Write as _},
    path::Path,
    time::{Duration, Instant},
};

/// How long the disk is probed.
const PROBE: Duration = Duration::from_secs(1);
/// What one probe writes.
const PROBE_BYTES: usize = 4096;
/// Ticks of `/proc/self/stat` in a second, as Linux shows them on every architecture.
const TICKS_PER_SECOND: u64 = 100;

/// How often in a second 4 KiB in `folder` can be written and synced, one after the other.
pub fn probe_disk(folder: &Path) -> Result<u64, Fault> {
    let fault = |error| Fault::new(format!("probing the disk of {}", folder.display()), error);
    let path = folder.join("probe");
    let mut file = File::create(&path).map_err(fault)?;
    let bytes = [0x5a; PROBE_BYTES];
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < PROBE {
        file.rewind().and_then(|()| file.write_all(&bytes)).and_then(|()| file.sync_all()).map_err(fault)?;
        count += 1;
    }
    let per_second = count as f64 / begun.elapsed().as_secs_f64();
    std::fs::remove_file(&path).map_err(fault)?;
    Ok(per_second.round() as u64)
}

/// CPU time that this process has used, in user and kernel mode; nothing where `/proc` does not tell.
pub fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may hold anything; utime and stime are the 12th and 13th field after it.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((next()? + next()?) * 1000 / TICKS_PER_SECOND))
}

/// CPU time that this thread has used; nothing where `/proc` does not tell.
pub fn cpu_of_thread() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(stat.split_ascii_whitespace().next()?.parse().ok()?))
}

/// The most memory that this process has had resident, in MiB.
pub fn memory_peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_uses_time_and_memory() {
        let before = cpu().unwrap();
        let begun = Instant::now();
        let mut sum = 0_u64;
        while cpu().unwrap() <= before {
            sum = std::hint::black_box(sum.wrapping_add(1));
            assert!(begun.elapsed() < Duration::from_secs(60), "no CPU time is counted");
        }
        assert!(memory_peak_mib().unwrap() > 0);
        assert!(!cpu_of_thread().unwrap().is_zero());
    }

    #[test]
    fn a_disk_syncs_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        assert!(probe_disk(folder.path()).unwrap() > 0);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

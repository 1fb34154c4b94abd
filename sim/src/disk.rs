use anyhow::Context as _;
use rand::RngExt as _;
use std::{fs, path::Path};

/// Copies a validator's state as a crash leaves it: database and write-ahead log as they are on disk, without the tidy close of a process
/// that ends well, and a torn write at the end of the log.
///
/// # Errors
/// The files cannot be copied.
pub fn crash_image(from: &Path, to: &Path, chance: &mut impl rand::Rng) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for name in ["state.db", "state.db-wal"] {
        let source = from.join(name);
        if source.exists() {
            fs::copy(&source, to.join(name)).with_context(|| format!("copying {}", source.display()))?;
        }
    }
    let log = to.join("state.db-wal");
    if log.exists() {
        // A frame is a header of 24 bytes and a page: part of one, of no commit.
        let mut torn = vec![0; chance.random_range(1..4_000)];
        chance.fill_bytes(&mut torn);
        let bytes = [fs::read(&log)?, torn].concat();
        fs::write(&log, bytes)?;
    }
    Ok(())
}

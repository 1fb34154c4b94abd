use counterfoil_types::Fault;
use std::{
    fs::{File, OpenOptions, TryLockError},
    net::{SocketAddr, TcpListener},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// How long a run before this one, in this process or another, may take to let go of the folder.
const RELEASE: Duration = Duration::from_secs(3);

/// The file in the engine's folder that its holder locks.
const HOLD: &str = ".hold";

/// A folder as it was when it was taken, to tell later whether it still is that one.
///
/// A lock does not keep anybody from removing a folder. The engine then goes on until a file is missing, and its runtime says so of any
/// file that it could not remove.
pub struct Taken {
    hold: PathBuf,
    file: Option<(u64, u64)>,
}

impl Taken {
    /// The folder as it is now.
    pub fn of(directory: &Path) -> Self {
        let hold = directory.join(HOLD);
        Self { file: identity(&hold), hold }
    }

    /// Whether it is there no more, or another is in its place.
    pub fn is_gone(&self) -> bool {
        identity(&self.hold) != self.file
    }
}

/// What tells a file from all others of the machine, whatever their names.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

/// Whether the address can be listened on.
pub fn address(listen: SocketAddr) -> Result<(), Fault> {
    match TcpListener::bind(listen) {
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::new(format!("cannot listen on {listen} for other validators"), error)),
    }
}

/// Whether the folder can be written and nobody else holds it. The runtime would wait for it without a word.
pub fn directory(directory: &Path) -> Result<(), Fault> {
    let fault = |error| Fault::new(format!("cannot use the engine's folder {}", directory.display()), error);
    std::fs::create_dir_all(directory).map_err(fault)?;
    let hold = directory.join(HOLD);
    let file: File = OpenOptions::new().write(true).create(true).truncate(false).open(hold).map_err(fault)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if begun.elapsed() < RELEASE => thread::sleep(Duration::from_millis(50)),
            Err(TryLockError::WouldBlock) => {
                return Err(Fault::Unusable(format!(
                    "the engine's folder {} is in use by another process",
                    directory.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_removed_or_replaced_is_told() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("engine");
        directory(&folder).unwrap();
        // As the runtime does, whose file keeps its place on the disk while it is open.
        let held = File::open(folder.join(HOLD)).unwrap();
        let taken = Taken::of(&folder);
        assert!(!taken.is_gone());
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(taken.is_gone());
        directory(&folder).unwrap();
        assert!(taken.is_gone(), "another is in its place");
        drop(held);
    }

    #[test]
    fn a_port_in_use_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address_taken = taken.local_addr().unwrap();
        let fault = address(address_taken).unwrap_err();
        assert!(fault.to_string().contains(&address_taken.to_string()), "{fault}");
    }
}

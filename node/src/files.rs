use counterfoil_types::Fault;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Creates a folder and those above it, for its owner alone.
pub fn create_private_folder(path: &Path) -> Result<(), Fault> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| Fault::new(format!("creating folder {}", path.display()), error))
}

/// Writes a file for its owner alone, whole or not at all, and durably.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    write(path, bytes, 0o600)
}

/// Writes a file that others may read, whole or not at all, and durably.
pub fn write_public(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    write(path, bytes, 0o644)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Fault> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = PathBuf::from(name);
    let attempt = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
            _ => Ok(()),
        }
    };
    attempt().map_err(|error: std::io::Error| Fault::new(format!("writing {}", path.display()), error))
}

/// The entries of a folder, sorted.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    read().map_err(|error| Fault::new(format!("reading folder {}", folder.display()), error))
}

/// Reads a whole file.
pub fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    fs::read(path).map_err(|error| Fault::new(format!("reading {}", path.display()), error))
}

/// The list of JSON in a file, which need not exist; `recover` says what to do about one that cannot be read.
pub fn read_list<T: DeserializeOwned>(path: &Path, recover: &str) -> Result<Vec<T>, Fault> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    serde_json::from_slice(&read(path)?).map_err(|error| Fault::Corrupt {
        what: format!("file {}", path.display()),
        detail: error.to_string(),
        recover: recover.to_owned(),
    })
}

/// Changes such a list, for its owner alone, one process after another.
pub fn change_list<T: Serialize>(
    path: &Path,
    list: impl FnOnce(&Path) -> Result<Vec<T>, Fault>,
    change: impl FnOnce(&mut Vec<T>),
) -> Result<(), Fault> {
    let locked = path.with_extension("lock");
    let lock = || {
        let file = File::options().write(true).create(true).truncate(false).mode(0o600).open(&locked)?;
        file.lock()?;
        Ok(file)
    };
    let _lock = lock().map_err(|error: std::io::Error| Fault::new(format!("locking {}", locked.display()), error))?;
    let mut all = list(path)?;
    change(&mut all);
    let text = serde_json::to_vec_pretty(&all);
    write_private(path, &text.map_err(|error| Fault::new(format!("writing {}", path.display()), error))?)
}

use counterfoil_types::Fault;
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

use counterfoil_types::Fault;
use parking_lot::RwLock;
use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What a file says, read again whenever it has changed: what the command line writes there holds at once in a running node.
#[derive(Debug)]
pub struct Watched<T> {
    path: PathBuf,
    read: fn(&Path) -> Result<T, Fault>,
    known: RwLock<(Option<Version>, T)>,
}

/// What differs between two states of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    modified: SystemTime,
    length: u64,
    inode: u64,
}

impl<T> Watched<T> {
    /// The file at `path`, which need not exist, as `read` understands it.
    pub fn open(path: PathBuf, read: fn(&Path) -> Result<T, Fault>) -> Result<Self, Fault> {
        let known = (version(&path)?, read(&path)?);
        Ok(Self { path, read, known: RwLock::new(known) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Something of what the file says now; nothing while it cannot be read.
    pub fn get<R>(&self, look: impl FnOnce(&T) -> Option<R>) -> Option<R> {
        if let Err(fault) = self.refresh() {
            tracing::error!("{}", fault.report());
            return None;
        }
        look(&self.known.read().1)
    }

    /// The version is asked first: a change meanwhile is seen the next time.
    fn refresh(&self) -> Result<(), Fault> {
        let version = version(&self.path)?;
        if version != self.known.read().0 {
            let said = (self.read)(&self.path)?;
            *self.known.write() = (version, said);
        }
        Ok(())
    }
}

fn version(path: &Path) -> Result<Option<Version>, Fault> {
    let version = fs::metadata(path)
        .and_then(|file| Ok(Version { modified: file.modified()?, length: file.len(), inode: file.ino() }));
    match version {
        Ok(version) => Ok(Some(version)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::new(format!("reading {}", path.display()), error)),
    }
}

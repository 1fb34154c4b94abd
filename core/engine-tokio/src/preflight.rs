use counterfoil_types::Fault;
use std::{
    fs::{File, OpenOptions, TryLockError},
    net::{SocketAddr, TcpListener},
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// How long a run before this one, in this process or another, may take to let go of the folder.
const RELEASE: Duration = Duration::from_secs(3);

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
    let hold = directory.join(".hold");
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
    fn a_port_in_use_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address_taken = taken.local_addr().unwrap();
        let fault = address(address_taken).unwrap_err();
        assert!(fault.to_string().contains(&address_taken.to_string()), "{fault}");
    }
}

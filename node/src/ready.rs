use crate::files;
use counterfoil_types::Fault;
use serde_json::json;
use std::{fs, io::ErrorKind, net::SocketAddr, path::Path};

/// Says in a file where a running node serves HTTP, and PostgreSQL clients if it does: `{"url": …, "pid": …, "sql": …}`, for scripts that
/// asked for port 0.
pub fn write(path: &Path, address: SocketAddr, sql: Option<SocketAddr>) -> Result<(), Fault> {
    let mut document = json!({"url": format!("http://{address}"), "pid": std::process::id()});
    if let Some(sql) = sql {
        document["sql"] = sql.to_string().into();
    }
    files::write_public(path, format!("{document}\n").as_bytes())
}

/// Removes what an earlier run said.
pub fn remove(path: &Path) -> Result<(), Fault> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Fault::new(format!("removing {}", path.display()), error))
        }
        _ => Ok(()),
    }
}

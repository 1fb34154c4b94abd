use counterfoil_types::Fault;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Below the ports that systems give to outgoing connections, so that none of those takes a chosen one in between.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// Free loopback addresses for consensus among validators of one process.
pub fn free_loopback(count: usize) -> Result<Vec<SocketAddr>, Fault> {
    let mut held = Vec::with_capacity(count);
    for _ in 0..1_000 {
        if held.len() == count {
            break;
        }
        let port = FIRST + rand::random::<u16>() % COUNT;
        // Held until all are found, so that none is found twice.
        held.extend(TcpListener::bind((Ipv4Addr::LOCALHOST, port)));
    }
    if held.len() < count {
        return Err(Fault::failed("finding free loopback ports"));
    }
    held.iter()
        .map(|listener| listener.local_addr().map_err(|error| Fault::new("asking for a listener's address", error)))
        .collect()
}

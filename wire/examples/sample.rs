//! A sample ledger as a PostgreSQL database on loopback, for measuring and for trying clients out; port and rows of stock:
//! `cargo run --release -p counterfoil-wire --example sample -- 5455 100000`.

#[allow(dead_code)]
#[path = "../tests/wire/ledger.rs"]
mod ledger;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).unwrap_or_else(|| "0".into()).parse()?;
    let rows: u64 = std::env::args().nth(2).unwrap_or_else(|| "1000".into()).parse()?;
    let served = ledger::serve_at(([127, 0, 0, 1], port).into(), rows, None);
    println!("PGPASSWORD={} psql -h 127.0.0.1 -p {} -U {}", ledger::TOKEN, served.address.port(), ledger::USER);
    served.runtime.block_on(tokio::signal::ctrl_c())?;
    Ok(())
}

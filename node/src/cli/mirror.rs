use super::{
    args::{Mirror, MirrorVerb, MirrorVerify},
    exit::{Exit, Outcome},
    output, remote,
    serve::{self, Signals},
};
use axum::{Router, routing::get};
use counterfoil_mirror::{Address, Error, Metrics, Options, Report};
use std::{net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;

/// `counterfoil mirror`
pub fn run(args: &Mirror) -> Outcome {
    let to = address(args)?;
    match &args.verb {
        None => serve::block_on(follow(args, to)),
        Some(MirrorVerb::Verify(verify)) => serve::block_on(compare(args, verify, to)),
    }
}

fn address(args: &Mirror) -> Result<Address, Exit> {
    let text = args.to.as_deref().ok_or_else(|| Exit::Usage("name the database: --to postgres://…".to_owned()))?;
    let address: Address = text.parse().map_err(|error| Exit::Usage(format!("--to: {error}")))?;
    Ok(match std::env::var("PGPASSWORD") {
        Ok(password) => address.or_password(&password),
        Err(_) => address,
    })
}

async fn follow(args: &Mirror, to: Address) -> Outcome {
    let mut signals = Signals::listen()?;
    let metrics = Arc::new(Metrics::default());
    if let Some(listen) = args.metrics {
        tell(listen, metrics.clone()).await?;
    }
    let options = Options { to, history: args.history, once: args.once };
    let node = remote::client(&args.remote);
    let say = |text: &str| output::note(&format!("counterfoil: mirror: {text}"));
    tokio::select! {
        done = counterfoil_mirror::follow(&node, &options, &metrics, say) => done.map_err(Exit::from),
        () = signals.received() => Ok(()),
    }
}

/// Serves the metrics; says where on stderr.
async fn tell(listen: SocketAddr, metrics: Arc<Metrics>) -> Outcome {
    let fault = |error: std::io::Error| Exit::Fault(format!("listening on {listen}: {error}"));
    let listener = TcpListener::bind(listen).await.map_err(fault)?;
    let address = listener.local_addr().map_err(fault)?;
    output::note(&format!("counterfoil: mirror: metrics at http://{address}/metrics"));
    let answer = get(move || std::future::ready(metrics.encode()));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, Router::new().route("/metrics", answer)).await {
            tracing::error!("metrics on {address}: {error}");
        }
    });
    Ok(())
}

async fn compare(args: &Mirror, verify: &MirrorVerify, to: Address) -> Outcome {
    let path = verify.genesis.display();
    let genesis = std::fs::read(&verify.genesis).map_err(|error| Exit::Fault(format!("reading {path}: {error}")))?;
    let report = counterfoil_mirror::verify(&remote::client(&args.remote), &to, &genesis).await?;
    for difference in &report.differences {
        output::text(&format!("{difference}\n"));
    }
    let Report { ledger, height, tables, rows, signed, differences, count } = report;
    if count == 0 {
        let as_signed = "are what the ledger's members came to";
        output::text(&format!(
            "{rows} rows of {tables} tables {as_signed} at height {height}\nledger {ledger}, {signed}\n"
        ));
        return Ok(());
    }
    let more = match count - differences.len() as u64 {
        0 => String::new(),
        more => format!(", {more} of them not named"),
    };
    let differences = if count == 1 { "difference" } else { "differences" };
    Err(Exit::No(format!("the mirror differs from height {height} of ledger {ledger}: {count} {differences}{more}")))
}

impl From<Error> for Exit {
    fn from(error: Error) -> Self {
        if error.is_refusal() { Self::No(error.to_string()) } else { Self::Fault(error.to_string()) }
    }
}

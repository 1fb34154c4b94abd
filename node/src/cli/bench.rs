use super::{
    args::{Bench, Format},
    exit::{Exit, Outcome},
    output,
    serve::block_on,
};
use crate::bench::{self, Accounts, Failed, Options, Task, Workload};
use std::time::Duration;

/// `counterfoil bench`
pub fn run(args: Bench) -> Outcome {
    if args.output == Format::Csv {
        return Err(Exit::Usage("bench writes a table or JSON".to_owned()));
    }
    if args.reads > 0 && args.workload != Workload::Invoice {
        return Err(Exit::Usage("--reads reads invoices: it goes with --workload invoice".to_owned()));
    }
    let options = Options {
        members: args.members,
        task: Task {
            workload: args.workload,
            accounts: Accounts { count: args.accounts, hot: args.hot },
            legs: args.legs as usize,
        },
        preload: args.preload,
        time: Duration::from_secs(args.seconds),
        rate: args.rate,
        in_flight: args.in_flight.map(|count| count as usize),
        threads: args.threads as usize,
        reads: args.reads as usize,
        folder: args.folder,
    };
    let report = block_on(async {
        bench::run(options).await.map_err(|failed| match failed {
            Failed::Fault(fault) => fault.into(),
            Failed::Mismatch(_) => Exit::No(failed.to_string()),
        })
    })?;
    let json = || serde_json::to_string_pretty(&report).map(|text| text + "\n");
    match args.output {
        Format::Json => output::text(&json().map_err(|error| Exit::Fault(error.to_string()))?),
        _ => output::text(&report.to_string()),
    }
    Ok(())
}

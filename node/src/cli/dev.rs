use super::{
    args::Dev,
    exit::Outcome,
    output,
    serve::{Signals, block_on, until_stopped},
};
use crate::{
    dev::{self, Consortium, Options},
    member::Member,
    sample::Sample,
};
use std::{net::SocketAddr, sync::Arc};

/// `counterfoil dev`
pub fn run(args: Dev) -> Outcome {
    let temporary = args.data.is_none();
    let options = Options {
        data: args.data,
        listen: args.listen,
        sql: Some(args.sql.unwrap_or_else(|| beside(args.listen))),
        members: args.members,
        samples: !args.no_samples,
    };
    block_on(async {
        let signals = Signals::listen()?;
        let consortium = Consortium::start(&options, Arc::new(crate::registry())).await?;
        output::text(&banner(&consortium, temporary));
        let stopped = until_stopped(signals, &consortium.members).await;
        output::note("counterfoil: stopping");
        consortium.stop().await;
        stopped
    })
}

/// Where the pages are: those of the phone's story.
fn pages(sample: &Option<Sample>, members: &[Arc<Member>]) -> String {
    let Some(sample) = sample else { return String::new() };
    let employer = dev::employer(members);
    format!(
        "\non a phone (中文 / English)\n  {:<24}{}\n  {:<24}{}\n  {:<24}{employer}\n",
        "a till, to begin with",
        sample.till(),
        "the payer's invoices",
        sample.phone(),
        "the payer's employer",
    )
}

/// Where PostgreSQL clients are served if nobody says: 7432 beside 7080, any port beside any.
fn beside(mut listen: SocketAddr) -> SocketAddr {
    match listen.port() {
        0 => {}
        port => listen.set_port(port.checked_add(352).unwrap_or(0)),
    }
    listen
}

/// How psql reaches each validator, whose keys sign what is written there.
fn psql(consortium: &Consortium) -> String {
    let mut text = "\nin psql\n".to_owned();
    for (member, address) in consortium.members.iter().zip(consortium.sql_addresses()) {
        let (id, port) = (&member.id, address.port());
        text += &format!("  psql \"host={} port={port} user={id}/dev dbname=ledger\"\n", address.ip());
    }
    text
}

fn banner(consortium: &Consortium, temporary: bool) -> String {
    let gateway = &consortium.members[0];
    let addresses = consortium.addresses();
    let url = format!("http://{}", addresses[0]);
    let root = consortium.root.display();
    let kept = if temporary { "removed at the end; --data DIR keeps one" } else { "kept" };
    let mut text = format!(
        "Counterfoil {} dev consortium — NOT FOR PRODUCTION: every key lies on this machine and needs no token\n\n\
         ledger  {}\ndata    {root} ({kept})\n\nmembers\n",
        env!("CARGO_PKG_VERSION"),
        gateway.ledger
    );
    for member in &gateway.genesis.members {
        let place = consortium.members.iter().position(|running| running.id == member.id);
        let node = place.map_or_else(|| "key alone".to_owned(), |at| format!("validator http://{}", addresses[at]));
        for (at, key) in member.keys.iter().enumerate() {
            let kid = format!("{}/{}", member.id, key.name);
            text += &match at {
                0 => format!("  {kid:<26}{:<15}{node}  ({})\n", member.roles.join(" "), member.name),
                _ => format!("  {kid:<26}{:<15}hosted by {}\n", key.roles.join(" "), gateway.id),
            };
        }
    }
    text += &pages(&consortium.sample, &consortium.members);
    text += &psql(consortium);
    text += "\ntry\n";
    for (what, command) in [
        ("console, in a browser", format!("{url}/")),
        ("API, to read and try", format!("{url}/docs")),
        ("how far it is", format!("curl {url}/v1/status")),
        ("invoices", format!("curl {url}/v1/invoices")),
        (
            "issue one",
            format!(
                "curl {url}/v1/invoices -H 'Content-Type: application/json' -H 'Counterfoil-Key: supplier-1/dev' -d @{root}/invoice.json"
            ),
        ),
        (
            "ask in SQL",
            format!(
                "curl {url}/v1/sql -H 'Content-Type: application/json' -d '{{\"sql\":\"SELECT number, total_minor FROM invoice ORDER BY number\"}}'"
            ),
        ),
        (
            "the same",
            format!("counterfoil sql --url {url} \"SELECT number, total_minor FROM invoice ORDER BY number\""),
        ),
        (
            "prove a member's row",
            format!("curl {url}/v1/rows/member/supplier-1/proof > p.json && curl {url}/v1/genesis > g.json"),
        ),
        ("check it offline", "counterfoil verify p.json --genesis g.json".to_owned()),
        (
            "seal a document",
            format!(
                "curl {url}/v1/documents/seal -H 'Content-Type: application/json' -H 'Counterfoil-Key: shop-1/dev' -d @{root}/document.json"
            ),
        ),
        ("what others see", format!("counterfoil document show shop-1/lease-2026 --url {url}")),
        ("open it", format!("counterfoil document open shop-1/lease-2026 --key shop-1/dev --url {url}")),
        (
            "what it has opened",
            format!("counterfoil sql --url {url} --key shop-1/dev \"SELECT * FROM vault.vault_field\""),
        ),
        ("what an account has", format!("counterfoil asset account --account supplier-1/cny --url {url}")),
        (
            "pay",
            format!(
                "counterfoil asset transfer --from supplier-1/cny --to shop-1/cny --asset bank-a/CNY --amount 198.00 --key supplier-1/dev --url {url}"
            ),
        ),
        ("what waits", format!("counterfoil approval inbox --member core-corp --url {url}")),
        (
            "a payment that waits",
            format!(
                "counterfoil asset transfer --from core-corp/cny --to shop-1/cny --asset bank-a/CNY --amount 10000.00 --key core-corp/ann --url {url}"
            ),
        ),
        ("a member and its keys", format!("counterfoil member get --id core-corp --url {url}")),
        ("follow what happens", format!("curl -N '{url}/v1/events?from=0'")),
        ("all operations", format!("curl {url}/openapi.json")),
        ("measurements", format!("curl {url}/metrics")),
    ] {
        text += &format!("  {what:<24}{command}\n");
    }
    text + "\nCtrl-C stops it.\n"
}

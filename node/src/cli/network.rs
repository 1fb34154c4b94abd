use super::{
    args::NetworkNew,
    exit::{Exit, Outcome},
    output,
};
use crate::{
    gate::now_ms,
    network::{Founder, Plan},
};
use std::{collections::BTreeMap, fs, net::SocketAddr};

/// `counterfoil network new`
pub fn new(args: &NetworkNew) -> Outcome {
    if fs::read_dir(&args.out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Exit::Fault(format!("{} is not empty", args.out.display())));
    }
    let mut members = Vec::new();
    for (at, text) in args.validators.iter().enumerate() {
        let (id, roles) = split(text);
        let role = if at == 0 { "tax-authority" } else { "enterprise" };
        members.push(Founder::validator(id, &roles.unwrap_or_else(|| vec![role])));
    }
    let first = members[0].id.clone();
    for text in &args.members {
        let (text, host) = text.split_once('@').unwrap_or((text, &first));
        let (id, roles) = split(text);
        members.push(Founder::member(id, &roles.unwrap_or_else(|| vec!["enterprise"]), host));
    }
    let addresses = addresses(args, &members)?;
    let plan = Plan { name: args.name.clone(), epoch_length: args.epoch_length, members };
    // What is wrong with a plan is what was asked for.
    let founded = plan.found(now_ms()).map_err(|fault| Exit::Usage(fault.report()))?;
    founded.write(&args.out, &addresses)?;
    let out = args.out.display();
    let mut text = format!("genesis    {out}/genesis.json\n");
    for member in plan.members.iter().filter(|member| member.validates) {
        let (http, consensus) = addresses[&member.id];
        let id = &member.id;
        text +=
            &format!("validator  {id:<12} HTTP {http}, consensus {consensus}: counterfoil start --dir {out}/{id}\n");
    }
    for member in &plan.members {
        let (id, key, host) = (&member.id, &member.key, &member.host);
        text += &format!(
            "key        {id}/{key}, roles {}: counterfoil token new --key {id}/{key} --dir {out}/{host}\n",
            member.roles.join(" ")
        );
    }
    output::text(&text);
    Ok(())
}

/// Where each validator serves HTTP and the others: ports of this machine, one after the other.
fn addresses(args: &NetworkNew, members: &[Founder]) -> Result<BTreeMap<String, (SocketAddr, SocketAddr)>, Exit> {
    let validators = || members.iter().filter(|member| member.validates);
    let count = validators().count();
    let ports = |option: &str, first: u16| {
        let last = usize::from(first) + count - 1;
        let last = u16::try_from(last).map_err(|_| {
            Exit::Usage(format!("{option} {first}: {count} validators need ports up to {last}, above 65535"))
        })?;
        Ok::<_, Exit>(first..=last)
    };
    let http = ports("--http-port", args.http_port)?;
    let consensus = ports("--consensus-port", args.consensus_port)?;
    if let Some(port) = http.clone().find(|port| consensus.contains(port)) {
        let (http, consensus) = (args.http_port, args.consensus_port);
        let why = format!("both need port {port}: each takes one port a validator");
        return Err(Exit::Usage(format!("--http-port {http} and --consensus-port {consensus}: {why}")));
    }
    let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    let each = validators().zip(http.zip(consensus));
    Ok(each.map(|(member, (http, consensus))| (member.id.clone(), (local(http), local(consensus)))).collect())
}

/// `id:role+role` as id and roles.
fn split(text: &str) -> (&str, Option<Vec<&str>>) {
    match text.split_once(':') {
        Some((id, roles)) => (id, Some(roles.split('+').collect())),
        None => (text, None),
    }
}

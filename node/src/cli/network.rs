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
    let mut addresses = BTreeMap::new();
    for (at, member) in members.iter().filter(|member| member.validates).enumerate() {
        let port = |first: u16| {
            let port = u16::try_from(usize::from(first) + at)
                .map_err(|_| Exit::Usage(format!("no {at} ports after {first}")))?;
            Ok::<_, Exit>(SocketAddr::from(([127, 0, 0, 1], port)))
        };
        addresses.insert(member.id.clone(), (port(args.http_port)?, port(args.consensus_port)?));
    }
    let plan = Plan { name: args.name.clone(), epoch_length: args.epoch_length, members };
    plan.found(now_ms())?.write(&args.out, &addresses)?;
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

/// `id:role+role` as id and roles.
fn split(text: &str) -> (&str, Option<Vec<&str>>) {
    match text.split_once(':') {
        Some((id, roles)) => (id, Some(roles.split('+').collect())),
        None => (text, None),
    }
}

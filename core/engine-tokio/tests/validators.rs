//! Validators on real sockets and files.

#[path = "../../engine-sim/tests/simulation/machine.rs"]
mod machine;

use counterfoil_engine::{Config, EngineHandle, Peer, Timers};
use counterfoil_types::Fault;
use machine::{LEDGER, Member, OpenDoor, TestMachine, Witness, admitted};
use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

fn ports(count: usize) -> Vec<SocketAddr> {
    let listeners: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
}

fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    use commonware_cryptography::Signer as _;
    counterfoil_engine::private_key(seed).public_key().as_ref().try_into().unwrap()
}

fn configs(count: usize, epoch_length: u64, folder: &Path) -> Vec<Config> {
    let addresses = ports(count);
    let seeds: Vec<_> = (1..=count as u8).map(|n| [n; 32]).collect();
    let validators: Vec<_> = seeds
        .iter()
        .zip(&addresses)
        .map(|(seed, address)| Peer { public_key: public_key(seed), address: *address })
        .collect();
    let config = |(n, seed): (usize, &[u8; 32])| Config {
        ledger: LEDGER,
        epoch_length,
        me: *seed,
        validators: validators.clone(),
        listen: addresses[n],
        directory: folder.join(n.to_string()),
        timers: Timers::default(),
        worker_threads: 2,
    };
    seeds.iter().enumerate().map(config).collect()
}

fn start(config: &Config, member: &Member) -> Result<EngineHandle, Fault> {
    let genesis = config.validators.iter().map(|peer| peer.public_key).collect();
    let machine = Box::new(TestMachine::new(member, genesis, None));
    counterfoil_engine_tokio::start(config.clone(), machine, Arc::new(OpenDoor), Arc::new(Witness(member.clone())))
}

/// Waits for something, and says how long it took.
fn until(what: &str, seconds: u64, holds: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(seconds), "waited {seconds} s: {what}");
        thread::sleep(Duration::from_millis(2));
    }
    begun.elapsed()
}

fn has(member: &Member, key: &str) -> bool {
    member.lock().unwrap().value(key).is_some()
}

fn prove(handle: &EngineHandle, key: &str) -> counterfoil_engine::StateProof {
    futures::executor::block_on(handle.prove("pair".into(), vec![key.into()])).unwrap()
}

#[test]
fn four_validators_order_prove_survive_one_of_them_and_start_again() {
    let _ = tracing_subscriber::fmt().with_env_filter(std::env::var("RUST_LOG").unwrap_or_default()).try_init();
    let folder = tempfile::tempdir().unwrap();
    let configs = configs(4, 40, folder.path());
    let members: Vec<Member> = (0..4).map(|_| Member::default()).collect();
    let begun = Instant::now();
    let mut handles: Vec<_> =
        configs.iter().zip(&members).map(|(config, member)| start(config, member).unwrap()).collect();
    println!("started in {:?}", begun.elapsed());

    handles[0].submit(vec![admitted("first=1")]).unwrap();
    let took = until("the first transaction", 20, || members.iter().all(|member| has(member, "first")));
    println!("first transaction after {:?}, {took:?} after its submission", begun.elapsed());
    let written = members[0].lock().unwrap().rows["first"][0].0;
    let took = until("an idle ledger certifies its last transaction", 20, || {
        handles.iter().all(|handle| handle.status().certified >= written)
    });
    println!("certified {took:?} later");

    let proof = prove(&handles[1], "first");
    assert!(proof.height >= written && proof.located.row.is_some());
    let state_root = members[1].lock().unwrap().executions[proof.height as usize].state_root;
    let value = machine::index_value("first", "1");
    assert_eq!(proof.index_proof.root(&proof.located.key, Some(&value)).unwrap(), state_root);
    let absent = prove(&handles[1], "never");
    let state_root = members[1].lock().unwrap().executions[absent.height as usize].state_root;
    assert_eq!(absent.index_proof.root(&absent.located.key, None).unwrap(), state_root);

    for n in 0..200 {
        let wire = format!("single{n}={n}");
        let begun = Instant::now();
        handles[n % 4].submit(vec![admitted(wire)]).unwrap();
        until("a transaction", 10, || has(&members[n % 4], &format!("single{n}")));
        if n % 50 == 0 {
            println!("one transaction: {:?}", begun.elapsed());
        }
    }

    handles.pop().unwrap().stop();
    let mut worst = Duration::ZERO;
    for n in 0..40 {
        handles[0].submit(vec![admitted(format!("three{n}={n}"))]).unwrap();
        worst = worst.max(until("a transaction with three of four", 10, || has(&members[0], &format!("three{n}"))));
    }
    println!("longest gap with a dead validator: {worst:?}");
    let status = handles[0].status();
    assert!(status.epoch > 0 && status.halted.is_none(), "{status:?}");

    handles.push(start(&configs[3], &members[3]).unwrap());
    let took = until("the fourth to catch up", 20, || has(&members[3], "three39"));
    println!("caught up in {took:?}");
    handles.into_iter().for_each(EngineHandle::stop);
    let results: Vec<_> = members.iter().map(|member| member.lock().unwrap().results.clone()).collect();
    let shortest = results.iter().map(Vec::len).min().unwrap();
    assert!(results.iter().all(|result| result[..shortest] == results[0][..shortest]));

    let handles: Vec<_> = configs.iter().zip(&members).map(|(config, member)| start(config, member).unwrap()).collect();
    handles[2].submit(vec![admitted("again=1")]).unwrap();
    until("a transaction after a restart of all", 20, || members.iter().all(|member| has(member, "again")));
    assert!(members.iter().all(|member| member.lock().unwrap().halted.is_none()));
    handles.into_iter().for_each(EngineHandle::stop);
}

#[test]
fn one_validator_is_a_ledger_too() {
    let folder = tempfile::tempdir().unwrap();
    let configs = configs(1, 10, folder.path());
    let member = Member::default();
    let handle = start(&configs[0], &member).unwrap();
    for n in 0..30 {
        handle.submit(vec![admitted(format!("alone{n}=1"))]).unwrap();
        until("a transaction", 10, || has(&member, &format!("alone{n}")));
    }
    assert!(handle.status().epoch >= 2);
    handle.stop();
}

#[test]
fn what_is_in_the_way_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = configs(1, 10, folder.path()).remove(0);
    let refused = |config: &Config| start(config, &Member::default()).err().map(|fault| fault.report()).unwrap();

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = std::mem::replace(&mut config.listen, taken.local_addr().unwrap());
    assert!(refused(&config).contains("cannot listen"));
    config.listen = free;

    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let directory = std::mem::replace(&mut config.directory, file);
    assert!(refused(&config).contains("cannot use the engine's folder"));
    config.directory = directory;

    config.me = [9; 32];
    assert!(refused(&config).contains("is not a validator of this ledger"));
    config.me = [1; 32];
    config.ledger = counterfoil_types::Hash([8; 32]);
    assert!(refused(&config).contains("the state is of ledger"));
}

//! Networks of production validators with everything that can go wrong, on simulated time.

mod machine;

use bytes::Bytes;
use counterfoil_engine_sim::{
    Crash, Factory, Liar, Link, Member, Outcome, Plan, Slow, Submission, Victims, Workload, simulate, validator_keys,
};
use counterfoil_types::Hash;
use machine::{Disk, GENESIS_MS, LEDGER, OpenDoor, TestMachine, Witness};
use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

const MS: Duration = Duration::from_millis(1);

/// A network whose members keep what they committed.
struct Network {
    disks: Vec<machine::Member>,
    wrong: Option<(usize, u64)>,
}

impl Network {
    fn new(validators: usize) -> Self {
        Self { disks: (0..validators).map(|_| Arc::default()).collect(), wrong: None }
    }

    fn factory(&self) -> Factory {
        let (disks, wrong) = (self.disks.clone(), self.wrong);
        Arc::new(move |at| {
            let wrong_from = wrong.filter(|(who, _)| *who == at).map(|(_, from)| from);
            Ok(Member {
                machine: Box::new(TestMachine::new(&disks[at], validator_keys(disks.len()), wrong_from)),
                admission: Arc::new(OpenDoor),
                observer: Arc::new(Witness(disks[at].clone())),
            })
        })
    }

    fn disk(&self, at: usize) -> MutexGuard<'_, Disk> {
        self.disks[at].lock().unwrap()
    }

    fn play(&self, plan: Plan) -> Outcome {
        let filter = std::env::var("RUST_LOG").unwrap_or("off".into());
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
        simulate(plan, self.factory()).unwrap()
    }
}

fn plan(seed: u64) -> Plan {
    Plan { seed, ledger: LEDGER, start_ms: GENESIS_MS + 1_000, ..Plan::default() }
}

/// `count` ticks with `each` transactions, each to another validator; keys are `tick.n`.
fn steady(count: u64, each: u64) -> Option<Workload> {
    Some(Box::new(move |tick| {
        (tick < count).then(|| {
            (0..each)
                .map(|n| Submission {
                    validator: (tick + n) as usize % 4,
                    transactions: vec![Bytes::from(format!("{tick}.{n}={tick}"))],
                })
                .collect()
        })
    }))
}

/// Nobody disagrees or has halted, and everybody who is up has every key.
fn check_all_well(network: &Network, outcome: &Outcome, keys: impl Iterator<Item = String> + Clone) {
    assert_eq!(outcome.disagreement(&[]), None);
    for (at, member) in outcome.members.iter().enumerate() {
        assert_eq!(member.halted, None);
        if member.status.is_some() {
            let disk = network.disk(at);
            for key in keys.clone() {
                assert!(disk.value(&key).is_some(), "validator {at} lacks {key}");
            }
            check_headers(&disk);
        }
    }
}

/// The rules that every final header keeps.
fn check_headers(disk: &Disk) {
    for pair in disk.headers.windows(2) {
        let (parent, header) = (&pair[0], &pair[1]);
        assert_eq!(header.parent, parent.digest());
        assert!(header.time_ms > parent.time_ms);
        assert!(header.executed_height >= parent.executed_height && header.executed_height < header.height);
        assert_eq!(header.executed_result, disk.results[header.executed_height as usize]);
        assert!(
            header.transactions == 0 || header.height - header.executed_height <= counterfoil_types::limits::MAX_LAG
        );
    }
}

fn keys(count: u64, each: u64) -> impl Iterator<Item = String> + Clone {
    (0..count).flat_map(move |tick| (0..each).map(move |n| format!("{tick}.{n}")))
}

#[test]
fn four_validators_agree_prove_and_repeat_themselves() {
    let play = || {
        let network = Network::new(4);
        let proofs = ["3.1", "never"].map(|key| ("pair".to_owned(), vec![key.to_owned()])).to_vec();
        let outcome = network.play(Plan { workload: steady(40, 3), proofs, ..plan(1) });
        check_all_well(&network, &outcome, keys(40, 3));
        for (at, member) in outcome.members.iter().enumerate() {
            let [present, absent] = &member.proofs[..] else { panic!("two proofs") };
            let (present, absent) = (present.as_ref().unwrap(), absent.as_ref().unwrap());
            let root = |height: u64| network.disk(at).executions[height as usize].state_root;
            let value = machine::index_value("3.1", "3");
            assert_eq!(present.index_proof.root(&present.located.key, Some(&value)).unwrap(), root(present.height));
            assert_eq!(absent.index_proof.root(&absent.located.key, None).unwrap(), root(absent.height));
            assert!(present.located.row.is_some() && absent.located.row.is_none());
        }
        outcome
    };
    let (first, second) = (play(), play());
    assert_eq!(first.event_hash, second.event_hash);
    assert_eq!(first.elapsed, second.elapsed);
}

#[test]
fn an_idle_ledger_certifies_its_last_transaction_within_a_second() {
    let network = Network::new(4);
    let lone: Workload = Box::new(|tick| {
        let transactions = if tick == 60 { vec![Bytes::from("lone=1")] } else { vec![] };
        (tick <= 90).then(|| vec![Submission { validator: 2, transactions }])
    });
    let outcome = network.play(Plan { workload: Some(lone), blocks: 10, ..plan(2) });
    check_all_well(&network, &outcome, ["lone".to_owned()].into_iter());
    let disk = network.disk(0);
    let submitted_ms = GENESIS_MS + 1_000 + 60 * 50;
    let written = disk.rows["lone"][0].0 as usize;
    let certifying = disk.headers.iter().find(|header| header.executed_height >= written as u64).unwrap();
    assert!(disk.headers[written].time_ms < submitted_ms + 500, "{:?}", disk.headers[written]);
    assert!(certifying.time_ms < submitted_ms + 1_000, "{certifying:?}");
    let idle = disk.headers[2..written].windows(2).map(|pair| pair[1].time_ms - pair[0].time_ms);
    assert!(idle.min().unwrap() >= 400, "an idle ledger keeps to its heartbeat");
}

#[test]
fn lost_messages_cost_time_and_nothing_else() {
    let network = Network::new(4);
    let link = Link { latency: 40 * MS, jitter: 15 * MS, lost_per_mille: 100 };
    let outcome = network.play(Plan { workload: steady(60, 2), link, blocks: 60, ..plan(3) });
    check_all_well(&network, &outcome, keys(60, 2));
}

#[test]
fn validators_that_crash_with_torn_files_come_back_to_the_same_history() {
    let play = |seed| {
        let network = Network::new(4);
        let crash =
            |at: u64, who| Crash { victims: Victims::One(who), at: Duration::from_millis(at), down: Some(700 * MS) };
        let crashes =
            vec![crash(1_000, 0), crash(2_000, 1), crash(3_100, 2), crash(4_000, 0), crash(4_100, 3), crash(6_000, 3)];
        let link = Link { latency: 15 * MS, jitter: 10 * MS, lost_per_mille: 20 };
        let outcome = network.play(Plan {
            workload: steady(160, 2),
            link,
            crashes,
            torn_files: true,
            blocks: 80,
            epoch_length: 25,
            ..plan(seed)
        });
        assert_eq!(outcome.crashes, 6);
        assert_eq!(outcome.disagreement(&[]), None);
        check_all_well(&network, &outcome, std::iter::empty());
        outcome.event_hash
    };
    assert_eq!(play(4), play(4));
    play(5);
}

#[test]
fn all_validators_crash_at_once_and_every_executed_transaction_is_still_there() {
    let network = Network::new(4);
    let crashes = (0..4)
        .map(|who| Crash { victims: Victims::One(who), at: Duration::from_secs(3), down: Some(Duration::from_secs(1)) })
        .collect();
    let outcome = network.play(Plan { workload: steady(50, 2), crashes, torn_files: true, blocks: 40, ..plan(6) });
    assert_eq!(outcome.crashes, 4);
    check_all_well(&network, &outcome, keys(40, 2));
}

#[test]
fn consensus_starts_anew_in_every_epoch() {
    let network = Network::new(4);
    let outcome = network.play(Plan { workload: steady(100, 2), epoch_length: 10, blocks: 75, ..plan(7) });
    check_all_well(&network, &outcome, keys(100, 2));
    let disk = network.disk(1);
    assert!(disk.headers.iter().all(|header| header.epoch == header.height / 10));
    assert!(outcome.members.iter().all(|member| member.status.as_ref().unwrap().epoch >= 7));
}

#[test]
fn a_validator_that_is_voted_out_stops_and_the_others_order_without_it_from_the_epoch_after_the_next() {
    let network = Network::new(4);
    let mut steady = steady(200, 1).unwrap();
    let vote: Workload = Box::new(move |tick| {
        let mut all = steady(tick)?;
        if tick == 20 {
            all.push(Submission { validator: 0, transactions: vec![Bytes::from("voted-out=2")] });
        }
        Some(all)
    });
    // One that was down comes back to an epoch whose validators it has to learn first.
    let crashes = vec![Crash { victims: Victims::One(1), at: MS * 500, down: Some(MS * 5_000) }];
    let outcome = network.play(Plan { workload: Some(vote), crashes, epoch_length: 10, blocks: 90, ..plan(19) });
    assert_eq!(outcome.disagreement(&[2]), None);
    let disk = network.disk(0);
    let voted = disk.rows["voted-out"][0].0;
    let first = (voted / 10 + 2) * 10;
    let why = outcome.members[2].halted.as_ref().expect("the one voted out");
    assert!(why.contains(&format!("voted out: since epoch {}", first / 10)), "{why}");
    assert_eq!(network.disk(2).headers.len() as u64, first, "it took part to the end of its last epoch");
    let proposers = |range: std::ops::Range<u64>| -> std::collections::BTreeSet<u32> {
        disk.headers[range.start as usize..range.end as usize].iter().map(|header| header.proposer).collect()
    };
    assert!(proposers(1..first).contains(&3));
    assert_eq!(proposers(first..disk.headers.len() as u64), [0, 1, 2].into(), "three are left, counted anew");
    drop(disk);
    for at in [0, 1, 3] {
        assert_eq!(outcome.members[at].halted, None);
        assert_eq!(outcome.members[at].status.as_ref().unwrap().peers.len(), 3);
        assert!(keys(200, 1).all(|key| network.disk(at).value(&key).is_some()), "validator {at}");
    }
}

#[test]
fn a_validator_that_slept_through_epochs_catches_up() {
    let network = Network::new(4);
    let crashes = vec![Crash { victims: Victims::One(2), at: 500 * MS, down: Some(Duration::from_secs(12)) }];
    let outcome = network.play(Plan { workload: steady(120, 2), crashes, epoch_length: 8, blocks: 60, ..plan(8) });
    check_all_well(&network, &outcome, keys(120, 2));
}

#[test]
fn one_validator_alone_takes_the_same_path() {
    let network = Network::new(1);
    let crashes = vec![Crash { victims: Victims::One(0), at: Duration::from_secs(2), down: Some(300 * MS) }];
    let outcome = network.play(Plan {
        validators: 1,
        workload: steady(100, 2),
        crashes,
        epoch_length: 20,
        blocks: 60,
        torn_files: true,
        ..plan(9)
    });
    check_all_well(&network, &outcome, keys(30, 2));
    assert_eq!(outcome.crashes, 1);
}

#[test]
fn blocks_are_empty_while_execution_lags_and_order_goes_on() {
    let network = Network::new(4);
    let slow = Some(Slow { validators: vec![0, 1, 2, 3], each_block: Duration::from_secs(2), lives: 1 });
    let crashes = (0..4)
        .map(|who| Crash {
            victims: Victims::One(who),
            at: Duration::from_secs(15 + who as u64),
            down: Some(Duration::from_millis(500)),
        })
        .collect();
    let outcome = network.play(Plan { workload: steady(400, 1), slow, crashes, blocks: 60, ..plan(10) });
    check_all_well(&network, &outcome, std::iter::empty());
    let lag = |header: &counterfoil_types::Header| header.height - header.executed_height;
    let widest = network.disk(0).headers.iter().skip(1).map(lag).max().unwrap();
    assert!(widest > counterfoil_types::limits::MAX_LAG, "execution never lagged: {widest}");
    assert!(network.disk(0).value("399.0").is_some(), "it caught up");
}

#[test]
fn one_slow_validator_holds_nobody_up() {
    let network = Network::new(4);
    let slow = Some(Slow { validators: vec![3], each_block: 390 * MS, lives: usize::MAX });
    let outcome = network.play(Plan { workload: steady(100, 1), slow, blocks: 40, ..plan(11) });
    check_all_well(&network, &outcome, keys(100, 1));
}

#[test]
fn a_leader_that_orders_garbage_halts_nobody() {
    let network = Network::new(4);
    let lie = Arc::new(|block: &mut counterfoil_types::Block| {
        let garbage = [Bytes::from_static(b"\xff\x00garbage"), Bytes::from(vec![0x7b; 9_000])];
        block.transactions.splice(0..0, garbage);
    });
    let liar = Some(Liar { validator: 1, lie });
    let outcome = network.play(Plan { workload: steady(80, 2), liar, blocks: 60, ..plan(12) });
    check_all_well(&network, &outcome, keys(80, 2));
    assert!(network.disk(0).refused > 3, "the garbage was ordered and refused");
}

#[test]
fn a_leader_whose_header_breaks_a_rule_gets_no_vote_and_holds_nobody_up() {
    type Lie = fn(&mut counterfoil_types::Block);
    let lies: [(&str, Lie); 8] = [
        ("another result", |block| block.header.executed_result = Hash([9; 32])),
        ("executed ahead", |block| block.header.executed_height = block.header.height),
        ("executed back", |block| block.header.executed_height = 0),
        ("time back", |block| block.header.time_ms = GENESIS_MS),
        ("far future", |block| block.header.time_ms = u64::MAX),
        ("another proposer", |block| block.header.proposer ^= 1),
        ("another epoch", |block| block.header.epoch += 1),
        ("another ledger", |block| block.header.ledger = Hash([9; 32])),
    ];
    for (name, lie) in lies {
        let network = Network::new(4);
        let liar = Some(Liar { validator: 2, lie: Arc::new(lie) });
        let outcome = network.play(Plan { workload: steady(60, 1), liar, blocks: 12, ..plan(13) });
        check_all_well(&network, &outcome, keys(60, 1));
        let disk = network.disk(0);
        assert!(disk.headers.iter().skip(8).all(|header| header.proposer != 2), "{name}: a block of the liar is final");
    }
}

#[test]
fn a_block_from_the_near_future_waits_for_its_time() {
    let network = Network::new(4);
    let lie = Arc::new(|block: &mut counterfoil_types::Block| block.header.time_ms += 800);
    let liar = Some(Liar { validator: 0, lie });
    let outcome = network.play(Plan { workload: steady(60, 1), liar, blocks: 30, ..plan(14) });
    check_all_well(&network, &outcome, keys(60, 1));
    assert!(
        network.disk(1).headers.iter().skip(1).any(|header| header.proposer == 0),
        "the block got its votes in the end"
    );
    assert!(outcome.members.iter().all(|member| member.status.as_ref().unwrap().alarms == 0));
}

#[test]
fn a_member_that_computes_another_result_halts_and_the_others_go_on() {
    let mut network = Network::new(4);
    network.wrong = Some((3, 10));
    let outcome = network.play(Plan { workload: steady(80, 1), blocks: 50, ..plan(15) });
    assert_eq!(outcome.disagreement(&[3]), None);
    let why = outcome.members[3].halted.as_ref().unwrap();
    assert!(why.contains("diverged at height"), "{why}");
    assert_eq!(network.disk(3).halted.as_ref(), Some(why));
    for at in 0..3 {
        assert_eq!(outcome.members[at].halted, None);
        assert!(keys(80, 1).all(|key| network.disk(at).value(&key).is_some()));
    }
    let last_certified = network.disk(3).certified;
    assert!(last_certified < 10, "the wrong result was never taken for certified: {last_certified}");
}

#[test]
fn a_transaction_becomes_final_although_the_next_two_of_seven_leaders_are_dead() {
    let network = Network::new(7);
    let at = Duration::from_millis(2_000);
    let crashes = vec![Crash { victims: Victims::NextLeaders(2), at, down: None }];
    let lone: Workload = Box::new(|tick| {
        let transactions = if tick == 41 { vec![Bytes::from("lone=1")] } else { vec![] };
        (tick <= 41).then(|| vec![Submission { validator: 0, transactions }])
    });
    let outcome = network.play(Plan { validators: 7, workload: Some(lone), crashes, blocks: 20, ..plan(16) });
    assert_eq!(outcome.crashes, 2);
    let alive: Vec<_> = (0..7).filter(|at| outcome.members[*at].status.is_some()).collect();
    assert_eq!(alive.len(), 5);
    check_all_well(&network, &outcome, ["lone".to_owned()].into_iter());
    let disk = network.disk(alive[0]);
    let ordered = &disk.headers[disk.rows["lone"][0].0 as usize];
    let took = ordered.time_ms - (GENESIS_MS + 1_000 + 41 * 50);
    println!("proposed {took} ms after its submission");
    assert!(took < 2_000, "two dead leaders cost {took} ms");
}

#[test]
fn every_certificate_that_a_member_keeps_is_valid_by_the_proof_crate() {
    let network = Network::new(4);
    let outcome = network.play(Plan { workload: steady(30, 1), blocks: 30, epoch_length: 12, ..plan(17) });
    let keys: Vec<[u8; 32]> =
        outcome.members[0].status.as_ref().unwrap().peers.iter().map(|peer| peer.public_key).collect();
    let disk = network.disk(2);
    assert!(disk.certificates.len() * 2 > disk.headers.len(), "most blocks have one of their own");
    for (height, bytes) in &disk.certificates {
        let certificate = counterfoil_proof::Certificate::decode(bytes).unwrap();
        certificate.verify(&LEDGER, &keys).unwrap();
        assert_eq!(certificate.block, disk.headers[*height as usize].digest());
    }
}

#[test]
fn a_state_restored_from_before_is_refilled_from_the_archive() {
    let network = Network::new(4);
    let inner = network.factory();
    let disks = network.disks.clone();
    let first = Mutex::new([true; 4]);
    let factory: Factory = Arc::new(move |at| {
        let fresh = std::mem::replace(&mut first.lock().unwrap()[at], false);
        if !fresh && at == 1 {
            // The index is rebuilt as far as it was applied only where the state is at least as new, so keep that much.
            let mut disk = disks[at].lock().unwrap();
            let keep = disk.certified as usize + 1;
            disk.headers.truncate(keep);
            disk.executions.truncate(keep);
            disk.results.truncate(keep);
            disk.updates.truncate(keep);
            for written in disk.rows.values_mut() {
                written.retain(|(height, _)| (*height as usize) < keep);
            }
        }
        inner(at)
    });
    let crashes = vec![Crash { victims: Victims::One(1), at: Duration::from_secs(3), down: Some(MS * 500) }];
    let outcome = simulate(Plan { workload: steady(100, 2), crashes, blocks: 50, ..plan(18) }, factory).unwrap();
    check_all_well(&network, &outcome, keys(100, 2));
}

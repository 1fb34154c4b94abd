use super::*;
use commonware_runtime::{
    Runner,
    deterministic::{self, FaultConfig, PartialWriteMode, WriteConfig},
    tokio,
};
use commonware_utils::probability;

fn on_memory<T>(test: impl AsyncFnOnce(&deterministic::Context) -> T) -> T {
    deterministic::Runner::default().start(|context| async move { test(&context).await })
}

const SOME: Upkeep = Upkeep { commit_every: 3, prune_every: 2 };

/// The reference: applied, written and never pruned, block by block.
fn reference(history: &[Vec<IndexUpdate>]) -> Vec<Hash> {
    on_memory(async |context| run(&mut open(context, LAZY).await, history).await)
}

#[test]
fn the_root_follows_from_the_batches_however_late_they_are_applied() {
    for seed in 0..40 {
        let history = history(seed, 50);
        let expected = reference(&history);
        for (lag, upkeep) in [(None, LAZY), (Some(0), EAGER), (Some(1), EAGER), (Some(5), EAGER), (Some(3), SOME)] {
            let roots = on_memory(async |context| {
                let mut random = Random::new(seed);
                let mut index = open(context, upkeep).await;
                let mut roots = Vec::new();
                for (height, block) in (0..).zip(&history) {
                    let mut block = block.clone();
                    for at in (1..block.len()).rev() {
                        block.swap(at, random.below(at as u64 + 1) as usize);
                    }
                    roots.push(index.prepare(height, &block).await.expect("it prepares"));
                    if let Some(height) = lag.and_then(|lag| height.checked_sub(random.below(lag + 1))) {
                        index.certify(height).await.expect("it certifies");
                    }
                }
                index.certify(history.len() as u64 - 1).await.expect("it certifies");
                assert_eq!(index.certified_root().expect("alive"), index.root().expect("alive"));
                roots
            });
            assert_eq!(roots, expected, "seed {seed} lag {lag:?}");
        }
    }
}

/// What a crash leaves of unforced writes: nothing, a beginning, or bytes here and there.
fn crashing(seed: u64) -> deterministic::Runner {
    let torn = |retention_rate, mode| {
        FaultConfig::default().write(WriteConfig { failure_rate: probability!(0.0), retention_rate, mode })
    };
    let faults = match seed % 3 {
        0 => FaultConfig::default(),
        1 => torn(probability!(0.9), PartialWriteMode::Prefix),
        _ => torn(probability!(0.5), PartialWriteMode::Subset),
    };
    deterministic::Runner::new(deterministic::Config::new().with_seed(seed).with_storage_fault_config(faults))
}

#[test]
fn a_crash_at_any_height_and_replay_give_the_same_roots() {
    for seed in 100..148 {
        let history = history(seed, 40);
        let expected = reference(&history);
        let mut random = Random::new(seed);
        let upkeep = [LAZY, EAGER, Upkeep { commit_every: 4, prune_every: 2 }][random.below(3) as usize];
        let mut checkpoint = None;
        let mut certified = 0;
        loop {
            let runner = checkpoint.take().map_or_else(|| crashing(seed), deterministic::Runner::from);
            let crash = random.below(8);
            let (done, next) = runner.start_and_recover(|context| {
                let (history, expected, certified) = (&history, &expected, &mut certified);
                async move {
                    let mut index = open(&context, upkeep).await;
                    let first = index.next();
                    if let Some(applied) = index.height() {
                        assert_eq!(index.certified_root().expect("alive"), expected[applied as usize]);
                        assert_eq!(first, applied + 1);
                    }
                    for height in first..history.len() as u64 {
                        let root = index.prepare(height, &history[height as usize]).await.expect("it prepares");
                        assert_eq!(root, expected[height as usize], "seed {seed} height {height}");
                        if height > *certified + crash {
                            return false;
                        }
                        if height >= *certified {
                            *certified = height;
                            index.certify(height).await.expect("it certifies");
                            assert_eq!(index.certified(), Some(height));
                        }
                        if height % 7 == crash {
                            index.commit().await.expect("it commits");
                            return false;
                        }
                    }
                    true
                }
            });
            checkpoint = Some(next);
            certified = (certified + 1).min(history.len() as u64 - 1);
            if done {
                break;
            }
        }
    }
}

#[test]
fn a_block_without_updates_leaves_the_root_and_costs_nothing() {
    on_memory(async |context| {
        let mut index = open(context, EAGER).await;
        let empty = index.root().expect("alive");
        assert_eq!((index.height(), index.next(), index.certified()), (None, 0, None));
        assert_eq!(index.prepare(0, &[]).await.expect("it prepares"), empty);
        index.certify(0).await.expect("it certifies");
        assert_eq!((index.height(), index.next(), index.certified()), (None, 1, Some(0)));
        let root = index.prepare(1, &[put(1, 1)]).await.expect("it prepares");
        assert_ne!(root, empty);
        assert_eq!(index.prepare(2, &[]).await.expect("it prepares"), root);
        assert_eq!(index.certified_root().expect("alive"), empty);
        index.certify(2).await.expect("it certifies");
        assert_eq!(index.certified_root().expect("alive"), root);
        assert_eq!((index.height(), index.next(), index.certified()), (Some(1), 3, Some(2)));
    });
}

#[test]
fn a_height_is_prepared_once_and_before_it_is_certified() {
    on_memory(async |context| {
        let mut index = open(context, EAGER).await;
        index.prepare(4, &[put(1, 1)]).await.expect("heights may skip");
        assert!(index.prepare(4, &[put(1, 1)]).await.is_err());
        assert!(index.certify(5).await.is_err());
        index.certify(4).await.expect("it certifies");
        index.certify(3).await.expect("an older height has no effect");
        assert_eq!(index.certified(), Some(4));
        drop(index);
        let mut index = open(context, EAGER).await;
        assert!(index.prepare(4, &[put(1, 2)]).await.is_err(), "an applied batch is never applied again");
    });
}

#[test]
fn the_roots_of_a_short_history_are_frozen() {
    let history =
        [vec![], vec![put(1, 1), put(2, 2)], vec![], vec![put(1, 3), delete(2)], vec![delete(1)], vec![put(2, 2)]];
    let roots: Vec<_> = reference(&history).iter().map(Hash::to_string).collect();
    assert_eq!(roots, FROZEN);
}

const FROZEN: [&str; 6] = [
    "d1875f5fd0c3a1c770c129918a5a69b5ac9b5f7c44b304f411265d1274154b7d",
    "33acea89149ea5dc3f3bc2e814faf58e4ffb9581661967e66a0dcf51e377168b",
    "33acea89149ea5dc3f3bc2e814faf58e4ffb9581661967e66a0dcf51e377168b",
    "450b870ce8cb9ff61398d19099d299184e12945c8fd96600efddeab38cf7f850",
    "e98a2ea6f268f9f28d4157d158dc3f799ea17d0fdfb97852044313cea0bacab8",
    "155eb9ab5892797cb0223c256427355e71beaaf03ad08b8f17327477711e84c5",
];

#[test]
fn files_on_disk_give_the_same_roots_and_survive_a_restart() {
    let history = history(7, 120);
    let expected = reference(&history);
    let directory = tempfile::tempdir().expect("a folder");
    let start = || tokio::Runner::new(tokio::Config::default().with_storage_directory(directory.path()));
    let mut done = 0;
    while done < history.len() as u64 {
        done = start().start(|context| {
            let (history, expected) = (&history, &expected);
            async move {
                let mut index = open(&context, Upkeep { commit_every: 5, prune_every: 2 }).await;
                let (from, to) = (index.next(), (index.next() + 40).min(history.len() as u64));
                for height in from..to {
                    let root = index.prepare(height, &history[height as usize]).await.expect("it prepares");
                    assert_eq!(root, expected[height as usize], "height {height}");
                    // The last three stay in memory and are prepared again after the restart.
                    if height + 3 < to || to == history.len() as u64 {
                        index.certify(height).await.expect("it certifies");
                    }
                }
                index.commit().await.expect("it commits");
                if to == history.len() as u64 { to } else { from }
            }
        });
    }
    start().start(|context| async move {
        let index = open(&context, LAZY).await;
        assert_eq!(index.certified_root().expect("alive"), *expected.last().expect("roots"));
    });
}

use super::*;
use commonware_runtime::{Runner, deterministic};
use counterfoil_proof::IndexProof;

/// Whether the published verifier accepts the proof for this claim.
fn holds(proof: &IndexProof, key: &Hash, value: Option<&Hash>, root: &Hash) -> bool {
    proof.root(key, value).is_ok_and(|found| found == *root)
}

/// Other texts of the proof that differ in one byte.
fn mutations(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..text.len()).flat_map(move |at| {
        let byte = text[at];
        let digit = match byte {
            b'0'..=b'8' | b'a'..=b'e' => byte + 1,
            b'9' => b'a',
            b'f' => b'0',
            other => other ^ 0x20,
        };
        [byte ^ 1, digit].into_iter().filter(move |other| *other != byte).map(move |other| {
            let mut text = text.to_vec();
            text[at] = other;
            text
        })
    })
}

/// No text that differs in one byte is both the canonical text of a proof and accepted.
fn no_mutation_holds(proof: &IndexProof, key: &Hash, value: Option<&Hash>, root: &Hash) {
    let text = serde_json::to_vec(proof).expect("a proof serialises");
    for (at, other) in mutations(&text).enumerate() {
        let Ok(parsed) = serde_json::from_slice::<IndexProof>(&other) else { continue };
        if serde_json::to_vec(&parsed).expect("a proof serialises") == other {
            assert!(!holds(&parsed, key, value, root), "mutation {at}: {}", String::from_utf8_lossy(&other));
        }
    }
}

async fn check<E: Context + Spawner>(index: &Index<E>, rows: &BTreeMap<Hash, Hash>, random: &mut Random, mutate: bool) {
    let root = index.certified_root().expect("alive");
    let some = random.below(5) + 1;
    let numbers: Vec<_> = (0..some).map(|_| random.below(340)).collect();
    for (at, key) in numbers.into_iter().map(key).chain([Hash::ZERO, Hash([0xff; 32])]).enumerate() {
        let value = rows.get(&key);
        let proof = index.prove(&key).await.expect("it proves");
        assert!(holds(&proof, &key, value, &root), "{key} {value:?} {proof:?}");
        assert_eq!(index.get(&key).await.expect("it reads"), value.copied());

        let (other_key, other_value) = (Hash::of(&[&key.0]), Hash::of(&[&root.0]));
        assert!(!holds(&proof, &key, Some(&other_value), &root), "another value");
        assert!(!holds(&proof, &key, value, &other_value), "another root");
        match value {
            Some(value) => {
                assert!(!holds(&proof, &other_key, Some(value), &root), "another key");
                assert!(!holds(&proof, &key, None, &root), "presence does not show absence");
            }
            None => {
                for present in rows.keys().take(50) {
                    assert!(!holds(&proof, present, None, &root), "a present key is not absent");
                }
            }
        }
        if mutate && at < 2 {
            no_mutation_holds(&proof, &key, value, &root);
        }
    }
}

#[test]
fn every_proof_of_random_histories_holds_and_no_changed_byte_does() {
    let (mut empty, mut grafted, mut inactive) = (0, 0, 0);
    for seed in 1000..1200 {
        let history = history(seed, 1 + seed % 45);
        let rows = rows(&history);
        let upkeep = [LAZY, EAGER][(seed % 2) as usize];
        deterministic::Runner::default().start(|context| {
            let (empty, grafted, inactive) = (&mut empty, &mut grafted, &mut inactive);
            async move {
                let mut random = Random::new(seed);
                let mut index = open(&context, upkeep).await;
                check(&index, &BTreeMap::new(), &mut random, seed % 30 == 0).await;
                for (height, block) in (0..).zip(&history) {
                    index.prepare(height, block).await.expect("it prepares");
                    let Some(certified) = height.checked_sub(random.below(3)) else { continue };
                    index.certify(certified).await.expect("it certifies");
                    let last = height + 1 == history.len() as u64;
                    let at = index.certified().expect("certified");
                    if last || random.below(6) == 0 {
                        check(&index, &rows[at as usize], &mut random, last && seed % 3 == 0).await;
                    }
                    let proof = index.prove(&Hash::ZERO).await.expect("it proves");
                    *empty += u32::from(rows[at as usize].is_empty());
                    *grafted += u32::from(proof.siblings.len() >= 8);
                    *inactive += u32::from(proof.inactive_peaks > 0);
                }
            }
        });
    }
    assert!(
        empty > 50 && grafted > 50 && inactive > 50,
        "cases met: {empty} empty, {grafted} grafted, {inactive} inactive"
    );
}

#[test]
fn a_large_index_proves_every_key() {
    deterministic::Runner::default().start(|context| async move {
        let mut index = open(&context, Upkeep { commit_every: 2, prune_every: 1 }).await;
        let mut rows = BTreeMap::new();
        let mut random = Random::new(5);
        for height in 0..24 {
            let block: BTreeMap<_, _> =
                (0..400).map(|_| (key(random.below(3000)), value(random.below(1 << 40)))).collect();
            rows.extend(block.clone());
            let updates: Vec<_> =
                block.iter().map(|(key, value)| IndexUpdate { key: *key, value: Some(*value) }).collect();
            index.prepare(height, &updates).await.expect("it prepares");
            index.certify(height).await.expect("it certifies");
        }
        let root = index.certified_root().expect("alive");
        for (at, number) in (0..3100).enumerate() {
            let key = key(number);
            let proof = index.prove(&key).await.expect("it proves");
            assert!(holds(&proof, &key, rows.get(&key), &root), "{number}");
            if at % 500 == 0 {
                no_mutation_holds(&proof, &key, rows.get(&key), &root);
            }
        }
    });
}

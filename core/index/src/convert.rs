//! From the engine's proofs to the published form.

use crate::store::{ExclusionProof, KeyValueProof, OperationProof, hash};
use counterfoil_proof::{IndexProof, Shows};
use counterfoil_types::Hash;

/// The proof that a key has a value.
pub fn present(proof: &KeyValueProof) -> IndexProof {
    convert(&proof.proof, Shows::Present { next: hash(&proof.next_key) })
}

/// The proof that a key is absent.
pub fn absent(proof: &ExclusionProof) -> IndexProof {
    match proof {
        ExclusionProof::KeyValue(proof, span) => convert(
            proof,
            Shows::Between { key: hash(&span.key), value: hash(&span.value), next: hash(&span.next_key) },
        ),
        ExclusionProof::Commit(proof, metadata) => {
            convert(proof, Shows::Empty { metadata: metadata.as_ref().map(hash) })
        }
    }
}

/// The engine lists the digests as: peaks before, peaks after, then siblings in the order of a descent from the peak, left before right.
fn convert(proof: &OperationProof, shows: Shows) -> IndexProof {
    let range = &proof.range_proof;
    let merkle = &range.proof;
    let (operations, location) = (*merkle.leaves, *proof.loc);
    let height = 63 - (operations ^ location).leading_zeros();
    let peaks_before = u64::from((operations >> height >> 1).count_ones());
    let inactive = merkle.inactive_peaks as u64;
    let folded = inactive.min(peaks_before);
    let before = (u64::from(folded > 0) + peaks_before - folded) as usize;

    let digests: Vec<Hash> = merkle.digests.iter().map(hash).collect();
    let (peaks, descent) = digests.split_at(digests.len() - height as usize);
    let (before, after) = peaks.split_at(before);
    // Left siblings come on the way down, so the highest is first; right siblings come on the way back up, so the lowest is first.
    let left_count = (0..height).filter(|level| location >> level & 1 == 1).count();
    let (lefts, rights) = descent.split_at(left_count);
    let (mut lefts, mut rights) = (lefts.iter().rev(), rights.iter());
    let siblings = (0..height)
        .map(|level| {
            *if location >> level & 1 == 1 { lefts.next() } else { rights.next() }.expect("one digest a level")
        })
        .collect();

    IndexProof {
        operations,
        location,
        inactive_peaks: inactive,
        ops_root: hash(&range.ops_root),
        partial_chunk: range.partial_chunk_digest.as_ref().map(hash),
        chunk: Hash(proof.chunk),
        siblings,
        before: before.to_vec(),
        after: after.to_vec(),
        shows,
    }
}

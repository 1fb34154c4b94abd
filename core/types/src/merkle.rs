use crate::Hash;

/// Hash of a leaf: SHA-256(0x00 ‖ data).
pub fn leaf(data: &[u8]) -> Hash {
    Hash::of(&[&[0], data])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[1], &left.0, &right.0])
}

/// The largest power of two smaller than `count` (which is at least 2).
fn split(count: usize) -> usize {
    1 << (usize::BITS - 1 - (count - 1).leading_zeros())
}

/// Root of the tree over `leaves` (hashes made by [`leaf`]); SHA-256 of nothing where there are none.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(split(many.len()));
            node(&root(left), &root(right))
        }
    }
}

/// The inclusion path of leaf `index`, from the leaf's sibling up (RFC 9162 §2.1.3.1).
///
/// # Panics
/// If `index` is not below the number of leaves.
pub fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    assert!(index < leaves.len(), "leaf {index} of {}", leaves.len());
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, sibling) = if index < left.len() {
        (path(left, index), root(right))
    } else {
        (self::path(right, index - left.len()), root(left))
    };
    path.push(sibling);
    path
}

/// The root that `path` leads to from `leaf` at `index` of `count` (RFC 9162 §2.1.3.2); `None` if the path has another length than
/// the place demands.
pub fn root_from_path(leaf: Hash, index: u64, count: u64, path: &[Hash]) -> Option<Hash> {
    if index >= count {
        return None;
    }
    let (mut at, mut last, mut hash) = (index, count - 1, leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_of_every_small_tree_has_a_path_and_no_other_place() {
        for count in 1..40usize {
            let leaves: Vec<_> = (0..count).map(|i| leaf(&[i as u8])).collect();
            let expected = root(&leaves);
            for index in 0..count {
                let path = path(&leaves, index);
                let at = |index: u64, path: &[Hash]| {
                    root_from_path(leaves[index.min(count as u64 - 1) as usize], index, count as u64, path)
                };
                assert_eq!(at(index as u64, &path), Some(expected));
                let longer = [path.as_slice(), &[Hash::ZERO]].concat();
                assert_eq!(at(index as u64, &longer), None);
                if let Some((_, shorter)) = path.split_last() {
                    assert_eq!(at(index as u64, shorter), None);
                }
                assert_eq!(root_from_path(leaves[index], count as u64, count as u64, &path), None);
            }
        }
    }

    #[test]
    fn the_known_roots_of_certificate_transparency() {
        // Vectors of the RFC 6962 reference implementation.
        let inputs: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let leaves: Vec<_> = inputs.iter().map(|input| leaf(input)).collect();
        assert_eq!(root(&[]).to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(root(&leaves[..1]).to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(root(&leaves[..3]).to_string(), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
        assert_eq!(root(&leaves).to_string(), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }
}

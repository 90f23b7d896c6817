//! Judging proofs (RFC 9162, sections 2.1.3.2 and 2.1.4.2): no tiles, no trust, only hashes.

use super::error::LogError;
use super::hash::{Hash, empty_root, node_hash};

/// Where a leaf hangs: how many steps up its path meets a sibling on either side, and how many more it meets
/// only left siblings, along the tree's ragged right side.
fn steps(leaf: u64, size: u64) -> (u32, u32) {
    let last = size.saturating_sub(1);
    let inner = u64::BITS.saturating_sub((leaf ^ last).leading_zeros());
    (inner, leaf.checked_shr(inner).unwrap_or(0).count_ones())
}

/// Whether the path of a leaf is a right child after some steps.
fn is_right(leaf: u64, step: u32) -> bool {
    leaf.checked_shr(step).unwrap_or(0) & 1 == 1
}

fn counted(wanted: u32, proof: &[Hash]) -> Result<(), LogError> {
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    if proof.len() == wanted { Ok(()) } else { Err(LogError::ProofLength { wanted, found: proof.len() }) }
}

fn same_root(wanted: Hash, found: Hash) -> Result<(), LogError> {
    if wanted == found { Ok(()) } else { Err(LogError::RootMismatch { wanted, found }) }
}

/// Judges that `leaf_hash` stands at `leaf` in the tree of `size` leaves with this root.
///
/// `size` and `root` must come from one signed checkpoint: the hashes alone do not bind the size, since trees of
/// different sizes can have paths of the same shape.
pub fn verify_inclusion(leaf_hash: Hash, leaf: u64, size: u64, root: Hash, proof: &[Hash]) -> Result<(), LogError> {
    if leaf >= size {
        return Err(LogError::LeafOutsideTree { leaf, size });
    }
    let (inner, border) = steps(leaf, size);
    counted(inner.saturating_add(border), proof)?;
    let found = (0..).zip(proof).fold(leaf_hash, |found, (step, sibling)| {
        if step >= inner || is_right(leaf, step) { node_hash(sibling, &found) } else { node_hash(&found, sibling) }
    });
    same_root(root, found)
}

/// Judges that the tree of `old` leaves is the beginning of the tree of `new` leaves.
///
/// Sizes and roots must come from signed checkpoints. From nothing (`old` is 0) any tree may grow: the proof is
/// empty, and the old root that of the empty tree.
pub fn verify_consistency(old: u64, old_root: Hash, new: u64, new_root: Hash, proof: &[Hash]) -> Result<(), LogError> {
    if old > new {
        return Err(LogError::Shrunk { old, new });
    }
    if old == 0 {
        counted(0, proof)?;
        if old_root != empty_root() {
            return Err(LogError::OldRootMismatch { wanted: old_root, found: empty_root() });
        }
        return if new == 0 { same_root(new_root, old_root) } else { Ok(()) };
    }
    if old == new {
        counted(0, proof)?;
        return same_root(new_root, old_root);
    }
    // The walk starts at the largest full subtree that ends where the old tree ends.
    let below = old.trailing_zeros();
    let start = old.saturating_sub(1).checked_shr(below).unwrap_or(0);
    let (inner, border) = steps(old.saturating_sub(1), new);
    let inner = inner.saturating_sub(below);
    let (first, siblings) = if old.is_power_of_two() {
        // That subtree is the whole old tree: the proof leaves out what the verifier has.
        counted(inner.saturating_add(border), proof)?;
        (old_root, proof)
    } else {
        counted(inner.saturating_add(border).saturating_add(1), proof)?;
        proof.split_first().map_or((old_root, proof), |(first, rest)| (*first, rest))
    };
    let (old_found, new_found) = (0..).zip(siblings).fold((first, first), |(old_found, new_found), (step, sibling)| {
        if step >= inner || is_right(start, step) {
            (node_hash(sibling, &old_found), node_hash(sibling, &new_found))
        } else {
            (old_found, node_hash(&new_found, sibling))
        }
    });
    if old_found != old_root {
        return Err(LogError::OldRootMismatch { wanted: old_root, found: old_found });
    }
    same_root(new_root, new_found)
}

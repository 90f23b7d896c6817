//! The roots of the full subtrees that make up a tree: all that appending and the root need.

use super::hash::{Hash, empty_root, node_hash};

/// One root for each bit set in the size, the largest subtree first: 62 hashes at most, whatever the size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// From roots that belong to the bits of `size`, the largest first.
    pub(super) const fn new(size: u64, roots: Vec<Hash>) -> Self {
        Self { size, roots }
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf: its place is the size before.
    pub fn push(&mut self, leaf: Hash) {
        self.append(leaf, |_, _| {});
    }

    /// Appends a leaf; `completed` hears of every subtree that it completes, by height from 0 (the leaf itself).
    pub(super) fn append(&mut self, leaf: Hash, mut completed: impl FnMut(u32, Hash)) {
        let mut root = leaf;
        completed(0, root);
        // Each trailing one of the size is a full subtree waiting for its right sibling.
        for height in 1..=self.size.trailing_ones() {
            let Some(left) = self.roots.pop() else { break };
            root = node_hash(&left, &root);
            completed(height, root);
        }
        self.roots.push(root);
        self.size = self.size.saturating_add(1);
    }

    /// The root of the whole tree (RFC 6962, section 2.1): at most one hash for each bit of the size.
    pub fn root(&self) -> Hash {
        self.roots.iter().rev().copied().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
    }
}

/// The root over some hashes as leaves.
pub(super) fn root_of(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for hash in hashes {
        frontier.push(*hash);
    }
    frontier.root()
}

//! The tree's right edge in memory, kept in step with the head in the database.

use endmark_core::log::{Checkpoint, Edge, Hash, TileId, verify_consistency};

use crate::store::head::Head;
use crate::store::{Connection, StoreError, tile};

/// Why the writer must not go on: the log would fork.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fork {
    /// The database is behind what was already signed.
    #[error(
        "the database has {found} entries, but a checkpoint over {wanted} was already signed: an older copy was \
         restored or a stale replica took over. Do not delete the checkpoint file. Restore the newest database, \
         or begin a new register under a new origin"
    )]
    Behind {
        /// The size signed.
        wanted: u64,
        /// The size found.
        found: u64,
    },
    /// The database does not contain what was signed.
    #[error(
        "the log in the database does not continue the signed checkpoint over {size} entries: entries were changed \
         or another history took its place. Keep the database for the auditor and restore the newest good copy"
    )]
    Inconsistent {
        /// The size signed.
        size: u64,
    },
    /// The tree in the database contradicts itself.
    #[error("the tiles in the database do not give the root of its head at {size} entries; restore a good copy")]
    Corrupt {
        /// The size of the head.
        size: u64,
    },
    /// The head's HMAC is not right.
    #[error(
        "the head of the register was changed outside the service: its HMAC is not right under the row key. Run \
         `endmark audit verify`, and restore the newest good copy"
    )]
    HeadChanged,
    /// Another key signs by now.
    #[error(
        "the checkpoint key was changed by `endmark key rotate`: restart this service, and it signs under the new one"
    )]
    KeyRetired,
    /// The database failed on the way.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Loads the right edge for a head and checks that it gives the head's root.
pub(super) fn load_edge(connection: &mut Connection, head: &Head) -> Result<Edge, Fork> {
    let edge = tile::with_tiles(connection, |tiles| Edge::load(head.size, tiles));
    match edge {
        Ok(edge) if edge.root() == head.root => Ok(edge),
        Ok(_) | Err(StoreError::Corrupt(_)) => Err(Fork::Corrupt { size: head.size }),
        Err(error) => Err(error.into()),
    }
}

/// The most entries that are followed one by one: their hashes lie in so many tiles that one statement reads them.
const FOLLOWED_MAX: u64 = 64 * 256;

/// The edge of a head a few entries ahead, by appending those entries: that it gives the head's root proves that the
/// head continues the tree, and costs one reading. `None` where it does not, or the head is too far ahead.
pub(super) fn followed(connection: &mut Connection, edge: &Edge, head: &Head) -> Result<Option<Edge>, StoreError> {
    let size = edge.size();
    if head.size <= size || head.size.saturating_sub(size) > FOLLOWED_MAX {
        return Ok(None);
    }
    let mut edge = edge.clone();
    let tiles = size.div_euclid(256)..=head.size.saturating_sub(1).div_euclid(256);
    let ids: Vec<TileId> = tiles.map(|index| TileId { level: 0, index }).collect();
    let stored = match tile::tiles(connection, &ids) {
        // The longer way says what is wrong, and stops the writer.
        Err(StoreError::Corrupt(_)) => return Ok(None),
        stored => stored?,
    };
    for (id, tile) in stored {
        let first = id.index.saturating_mul(256);
        for (leaf, hash) in (first..head.size).zip(tile.hashes) {
            if leaf == edge.size() {
                edge.append(hash);
            }
        }
    }
    // They are stored already.
    drop(edge.take_changed());
    Ok((edge.size() == head.size && edge.root() == head.root).then_some(edge))
}

/// Checks that a head continues a tree of `size` entries and `root`.
pub(super) fn require_continuation(
    connection: &mut Connection,
    size: u64,
    root: Hash,
    head: &Head,
) -> Result<(), Fork> {
    if head.size < size {
        return Err(Fork::Behind { wanted: size, found: head.size });
    }
    let inconsistent = || Fork::Inconsistent { size };
    if head.size == size {
        return if head.root == root { Ok(()) } else { Err(inconsistent()) };
    }
    if size == 0 {
        return Ok(());
    }
    let proof = match tile::with_tiles(connection, |tiles| endmark_core::log::consistency_proof(size, head.size, tiles))
    {
        Ok(proof) => proof,
        Err(StoreError::Corrupt(_)) => return Err(inconsistent()),
        Err(error) => return Err(error.into()),
    };
    verify_consistency(size, root, head.size, head.root, &proof).map_err(|_| inconsistent())
}

/// The checkpoint of a head.
pub(super) fn checkpoint(head: &Head) -> Checkpoint {
    Checkpoint { origin: head.origin.clone(), size: head.size, root: head.root }
}

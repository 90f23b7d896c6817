//! Why something of the log is refused.

use super::hash::Hash;
use super::tile::TileId;

/// Why a tile, proof, checkpoint, key or receipt is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// More bytes, signatures or hashes than the bound.
    #[error("the {what} has {found} {unit}, at most {max} are allowed")]
    TooLarge {
        /// What was read.
        what: &'static str,
        /// What was counted.
        unit: &'static str,
        /// The bound.
        max: usize,
        /// The count found.
        found: usize,
    },
    /// Text that is not in its format.
    #[error("{what}: wanted {wanted}, found {found:?}")]
    Malformed {
        /// The part that was read.
        what: &'static str,
        /// The form wanted.
        wanted: &'static str,
        /// What stands there, cut short.
        found: String,
    },
    /// A tile's bytes are not 1 to 256 hashes.
    #[error("tile {id:?} has {found} bytes, wanted 32 for each of 1 to 256 hashes; restore it from a back-up")]
    TileLength {
        /// The tile.
        id: TileId,
        /// The length found in bytes.
        found: usize,
    },
    /// A tile that must be stored is not.
    #[error("tile {} is not stored; restore it from a back-up or rebuild it from the entries", .0.path())]
    TileMissing(TileId),
    /// A stored tile lacks hashes that the tree's size demands.
    #[error("tile {} has {found} hashes, wanted at least {wanted}; it is older than the tree's head", id.path())]
    TileTooNarrow {
        /// The tile.
        id: TileId,
        /// How many hashes the size demands.
        wanted: usize,
        /// How many it has.
        found: usize,
    },
    /// The store gave another tile than the one asked for.
    #[error("asked for tile {}, got {}", wanted.path(), found.path())]
    TileMisplaced {
        /// The tile asked for.
        wanted: TileId,
        /// The tile given.
        found: TileId,
    },
    /// A size no log reaches.
    #[error("a tree of {found} leaves is beyond the bound {max}")]
    SizeTooLarge {
        /// The bound.
        max: u64,
        /// The size found.
        found: u64,
    },
    /// A leaf that the tree does not have yet.
    #[error("leaf {leaf} lies outside a tree of {size} leaves; ask for a newer checkpoint")]
    LeafOutsideTree {
        /// The leaf, from 0.
        leaf: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The newer tree is smaller than the older one.
    #[error("a log only grows: the newer tree has {new} leaves, the older one {old}")]
    Shrunk {
        /// Size of the older tree.
        old: u64,
        /// Size of the newer tree.
        new: u64,
    },
    /// A proof of another length than leaf and size demand.
    #[error("the proof has {found} hashes, its place in the tree demands {wanted}")]
    ProofLength {
        /// How many hashes are demanded.
        wanted: usize,
        /// How many there are.
        found: usize,
    },
    /// A consistency proof between other sizes than those of the checkpoints.
    #[error("the proof is for a tree of {found} leaves, the checkpoint has {wanted}")]
    ProofOfAnother {
        /// The size of the checkpoint.
        wanted: u64,
        /// The size in the proof.
        found: u64,
    },
    /// The proof leads to another root than the checkpoint's: entry, place, proof or root were changed.
    #[error("the proof leads to root {found}, the checkpoint has {wanted}")]
    RootMismatch {
        /// The root of the checkpoint.
        wanted: Hash,
        /// The root computed.
        found: Hash,
    },
    /// The proof does not lead to the older checkpoint: it was damaged, or the log was forked or rewritten.
    #[error(
        "the proof does not show that the newer tree continues the older one: it leads to root {found}, the older \
         checkpoint has {wanted}; either the proof is damaged or the log was rewritten"
    )]
    OldRootMismatch {
        /// The root of the older checkpoint.
        wanted: Hash,
        /// The root computed for its size from the proof.
        found: Hash,
    },
    /// The proof does not lead to the newer checkpoint: it was damaged, or the log was forked or rewritten.
    #[error(
        "the proof does not show that the newer tree continues the older one: it leads to root {found}, the newer \
         checkpoint has {wanted}; either the proof is damaged or the log was rewritten"
    )]
    NewRootMismatch {
        /// The root of the newer checkpoint.
        wanted: Hash,
        /// The root computed for its size from the proof.
        found: Hash,
    },
    /// Two signed checkpoints over as many entries, with different roots: no proof is needed to tell.
    #[error("two checkpoints over {size} entries have the roots {old} and {new}: the log was rewritten or forked")]
    Forked {
        /// How many entries both have.
        size: u64,
        /// The root of the one kept.
        old: Hash,
        /// The root of the other.
        new: Hash,
    },
    /// A key string whose key hash is not that of its name and key.
    #[error("the key of {name} has the key hash {found:08x}, its name and key make {wanted:08x}")]
    KeyHash {
        /// The key's name.
        name: String,
        /// The hash computed.
        wanted: u32,
        /// The hash written.
        found: u32,
    },
    /// A key of another algorithm than Ed25519.
    #[error("the key of {name} has the signature type {found:#04x}, wanted 0x01 (Ed25519)")]
    KeyAlgorithm {
        /// The key's name.
        name: String,
        /// The type found.
        found: u8,
    },
    /// A private key that cannot be read.
    #[error("the private key is not an Ed25519 key in PKCS #8 DER: {0}")]
    PrivateKey(String),
    /// A key signed for more entries than it ever had.
    #[error(
        "it is signed under {key}, which was retired after {last_size} entries, and is over {found}: whoever signed it \
         is not the log; ask the register's operator at once"
    )]
    KeyRetired {
        /// The key.
        key: String,
        /// The most entries it signed.
        last_size: u64,
        /// The entries it says.
        found: u64,
    },
    /// A key asked to sign for another log.
    #[error("the key of {key} does not sign checkpoints of {origin}")]
    OriginMismatch {
        /// The name of the key.
        key: String,
        /// The origin of the checkpoint.
        origin: String,
    },
    /// A signature by a known key is bad: the text was changed after it was signed.
    #[error("the signature of {0} is not good for this text")]
    SignatureInvalid(String),
    /// No signature by a known key of the origin.
    #[error("no known key of {0} signed it; give the log's key string")]
    NotSigned(String),
}

impl LogError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "logInputTooLarge",
            Self::Malformed { .. } => "logInputMalformed",
            Self::TileLength { .. } => "logTileLength",
            Self::TileMissing(_) => "logTileMissing",
            Self::TileTooNarrow { .. } => "logTileTooNarrow",
            Self::TileMisplaced { .. } => "logTileMisplaced",
            Self::SizeTooLarge { .. } => "logSizeTooLarge",
            Self::LeafOutsideTree { .. } => "logLeafOutsideTree",
            Self::Shrunk { .. } => "logShrunk",
            Self::ProofLength { .. } => "logProofLength",
            Self::ProofOfAnother { .. } => "logProofOfAnother",
            Self::RootMismatch { .. } => "logRootMismatch",
            Self::OldRootMismatch { .. } => "logOldRootMismatch",
            Self::NewRootMismatch { .. } => "logNewRootMismatch",
            Self::Forked { .. } => "logForked",
            Self::KeyHash { .. } => "logKeyHash",
            Self::KeyAlgorithm { .. } => "logKeyAlgorithm",
            Self::PrivateKey(_) => "logPrivateKey",
            Self::OriginMismatch { .. } => "logOriginMismatch",
            Self::KeyRetired { .. } => "logKeyRetired",
            Self::SignatureInvalid(_) => "logSignatureInvalid",
            Self::NotSigned(_) => "logNotSigned",
        }
    }

    /// A format error that shows the beginning of what stands there.
    pub(super) fn malformed(what: &'static str, wanted: &'static str, found: &str) -> Self {
        Self::Malformed { what, wanted, found: found.chars().take(60).collect() }
    }
}

//! Why something of an export is refused.

use crate::log::LogError;

/// Why a manifest or a line is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// More bytes than the bound.
    #[error("the {what} has {found} bytes, at most {max} are allowed")]
    TooLarge {
        /// What was read.
        what: &'static str,
        /// The bound.
        max: usize,
        /// The length found.
        found: usize,
    },
    /// Not JSON, or not the members wanted.
    #[error("{what}: {problem}")]
    Malformed {
        /// What was read.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// An export in another format.
    #[error("the format is {0:?}, this reads endmark-export@v1; use a newer endmark-verify")]
    Format(String),
    /// The list of files does not fit what the manifest says.
    #[error("the manifest {0}")]
    Files(String),
    /// The signature, or a key.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl ExportError {
    /// A format error of JSON.
    pub(super) fn json(what: &'static str, error: &serde_json::Error) -> Self {
        Self::Malformed { what, problem: error.to_string() }
    }
}

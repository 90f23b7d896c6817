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
    /// A format error of JSON. What stands on one line is one line of many: its reader knows which.
    pub(super) fn json(what: &'static str, error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = match text.strip_suffix(&place) {
            Some(text) if error.line() == 1 => format!("{text} (at byte {})", error.column()),
            _ => text,
        };
        Self::Malformed { what, problem }
    }

    /// What is wrong, without what was read: for whoever names the file and its line.
    pub fn problem(&self) -> String {
        if let Self::Malformed { problem, .. } = self { problem.clone() } else { self.to_string() }
    }
}

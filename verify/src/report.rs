//! What was found.

use std::fmt;
use std::path::Path;

use serde::Serialize;

/// The most faults that are named; the first is the one that counts.
const FAULTS_MAX: usize = 100;

/// Why something could not be checked. It is neither good nor bad.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CouldNot(pub String);

impl CouldNot {
    /// A file that cannot be read.
    pub(crate) fn read(path: &Path, error: &std::io::Error) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The entry's leaf, where it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<u64>,
    /// The file, where it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(leaf) = self.leaf {
            write!(f, "entry {leaf}: ")?;
        }
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        f.write_str(&self.problem)
    }
}

/// What was looked at, what it shows, and what is wrong with it.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Nothing is wrong.
    pub good: bool,
    /// What was looked at.
    pub what: &'static str,
    /// How many entries were verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// What is shown, in words.
    pub shows: Vec<String>,
    /// What is wrong: entries in the order of the log, then files.
    pub faults: Vec<Fault>,
}

impl Report {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, ..Self::default() }
    }

    pub(crate) fn shows(&mut self, what: impl ToString) {
        self.shows.push(what.to_string());
    }

    pub(crate) fn entry(&mut self, leaf: u64, problem: impl ToString) {
        self.fault(Some(leaf), None, problem);
    }

    pub(crate) fn file(&mut self, file: impl ToString, problem: impl ToString) {
        self.fault(None, Some(file.to_string()), problem);
    }

    pub(crate) fn fault(&mut self, leaf: Option<u64>, file: Option<String>, problem: impl ToString) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { leaf, file, problem: problem.to_string() });
        }
    }

    /// Whether room is left: after that, looking on only costs time.
    pub(crate) const fn has_room(&self) -> bool {
        self.faults.len() < FAULTS_MAX
    }

    /// Done: entries in the order of the log, then files.
    pub(crate) fn finish(mut self) -> Self {
        self.faults.sort_by_key(|fault| fault.leaf.unwrap_or(u64::MAX));
        self.good = self.faults.is_empty();
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        for shown in &self.shows {
            writeln!(f, "{shown}")?;
        }
        write!(f, "{}", if self.good { format!("GOOD: {}", self.what) } else { format!("NOT GOOD: {}", self.what) })
    }
}

//! What was found.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// The most faults of entries that are named, and as many of files; the first is the one that counts. Each has a bound
/// of its own: a hundred wrong entries must not hide that a file is another.
const FAULTS_MAX: usize = 100;

/// A moment as entries write it.
pub(crate) fn moment(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(&Rfc3339).unwrap_or_default()
}

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
    /// How many faults more were seen and are not named.
    #[serde(skip_serializing_if = "is_zero")]
    pub omitted: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde's `skip_serializing_if` asks for")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
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
        if self.count(leaf.is_some()) < FAULTS_MAX {
            self.faults.push(Fault { leaf, file, problem: problem.to_string() });
        } else {
            self.omitted = self.omitted.saturating_add(1);
        }
    }

    /// How many faults there are of entries, or of files.
    fn count(&self, of_entries: bool) -> usize {
        self.faults.iter().filter(|fault| fault.leaf.is_some() == of_entries).count()
    }

    /// Whether room is left for faults of entries: after that, looking on only costs time.
    pub(crate) fn has_room(&self) -> bool {
        self.count(true) < FAULTS_MAX
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
        if self.omitted > 0 {
            writeln!(f, "and {} faults more", self.omitted)?;
        }
        for shown in &self.shows {
            writeln!(f, "{shown}")?;
        }
        // What was looked at is no finding where it was not found so.
        if self.good { write!(f, "GOOD: {}", self.what) } else { write!(f, "NOT GOOD: not shown that {}", self.what) }
    }
}

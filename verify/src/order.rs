//! What an entry says of itself, against where it stands. A key can sign a tree with an entry left out: its hashes fit,
//! and only the entries' own places and times tell.

use endmark_core::export::EntryFields;
use time::OffsetDateTime;

/// The entry whose leaf says which export this is.
const RECORDED: &str = "exportMade";

/// The walk along the entries.
#[derive(Debug)]
pub(crate) struct Order {
    last: Option<OffsetDateTime>,
    recorded_as: u64,
}

impl Order {
    pub(crate) const fn new(recorded_as: u64) -> Self {
        Self { last: None, recorded_as }
    }

    /// An entry at its place: what it says, or what is wrong with it.
    pub(crate) fn entry<'a>(&mut self, leaf: u64, entry: &'a [u8]) -> Result<EntryFields<'a>, String> {
        let fields = EntryFields::parse(entry).map_err(|error| unreadable(&error.problem()))?;
        if fields.leaf != leaf {
            return Err(another(fields.leaf, leaf));
        }
        if self.last.is_some_and(|last| fields.at < last) {
            return Err("its time lies before that of the entry in front of it".to_owned());
        }
        if leaf == self.recorded_as && fields.kind != RECORDED {
            return Err(format!("the manifest says that it records the export, and it is {}", fields.kind));
        }
        self.last = Some(fields.at);
        Ok(fields)
    }
}

/// Another entry than the one of this place.
pub(crate) fn another(found: u64, leaf: u64) -> String {
    if found > leaf {
        format!("it is missing: entry {found} stands in its place")
    } else {
        format!("entry {found} stands there again")
    }
}

/// What is no entry.
pub(crate) fn unreadable(problem: &str) -> String {
    format!("what stands there cannot be read as an entry: {problem}")
}

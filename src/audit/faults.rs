//! What is wrong, as many as somebody can read.

use serde::Serialize;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The leaf it belongs to, where it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<u64>,
    /// What is wrong, such as `entry 17` or `tile/0/003`.
    pub what: String,
    /// How it is wrong.
    pub problem: String,
}

/// A bounded list of faults.
#[derive(Debug)]
pub struct Faults {
    most: usize,
    found: Vec<Fault>,
    more: u64,
}

impl Faults {
    /// Keeps at most `most`, and at least one.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), found: Vec::new(), more: 0 }
    }

    /// How many are still kept.
    pub(super) const fn room(&self) -> usize {
        self.most.saturating_sub(self.found.len()).saturating_add(1)
    }

    pub(super) fn add(&mut self, leaf: Option<u64>, what: impl ToString, problem: impl ToString) {
        if self.found.len() < self.most {
            self.found.push(Fault { leaf, what: what.to_string(), problem: problem.to_string() });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// In the order of the log, what belongs to no entry last; and how many were not kept.
    pub(super) fn in_order(mut self) -> (Vec<Fault>, u64) {
        self.found.sort_by_key(|fault| fault.leaf.unwrap_or(u64::MAX));
        (self.found, self.more)
    }
}

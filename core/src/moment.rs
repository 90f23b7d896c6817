//! When a question is asked: the instant, and the day it falls on where the register is.

use time::{Date, OffsetDateTime};

/// A moment of the register. The service makes it from its clock and its time zone; `core` reads neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant, UTC.
    pub at: OffsetDateTime,
    /// The calendar day in the register's time zone: validity counts in these.
    pub day: Date,
}

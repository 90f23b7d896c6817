//! The only reader of the wall clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use endmark_core::moment::Moment;
use jiff::tz::TimeZone;
use time::{Date, Month, OffsetDateTime};

/// Where `now` comes from, and where on Earth days begin.
#[derive(Debug, Clone)]
pub struct Clock {
    source: Source,
    zone: TimeZone,
}

#[derive(Debug, Clone)]
enum Source {
    Wall,
    /// Stands still until it is moved: for the demo and the tests. Microseconds since 1970 UTC.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The wall clock.
    pub const fn wall(zone: TimeZone) -> Self {
        Self { source: Source::Wall, zone }
    }

    /// A clock that stands at `at` until it is moved.
    pub fn set(at: OffsetDateTime, zone: TimeZone) -> Self {
        Self { source: Source::Set(Arc::new(AtomicI64::new(crate::store::micros(at)))), zone }
    }

    /// Moves a set clock forward.
    pub fn advance(&self, by: std::time::Duration) {
        if let Source::Set(micros) = &self.source {
            micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// Now, to the microsecond.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
    pub fn now(&self) -> OffsetDateTime {
        match &self.source {
            Source::Wall => {
                let now = OffsetDateTime::now_utc();
                now.replace_microsecond(now.microsecond()).unwrap_or(now)
            }
            Source::Set(micros) => {
                crate::store::moment(micros.load(Ordering::SeqCst)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
            }
        }
    }

    /// The moment an instant is where the register is.
    pub fn moment(&self, at: OffsetDateTime) -> Moment {
        Moment { at, day: self.day(at) }
    }

    /// When a day begins where the register is.
    pub fn begins(&self, day: Date) -> Option<OffsetDateTime> {
        let (year, month) = (i16::try_from(day.year()).ok()?, i8::try_from(u8::from(day.month())).ok()?);
        let local = jiff::civil::Date::new(year, month, i8::try_from(day.day()).ok()?).ok()?;
        let begins = self.zone.to_timestamp(local.at(0, 0, 0, 0)).ok()?.as_second();
        OffsetDateTime::from_unix_timestamp(begins).ok()
    }

    fn day(&self, at: OffsetDateTime) -> Date {
        let local = jiff::Timestamp::from_second(at.unix_timestamp()).map(|at| self.zone.to_datetime(at).date()).ok();
        local
            .and_then(|day| {
                let month = Month::try_from(u8::try_from(day.month()).ok()?).ok()?;
                Date::from_calendar_date(i32::from(day.year()), month, u8::try_from(day.day()).ok()?).ok()
            })
            .unwrap_or_else(|| at.date())
    }
}

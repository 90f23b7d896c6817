//! Moments as people of a language write them. Always UTC: offices in several zones read the same page.

use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::words::Language;

/// Day and time.
pub(super) fn said(t: Language, at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    let month = t.say(&format!("month-{}", u8::from(at.month())));
    let time = at.format(format_description!("[hour]:[minute]:[second]")).unwrap_or_default();
    let (day, year) = (at.day().to_string(), at.year().to_string());
    let values = [("day", day.into()), ("month", month.into()), ("year", year.into()), ("time", time.into())];
    t.say_with("date-time", values)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::said;
    use crate::words::Language;

    #[test]
    fn each_language_writes_a_moment_in_its_own_order() {
        let at = datetime!(2026-03-16 11:00 +2);
        assert_eq!(said(Language::En, at), "16 March 2026, 09:00:00 UTC");
        assert_eq!(said(Language::Lt, at), "2026 m. kovo 16 d. 09:00:00 UTC");
        assert_eq!(said(Language::Pl, at), "16 marca 2026, 09:00:00 UTC");
    }
}

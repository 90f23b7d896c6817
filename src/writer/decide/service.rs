//! What the service says of itself.

use time::Duration;

use super::{Decision, Draft, OPERATOR};
use crate::entry::Kind;
use crate::writer::{Occasion, Reply};

pub(super) fn decide(occasion: &Occasion) -> Decision {
    let draft = |kind, decision| Draft::new(kind, OPERATOR.to_owned(), decision);
    let draft = match occasion {
        Occasion::Started => draft(Kind::ServiceStarted, "done"),
        Occasion::Stopped => draft(Kind::ServiceStopped, "done"),
        Occasion::TurnedAway(counts) => {
            let mut draft = draft(Kind::RequestsTurnedAway, "counted");
            draft.counts.clone_from(counts);
            draft
        }
    };
    Decision::new(draft, None, Reply::Changed)
}

/// Entries are handed out: which, is evidence.
pub(super) fn export(what: &str, organisation: &str) -> Decision {
    let draft = Draft::new(Kind::ExportMade, organisation.to_owned(), "done");
    Decision::new(draft, Some(what.as_bytes().to_vec()), Reply::Changed)
}

/// The system's clock is behind the time of the log.
pub(in crate::writer) fn clock_set_back(behind: Duration) -> Decision {
    let mut draft = Draft::new(Kind::ClockSetBack, OPERATOR.to_owned(), "counted");
    draft.counts.push(("secondsBehind", behind.whole_seconds().unsigned_abs()));
    Decision::new(draft, None, Reply::Changed)
}

//! What the service says of itself.

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
    Decision { draft, evidence: None, reply: Reply::Changed }
}

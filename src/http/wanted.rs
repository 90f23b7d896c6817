//! Which entries an auditor wants: what no entry can have is a slip, and an empty answer to it would look like proof.

use endmark_core::reference::{Lrn, Office, ReferenceError};

use crate::entry::Kind;

/// Every decision that entries have, of whatever type.
const DECISIONS: [&str; 21] = [
    "already",
    "alreadyIssued",
    "amended",
    "cannotBeChecked",
    "conforms",
    "counted",
    "deleted",
    "doesNotConform",
    "done",
    "genuine",
    "held",
    "invalidated",
    "issued",
    "notGenuine",
    "overridden",
    "refused",
    "released",
    "reserved",
    "secondLook",
    "shown",
    "turnedBack",
];

fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A type of entries.
pub(crate) fn kind(text: &str) -> Result<String, String> {
    match serde_json::from_value::<Kind>(text.into()) {
        Ok(kind) => Ok(kind.as_str().to_owned()),
        // The words of the parser name every type there is.
        Err(error) => Err(error.to_string().replacen("unknown variant", "no type of entries:", 1)),
    }
}

/// A decision.
pub(crate) fn decision(text: &str) -> Result<String, String> {
    if DECISIONS.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(format!("found {:?}; wanted one of {}", shown(text), DECISIONS.join(", ")))
}

/// The MRN or the LRN of a declaration.
pub(crate) fn declaration(text: &str) -> Result<String, String> {
    let read: Result<Lrn, ReferenceError> = text.parse();
    match read {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(format!(
            "found {:?}; wanted an MRN such as 26LTVR1000EX000017, or an LRN: 1 to 22 letters, digits or -_/.",
            shown(text)
        )),
    }
}

/// A customs office.
pub(crate) fn office(text: &str) -> Result<String, String> {
    let read: Result<Office, ReferenceError> = text.parse();
    read.map(|office| office.to_string()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_or_type_that_no_entry_has_is_refused_with_those_there_are() {
        assert_eq!(kind("paperChecked").unwrap(), "paperChecked");
        assert!(kind("paperCheckd").unwrap_err().contains("`paperChecked`"));
        assert!(decision("conform").unwrap_err().contains("conforms"));
        assert!(declaration("26LT VR1000").is_err() && declaration("26LTVR1000EX000017").is_ok());
        assert!(office("Vilnius").is_err() && office("LTVR1000").is_ok());
    }

    #[test]
    fn every_decision_that_is_said_to_officers_can_be_asked_for() {
        let said = concat!(include_str!("../../locales/en/log.ftl"), include_str!("../../locales/en/control.ftl"));
        let said = said.lines().filter_map(|line| line.strip_prefix("decision-")?.split(' ').next());
        let said: Vec<&str> = said.collect();
        assert_eq!(said.len(), DECISIONS.len(), "{said:?}");
        for name in said {
            assert!(decision(name).is_ok(), "{name}");
        }
    }
}

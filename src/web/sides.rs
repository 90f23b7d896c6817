//! The two sides of a finding. A verdict has codes, numbers, dates and names (docs/CHECK.md, "Both sides"); the words
//! around them are the officer's.

use endmark_core::consignment::Element;
use endmark_core::verdict::{Finding, FindingCode as Code};

use super::{history, supplied};
use crate::words::Language;

/// What was declared.
pub(super) fn declared(t: Language, finding: &Finding) -> String {
    let Some(value) = &finding.declared else {
        return match finding.code {
            Code::ElementEmpty => t.say("side-empty"),
            Code::CertificateMissing => t.say("side-none-cited"),
            _ => String::new(),
        };
    };
    let around = |key| t.say_with(key, [("value", value.as_str().into())]);
    match finding.code {
        Code::SealUntrusted | Code::SealRevoked | Code::SealRevokedLater | Code::RevocationListStale => {
            around("side-taken-in")
        }
        Code::CertificateRevoked
        | Code::CertificateReplaced
        | Code::CertificateSuspended
        | Code::CertificateExpired
        | Code::CertificateExhausted
        | Code::CertificateNotYetValid => around("side-today"),
        Code::CoveredByReservation => t.say(&format!("finding-{value}")),
        Code::ConditionMismatch => condition(t, value),
        Code::StatementMissing | Code::StatementWordingNotAccepted => around("side-demanded"),
        Code::RoutingCountryOmitted => match value.split_once(": ") {
            Some((country, route)) => {
                t.say_with("side-omitted", [("country", country.into()), ("route", route.into())])
            }
            None => value.clone(),
        },
        Code::RoutingCountryNotCertified | Code::RoutingOfficeContradicts => match value.split_once(": ") {
            Some((country, route)) => format!("{country} ({route})"),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

/// What is certified, or what the rule wants.
pub(super) fn certified(t: Language, finding: &Finding) -> String {
    let Some(value) = &finding.certified else { return String::new() };
    let around = |key| t.say_with(key, [("value", value.as_str().into())]);
    match finding.code {
        // Why a chain does not hold is for the operator, and stands in the entry's evidence.
        Code::SealUntrusted | Code::SealRevoked | Code::SealRevokedLater | Code::RevocationListStale => String::new(),
        Code::CertificateRevoked | Code::CertificateReplaced | Code::CertificateSuspended => {
            match value.split_once(": ") {
                Some((since, why)) => format!("{}: {why}", history::at(t, since)),
                None => history::at(t, value),
            }
        }
        Code::QuantityExceeded => match value.split_once(" / ") {
            Some((left, granted)) => t.say_with("side-left-of", [("left", left.into()), ("granted", granted.into())]),
            None => value.clone(),
        },
        Code::NotReserved => around("side-held"),
        Code::QuantityNotCovered | Code::ItemQuantityNotComparable => around("side-cited"),
        Code::NetMassDiffers => around("side-for-quantity"),
        Code::ElementEmpty => finding.element.map_or_else(|| value.clone(), |element| of_element(t, element, value)),
        Code::ConditionMismatch => condition(t, value),
        _ => value.clone(),
    }
}

/// Which element a finding is about; beside a party without one, the manufacturer.
pub(super) fn element(t: Language, finding: &Finding) -> String {
    match (finding.element, finding.code) {
        (Some(element), _) => t.say(&format!("element-{}", supplied::name(element))),
        (None, Code::PartyNameDiffers | Code::PartyNotIdentified) => t.say("paper-manufacturer"),
        (None, _) => String::new(),
    }
}

/// What a certificate says of an element that was not compared.
pub(super) fn of_element(t: Language, element: Element, value: &str) -> String {
    match element {
        Element::Condition => condition(t, value),
        Element::SupplementaryUnits => t.say_with("side-cited", [("value", value.into())]),
        _ => value.to_owned(),
    }
}

fn condition(t: Language, value: &str) -> String {
    match value {
        "new" => t.say("paper-new"),
        "used" => t.say("paper-used"),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use endmark_core::consignment::Element;
    use endmark_core::verdict::{Finding, FindingCode};

    use super::{certified, declared, element, of_element};
    use crate::words::Language;

    /// A value as core writes it for a code.
    fn finding(code: FindingCode) -> Finding {
        let (declared, certified) = match code {
            FindingCode::CoveredByReservation => ("certificateExpired", "2026-01-01 – 2026-02-28"),
            FindingCode::ConditionMismatch => ("used", "new"),
            FindingCode::QuantityExceeded => ("3 NAR", "2 / 5 NAR"),
            FindingCode::RoutingCountryOmitted => ("RU: LT-BY-KZ", "LT-BY-RU-KZ"),
            FindingCode::RoutingCountryNotCertified | FindingCode::RoutingOfficeContradicts => ("BY: LT-BY", "LT"),
            FindingCode::CertificateSuspended => ("2026-03-16", "2026-03-15T09:00:00Z: 4711"),
            _ => ("12", "34"),
        };
        Finding::new(code).sides(declared, certified)
    }

    /// Both languages say the same of a value, each in its own words; no key shows, and no English.
    #[test]
    fn the_words_around_both_sides_are_those_of_the_language() {
        for &code in FindingCode::ALL {
            for language in [Language::Lt, Language::Pl] {
                for side in [declared, certified] {
                    let (english, other) = (side(Language::En, &finding(code)), side(language, &finding(code)));
                    assert!(!other.contains("side-") && !other.contains("finding-"), "{code:?}: {other}");
                    let letters = |text: &str| text.chars().any(char::is_lowercase);
                    assert!(!letters(&other) || other != english, "{code:?} in {language:?}: {other}");
                }
            }
        }
        assert_eq!(declared(Language::Lt, &Finding::new(FindingCode::ElementEmpty)), "tuščia");
        assert_eq!(certified(Language::Pl, &finding(FindingCode::QuantityExceeded)), "zostało 2 z 5 NAR");
        assert_eq!(of_element(Language::Lt, Element::Condition, "new"), "nauja");
    }

    #[test]
    fn a_party_without_an_element_is_the_manufacturer() {
        let differs = Finding::new(FindingCode::PartyNameDiffers);
        assert_eq!(element(Language::Pl, &differs), "Producent");
        assert_eq!(element(Language::Pl, &differs.element(Element::Seller)), "Sprzedawca");
    }
}

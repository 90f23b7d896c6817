//! Transport: plates as people write them; another tractor is a warning.

use std::collections::BTreeSet;

use super::line::SHOWN_MAX;
use super::{Check, Known};
use crate::consignment::{Element, Transport};
use crate::regime::ChangeOfTractor;
use crate::text::Text;
use crate::verdict::{Finding, FindingCode, Severity};

/// EUCDM type of a trailer (19 05, 19 08).
const TRAILER: &str = "31";

impl Check<'_> {
    pub(super) fn transport(&mut self, known: &Known) {
        let Some(certified) = &known.certificate.transport else { return };
        let declared = self.consignment.transport.clone().unwrap_or_default();
        let declared = &declared;
        if declared.means.is_empty() {
            self.left_out(known, joined(certified.means.iter().chain(&certified.trailers)));
        }
        if declared.containers.is_empty() {
            self.left_out(known, joined(&certified.containers));
        }
        if declared.seals.is_empty() {
            self.left_out(known, joined(&certified.seals));
        }
        self.plates(known, &plates(declared, false), &certified.means, self.change_of_tractor());
        self.plates(known, &plates(declared, true), &certified.trailers, Severity::Warning);
        let texts = |found: &[Text<17>]| found.iter().map(Text::to_string).collect::<Vec<_>>();
        self.plates(known, &texts(&declared.containers), &certified.containers, Severity::Warning);
        let texts = |found: &[Text<20>]| found.iter().map(Text::to_string).collect::<Vec<_>>();
        self.plates(known, &texts(&declared.seals), &certified.seals, Severity::Warning);
    }

    /// The strictest of the regimes that ask for the certificate decides.
    fn change_of_tractor(&self) -> Severity {
        let strictest = self.asked.values().flatten().map(|regime| regime.asks.change_of_tractor).max();
        match strictest.unwrap_or_default() {
            ChangeOfTractor::Warning => Severity::Warning,
            ChangeOfTractor::DoesNotConform => Severity::Hard,
        }
    }

    fn left_out(&mut self, known: &Known, certified: String) {
        if !certified.is_empty() {
            self.absent(Element::Transport, None, known.number, certified);
        }
    }

    /// Where the certificate names some, each one declared must be among them.
    fn plates<const N: usize>(
        &mut self,
        known: &Known,
        declared: &[String],
        certified: &[Text<N>],
        severity: Severity,
    ) {
        if certified.is_empty() {
            return;
        }
        let known_plates: BTreeSet<String> = certified.iter().map(|plate| folded(plate.as_str())).collect();
        let strangers = declared.iter().filter(|plate| !known_plates.contains(&folded(plate)));
        let strangers: Vec<&str> = strangers.take(SHOWN_MAX).map(String::as_str).collect();
        if !strangers.is_empty() {
            let sides = (strangers.join(", "), joined(certified));
            let complete = |finding: Finding| finding.sides(sides.0, sides.1).severity(severity);
            self.find(known, FindingCode::TransportDiffers, complete);
        }
    }
}

fn plates(declared: &Transport, trailers: bool) -> Vec<String> {
    let wanted = declared.means.iter().filter(|means| (means.kind.as_str() == TRAILER) == trailers);
    wanted.map(|means| means.id.to_string()).collect()
}

fn joined<'a, const N: usize>(texts: impl IntoIterator<Item = &'a Text<N>>) -> String {
    texts.into_iter().map(Text::as_str).collect::<Vec<_>>().join(", ")
}

/// A plate without spaces, signs and case, and with Cyrillic letters that look like Latin ones folded into them.
pub(crate) fn folded(plate: &str) -> String {
    let letters = plate.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase);
    letters.map(look_alike).collect()
}

const fn look_alike(letter: char) -> char {
    match letter {
        'А' => 'A',
        'В' => 'B',
        'Е' => 'E',
        'І' => 'I',
        'К' => 'K',
        'М' => 'M',
        'Н' => 'H',
        'О' => 'O',
        'Р' => 'P',
        'С' => 'C',
        'Т' => 'T',
        'У' => 'Y',
        'Х' => 'X',
        'Ѕ' => 'S',
        'Ј' => 'J',
        other => other,
    }
}

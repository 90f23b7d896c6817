//! Transport: plates as people write them; another tractor is a warning.

use super::{Check, Known};
use crate::consignment::{Element, Transport};
use crate::text::Text;
use crate::verdict::FindingCode;

/// EUCDM type of a trailer (19 05, 19 08).
const TRAILER: &str = "31";

impl Check<'_> {
    pub(super) fn transport(&mut self, known: &Known) {
        let Some(certified) = &known.certificate.transport else { return };
        let consignment = self.consignment;
        let declared = consignment.transport.as_ref();
        if declared.is_none_or(|declared| declared.means.is_empty()) {
            let means = certified.means.iter().chain(&certified.trailers);
            self.absent(Element::Transport, None, known, joined(means));
        }
        let Some(declared) = declared else { return };
        self.plates(known, &plates(declared, false), &certified.means);
        self.plates(known, &plates(declared, true), &certified.trailers);
        let texts = |found: &[Text<17>]| found.iter().map(Text::to_string).collect::<Vec<_>>();
        self.plates(known, &texts(&declared.containers), &certified.containers);
        let texts = |found: &[Text<20>]| found.iter().map(Text::to_string).collect::<Vec<_>>();
        self.plates(known, &texts(&declared.seals), &certified.seals);
    }

    /// Where the certificate names some, each one declared must be among them.
    fn plates<const N: usize>(&mut self, known: &Known, declared: &[String], certified: &[Text<N>]) {
        if certified.is_empty() {
            return;
        }
        for plate in declared {
            if !certified.iter().any(|other| folded(other.as_str()) == folded(plate)) {
                self.warn(known, FindingCode::TransportDiffers, plate, joined(certified));
            }
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
fn folded(plate: &str) -> String {
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
        other => other,
    }
}

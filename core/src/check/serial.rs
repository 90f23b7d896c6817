//! Serial numbers of an item against those of the lines it draws on.

use std::collections::BTreeSet;

use super::Check;
use super::coverage::MILLION;
use super::line::{Drawn, SHOWN_MAX};
use crate::certificate::SerialNumbers;
use crate::consignment::{Element, GoodsItem};
use crate::digest::Digest;
use crate::goods::{Decimal, Quantity};
use crate::text::Text;
use crate::verdict::{Finding, FindingCode, Severity};

/// The most comparisons of a serial number with a list or a range in one check: about a second. A declaration of
/// 9,999 items needs some ten thousand; a hostile one could ask for thousands of millions.
pub(super) const COMPARISONS_MAX: usize = 4_000_000;

impl Check<'_> {
    /// Each serial number found must stand on one of the lines cited. Lines without serial numbers, or with only a
    /// digest of them, could hold any.
    pub(super) fn serial_numbers(&mut self, item: &GoodsItem, lines: &[Drawn<'_>]) {
        let found = &item.serial_numbers;
        self.each_once(item, lines);
        let mut named = Vec::new();
        let mut any_number_fits = lines.is_empty() || lines.len() != item.citations.len();
        for drawn in lines {
            let Some(certified) = &drawn.line.serial_numbers else {
                any_number_fits = true;
                continue;
            };
            if found.is_empty() {
                self.not_compared(drawn.place(item), Element::SerialNumbers, shown(certified));
            } else if let SerialNumbers::Digest { count, sha256 } = certified {
                if lines.len() == 1 && usize::try_from(*count) == Ok(found.len()) {
                    self.whole_list(item, drawn, sha256);
                    return;
                }
                any_number_fits = true;
                self.not_compared(drawn.place(item), Element::SerialNumbers, shown(certified));
            } else {
                named.push((drawn, certified));
            }
        }
        if found.is_empty() || any_number_fits {
            return;
        }
        let Some(((first, certified), _)) = named.split_first() else { return };
        let Some(strangers) = self.strangers(found, named.iter().map(|(_, certified)| *certified)) else {
            let finding = first.place(item).find(FindingCode::SerialNumberUnknown).severity(Severity::Open);
            let remedy = "too many serial numbers for one check; ask in parts";
            self.findings.push(finding.sides(found.len(), shown(certified)).remedy(remedy));
            return;
        };
        if !strangers.is_empty() {
            let finding = first.place(item).find(FindingCode::SerialNumberUnknown);
            self.findings.push(finding.sides(listed(&strangers, strangers.len()), shown(certified)));
        }
    }

    /// No machine stands twice in a declaration, and an item has no more of them than it cites pieces.
    fn each_once(&mut self, item: &GoodsItem, lines: &[Drawn<'_>]) {
        let Some(first) = lines.first().filter(|_| !item.serial_numbers.is_empty()) else { return };
        let seen = self.serials_seen.entry(first.number).or_default();
        let again: Vec<&str> =
            item.serial_numbers.iter().map(Text::as_str).filter(|serial| !seen.insert((*serial).to_owned())).collect();
        if !again.is_empty() {
            let finding = first.place(item).find(FindingCode::SerialNumberUnknown);
            let remedy = "a serial number stands twice in the declaration: one machine is declared once";
            self.findings.push(finding.sides(listed(&again, again.len()), "-").remedy(remedy));
        }
        let machines = i128::try_from(item.serial_numbers.len()).unwrap_or(i128::MAX).saturating_mul(MILLION);
        let pieces = lines.iter().map(|drawn| {
            // A machine may carry several numbers, unless its line has one for each piece.
            let line = pieces_of(drawn.line.quantity)?;
            let one_each = drawn.line.serial_numbers.as_ref().and_then(named) == Some(line);
            pieces_of(drawn.citation.quantity).filter(|_| one_each)
        });
        let cited = pieces.sum::<Option<i128>>();
        if lines.len() == item.citations.len()
            && let Some(cited) = cited.filter(|cited| *cited < machines)
        {
            let finding = Finding::new(FindingCode::QuantityNotCovered).item(item.goods_item_number);
            let cited = Decimal::from_millionths(cited).unwrap_or_default();
            let sides = (format!("{} NAR", item.serial_numbers.len()), format!("{cited} NAR"));
            let remedy = "more serial numbers than pieces cited: cite as many pieces as are there";
            self.findings.push(finding.certificate(first.number).sides(sides.0, sides.1).remedy(remedy));
        }
    }

    /// The numbers that no list and no range has; `None` when there is too much to compare.
    fn strangers<'n>(
        &mut self,
        found: &'n [Text<70>],
        certified: impl Iterator<Item = &'n SerialNumbers>,
    ) -> Option<Vec<&'n str>> {
        let mut strangers: Vec<&str> = found.iter().map(Text::as_str).collect();
        for certified in certified {
            let (of_list, ranges) = match certified {
                SerialNumbers::List(list) => (list.as_slice(), [].as_slice()),
                SerialNumbers::Ranges(ranges) => ([].as_slice(), ranges.as_slice()),
                SerialNumbers::Digest { .. } => continue,
            };
            let work = strangers.len().saturating_mul(ranges.len().max(1)).saturating_add(of_list.len());
            self.serial_comparisons_left = self.serial_comparisons_left.checked_sub(work)?;
            let known: BTreeSet<&str> = of_list.iter().map(Text::as_str).collect();
            strangers.retain(|serial| !known.contains(serial) && !ranges.iter().any(|range| range.contains(serial)));
        }
        Some(strangers)
    }

    /// All numbers of a line whose list is sealed as a digest: SHA-256 of the sorted list, joined by LF.
    fn whole_list(&mut self, item: &GoodsItem, drawn: &Drawn<'_>, sha256: &Digest) {
        let mut sorted: Vec<&str> = item.serial_numbers.iter().map(Text::as_str).collect();
        sorted.sort_unstable();
        let digest = Digest::of(sorted.join("\n").as_bytes());
        if digest != *sha256 {
            let finding: Finding = drawn.place(item).find(FindingCode::SerialNumberUnknown);
            let sides = (of_digest(sorted.len(), &digest), of_digest(sorted.len(), sha256));
            self.findings.push(finding.sides(sides.0, sides.1));
        }
    }
}

/// A quantity in pieces, in millionths; `None` where it counts something else.
fn pieces_of(quantity: Quantity) -> Option<i128> {
    quantity.unit.convert(quantity.value, "NAR".parse().ok()?).value().map(Decimal::millionths)
}

/// How many serial numbers a line names one by one, in millionths.
fn named(serial_numbers: &SerialNumbers) -> Option<i128> {
    match serial_numbers {
        SerialNumbers::List(list) => i128::try_from(list.len()).ok()?.checked_mul(MILLION),
        SerialNumbers::Ranges(_) | SerialNumbers::Digest { .. } => None,
    }
}

/// Serial numbers as shown: the first ones, or what stands for the list.
fn shown(serial_numbers: &SerialNumbers) -> String {
    match serial_numbers {
        SerialNumbers::List(list) => listed(list, list.len()),
        SerialNumbers::Ranges(ranges) => {
            let first: Vec<String> =
                ranges.iter().take(SHOWN_MAX).map(|range| format!("{} – {}", range.first, range.last)).collect();
            listed(&first, ranges.len())
        }
        SerialNumbers::Digest { count, sha256 } => of_digest(count, sha256),
    }
}

fn of_digest(count: impl std::fmt::Display, digest: &Digest) -> String {
    format!("{count} (SHA-256 {digest})")
}

fn listed(texts: &[impl ToString], count: usize) -> String {
    let first: Vec<String> = texts.iter().take(SHOWN_MAX).map(ToString::to_string).collect();
    match count.checked_sub(SHOWN_MAX) {
        Some(more) if more > 0 => format!("{}, … (+{more})", first.join(", ")),
        Some(_) | None => first.join(", "),
    }
}

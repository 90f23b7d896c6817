//! Serial numbers: each one declared is named by a line that its item cites.

use std::collections::BTreeSet;

use super::line::Place;
use super::{Check, Known};
use crate::certificate::{Line, SerialNumbers, SerialRange};
use crate::consignment::{Citation, Element, GoodsItem};
use crate::text::Text;
use crate::verdict::{Finding, FindingCode};

/// How many serial numbers or ranges a finding shows.
const SHOWN_MAX: usize = 20;

impl Check<'_> {
    /// One finding an item: several makers may share it, and then each number needs only one line that names it.
    pub(super) fn serial_numbers(&mut self, item: &GoodsItem, lines: &[(&Citation, &Line, &Known)]) {
        let mut named: BTreeSet<&str> = BTreeSet::new();
        let mut ranges: Vec<&SerialRange> = Vec::new();
        let mut shown: Vec<String> = Vec::new();
        // A line that names none may be the one that a number belongs to.
        let mut all_named = lines.len() == item.citations.len();
        for (_, line, known) in lines {
            let place = Place { item: item.goods_item_number, number: known.number, line: line.line };
            let certified = match &line.serial_numbers {
                None => {
                    all_named = false;
                    continue;
                }
                Some(SerialNumbers::Digest { count, sha256 }) => {
                    all_named = false;
                    self.not_compared(place, Element::SerialNumbers, format!("{count} numbers, list {sha256}"));
                    continue;
                }
                Some(SerialNumbers::List(list)) => {
                    named.extend(list.iter().map(Text::as_str));
                    list.iter().take(SHOWN_MAX).map(Text::to_string).collect::<Vec<_>>().join(", ")
                }
                Some(SerialNumbers::Ranges(found)) => {
                    ranges.extend(found);
                    let texts = found.iter().take(SHOWN_MAX).map(|range| format!("{} to {}", range.first, range.last));
                    texts.collect::<Vec<_>>().join(", ")
                }
            };
            if item.serial_numbers.is_empty() {
                self.not_compared(place, Element::SerialNumbers, &certified);
            }
            shown.push(certified);
        }
        if !all_named || item.serial_numbers.is_empty() {
            return;
        }
        let is_named = |serial: &str| named.contains(serial) || ranges.iter().any(|range| range.contains(serial));
        let strange: Vec<&str> =
            item.serial_numbers.iter().map(Text::as_str).filter(|serial| !is_named(serial)).collect();
        if let Some(first) = lines.first().filter(|_| !strange.is_empty()) {
            let first_ones = strange.iter().take(SHOWN_MAX).copied().collect::<Vec<_>>().join(", ");
            let declared = match strange.len().saturating_sub(SHOWN_MAX) {
                0 => first_ones,
                more => format!("{first_ones} and {more} more"),
            };
            let mut finding = Finding::new(FindingCode::SerialNumberUnknown).item(item.goods_item_number);
            if lines.len() == 1 {
                finding = finding.certificate(first.2.number).line(first.1.line);
            }
            self.findings.push(finding.sides(declared, shown.join("; ")));
        }
    }
}

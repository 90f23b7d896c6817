//! A goods item against the lines it draws on.

use std::collections::BTreeMap;

use super::{Check, Known, ManufacturerStanding};
use crate::certificate::Line;
use crate::consignment::{Citation, Element, GoodsItem, Stage};
use crate::goods::{CommodityCode, Conversion, Decimal};
use crate::number::CertificateNumber;
use crate::verdict::{Finding, FindingCode, NotCompared};

impl Check<'_> {
    /// Judges one citation; gives the line where there is one.
    pub(super) fn line<'k>(&mut self, item: &GoodsItem, citation: &Citation, known: &'k Known) -> Option<&'k Line> {
        let place = Place { item: item.goods_item_number, number: known.number, line: citation.line };
        let Some(line) = known.certificate.lines.iter().find(|line| line.line == citation.line) else {
            let lines = &known.certificate.lines;
            let shown: Vec<String> = lines.iter().take(SHOWN_MAX).map(|line| line.line.to_string()).collect();
            let more = if lines.len() > SHOWN_MAX { ", …" } else { "" };
            let finding = place.find(FindingCode::LineUnknown).remedy("cite a line that the certificate has");
            self.findings.push(finding.sides(citation.line, format!("{}{more}", shown.join(", "))));
            return None;
        };
        self.commodity_code(place, item, line, known);
        self.vetted(place, line, known);
        self.draw(place, citation, line);
        self.condition(place, item, line);
        match item.country_of_origin {
            Some(declared) if declared != line.origin_country => {
                let finding = place.find(FindingCode::OriginDiffers);
                self.findings.push(finding.sides(declared, line.origin_country));
            }
            Some(_) => {}
            None => {
                let certified = line.origin_country.to_string();
                self.absent(Element::CountryOfOrigin, Some(place.item), known.number, certified);
            }
        }
        Some(line)
    }

    fn commodity_code(&mut self, place: Place, item: &GoodsItem, line: &Line, known: &Known) {
        let (declared, certified) = (&item.commodity_code, &line.commodity_code);
        let (hs, cn, taric) = agree(declared, certified);
        let code = if !hs {
            FindingCode::CommodityCodeMismatch
        } else if cn == Some(false) {
            // CN codes are renumbered every January; the subheading stays.
            let this_year = u16::try_from(self.moment.day.year()).unwrap_or_default();
            if known.certificate.nomenclature_year >= this_year {
                FindingCode::CommodityCodeMismatch
            } else {
                FindingCode::CommodityCodeOtherYear
            }
        } else if taric == Some(false) {
            FindingCode::CommodityCodeMismatch
        } else {
            if cn.is_none() && certified.combined_nomenclature_code.is_some() {
                self.absent(Element::CombinedNomenclatureCode, Some(place.item), known.number, certified.to_string());
            }
            if taric.is_none() && certified.taric_code.is_some() {
                self.absent(Element::TaricCode, Some(place.item), known.number, certified.to_string());
            }
            return;
        };
        self.findings.push(place.find(code).sides(declared, certified));
    }

    /// The scope may have been narrowed since acceptance.
    fn vetted(&mut self, place: Place, line: &Line, known: &Known) {
        if let ManufacturerStanding::Known(manufacturer) = &known.manufacturer
            && !manufacturer.covers(&line.commodity_code)
        {
            let scope: Vec<String> = manufacturer.scope.iter().map(ToString::to_string).collect();
            let finding = place.find(FindingCode::ManufacturerScope);
            self.findings.push(finding.sides(line.commodity_code, scope.join(", ")));
        }
    }

    /// Adds what is drawn, in the line's unit and rounded up, so that nothing is given away.
    fn draw(&mut self, place: Place, citation: &Citation, line: &Line) {
        let unit = line.quantity.unit;
        let drawn = match citation.quantity.unit.convert(citation.quantity.value, unit) {
            Conversion::Exact(value) | Conversion::RoundedUp(value) => Some(value),
            Conversion::TooLarge => None,
            Conversion::NotComparable => {
                let remedy = format!("declare the quantity in {unit}, or a unit that converts to it exactly");
                let finding = place.find(FindingCode::UnitNotComparable).remedy(remedy);
                self.findings.push(finding.sides(citation.quantity, line.quantity));
                return;
            }
        };
        let (total, _) = self.drawn.entry((place.number, place.line)).or_insert((Decimal::ZERO, line.quantity));
        if let Some(sum) = drawn.and_then(|drawn| total.checked_add(drawn)) {
            *total = sum;
        } else {
            let finding = place.find(FindingCode::QuantityExceeded);
            self.findings.push(finding.sides(citation.quantity, line.quantity));
        }
    }

    /// What all items together draw on each line, against what it grants and what others left of it.
    pub(super) fn drawn_in_all(&mut self, certificates: &BTreeMap<CertificateNumber, &Known>) {
        for ((number, line), (drawn, granted)) in std::mem::take(&mut self.drawn) {
            let about = |code| Finding::new(code).certificate(number).line(line);
            let declared = format!("{drawn} {}", granted.unit);
            let need = certificates.get(&number).and_then(|known| known.ledger.needs.get(&line));
            if drawn > granted.value && need.is_none_or(|need| !need.fits()) {
                let remedy = "all items together draw more than the line grants: cite another certificate for the rest";
                self.findings.push(about(FindingCode::QuantityExceeded).sides(declared, granted).remedy(remedy));
            } else if let Some(need) = need.filter(|need| !need.fits()) {
                let left = need.left.max(0).saturating_add(need.covered);
                let left = Decimal::from_millionths(left).unwrap_or_default();
                let certified = format!("{left} / {granted}");
                let remedy = "other declarations hold the rest: cite another certificate, or ask for the ledger";
                self.findings.push(about(FindingCode::QuantityExceeded).sides(declared, certified).remedy(remedy));
            } else if self.consignment.stage == Stage::Border && need.is_some_and(|need| !need.takes_nothing_new()) {
                let held = need.map_or(0, |need| need.held.saturating_add(need.covered));
                let held = Decimal::from_millionths(held).unwrap_or_default();
                let certified = format!("{held} {}", granted.unit);
                let remedy =
                    "at the border only what is reserved may pass: have the declaration reserved, then ask again";
                self.findings.push(about(FindingCode::NotReserved).sides(declared, certified).remedy(remedy));
            }
        }
    }

    fn condition(&mut self, place: Place, item: &GoodsItem, line: &Line) {
        let words = |condition| match condition {
            crate::goods::Condition::New => "new",
            crate::goods::Condition::Used => "used",
        };
        match item.condition {
            Some(declared) if declared != line.condition => {
                let finding = place.find(FindingCode::ConditionMismatch);
                self.findings.push(finding.sides(words(declared), words(line.condition)));
            }
            Some(_) => {}
            None => self.not_compared(place, Element::Condition, words(line.condition)),
        }
    }

    pub(super) fn not_compared(&mut self, place: Place, element: Element, certified: impl ToString) {
        self.not_compared.push(NotCompared {
            element,
            goods_item: Some(place.item),
            certificate: place.number,
            certified: certified.to_string(),
        });
    }
}

/// How many of a list a finding shows: it is read by a person, and a thousand of them must fit an answer.
pub(super) const SHOWN_MAX: usize = 20;

/// A citation whose line was found.
pub(super) struct Drawn<'k> {
    pub(super) citation: &'k Citation,
    pub(super) number: CertificateNumber,
    pub(super) line: &'k Line,
}

impl Drawn<'_> {
    pub(super) const fn place(&self, item: &GoodsItem) -> Place {
        Place { item: item.goods_item_number, number: self.number, line: self.citation.line }
    }
}

/// Where a finding is made.
#[derive(Clone, Copy)]
pub(super) struct Place {
    item: u32,
    number: CertificateNumber,
    line: u32,
}

impl Place {
    pub(super) fn find(self, code: FindingCode) -> Finding {
        Finding::new(code).item(self.item).certificate(self.number).line(self.line)
    }
}

/// Whether subheading, CN and TARIC codes agree; `None` where one side does not say.
fn agree(declared: &CommodityCode, certified: &CommodityCode) -> (bool, Option<bool>, Option<bool>) {
    let hs = declared.harmonized_system_subheading_code == certified.harmonized_system_subheading_code;
    let both = |a: Option<_>, b: Option<_>| a.zip(b).map(|(a, b): (crate::goods::CodePart<2>, _)| a == b);
    let cn = both(declared.combined_nomenclature_code, certified.combined_nomenclature_code);
    (hs, cn, both(declared.taric_code, certified.taric_code))
}

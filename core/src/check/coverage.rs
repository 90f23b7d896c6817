//! Whether what is cited adds up to the goods item: its mass, its supplementary units.

use super::Check;
use super::line::{Drawn, SHOWN_MAX};
use crate::consignment::{Element, GoodsItem};
use crate::goods::{Conversion, Decimal, Unit};
use crate::verdict::{Finding, FindingCode, Severity};

impl Check<'_> {
    /// Whether what an item cites adds up to the item, and its net mass to what the lines say.
    pub(super) fn covered(&mut self, item: &GoodsItem, lines: &[Drawn<'_>]) {
        let Some(first) = lines.first() else { return };
        // What could not be found or converted has a finding of its own.
        if lines.len() != item.citations.len() {
            return;
        }
        let about = |code| Finding::new(code).item(item.goods_item_number).certificate(first.number);
        // Supplementary units in a comparable unit were compared when the consignment was read.
        let by_units = item.supplementary_units.is_some_and(|declared| sum(item, declared.unit).is_some());
        let kilograms: Option<Unit> = "KGM".parse().ok();
        let cited_mass = kilograms.and_then(|unit| sum(item, unit));
        let by_mass = cited_mass.zip(declared_mass(item));
        match (by_mass, item.supplementary_units) {
            // Also beside supplementary units: a gram declared there must not hide twenty tonnes.
            (Some((cited, net_mass)), _) if cited < net_mass => {
                let remedy = "cite the whole net mass of the item";
                let sides = (format!("{net_mass} KGM"), format!("{cited} KGM"));
                self.findings.push(about(FindingCode::QuantityNotCovered).sides(sides.0, sides.1).remedy(remedy));
            }
            (Some(_), _) => {}
            (None, _) if by_units => {}
            // A hundred machines must not travel on a citation of one roll.
            (None, Some(declared)) => {
                let cited: Vec<String> =
                    item.citations.iter().take(SHOWN_MAX).map(|c| c.quantity.to_string()).collect();
                let remedy = "cite in the unit of the supplementary units, or count the goods";
                let finding = about(FindingCode::ItemQuantityNotComparable).sides(declared, cited.join(", "));
                self.findings.push(finding.remedy(remedy));
            }
            // TARIC asks supplementary units for some codes only: then the officer counts.
            (None, None) => {
                for drawn in lines {
                    self.not_compared(drawn.place(item), Element::SupplementaryUnits, drawn.citation.quantity);
                }
            }
        }
        self.mixed(item, lines);
        self.supplementary_units(item, lines);
        self.net_mass(item, first, cited_mass, lines);
    }

    /// Cited in part by mass and in part by the piece: together they must weigh what the item weighs, or a gram cited
    /// beside a piece would carry twenty tonnes.
    fn mixed(&mut self, item: &GoodsItem, lines: &[Drawn<'_>]) {
        let Ok(kilograms) = "KGM".parse::<Unit>() else { return };
        let is_mass = |drawn: &&Drawn<'_>| {
            let cited = drawn.citation.quantity;
            !matches!(cited.unit.convert(cited.value, kilograms), Conversion::NotComparable)
        };
        let by_mass = lines.iter().filter(is_mass).count();
        let Some(net_mass) = item.net_mass.filter(|_| by_mass > 0 && by_mass < lines.len()) else { return };
        let expected = expected_mass(lines);
        let covers = |mass: Decimal| net_mass.millionths() <= mass.millionths().saturating_add(GRAM);
        if !expected.is_some_and(covers) {
            let certified = expected.map_or_else(|| "-".to_owned(), |mass| format!("{mass} KGM"));
            let finding = Finding::new(FindingCode::ItemQuantityNotComparable).item(item.goods_item_number);
            let remedy =
                "part is cited by mass and part by the piece: give each a goods item of its own, or weigh the goods";
            self.findings.push(finding.sides(format!("{net_mass} KGM"), certified).remedy(remedy));
        }
    }

    /// What the lines have in supplementary units, for the quantities cited, against the item's: sixty machines must not
    /// travel on the mass of six.
    fn supplementary_units(&mut self, item: &GoodsItem, lines: &[Drawn<'_>]) {
        let Some(declared) = item.supplementary_units else {
            for drawn in lines {
                if let Some(certified) =
                    drawn.line.supplementary_units.filter(|of| of.unit != drawn.citation.quantity.unit)
                {
                    self.not_compared(drawn.place(item), Element::SupplementaryUnits, certified);
                }
            }
            return;
        };
        let mut sum = Decimal::ZERO;
        for drawn in lines {
            let Some(certified) = drawn.line.supplementary_units else { return };
            let share = share(drawn, certified.value);
            let share = share.and_then(|share| certified.unit.convert(share, declared.unit).value());
            let Some(more) = share.and_then(|share| sum.checked_add(share)) else {
                self.not_compared(drawn.place(item), Element::SupplementaryUnits, certified);
                return;
            };
            sum = more;
        }
        // A part of a piece is a piece.
        let whole =
            sum.millionths().saturating_add(MILLION.saturating_sub(1)).div_euclid(MILLION).saturating_mul(MILLION);
        if declared.value.millionths() > whole {
            let finding = Finding::new(FindingCode::QuantityNotCovered).item(item.goods_item_number);
            let remedy = "the lines cited have fewer supplementary units for what is cited: cite more of them";
            self.findings.push(finding.sides(declared, format!("{sum} {}", declared.unit)).remedy(remedy));
        }
    }

    /// Another mass than the lines give for the quantity cited is a warning, and beyond the tolerance that a regime
    /// sets a reason to refuse. Without a net mass nobody sees whether the goods are as many as cited.
    fn net_mass(&mut self, item: &GoodsItem, first: &Drawn<'_>, cited: Option<Decimal>, lines: &[Drawn<'_>]) {
        let expected = expected_mass(lines);
        let certified = match (expected, cited) {
            (Some(mass), _) | (None, Some(mass)) => format!("{mass} KGM"),
            (None, None) => "-".to_owned(),
        };
        let Some(declared) = declared_mass(item) else {
            if certified != "-" || self.is_in_set(Element::NetMass) {
                self.absent(Element::NetMass, Some(item.goods_item_number), first.number, certified);
            }
            return;
        };
        let Some(expected) = expected else { return };
        let tolerance = self.asked.get(&item.goods_item_number).into_iter().flatten();
        let tolerance = tolerance.filter_map(|regime| regime.asks.net_mass_tolerance_permille).min();
        let room = tolerance.map_or(0, |permille| thousandths(expected, permille)).max(GRAM.unsigned_abs());
        if declared.millionths().abs_diff(expected.millionths()) > room {
            let finding = Finding::new(FindingCode::NetMassDiffers).item(item.goods_item_number);
            let finding = finding.certificate(first.number).sides(format!("{declared} KGM"), certified);
            self.findings.push(match tolerance {
                Some(permille) => finding
                    .severity(Severity::Hard)
                    .remedy(format!("the regime lets it differ by {permille} thousandths: weigh the goods")),
                None => finding,
            });
        }
    }
}

/// A gram in millionths of a kilogram: dividing a line's mass by its pieces does not come out even.
const GRAM: i128 = 1_000;

/// A whole one, in millionths.
pub(super) const MILLION: i128 = 1_000_000;

/// What a citation has of something that its line has altogether, to the millionth.
fn share(drawn: &Drawn<'_>, whole: Decimal) -> Option<Decimal> {
    let (cited, line) = (drawn.citation.quantity, drawn.line.quantity);
    let cited = cited.unit.convert(cited.value, line.unit).value()?;
    let share = whole.millionths().checked_mul(cited.millionths())?.checked_div(line.value.millionths())?;
    Decimal::from_millionths(share)
}

fn thousandths(of: Decimal, permille: u32) -> u128 {
    of.millionths().unsigned_abs().saturating_mul(u128::from(permille)).checked_div(1_000).unwrap_or(0)
}

/// What an item cites altogether in a unit; `None` where a citation cannot be converted.
fn sum(item: &GoodsItem, unit: Unit) -> Option<Decimal> {
    item.citations.iter().try_fold(Decimal::ZERO, |sum, citation| {
        sum.checked_add(citation.quantity.unit.convert(citation.quantity.value, unit).value()?)
    })
}

/// The net mass that the lines give for the quantities cited, to the millionth of a kilogram.
fn expected_mass(lines: &[Drawn<'_>]) -> Option<Decimal> {
    lines.iter().try_fold(Decimal::ZERO, |sum, drawn| sum.checked_add(share(drawn, drawn.line.net_mass?)?))
}

/// The net mass declared; one of nothing says nothing.
fn declared_mass(item: &GoodsItem) -> Option<Decimal> {
    item.net_mass.filter(|mass| !mass.is_zero())
}

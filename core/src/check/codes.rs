//! The law is asked about the goods as declared and, where the certificates cited seal another or a longer code of the
//! same subheading, as sealed: a new year's code must not take goods off a list, nor a short one leave open what the
//! maker has said.

use std::collections::BTreeSet;

use super::{Cited, Evidence};
use crate::consignment::GoodsItem;
use crate::goods::CommodityCode;
use crate::regime::{Asking, ItemRequirement};

/// What the regimes ask of an item.
pub(super) fn asked(asking: &mut Asking<'_>, item: &GoodsItem, evidence: &Evidence) -> ItemRequirement {
    let declared = item.commodity_code.combined_nomenclature_code;
    let sealed: Vec<Option<CommodityCode>> =
        item.citations.iter().map(|citation| sealed(citation, item, evidence)).collect();
    let others = sealed.iter().flatten().filter(|code| code.combined_nomenclature_code != declared);
    let others: BTreeSet<CommodityCode> = others.copied().collect();
    // Every line says what the declaration leaves out: then it is left out no more.
    let completed = declared.is_none() && sealed.iter().all(Option::is_some);
    let as_sealed = others.into_iter().map(|code| GoodsItem { commodity_code: code, ..item.clone() });
    let mut as_sealed = as_sealed.map(|item| asking.of(&item)).collect::<Vec<_>>().into_iter();
    match as_sealed.next() {
        None => asking.of(item),
        Some(first) if completed => as_sealed.fold(first, both),
        Some(first) => as_sealed.fold(both(asking.of(item), first), both),
    }
}

/// The code of the line cited, with its CN part, where it is of the same subheading.
fn sealed(citation: &crate::consignment::Citation, item: &GoodsItem, evidence: &Evidence) -> Option<CommodityCode> {
    let number = citation.certificate.as_str().parse().ok()?;
    let Cited::Known(known) = evidence.certificates.get(&number)? else { return None };
    let code = known.certificate.lines.iter().find(|line| line.line == citation.line)?.commodity_code;
    let same = code.harmonized_system_subheading_code == item.commodity_code.harmonized_system_subheading_code;
    (same && code.combined_nomenclature_code.is_some()).then_some(code)
}

/// The stronger of two, with everything that either says.
fn both(mut one: ItemRequirement, other: ItemRequirement) -> ItemRequirement {
    one.requirement = one.requirement.max(other.requirement);
    let findings: Vec<_> = other.findings.into_iter().filter(|of| !one.findings.contains(of)).collect();
    one.findings.extend(findings);
    let statements: Vec<_> = other.statements.into_iter().filter(|of| !one.statements.contains(of)).collect();
    one.statements.extend(statements);
    one.notes.extend(other.notes);
    let demands: Vec<_> =
        other.demands.into_iter().filter(|of| !one.demands.iter().any(|there| there.id == of.id)).collect();
    one.demands.extend(demands);
    one
}

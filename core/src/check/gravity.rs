//! The gravest finding about each goods item.

use std::collections::BTreeMap;

use crate::consignment::GoodsItem;
use crate::number::CertificateNumber;
use crate::verdict::{Finding, Severity};

/// The gravest finding about each goods item: its own, those of the certificates and lines it cites, those of the
/// whole.
pub(super) struct Gravity {
    whole: Option<Severity>,
    items: BTreeMap<u32, Severity>,
}

impl Gravity {
    pub(super) fn of(findings: &[Finding], citing: &BTreeMap<CertificateNumber, Vec<&GoodsItem>>) -> Self {
        let mut gravity = Self { whole: None, items: BTreeMap::new() };
        for finding in findings {
            match (finding.goods_item, &finding.certificate) {
                (Some(item), _) => gravity.raise(item, finding.severity),
                (None, Some(certificate)) => {
                    let number = certificate.parse().ok();
                    let citing = number.and_then(|number| citing.get(&number)).into_iter().flatten();
                    for item in citing.filter(|item| finding.line.is_none_or(|line| draws_on(item, number, line))) {
                        gravity.raise(item.goods_item_number, finding.severity);
                    }
                }
                (None, None) => gravity.whole = gravity.whole.max(Some(finding.severity)),
            }
        }
        gravity
    }

    fn raise(&mut self, item: u32, severity: Severity) {
        let gravest = self.items.entry(item).or_insert(severity);
        *gravest = severity.max(*gravest);
    }

    pub(super) fn of_item(&self, item: u32) -> Option<Severity> {
        self.items.get(&item).copied().max(self.whole)
    }
}

fn draws_on(item: &GoodsItem, number: Option<CertificateNumber>, line: u32) -> bool {
    let mut citations = item.citations.iter().filter(|citation| citation.line == line);
    citations.any(|citation| citation.certificate.as_str().parse().ok() == number)
}

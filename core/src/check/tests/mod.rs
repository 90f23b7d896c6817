//! The check as law: a good consignment, and one change at a time.

mod certificate;
mod goods;
mod parties;
mod presence;
mod property;
mod requirement;
mod routing;
mod status;
mod transport;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use time::macros::{date, datetime};

use super::{Cited, Evidence, Known, LedgerStanding, ManufacturerStanding, SealStanding, StoredStatus, check};
use crate::digest::Digest;
use crate::moment::Moment;
use crate::number::CertificateNumber;
use crate::regime::{RegimeData, Regimes};
use crate::verdict::{Answer, Finding, FindingCode, Requirement, Severity, Verdict};

pub(super) const PAYLOAD: &str = include_str!("../../../../src/demo/data/payload.json");
pub(crate) const CONSIGNMENT: &str = include_str!("../../../../src/demo/data/consignment.json");

/// A consignment with what is known of its certificate, and the rules and day it is judged by.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) consignment: Value,
    pub(super) payload: Value,
    pub(super) status: StoredStatus,
    pub(super) seal: SealStanding,
    pub(super) manufacturer: ManufacturerStanding,
    pub(super) cited: Option<Cited>,
    pub(super) looked_up: bool,
    pub(super) data: RegimeData,
    pub(super) moment: Moment,
}

/// The number under which the register knows the certificate of a case.
pub(super) fn number() -> CertificateNumber {
    CertificateNumber::of(&Digest::of(b"the certificate of these tests"))
}

/// The demo's consignment: three goods items by road through Belarus and Russia to Kazakhstan, everything right.
pub(super) fn good() -> Case {
    let mut consignment: Value = serde_json::from_str(CONSIGNMENT).unwrap();
    for item in consignment["goodsItems"].as_array_mut().unwrap() {
        item["citations"][0]["certificate"] = json!(number().to_string());
    }
    let data = crate::regime::tests::data_with_invented();
    let mut payload: Value = serde_json::from_str(PAYLOAD).unwrap();
    let regimes = Regimes::new(data.clone(), date!(2026 - 04 - 23));
    let set = regimes.statement_sets().iter().find(|set| set.is_accepted() && set.language() == "en").unwrap();
    payload["statements"]["digest"] = json!(set.digest().to_string());
    let manufacturer = json!({
        "organisation": "muster",
        "name": "Muster Verpackungsmaschinen GmbH",
        "identifiers": payload["manufacturer"]["identifiers"],
        "scope": ["84", "85"],
        "active": true,
    });
    Case {
        consignment,
        payload,
        status: StoredStatus::Valid,
        seal: SealStanding::Trusted,
        manufacturer: ManufacturerStanding::Known(Arc::new(serde_json::from_value(manufacturer).unwrap())),
        cited: None,
        looked_up: true,
        data,
        moment: on(date!(2026 - 03 - 16)),
    }
}

pub(super) fn on(day: time::Date) -> Moment {
    Moment { at: datetime!(2026-03-16 09:00 UTC).replace_date(day), day }
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\non {:?}", self.consignment, self.moment)
    }
}

impl Case {
    /// The declaration says something else; a member that is not there yet is added, `null` takes one away.
    pub(super) fn declared(mut self, pointer: &str, value: Value) -> Self {
        put(&mut self.consignment, pointer, value);
        self
    }

    /// The certificate says something else.
    pub(super) fn certified(mut self, pointer: &str, value: Value) -> Self {
        put(&mut self.payload, pointer, value);
        self
    }

    pub(super) fn day(mut self, day: time::Date) -> Self {
        self.moment = on(day);
        self
    }

    pub(super) fn standing(mut self, manufacturer: ManufacturerStanding) -> Self {
        self.manufacturer = manufacturer;
        self
    }

    pub(super) fn seal(mut self, seal: SealStanding) -> Self {
        self.seal = seal;
        self
    }

    pub(super) fn status(mut self, status: StoredStatus) -> Self {
        self.status = status;
        self
    }

    pub(super) fn cited(mut self, cited: Cited) -> Self {
        self.cited = Some(cited);
        self
    }

    /// Only the goods item at a position.
    pub(super) fn only(mut self, position: usize) -> Self {
        let item = self.consignment["goodsItems"][position].take();
        self.consignment["goodsItems"] = json!([item]);
        self
    }

    /// Only the first goods item, of another code on both sides.
    pub(super) fn of_code(self, hs: &str, cn: Option<&str>) -> Self {
        let code = code(hs, cn);
        let widened = match self.manufacturer.clone() {
            ManufacturerStanding::Known(known) => {
                let mut known = (*known).clone();
                known.scope = (1..=98).map(|chapter| format!("{chapter:02}").parse().unwrap()).collect();
                ManufacturerStanding::Known(Arc::new(known))
            }
            other @ (ManufacturerStanding::Unregistered | ManufacturerStanding::Unreadable) => other,
        };
        self.only(0)
            .standing(widened)
            .declared("/goodsItems/0/commodityCode", code.clone())
            .certified("/lines/0/commodityCode", code)
    }

    /// Nothing is cited.
    pub(super) fn uncited(mut self) -> Self {
        for item in self.consignment["goodsItems"].as_array_mut().unwrap() {
            item["citations"] = json!([]);
        }
        self
    }

    pub(super) fn known(&self) -> Known {
        let certificate = crate::certificate::parse(&serde_json::to_vec(&self.payload).unwrap()).unwrap();
        Known {
            number: number(),
            certificate: Arc::new(certificate),
            accepted_at: datetime!(2026-03-01 09:00 UTC),
            status: self.status.clone(),
            seal: self.seal.clone(),
            manufacturer: self.manufacturer.clone(),
            ledger: LedgerStanding::default(),
        }
    }

    pub(super) fn regimes(&self) -> Regimes {
        Regimes::new(self.data.clone(), date!(2026 - 04 - 23))
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.verdict_beside(BTreeMap::new())
    }

    /// Judged with further certificates that the register knows.
    pub(super) fn verdict_beside(&self, mut certificates: BTreeMap<CertificateNumber, Cited>) -> Verdict {
        let consignment = crate::consignment::parse(&serde_json::to_vec(&self.consignment).unwrap()).unwrap();
        if self.looked_up {
            let cited = self.cited.clone().unwrap_or_else(|| Cited::Known(Arc::new(self.known())));
            certificates.insert(number(), cited);
        }
        check(&consignment, &Evidence { certificates, overridden: false }, &self.regimes(), self.moment)
    }

    #[track_caller]
    pub(super) fn conforms(&self) -> Verdict {
        let verdict = self.verdict();
        assert_eq!(verdict.verdict, Answer::Conforms, "{:#?}", verdict.findings);
        verdict
    }

    /// Does not conform, and for this reason alone.
    #[track_caller]
    pub(super) fn refused(&self, code: FindingCode) -> Finding {
        self.answered(Answer::DoesNotConform, Severity::Hard, code)
    }

    /// Cannot be checked, and for this reason alone.
    #[track_caller]
    pub(super) fn open(&self, code: FindingCode) -> Finding {
        self.answered(Answer::CannotBeChecked, Severity::Open, code)
    }

    /// Conforms with this finding, which has no effect.
    #[track_caller]
    pub(super) fn warned(&self, code: FindingCode) -> Finding {
        let verdict = self.conforms();
        verdict.findings.iter().find(|finding| finding.code == code).cloned().unwrap_or_else(|| {
            panic!("no {code:?} among {:#?}", verdict.findings);
        })
    }

    #[track_caller]
    fn answered(&self, answer: Answer, severity: Severity, code: FindingCode) -> Finding {
        let verdict = self.verdict();
        assert_eq!(verdict.verdict, answer, "{:#?}", verdict.findings);
        let reasons: Vec<&Finding> = verdict.findings.iter().filter(|finding| finding.severity == severity).collect();
        assert!(reasons.iter().all(|finding| finding.code == code), "{reasons:#?}");
        reasons.first().copied().cloned().unwrap()
    }

    #[track_caller]
    pub(super) fn requirement(&self) -> Requirement {
        self.verdict().items[0].requirement
    }
}

/// What is more than information.
pub(super) fn effective(verdict: &Verdict) -> Vec<Finding> {
    verdict.findings.iter().filter(|finding| finding.severity > Severity::Information).cloned().collect()
}

pub(super) fn code(hs: &str, cn: Option<&str>) -> Value {
    match cn {
        Some(cn) => json!({ "harmonizedSystemSubheadingCode": hs, "combinedNomenclatureCode": cn }),
        None => json!({ "harmonizedSystemSubheadingCode": hs }),
    }
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Object(members) if value.is_null() => drop(members.remove(member)),
        Value::Object(members) => drop(members.insert(member.to_owned(), value)),
        Value::Array(elements) => elements[member.parse::<usize>().unwrap()] = value,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => panic!("{pointer} has no members"),
    }
}

#[test]
fn everything_right_conforms() {
    let verdict = good().conforms();
    assert_eq!(effective(&verdict), []);
    assert!(verdict.items.iter().all(|item| item.answer == Answer::Conforms));
    assert!(verdict.items.iter().all(|item| item.requirement == Requirement::CertificateRequired));
}

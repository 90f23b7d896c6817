//! A case: both documents and the standing of the certificate, all good until changed.

use endmark_core::certificate;
use endmark_core::certificate::Certificate;
use endmark_core::check::{
    Cited, Evidence, Known, LedgerStanding, ManufacturerStanding, SealStanding, StoredStatus, check,
};
use endmark_core::consignment;
use endmark_core::digest::Digest;
use endmark_core::manufacturer::Manufacturer;
use endmark_core::moment::Moment;
use endmark_core::number::CertificateNumber;
use endmark_core::regime::{Document, RegimeData, Regimes};
use endmark_core::verdict::Answer::Conforms;
use endmark_core::verdict::{Answer, Finding, FindingCode, Severity, Verdict};
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use time::macros::{date, datetime};

pub(crate) const MONDAY: Moment = Moment { at: datetime!(2026-03-16 09:00 UTC), day: date!(2026 - 03 - 16) };

static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../regimes");
    let mut files = Vec::new();
    for folder in ["", "lists", "rules", "statements"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.extension().is_some_and(|e| e == "csv" || e == "toml") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
});

/// The law, read once. The demo's invented list stands in for the Lithuanian Government's, without which nothing
/// conforms by land.
static DATA: LazyLock<RegimeData> = LazyLock::new(|| {
    let files: Vec<(&str, &str)> = FILES.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/demo/data/law");
    let read = |name: &str| Document::parse(name, &std::fs::read_to_string(folder.join(name)).unwrap()).unwrap();
    let invented = vec![read("INVENTED.csv"), read("LT-GOV-LIST.toml")];
    RegimeData::parse(&files).unwrap().with(invented).unwrap().0
});

pub(crate) fn data() -> RegimeData {
    DATA.clone()
}

/// The name of the list that the demo invented.
pub(crate) const INVENTED: &str = "INVENTED for demonstrations, not the Government's list";

pub(crate) static REGIMES: LazyLock<Regimes> = LazyLock::new(|| Regimes::new(data(), date!(2026 - 04 - 23)));

pub(crate) fn number() -> CertificateNumber {
    CertificateNumber::of(&Digest::of(b"the certificate of these tests"))
}

fn payload() -> Value {
    let mut payload: Value = serde_json::from_str(include_str!("../../../src/demo/data/payload.json")).unwrap();
    let set =
        REGIMES.statement_sets().iter().find(|set| set.id() == "LT-2023-07-03" && set.language() == "en").unwrap();
    payload["statements"]["digest"] = json!(set.digest());
    payload
}

pub(crate) fn declared() -> Value {
    let mut consignment: Value = serde_json::from_str(include_str!("../../../src/demo/data/consignment.json")).unwrap();
    for item in consignment["goodsItems"].as_array_mut().unwrap() {
        item["citations"][0]["certificate"] = json!(number());
    }
    consignment
}

pub(crate) fn maker() -> Manufacturer {
    serde_json::from_value(
        json!({ "organisation": "muster", "name": "Muster Verpackungsmaschinen GmbH", "active": true,
        "identifiers": [{ "scheme": "NTR", "value": "DE-HRB123456" }], "scope": ["84", "85"] }),
    )
    .unwrap()
}

/// A case: both documents and the standing of the certificate, all good until changed.
pub(crate) struct Case {
    pub(crate) payload: Value,
    pub(crate) declared: Value,
    pub(crate) status: StoredStatus,
    pub(crate) seal: SealStanding,
    pub(crate) manufacturer: ManufacturerStanding,
    pub(crate) moment: Moment,
    pub(crate) regimes: Option<Regimes>,
}

pub(crate) fn case() -> Case {
    Case {
        payload: payload(),
        declared: declared(),
        status: StoredStatus::Valid,
        seal: SealStanding::Trusted,
        manufacturer: ManufacturerStanding::Known(Arc::new(maker())),
        moment: MONDAY,
        regimes: None,
    }
}

impl Case {
    pub(crate) fn certified(mut self, pointer: &str, value: Value) -> Self {
        set(&mut self.payload, pointer, value);
        self
    }

    pub(crate) fn declared(mut self, pointer: &str, value: Value) -> Self {
        set(&mut self.declared, pointer, value);
        self
    }

    pub(crate) fn without(mut self, pointer: &str) -> Self {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        self.declared.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member);
        self
    }

    pub(crate) fn known(&self) -> Known {
        let certificate: Certificate = certificate::parse(self.payload.to_string().as_bytes()).unwrap();
        Known {
            number: number(),
            certificate: Arc::new(certificate),
            accepted_at: datetime!(2026-03-02 10:00 UTC),
            status: self.status.clone(),
            seal: self.seal.clone(),
            manufacturer: self.manufacturer.clone(),
            ledger: LedgerStanding::default(),
        }
    }

    pub(crate) fn judged_with(&self, cited: Option<Cited>) -> Verdict {
        let consignment = consignment::parse(self.declared.to_string().as_bytes()).unwrap();
        let certificates = cited.map(|cited| BTreeMap::from([(number(), cited)])).unwrap_or_default();
        check(
            &consignment,
            &Evidence { certificates, overridden: false },
            self.regimes.as_ref().unwrap_or(&REGIMES),
            self.moment,
        )
    }

    pub(crate) fn judged(&self) -> Verdict {
        self.judged_with(Some(Cited::Known(Arc::new(self.known()))))
    }

    #[track_caller]
    pub(crate) fn comes_out(&self, answer: Answer, code: FindingCode) -> Verdict {
        let verdict = self.judged();
        assert_eq!(verdict.verdict, answer, "{verdict:#?}");
        assert!(verdict.findings.iter().any(|finding| finding.code == code), "no {code:?} in {:#?}", verdict.findings);
        verdict
    }

    #[track_caller]
    pub(crate) fn conforms(&self) -> Verdict {
        let verdict = self.judged();
        assert_eq!(verdict.verdict, Conforms, "{:#?}", verdict.findings);
        verdict
    }
}

/// What is more than information.
pub(crate) fn effective(verdict: &Verdict) -> Vec<Finding> {
    verdict.findings.iter().filter(|finding| finding.severity > Severity::Information).cloned().collect()
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Array(elements) => elements[member.parse::<usize>().unwrap()] = value,
        object => object[member] = value,
    }
}

pub(crate) fn code(hs: &str, cn: &str) -> Value {
    json!({ "harmonizedSystemSubheadingCode": hs, "combinedNomenclatureCode": cn })
}

/// One item of goods that nobody lists, on the same road, without a certificate.
pub(crate) fn unlisted() -> Case {
    let item = json!({ "goodsItemNumber": 1, "commodityCode": code("220110", "11"), "netMass": "100" });
    case().declared("/goodsItems", json!([item]))
}

//! The cases of issue 2 that the check itself decides, each by its own finding, in one table.

use endmark_core::check::{SealStanding, StoredStatus};
use endmark_core::regime::Regimes;
use endmark_core::verdict::Answer::{self, CannotBeChecked, Conforms, DoesNotConform};
use endmark_core::verdict::FindingCode::{self, *};
use serde_json::{Value, json};
use time::macros::{date, datetime};

use crate::case::*;

struct Row {
    name: &'static str,
    change: fn(Case) -> Case,
    answer: Answer,
    finding: Option<FindingCode>,
}

const fn row(name: &'static str, answer: Answer, finding: Option<FindingCode>, change: fn(Case) -> Case) -> Row {
    Row { name, change, answer, finding }
}

fn uncited(mut case: Case) -> Case {
    for item in case.declared["goodsItems"].as_array_mut().unwrap() {
        item["citations"] = json!([]);
    }
    case
}

fn only(case: Case, position: usize) -> Case {
    let item = case.declared["goodsItems"][position].clone();
    case.declared("/goodsItems", json!([item]))
}

fn cite(case: Case, number: &str) -> Case {
    case.declared("/goodsItems/0/citations/0/certificate", json!(number))
}

fn code(hs: &str) -> Value {
    json!({ "harmonizedSystemSubheadingCode": hs, "combinedNomenclatureCode": "90" })
}

const REASON: &str = "the order was cancelled";

fn since() -> time::OffsetDateTime {
    datetime!(2026-03-10 08:00 UTC)
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("everything right", Conforms, None, |case| case),
    row("a filling line of 8422 30", Conforms, None, |case| only(case, 0)),
    row("fork-lift trucks of 8427 20", Conforms, None, |case| only(case, 1)),
    row("cable of 8544 49", Conforms, None, |case| only(case, 2)),
    row("a perfect certificate for 8542 31 via Russia", DoesNotConform, Some(Prohibited), |case| {
        case.certified("/lines/0/commodityCode", code("854231")).declared("/goodsItems/0/commodityCode", code("854231"))
    }),
    row("nothing cited", DoesNotConform, Some(CertificateMissing), uncited),
    row("mistyped number", DoesNotConform, Some(CertificateNumberMistyped), |case| cite(case, "EDC-7K3M-9QXD-41TZ-P0AB-Y")),
    row("no number at all", DoesNotConform, Some(CertificateNumberMalformed), |case| cite(case, "see invoice")),
    row("revoked", DoesNotConform, Some(CertificateRevoked), |case| {
        Case { status: StoredStatus::Revoked { reason: REASON.into(), since: since() }, ..case }
    }),
    row("suspended", DoesNotConform, Some(CertificateSuspended), |case| {
        Case { status: StoredStatus::Suspended { reason: REASON.into(), since: since() }, ..case }
    }),
    row("expired", DoesNotConform, Some(CertificateExpired), |case| case.certified("/validity/until", json!("2026-03-15"))),
    row("not yet valid", DoesNotConform, Some(CertificateNotYetValid), |case| case.certified("/validity/from", json!("2026-03-17"))),
    row("other destination", DoesNotConform, Some(DestinationMismatch), |case| case.declared("/countryOfDestination", json!("UZ"))),
    row("a country on the route that was not certified", DoesNotConform, Some(RoutingCountryNotCertified), |case| {
        case.declared("/countriesOfRouting", json!(["LT", "BY", "RU", "MN", "KZ"]))
    }),
    row("Belarus left out, but a Belarusian border office declared", DoesNotConform, Some(RoutingOfficeContradicts), |case| {
        case.declared("/countriesOfRouting", json!(["LT", "RU", "KZ"])).declared("/offices/exitForTransit", json!(["BY112301"]))
    }),
    row("Belarus left out, but an office on its border declared", DoesNotConform, Some(RoutingOfficeContradicts), |case| {
        case.declared("/countriesOfRouting", json!(["LT", "RU", "KZ"])).declared("/offices/exit", json!("LTDEMO10"))
    }),
    row("other consignee", DoesNotConform, Some(PartyMismatch), |case| {
        case.declared("/parties/consignee", json!({ "identifiers": [{ "scheme": "TCN", "value": "KZ-990140009999" }] }))
    }),
    row("other commodity code", DoesNotConform, Some(CommodityCodeMismatch), |case| case.declared("/goodsItems/0/commodityCode", code("842240"))),
    row("quantity over", DoesNotConform, Some(QuantityExceeded), |case| {
        case.declared("/goodsItems/1/citations/0/quantity/value", json!("7"))
            .declared("/goodsItems/1/supplementaryUnits/value", json!("7"))
    }),
    row("used goods on a certificate for new", DoesNotConform, Some(ConditionMismatch), |case| {
        case.declared("/goodsItems/1/condition", json!("used")).declared("/suppliedFromPapers", json!(["condition"]))
    }),
    row("a statement missing", DoesNotConform, Some(StatementMissing), |case| case.certified("/statements/confirmed", json!(["S1", "S2"]))),
    row("another statement wording", DoesNotConform, Some(StatementWordingNotAccepted), |case| {
        case.certified("/statements/digest", json!("5f".repeat(32)))
    }),
    row("a seal revoked before acceptance", DoesNotConform, Some(SealRevoked), |case| {
        Case { seal: SealStanding::Revoked { detail: "revoked 2026-02-01".into() }, ..case }
    }),
    row("a seal from an unknown anchor", DoesNotConform, Some(SealUntrusted), |case| {
        Case { seal: SealStanding::Untrusted("no path".into()), ..case }
    }),
    row("stale revocation list", CannotBeChecked, Some(RevocationListStale), |case| {
        Case { seal: SealStanding::ListStale { detail: "over since 2026-03-15".into() }, ..case }
    }),
    row("a unit that cannot be compared", CannotBeChecked, Some(UnitNotComparable), |case| {
        case.declared("/goodsItems/2/citations/0/quantity", json!({ "value": "800", "unit": "MTR" }))
    }),
    row("no Y901 and no licence", CannotBeChecked, Some(DualUseUndeclared), |case| case.declared("/supportingDocuments", json!([]))),
    row("a list not loaded", CannotBeChecked, Some(RequirementUnknown), |case| {
        let regimes = Regimes::new(data().without_list("833/2014 Annex XXXVII"), date!(2026 - 04 - 23));
        Case { regimes: Some(regimes), ..case }
    }),
    row("the seal revoked later, for a reason that leaves it standing", Conforms, Some(SealRevokedLater), |case| {
        Case { seal: SealStanding::RevokedLater { detail: "superseded 2026-03-12".into() }, ..case }
    }),
];

#[test]
fn every_case_of_the_demo_comes_out_by_its_own_finding() {
    for Row { name, change, answer, finding } in ROWS {
        let verdict = change(case()).judged();
        assert_eq!(verdict.verdict, *answer, "{name}: {:#?}", verdict.findings);
        let codes: Vec<FindingCode> = verdict.findings.iter().map(|finding| finding.code).collect();
        match finding {
            Some(code) => assert!(codes.contains(code), "{name}: no {code:?} in {codes:?}"),
            None => assert_eq!(effective(&verdict), [], "{name}"),
        }
    }
}

#[test]
fn the_seller_is_absent_since_b1_has_none_and_is_listed_with_its_certified_value() {
    let verdict = case().conforms();
    let seller = verdict.not_compared.iter().find(|n| format!("{:?}", n.element) == "Seller").unwrap();
    assert!(seller.certified.contains("LT304567891"), "{seller:?}");
}

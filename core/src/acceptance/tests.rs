use std::sync::LazyLock;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls_pki_types::CertificateDer;
use time::Duration;
use time::macros::datetime;

use super::*;
use crate::chain::{Anchor, Trust};

const NOW: Moment = Moment { at: datetime!(2026-03-16 09:00 UTC), day: time::macros::date!(2026 - 03 - 16) };

/// The path of a seal certificate that names an organisation, under an anchor of its own.
fn path(organization_identifier: &str) -> VerifiedPath {
    let validity = |mut params: CertificateParams| {
        params.not_before = NOW.at.saturating_sub(Duration::days(30));
        params.not_after = NOW.at.saturating_add(Duration::days(300));
        params.use_authority_key_identifier_extension = true;
        params
    };
    let mut anchor = validity(CertificateParams::default());
    anchor.distinguished_name.push(DnType::CommonName, "Anchor");
    anchor.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    anchor.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let anchor_key = KeyPair::generate().unwrap();
    let anchor_der = anchor.self_signed(&anchor_key).unwrap().der().clone();
    let mut seal = validity(CertificateParams::default());
    seal.distinguished_name.push(DnType::OrganizationName, "The sealer");
    seal.distinguished_name.push(DnType::from_oid(&[2, 5, 4, 97]), organization_identifier);
    seal.is_ca = IsCa::ExplicitNoCa;
    seal.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let seal_key = KeyPair::generate().unwrap();
    let seal: CertificateDer<'static> =
        seal.signed_by(&seal_key, &Issuer::new(anchor, anchor_key)).unwrap().der().clone();
    Trust::new(vec![Anchor::from_der(&anchor_der).unwrap()], Vec::new()).path(&[seal], NOW.at).unwrap()
}

static MAKERS_PATH: LazyLock<VerifiedPath> = LazyLock::new(|| path("NTRDE-HRB123456"));

fn certificate(edit: impl FnOnce(&mut serde_json::Value)) -> Certificate {
    let mut document: serde_json::Value =
        serde_json::from_str(include_str!("../../../src/demo/data/payload.json")).unwrap();
    edit(&mut document);
    crate::certificate::parse(document.to_string().as_bytes()).unwrap()
}

fn maker() -> Manufacturer {
    serde_json::from_value(serde_json::json!({
        "organisation": "muster",
        "name": "Muster Verpackungsmaschinen GmbH",
        "identifiers": [{ "scheme": "NTR", "value": "DE-HRB123456" }, { "scheme": "EORI", "value": "DE1234567" }],
        "scope": ["8422", "8427", "8544"],
        "active": true
    }))
    .unwrap()
}

static MUSTER: LazyLock<Organisation> = LazyLock::new(|| "muster".parse().unwrap());

/// What a submission of the maker is refused for, after a change; `None`: taken in.
fn refusal<'a>(
    certificate: &'a Certificate,
    maker: &Manufacturer,
    edit: impl FnOnce(&mut Application<'a>),
) -> Option<&'static str> {
    let mut application = Application {
        certificate,
        sealed_at: NOW.at,
        path: Ok(&MAKERS_PATH),
        revocation: Some(Revocation::Good),
        register: "register.example/endmark",
        submitter: &MUSTER,
        replaced: None,
    };
    edit(&mut application);
    let registered = |identifier: &Identifier| maker.is(identifier).then_some(maker);
    admit(&application, registered, NOW).err().map(|refusal| refusal.code())
}

fn refused_payload(edit: impl FnOnce(&mut serde_json::Value)) -> Option<&'static str> {
    refusal(&certificate(edit), &maker(), |_| {})
}

#[test]
fn a_certificate_sealed_and_submitted_by_its_registered_manufacturer_is_taken_in() {
    assert_eq!(refused_payload(|_| {}), None);
}

#[test]
fn a_seal_meant_for_another_register_cannot_be_spent_here() {
    assert_eq!(refused_payload(|p| p["register"] = "register.example/other".into()), Some("otherRegister"));
}

#[test]
fn a_back_dated_or_post_dated_seal_is_refused() {
    let good = certificate(|_| {});
    let at = |sealed_at| refusal(&good, &maker(), |application| application.sealed_at = sealed_at);
    assert_eq!(at(NOW.at.saturating_sub(Duration::hours(24))), None);
    assert_eq!(
        at(NOW.at.saturating_sub(Duration::hours(24)).saturating_sub(Duration::seconds(1))),
        Some("sealTimeOutOfRange")
    );
    assert_eq!(at(NOW.at.saturating_add(Duration::minutes(5))), None);
    assert_eq!(
        at(NOW.at.saturating_add(Duration::minutes(5)).saturating_add(Duration::seconds(1))),
        Some("sealTimeOutOfRange")
    );
}

#[test]
fn supplier_seal_on_manufacturers_name_is_refused() {
    let supplier = path("NTRLT-304567891");
    let good = certificate(|_| {});
    assert_eq!(refusal(&good, &maker(), |a| a.path = Ok(&supplier)), Some("sealNotTheManufacturers"));
}

#[test]
fn a_seal_certificate_that_names_no_organisation_is_refused() {
    let nobody = path("something");
    assert_eq!(refusal(&certificate(|_| {}), &maker(), |a| a.path = Ok(&nobody)), Some("sealerNotIdentified"));
}

#[test]
fn nobody_but_a_registered_manufacturer_can_seal() {
    let trader = serde_json::json!([{ "scheme": "NTR", "value": "LT-304567891" }]);
    let refused = refused_payload(|p| p["manufacturer"]["identifiers"] = trader);
    assert_eq!(refused, Some("manufacturerNotRegistered"));
}

#[test]
fn a_strangers_identifier_beside_the_manufacturers_is_refused() {
    let mixed = serde_json::json!([
        { "scheme": "NTR", "value": "DE-HRB123456" },
        { "scheme": "EORI", "value": "LT304567891" }
    ]);
    let refused = refused_payload(|p| p["manufacturer"]["identifiers"] = mixed);
    assert_eq!(refused, Some("manufacturerIdentifierUnknown"));
}

#[test]
fn a_suspended_manufacturer_and_another_submitter_are_refused() {
    let good = certificate(|_| {});
    let suspended = Manufacturer { active: false, ..maker() };
    assert_eq!(refusal(&good, &suspended, |_| {}), Some("manufacturerSuspended"));
    let trader: Organisation = "baltijos".parse().unwrap();
    assert_eq!(refusal(&good, &maker(), |a| a.submitter = &trader), Some("submitterNotTheManufacturer"));
}

#[test]
fn a_maker_of_cables_cannot_certify_machine_tools() {
    let tools = serde_json::json!({ "harmonizedSystemSubheadingCode": "846229" });
    assert_eq!(refused_payload(|p| p["lines"][2]["commodityCode"] = tools), Some("outsideScope"));
    // A scope finer than the code declared does not cover it.
    let narrow = Manufacturer { scope: vec!["84223000".parse().unwrap(), "8427".parse().unwrap()], ..maker() };
    let coarse = serde_json::json!({ "harmonizedSystemSubheadingCode": "842230" });
    let certificate = certificate(|p| p["lines"][0]["commodityCode"] = coarse);
    assert_eq!(refusal(&certificate, &narrow, |_| {}), Some("outsideScope"));
}

#[test]
fn any_doubt_about_revocation_refuses() {
    let good = certificate(|_| {});
    let with = |revocation| refusal(&good, &maker(), |application| application.revocation = revocation);
    let (at, reason, subject) = (NOW.at, "unspecified", String::new());
    assert_eq!(with(None), Some("revocationListStale"));
    let stale = Revocation::ListStale { issuer: String::new(), next_update: None };
    assert_eq!(with(Some(stale)), Some("revocationListStale"));
    let revoked = Revocation::Revoked { at, reason, subject: subject.clone() };
    assert_eq!(with(Some(revoked)), Some("sealRevoked"));
    assert_eq!(with(Some(Revocation::RevokedLater { at, reason, subject })), Some("sealRevoked"));
}

#[test]
fn a_validity_that_is_over_and_a_replacement_are_refused() {
    let over = refused_payload(|p| p["validity"] = serde_json::json!({ "from": "2026-01-01", "until": "2026-03-15" }));
    assert_eq!(over, Some("validityOver"));
    let last_day = serde_json::json!({ "from": "2026-01-01", "until": "2026-03-16" });
    assert_eq!(refused_payload(|p| p["validity"] = last_day), None);
    let number = crate::number::CertificateNumber::of(&crate::digest::Digest::of(b"another")).to_string();
    assert_eq!(refused_payload(|p| p["replaces"] = number.into()), Some("replacedUnknown"));
}

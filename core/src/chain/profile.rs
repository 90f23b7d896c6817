//! Our own profile: what RFC 5280 demands of certificates and webpki does not ask.
//!
//! Asked of every certificate of a path that webpki has verified, so what it finds is its issuer's doing.

use x509_parser::asn1_rs::Oid;
use x509_parser::oid_registry::{
    OID_PKIX_AUTHORITY_INFO_ACCESS, OID_PKIX_SUBJECT_INFO_ACCESS, OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER,
    OID_X509_EXT_FRESHEST_CRL, OID_X509_EXT_INHIBIT_ANY_POLICY, OID_X509_EXT_NAME_CONSTRAINTS,
    OID_X509_EXT_POLICY_CONSTRAINTS, OID_X509_EXT_SUBJECT_KEY_IDENTIFIER,
};
use x509_parser::prelude::{ASN1Time, ParsedExtension, X509Certificate};

use super::path::Issuer;
use super::{ChainError, Rule, name};
use crate::seal::Key;

/// RFC 5280, 4.2.1.1, 4.2.1.2, 4.2.1.15, 4.2.2.1 and 4.2.2.2: "MUST mark this extension as non-critical".
const NEVER_CRITICAL: &[(Oid<'static>, &str)] = &[
    (OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, "authorityKeyIdentifier"),
    (OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, "subjectKeyIdentifier"),
    (OID_X509_EXT_FRESHEST_CRL, "freshestCRL"),
    (OID_PKIX_AUTHORITY_INFO_ACCESS, "authorityInfoAccess"),
    (OID_PKIX_SUBJECT_INFO_ACCESS, "subjectInfoAccess"),
];
/// RFC 5280, 4.2.1.10, 4.2.1.11 and 4.2.1.14: "MUST mark this extension as critical".
const ALWAYS_CRITICAL: &[(Oid<'static>, &str)] = &[
    (OID_X509_EXT_NAME_CONSTRAINTS, "nameConstraints"),
    (OID_X509_EXT_POLICY_CONSTRAINTS, "policyConstraints"),
    (OID_X509_EXT_INHIBIT_ANY_POLICY, "inhibitAnyPolicy"),
];

/// A certificate under examination.
struct Examined<'a, 'b> {
    certificate: &'a X509Certificate<'b>,
}

/// The seal certificate, issued by a key with this identifier.
pub(super) fn check_seal_certificate(certificate: &X509Certificate<'_>, issued_by: &[u8]) -> Result<(), ChainError> {
    let examined = Examined { certificate };
    examined.check_any()?;
    examined.check_issued_by(issued_by)?;
    examined.check_seal_certificate()
}

/// An issuer below the anchor, itself issued by a key with this identifier.
pub(super) fn check_issuer(certificate: &X509Certificate<'_>, issued_by: &[u8]) -> Result<Issuer, ChainError> {
    let examined = Examined { certificate };
    examined.check_any()?;
    examined.check_issued_by(issued_by)?;
    examined.check_issuer()
}

/// An anchor. It is trusted by decision, so only what makes it usable is asked, not how it is numbered or dated.
pub(super) fn check_anchor(certificate: &X509Certificate<'_>) -> Result<Issuer, ChainError> {
    let examined = Examined { certificate };
    examined.check_extensions()?;
    examined.check_key()?;
    examined.check_issuer()
}

impl Examined<'_, '_> {
    fn rule(&self, holds: bool, rule: Rule, found: &str) -> Result<(), ChainError> {
        if holds {
            return Ok(());
        }
        Err(ChainError::Profile { subject: name::readable(self.certificate.subject()), rule, found: found.to_owned() })
    }

    fn check_any(&self) -> Result<(), ChainError> {
        let certificate = self.certificate;
        let serial = certificate.raw_serial();
        let positive = serial.first().is_some_and(|&byte| byte < 0x80) && serial.iter().any(|&byte| byte != 0);
        self.rule(positive, Rule::SerialNumber, "a serial number that is not positive")?;
        self.rule(serial.len() <= 20, Rule::SerialNumber, &format!("a serial number of {} octets", serial.len()))?;
        self.rule(certificate.subject().iter_attributes().next().is_some(), Rule::Name, "an empty subject")?;
        self.rule(certificate.issuer().iter_attributes().next().is_some(), Rule::Name, "an empty issuer")?;
        for time in [certificate.validity().not_before, certificate.validity().not_after] {
            self.rule(is_encoded_well(time), Rule::TimeEncoding, &format!("{time} in the other encoding"))?;
        }
        self.check_extensions()?;
        self.check_key()
    }

    fn check_key(&self) -> Result<(), ChainError> {
        let refused = |problem| ChainError::Key { subject: name::readable(self.certificate.subject()), problem };
        Key::read(self.certificate.public_key()).map(|_| ()).map_err(refused)
    }

    fn check_extensions(&self) -> Result<(), ChainError> {
        let certificate = self.certificate;
        self.rule(certificate.extensions_map().is_ok(), Rule::ExtensionTwice, "an extension twice")?;
        for extension in certificate.extensions() {
            let readable = extension.parsed_extension().error().is_none();
            self.rule(readable, Rule::ExtensionMalformed, &format!("an unreadable extension {}", extension.oid))?;
            for (_, known) in NEVER_CRITICAL.iter().filter(|(oid, _)| *oid == extension.oid) {
                self.rule(!extension.critical, Rule::ExtensionCritical, &format!("a critical {known}"))?;
            }
            for (_, known) in ALWAYS_CRITICAL.iter().filter(|(oid, _)| *oid == extension.oid) {
                self.rule(extension.critical, Rule::ExtensionNotCritical, &format!("a {known} that is not critical"))?;
            }
        }
        Ok(())
    }

    /// The name chains by webpki; the identifier tells the keys of one name apart.
    fn check_issued_by(&self, key_identifier: &[u8]) -> Result<(), ChainError> {
        let rule = Rule::AuthorityKeyIdentifier;
        let found = self.extension(&OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER);
        let Some(ParsedExtension::AuthorityKeyIdentifier(found)) = found else {
            return self.rule(false, rule, "no authority key identifier");
        };
        let Some(found) = &found.key_identifier else {
            return self.rule(false, rule, "an authority key identifier without key identifier");
        };
        let sides = format!("{}, the issuer has {}", hex::encode(found.0), hex::encode(key_identifier));
        self.rule(found.0 == key_identifier, rule, &sides)
    }

    fn check_seal_certificate(&self) -> Result<(), ChainError> {
        let basic = self.certificate.basic_constraints().ok().flatten();
        let plain = basic.is_none_or(|basic| !basic.value.ca && basic.value.path_len_constraint.is_none());
        self.rule(plain, Rule::BasicConstraintsOfSealCertificate, "the basic constraints of an issuer")?;
        let usage = self.certificate.key_usage().ok().flatten();
        let signs = usage.is_some_and(|usage| usage.value.key_cert_sign());
        self.rule(!signs, Rule::KeyUsageOfSealCertificate, "key usage keyCertSign")?;
        let constrains = self.extension(&OID_X509_EXT_NAME_CONSTRAINTS).is_some();
        self.rule(!constrains, Rule::NameConstraintsOnSealCertificate, "name constraints")?;
        match name::organization_identifier(self.certificate.subject()) {
            Ok(_) => Ok(()),
            Err(found) => self.rule(false, Rule::OrganizationIdentifier, &found),
        }
    }

    fn check_issuer(&self) -> Result<Issuer, ChainError> {
        let certificate = self.certificate;
        let basic = certificate.basic_constraints().ok().flatten();
        let is_ca = basic.is_some_and(|basic| basic.critical && basic.value.ca);
        self.rule(is_ca, Rule::BasicConstraintsOfIssuer, "no critical basic constraints with cA")?;
        let usage = certificate.key_usage().ok().flatten();
        let signs = usage.as_ref().is_some_and(|usage| usage.value.key_cert_sign());
        self.rule(signs, Rule::KeyUsageOfIssuer, "no key usage keyCertSign")?;
        self.rule(certificate.subject().iter_attributes().next().is_some(), Rule::Name, "an empty subject")?;
        let Some(ParsedExtension::SubjectKeyIdentifier(key)) = self.extension(&OID_X509_EXT_SUBJECT_KEY_IDENTIFIER)
        else {
            self.rule(false, Rule::SubjectKeyIdentifier, "no subject key identifier")?;
            return Err(ChainError::PathRefused { problem: "no subject key identifier".to_owned() });
        };
        Ok(Issuer {
            name: certificate.subject().as_raw().to_vec(),
            readable: name::readable(certificate.subject()),
            key_identifier: key.0.to_vec(),
            key: certificate.public_key().raw.to_vec(),
            signs_lists: usage.is_some_and(|usage| usage.value.crl_sign()),
        })
    }

    fn extension(&self, oid: &Oid<'_>) -> Option<&ParsedExtension<'_>> {
        self.certificate
            .get_extension_unique(oid)
            .ok()
            .flatten()
            .map(x509_parser::prelude::X509Extension::parsed_extension)
    }
}

fn is_encoded_well(time: ASN1Time) -> bool {
    if time.to_datetime().year() < 2050 { time.is_utctime() } else { time.is_generalizedtime() }
}

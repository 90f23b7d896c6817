//! Certificates and lists made by hand, so that each rule can be broken alone: no issuing library writes these.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use time::macros::datetime;

/// The noon at which the tests judge, unless they say otherwise.
pub(crate) const NOON: OffsetDateTime = datetime!(2026-03-10 12:00 UTC);

pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub(crate) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];
pub(crate) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
pub(crate) const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        length @ 0..=0x7f => out.push(u8::try_from(length).unwrap()),
        length @ 0x80..=0xff => out.extend([0x81, u8::try_from(length).unwrap()]),
        length => {
            out.push(0x82);
            out.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    out.extend(content);
    out
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(crate) fn oid(content: &[u8]) -> Vec<u8> {
    tlv(0x06, content)
}

/// A name of one attribute an RDN, as `UTF8String`.
pub(crate) fn name(attributes: &[(&[u8], &str)]) -> Vec<u8> {
    let rdn = |(kind, value): &(&[u8], &str)| tlv(0x31, &sequence(&[&oid(kind), &tlv(0x0c, value.as_bytes())]));
    tlv(0x30, &attributes.iter().flat_map(rdn).collect::<Vec<_>>())
}

pub(crate) fn common_name(text: &str) -> Vec<u8> {
    name(&[(&[0x55, 4, 3], text)])
}

pub(crate) fn utc_time(at: OffsetDateTime) -> Vec<u8> {
    let format = time::macros::format_description!("[year repr:last_two][month][day][hour][minute][second]Z");
    tlv(0x17, at.format(format).unwrap().as_bytes())
}

pub(crate) fn generalized_time(at: OffsetDateTime) -> Vec<u8> {
    let format = time::macros::format_description!("[year][month][day][hour][minute][second]Z");
    tlv(0x18, at.format(format).unwrap().as_bytes())
}

/// A P-256 key; the lesson is in the certificates, not in the algorithms.
pub(crate) struct Key {
    pkcs8: Vec<u8>,
    pub(crate) info: Vec<u8>,
    pub(crate) id: Vec<u8>,
}

impl Key {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap().as_ref().to_vec();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8, &random).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        let id = ring::digest::digest(&ring::digest::SHA256, &point).as_ref()[..20].to_vec();
        let curve =
            sequence(&[&oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]), &oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7])]);
        let info = sequence(&[&curve, &tlv(0x03, &[&[0], point.as_slice()].concat())]);
        Self { pkcs8, info, id }
    }

    fn sign(&self, message: &[u8], algorithm: &'static ring::signature::EcdsaSigningAlgorithm) -> Vec<u8> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, &self.pkcs8, &random).unwrap();
        pair.sign(&random, message).unwrap().as_ref().to_vec()
    }

    /// The signature as a JWS holds it.
    pub(crate) fn sign_jws(&self, message: &[u8]) -> Vec<u8> {
        self.sign(message, &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    fn sign_der(&self, message: &[u8], algorithm: &[u8]) -> Vec<u8> {
        let signature = self.sign(message, &ECDSA_P256_SHA256_ASN1_SIGNING);
        sequence(&[message, algorithm, &tlv(0x03, &[&[0], signature.as_slice()].concat())])
    }
}

#[derive(Clone)]
pub(crate) struct Extension {
    pub(crate) oid: Vec<u8>,
    pub(crate) critical: bool,
    pub(crate) value: Vec<u8>,
}

impl Extension {
    pub(crate) fn new(oid: &[u8], critical: bool, value: Vec<u8>) -> Self {
        Self { oid: oid.to_vec(), critical, value }
    }

    fn der(&self) -> Vec<u8> {
        let critical: &[u8] = if self.critical { &[0x01, 0x01, 0xff] } else { &[] };
        sequence(&[&oid(&self.oid), critical, &tlv(0x04, &self.value)])
    }
}

fn extensions(list: &[Extension]) -> Vec<u8> {
    tlv(0x30, &list.iter().flat_map(Extension::der).collect::<Vec<_>>())
}

pub(crate) fn key_usage(bits: u8) -> Extension {
    let unused = u8::try_from(bits.trailing_zeros()).unwrap();
    Extension::new(KEY_USAGE, true, tlv(0x03, &[unused, bits]))
}

pub(crate) fn authority_key_id(id: &[u8]) -> Extension {
    Extension::new(AUTHORITY_KEY_ID, false, sequence(&[&tlv(0x80, id)]))
}

pub(crate) fn purposes(list: &[&[u8]]) -> Extension {
    let list: Vec<u8> = list.iter().flat_map(|purpose| oid(purpose)).collect();
    Extension::new(EXTENDED_KEY_USAGE, false, tlv(0x30, &list))
}

pub(crate) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(crate) const NON_REPUDIATION: u8 = 0x40;
pub(crate) const KEY_ENCIPHERMENT: u8 = 0x20;
pub(crate) const KEY_CERT_SIGN: u8 = 0x04;
pub(crate) const CRL_SIGN: u8 = 0x02;

/// What will become a certificate.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) serial: Vec<u8>,
    pub(crate) algorithm: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) not_before: Vec<u8>,
    pub(crate) not_after: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) info: Vec<u8>,
    pub(crate) extensions: Vec<Extension>,
}

impl Draft {
    fn new(subject: Vec<u8>, key: &Key, issuer: Vec<u8>, extensions: Vec<Extension>) -> Self {
        Self {
            serial: vec![0x11, 0x22, 0x33],
            algorithm: sequence(&[&oid(ECDSA_WITH_SHA256)]),
            issuer,
            not_before: utc_time(datetime!(2025-01-01 0:00 UTC)),
            not_after: utc_time(datetime!(2027-01-01 0:00 UTC)),
            subject,
            info: key.info.clone(),
            extensions,
        }
    }

    /// An issuer's certificate.
    pub(crate) fn issuer(subject: Vec<u8>, key: &Key, issuer: Vec<u8>, issued_by: &Key) -> Self {
        let ca = Extension::new(BASIC_CONSTRAINTS, true, sequence(&[&[0x01, 0x01, 0xff]]));
        let key_id = Extension::new(SUBJECT_KEY_ID, false, tlv(0x04, &key.id));
        let extensions = vec![ca, key_usage(KEY_CERT_SIGN | CRL_SIGN), key_id, authority_key_id(&issued_by.id)];
        Self::new(subject, key, issuer, extensions)
    }

    /// A seal certificate.
    pub(crate) fn seal(subject: Vec<u8>, key: &Key, issuer: Vec<u8>, issued_by: &Key) -> Self {
        Self::new(subject, key, issuer, vec![key_usage(NON_REPUDIATION), authority_key_id(&issued_by.id)])
    }

    pub(crate) fn with(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    pub(crate) fn without(mut self, oid: &[u8]) -> Self {
        self.extensions.retain(|extension| extension.oid != oid);
        self
    }

    /// With an extension in the place of the one of its kind.
    pub(crate) fn replacing(self, extension: Extension) -> Self {
        self.without(&extension.oid.clone()).with(extension)
    }

    pub(crate) fn valid(mut self, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        (self.not_before, self.not_after) = (utc_time(not_before), utc_time(not_after));
        self
    }

    pub(crate) fn signed_by(&self, key: &Key) -> CertificateDer<'static> {
        let body = sequence(&[
            &tlv(0xa0, &[0x02, 0x01, 0x02]),
            &tlv(0x02, &self.serial),
            &self.algorithm,
            &self.issuer,
            &sequence(&[&self.not_before, &self.not_after]),
            &self.subject,
            &self.info,
            &tlv(0xa3, &extensions(&self.extensions)),
        ]);
        CertificateDer::from(key.sign_der(&body, &self.algorithm))
    }
}

/// What will become a revocation list.
#[derive(Clone)]
pub(crate) struct ListDraft {
    pub(crate) issuer: Vec<u8>,
    pub(crate) this_update: OffsetDateTime,
    pub(crate) next_update: Option<OffsetDateTime>,
    pub(crate) revoked: Vec<Vec<u8>>,
    pub(crate) extensions: Vec<Extension>,
}

pub(crate) fn revoked(serial: &[u8], at: OffsetDateTime, entry_extensions: &[Extension]) -> Vec<u8> {
    let extensions = if entry_extensions.is_empty() { Vec::new() } else { extensions(entry_extensions) };
    sequence(&[&tlv(0x02, serial), &utc_time(at), &extensions])
}

pub(crate) fn reason(code: u8) -> Extension {
    Extension::new(&[0x55, 0x1d, 21], false, tlv(0x0a, &[code]))
}

pub(crate) fn invalid_from(at: OffsetDateTime) -> Extension {
    Extension::new(&[0x55, 0x1d, 24], false, generalized_time(at))
}

impl ListDraft {
    /// An empty list, issued an hour before noon and good for a day.
    pub(crate) fn new(issuer: Vec<u8>, key: &Key) -> Self {
        Self {
            issuer,
            this_update: datetime!(2026-03-10 11:00 UTC),
            next_update: Some(datetime!(2026-03-11 11:00 UTC)),
            revoked: Vec::new(),
            extensions: vec![authority_key_id(&key.id), Extension::new(CRL_NUMBER, false, tlv(0x02, &[7]))],
        }
    }

    pub(crate) fn issued(mut self, this_update: OffsetDateTime, next_update: OffsetDateTime) -> Self {
        (self.this_update, self.next_update) = (this_update, Some(next_update));
        self
    }

    pub(crate) fn numbered(mut self, number: u8) -> Self {
        self.extensions.retain(|extension| extension.oid != CRL_NUMBER);
        self.extensions.push(Extension::new(CRL_NUMBER, false, tlv(0x02, &[number])));
        self
    }

    pub(crate) fn revoking(mut self, entry: Vec<u8>) -> Self {
        self.revoked.push(entry);
        self
    }

    pub(crate) fn signed_by(&self, key: &Key) -> Vec<u8> {
        let algorithm = sequence(&[&oid(ECDSA_WITH_SHA256)]);
        let next_update = self.next_update.map(utc_time).unwrap_or_default();
        let revoked = if self.revoked.is_empty() { Vec::new() } else { tlv(0x30, &self.revoked.concat()) };
        let body = sequence(&[
            &[0x02, 0x01, 0x01],
            &algorithm,
            &self.issuer,
            &utc_time(self.this_update),
            &next_update,
            &revoked,
            &tlv(0xa0, &extensions(&self.extensions)),
        ]);
        key.sign_der(&body, &algorithm)
    }
}

//! A test PKI: trust anchors, seal certificates, client and server certificates, revocation lists.
//!
//! For trying Endmark out and for its tests. Real manufacturers seal under qualified certificates.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    RevocationReason, RevokedCertParams, SerialNumber,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use time::{Duration, OffsetDateTime};

/// `organizationIdentifier` (OID 2.5.4.97, ETSI EN 319 412-1).
const ORGANIZATION_IDENTIFIER: [u64; 4] = [2, 5, 4, 97];

/// A certificate with its private key, both PEM.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate; for a seal or a server, the chain without the anchor.
    pub certificate: String,
    /// PKCS#8.
    pub key: String,
}

/// From when to when a certificate is valid.
#[derive(Debug, Clone, Copy)]
pub struct Validity {
    /// First instant.
    pub from: OffsetDateTime,
    /// Last instant.
    pub until: OffsetDateTime,
}

fn params(name: &str, validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = validity.from;
    params.not_after = validity.until;
    params.use_authority_key_identifier_extension = true;
    params.is_ca = IsCa::ExplicitNoCa;
    params
}

/// A self-signed trust anchor.
pub fn anchor(name: &str, validity: Validity) -> Result<Issued, rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = params(name, validity);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&key)?;
    Ok(Issued { certificate: certificate.pem(), key: key.serialize_pem() })
}

/// The seal certificate of a legal person, with its `organizationIdentifier` such as `NTRDE-HRB123456`.
pub fn seal(
    anchor: &Issued,
    organisation: &str,
    organization_identifier: &str,
    validity: Validity,
) -> Result<Issued, rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?.serialize_pem();
    seal_for(anchor, organisation, organization_identifier, validity, &key)
}

/// The same for a key made elsewhere (PKCS#8, PEM): RSA, which is not made here.
pub fn seal_for(
    anchor: &Issued,
    organisation: &str,
    organization_identifier: &str,
    validity: Validity,
    key: &str,
) -> Result<Issued, rcgen::Error> {
    let key = KeyPair::from_pem(key)?;
    let mut params = params(&format!("{organisation} seal"), validity);
    params.distinguished_name.push(DnType::OrganizationName, organisation);
    params.distinguished_name.push(DnType::from_oid(&ORGANIZATION_IDENTIFIER), organization_identifier);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    let issuer = Issuer::from_ca_cert_pem(&anchor.certificate, KeyPair::from_pem(&anchor.key)?)?;
    let certificate = params.signed_by(&key, &issuer)?;
    Ok(Issued { certificate: certificate.pem(), key: key.serialize_pem() })
}

/// A self-signed client certificate: a caller is known by its fingerprint, not by who issued it.
pub fn client(name: &str, validity: Validity) -> Result<Issued, rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = params(name, validity);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = params.self_signed(&key)?;
    Ok(Issued { certificate: certificate.pem(), key: key.serialize_pem() })
}

/// A server certificate for some host names or addresses, under an anchor.
pub fn server(anchor: &Issued, hosts: &[&str], validity: Validity) -> Result<Issued, rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    let mut params = params("Endmark server", validity);
    params.subject_alt_names = CertificateParams::new(hosts)?.subject_alt_names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let issuer = Issuer::from_ca_cert_pem(&anchor.certificate, KeyPair::from_pem(&anchor.key)?)?;
    let certificate = params.signed_by(&key, &issuer)?;
    Ok(Issued { certificate: certificate.pem(), key: key.serialize_pem() })
}

/// The serial number of a certificate, PEM: what a revocation list names it by.
pub fn serial_number(certificate: &str) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let der = CertificateDer::from_pem_slice(certificate.as_bytes())?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&der)?;
    Ok(certificate.tbs_certificate.raw_serial().to_vec())
}

/// A certificate on a revocation list.
#[derive(Debug, Clone)]
pub struct Revoked {
    /// Its serial number.
    pub serial: Vec<u8>,
    /// When it was revoked.
    pub at: OffsetDateTime,
    /// Why.
    pub reason: Option<RevocationReason>,
    /// From when on it must not be relied on, where that is earlier.
    pub invalid_since: Option<OffsetDateTime>,
}

/// A revocation list of an anchor, DER.
pub fn revocation_list(
    anchor: &Issued,
    number: u64,
    this_update: OffsetDateTime,
    valid_for: Duration,
    revoked: &[Revoked],
) -> Result<Vec<u8>, rcgen::Error> {
    let issuer = Issuer::from_ca_cert_pem(&anchor.certificate, KeyPair::from_pem(&anchor.key)?)?;
    let revoked_certs = revoked.iter().map(|revoked| RevokedCertParams {
        serial_number: SerialNumber::from_slice(&revoked.serial),
        revocation_time: revoked.at,
        reason_code: revoked.reason,
        invalidity_date: revoked.invalid_since,
    });
    let list = CertificateRevocationListParams {
        this_update,
        next_update: this_update.saturating_add(valid_for),
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: revoked_certs.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    Ok(list.signed_by(&issuer)?.der().to_vec())
}

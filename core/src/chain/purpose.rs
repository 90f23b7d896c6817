//! Extended key usage.

use webpki::{Error, ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter, KeyUsage, RequiredEkuNotFoundContext};

/// id-kp-documentSigning, 1.3.6.1.5.5.7.3.36 (RFC 9336).
const DOCUMENT_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 36];
/// Purposes for which a seal certificate may be issued, as DER content of their object identifiers.
///
/// European seal certificates mostly carry no extended key usage at all; where they do, it is one of these. A
/// certificate for clientAuth, serverAuth, code or time stamps alone is refused: RFC 5280, 4.2.1.12 confines it to its
/// purpose, and a manufacturer's TLS key must not be able to seal.
const ACCEPTED: &[KeyPurposeId<'static>] = &[
    KeyPurposeId::new(DOCUMENT_SIGNING),
    // id-kp-emailProtection, 1.3.6.1.5.5.7.3.4, the habit of older seal certificates
    KeyPurposeId::new(&[0x2b, 6, 1, 5, 5, 7, 3, 4]),
    // anyExtendedKeyUsage, 2.5.29.37.0
    KeyPurposeId::new(&[0x55, 0x1d, 37, 0]),
    // Microsoft document signing, 1.3.6.1.4.1.311.10.3.12
    KeyPurposeId::new(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 10, 3, 12]),
    // Adobe authentic documents trust, 1.2.840.113583.1.1.5
    KeyPurposeId::new(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x2f, 1, 1, 5]),
];

/// Asked of every certificate of the path, also of issuers: an issuer confined to TLS certifies no seals.
pub(super) struct SealPurpose;

impl ExtendedKeyUsageValidator for SealPurpose {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        let mut present = Vec::new();
        let mut accepted = false;
        for purpose in purposes {
            let purpose = purpose?;
            accepted |= ACCEPTED.contains(&purpose);
            present.push(purpose.to_decoded_oid());
        }
        if accepted || present.is_empty() {
            return Ok(());
        }
        let required = KeyUsage::required_if_present(DOCUMENT_SIGNING);
        Err(Error::RequiredEkuNotFoundContext(RequiredEkuNotFoundContext { required, present }))
    }
}

//! Seals and chains.

use endmark_core::chain::{Anchor, Revocation, RevocationList, Trust};
use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use endmark_core::seal;
use rustls_pki_types::CertificateDer;
use time::{OffsetDateTime, macros::datetime};

/// The noon at which the seeds' certificates are valid.
const NOON: OffsetDateTime = datetime!(2026-03-10 12:00 UTC);

/// A JWS. Number and digest follow from the signing input alone, however the signature is spelt.
pub fn jws(data: &[u8]) {
    let Ok(unverified) = seal::parse(data) else { return };
    let Ok(signed) = unverified.verify() else { return };
    let end = data.iter().rposition(|&byte| byte == b'.').expect("a JWS has a signature");
    assert_eq!(signed.digest(), Digest::of(&data[..end]), "the digest is that of the signing input");
    assert_eq!(signed.number(), CertificateNumber::of(&signed.digest()), "the number is that of the digest");
}

/// Parts of two bytes of length (big-endian) and as many bytes.
fn parts(data: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (part, after) = after.split_at(length);
        parts.push(part);
        rest = after;
    }
    parts
}

/// A trust anchor, revocation lists and links of a chain in any order, and last the seal certificate, as parts.
pub fn chain(data: &[u8]) {
    let _ = (Anchor::from_der(data).map(|_| ()), RevocationList::from_der(data).map(|_| ()));
    revocation(data);
}

/// What the lists say of the path among the parts, if there is one at [`NOON`].
pub fn revocation(data: &[u8]) -> Option<Revocation> {
    let parts = parts(data);
    let [anchor, others @ .., leaf] = parts.as_slice() else { return None };
    let anchor = Anchor::from_der(anchor).ok()?;
    let (mut lists, mut chain) = (Vec::new(), vec![CertificateDer::from(leaf.to_vec())]);
    for part in others {
        match RevocationList::from_der(part) {
            Ok(list) => lists.push(list),
            Err(_) => chain.push(CertificateDer::from(part.to_vec())),
        }
    }
    let fingerprint = anchor.fingerprint();
    let trust = Trust::new(vec![anchor], lists);
    let path = trust.path(&chain, NOON).ok()?;
    assert_eq!(path.leaf(), Digest::of(leaf), "the path is that of the seal certificate");
    assert_eq!(path.anchor(), fingerprint, "the path leads to the anchor that was given");
    Some(trust.revocation(&path, NOON, NOON))
}

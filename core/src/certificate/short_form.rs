//! What a process writes down of a certificate that it has verified, to have it at hand again without reading, decoding
//! and parsing the sealed bytes. It is nobody's word: it counts only for the process that made the same of the sealed
//! bytes itself, and knows it by its digest.

use borsh::{BorshDeserialize, BorshSerialize};

use super::Certificate;
use crate::digest::Digest;

/// A certificate in short form, and by which bytes it is known.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ShortForm<C = Certificate> {
    /// SHA-256 of all of the sealed bytes, signature included.
    pub sealed: Digest,
    /// SHA-256 of the signing input.
    pub signing_input: Digest,
    /// The digest under which its chain is known.
    pub chain: Digest,
    /// The payload.
    pub certificate: C,
}

impl ShortForm<&Certificate> {
    /// The bytes to write down.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Into memory nothing fails; empty bytes would fit no digest but their own, and hold no certificate.
        borsh::to_vec(self).unwrap_or_default()
    }
}

impl ShortForm {
    /// Reads what was written down; `None` unless these are the very bytes that the digest knows.
    pub fn open(bytes: &[u8], known: &Digest) -> Option<Self> {
        if Digest::of(bytes) != *known {
            return None;
        }
        borsh::from_slice(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::certificate::parse;

    fn example() -> Value {
        serde_json::from_str(include_str!("example.json")).unwrap()
    }

    fn written(document: &Value) -> (Certificate, Vec<u8>) {
        let certificate = parse(&serde_json::to_vec(document).unwrap()).unwrap();
        let [sealed, signing_input, chain] = [b"sealed".as_slice(), b"input", b"chain"].map(Digest::of);
        let bytes = ShortForm { sealed, signing_input, chain, certificate: &certificate }.to_bytes();
        (certificate, bytes)
    }

    #[test]
    fn the_short_form_says_all_that_the_certificate_says() {
        let mut whole = example();
        whole["replaces"] = json!("EDC-7K3M-9QXD-41TZ-P0AB-0");
        let mut bare = example();
        for member in ["transport", "scope", "signatory", "mandate"] {
            bare.as_object_mut().unwrap().remove(member);
        }
        for line in bare["lines"].as_array_mut().unwrap() {
            line.as_object_mut().unwrap().remove("serialNumbers");
        }
        for document in [whole, bare] {
            let (certificate, bytes) = written(&document);
            let read = ShortForm::open(&bytes, &Digest::of(&bytes)).unwrap();
            assert_eq!(read.certificate, certificate);
            assert_eq!((read.sealed, read.chain), (Digest::of(b"sealed"), Digest::of(b"chain")));
            assert_eq!(read.signing_input, Digest::of(b"input"));
        }
    }

    #[test]
    fn other_bytes_than_those_known_are_not_read() {
        let (_, bytes) = written(&example());
        let known = Digest::of(&bytes);
        for at in [0, 40, bytes.len() - 1] {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_eq!(ShortForm::open(&other, &known), None);
        }
        assert_eq!(ShortForm::open(&[], &known), None);
        // Known or not, what is cut short is no certificate.
        let cut = &bytes[..bytes.len() - 1];
        assert_eq!(ShortForm::open(cut, &Digest::of(cut)), None);
    }
}

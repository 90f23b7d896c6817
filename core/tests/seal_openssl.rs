//! Foreign evidence: seals, chains and revocation lists that the `openssl` command line made, and the reverse.

#![cfg(test)]

mod seal_openssl {
    pub(crate) mod workshop;
}

use endmark_core::chain::{Anchor, Revocation, RevocationList, Trust};
use endmark_core::party::{Identifier, Scheme};
use endmark_core::seal::{Algorithm, assemble, parse, signing_input};
use rustls_pki_types::CertificateDer;
use seal_openssl::workshop::{Workshop, ecdsa_from_asn1, ecdsa_to_asn1, with_high_s};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer as _, X509Certificate};

const PAYLOAD: &[u8] = br#"{"version":1,"note":"sealed by another hand"}"#;

/// A moment within the validity of what openssl has just made.
fn just_after_issue(certificate: &[u8]) -> OffsetDateTime {
    let (_, certificate) = X509Certificate::from_der(certificate).unwrap();
    certificate.validity().not_before.to_datetime() + Duration::MINUTE
}

/// The key types, how to make such a key, and how to sign with it in each algorithm.
struct Kind {
    algorithm: Algorithm,
    generate: &'static [&'static str],
    sign: &'static [&'static str],
}

const PSS: &[&str] = &["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];

const KINDS: &[Kind] = &[
    Kind {
        algorithm: Algorithm::Es256,
        generate: &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        sign: &["-sha256"],
    },
    Kind {
        algorithm: Algorithm::Es384,
        generate: &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        sign: &["-sha384"],
    },
    Kind {
        algorithm: Algorithm::Rs256,
        generate: &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        sign: &["-sha256"],
    },
    Kind {
        algorithm: Algorithm::Ps256,
        generate: &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        sign: &["-sha256"],
    },
    Kind {
        algorithm: Algorithm::Ps384,
        generate: &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
        sign: &["-sha384"],
    },
    Kind { algorithm: Algorithm::EdDsa, generate: &["-algorithm", "ED25519"], sign: &[] },
];

impl Kind {
    fn is_ecdsa(&self) -> bool {
        matches!(self.algorithm, Algorithm::Es256 | Algorithm::Es384)
    }

    fn is_pss(&self) -> bool {
        matches!(self.algorithm, Algorithm::Ps256 | Algorithm::Ps384)
    }

    /// Bytes of r, and of s.
    fn half(&self) -> usize {
        if self.algorithm == Algorithm::Es384 { 48 } else { 32 }
    }

    /// The signature of the key `name` in JWS form.
    fn sign(&self, workshop: &Workshop, name: &str, message: &[u8]) -> Vec<u8> {
        workshop.write("message", message);
        let key = format!("{name}.key");
        if self.algorithm == Algorithm::EdDsa {
            workshop.openssl(&["pkeyutl", "-sign", "-rawin", "-inkey", &key, "-in", "message", "-out", "signature"]);
        } else {
            let mut command = vec!["dgst"];
            command.extend(self.sign);
            command.extend(["-sign", &key]);
            command.extend(if self.is_pss() { PSS } else { &[] });
            command.extend(["-out", "signature", "message"]);
            workshop.openssl(&command);
        }
        let signature = workshop.read("signature");
        if self.is_ecdsa() { ecdsa_from_asn1(&signature, self.half()) } else { signature }
    }

    /// Whether openssl takes a signature in JWS form for one of the key `name`.
    fn verify(&self, workshop: &Workshop, name: &str, message: &[u8], signature: &[u8]) -> bool {
        workshop.write("message", message);
        let signature = if self.is_ecdsa() { ecdsa_to_asn1(signature) } else { signature.to_vec() };
        workshop.write("signature", &signature);
        let key = format!("{name}.pub");
        if self.algorithm == Algorithm::EdDsa {
            let command =
                ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", &key, "-in", "message", "-sigfile", "signature"];
            return workshop.try_openssl(&command);
        }
        let mut command = vec!["dgst"];
        command.extend(self.sign);
        command.extend(["-verify", &key]);
        command.extend(if self.is_pss() { PSS } else { &[] });
        command.extend(["-signature", "signature", "message"]);
        workshop.try_openssl(&command)
    }
}

#[test]
fn seals_and_chains_of_openssl_are_accepted_and_name_the_manufacturer() {
    for kind in KINDS {
        let workshop = Workshop::new(kind.algorithm.as_str());
        workshop.root("root", kind.generate);
        workshop.seal_certificate("seal", "root", kind.generate);
        let chain = [CertificateDer::from(workshop.read("seal.der"))];
        let at = just_after_issue(&chain[0]);
        let input = signing_input(kind.algorithm, &chain, at, PAYLOAD);
        let jws = assemble(&input, &kind.sign(&workshop, "seal", input.as_bytes()));
        let signed =
            parse(jws.as_bytes()).unwrap().verify().unwrap_or_else(|error| panic!("{}: {error}", kind.algorithm));
        assert_eq!(signed.payload(), PAYLOAD);

        let trust = Trust::new(vec![Anchor::from_der(&workshop.read("root.der")).unwrap()], Vec::new());
        let path = trust.path(signed.chain(), at).unwrap_or_else(|error| panic!("{}: {error}", kind.algorithm));
        assert_eq!(path.organization_identifier(), Some(&Identifier::new(Scheme::Ntr, "LT-123456789").unwrap()));
        assert_eq!(path.subject(), "UAB Pakavimo mašinos");
    }
}

#[test]
fn both_s_and_n_minus_s_are_good_and_make_one_number() {
    for kind in KINDS.iter().filter(|kind| kind.is_ecdsa()) {
        let workshop = Workshop::new(&format!("high-{}", kind.algorithm));
        workshop.root("root", kind.generate);
        workshop.seal_certificate("seal", "root", kind.generate);
        let chain = [CertificateDer::from(workshop.read("seal.der"))];
        let input = signing_input(kind.algorithm, &chain, just_after_issue(&chain[0]), PAYLOAD);
        let low_or_high = kind.sign(&workshop, "seal", input.as_bytes());
        let other = with_high_s(&low_or_high);
        assert_ne!(low_or_high, other);
        let number = |signature: &[u8]| {
            parse(assemble(&input, signature).as_bytes()).unwrap().verify().unwrap().number().to_string()
        };
        assert_eq!(number(&low_or_high), number(&other), "{}", kind.algorithm);
    }
}

#[test]
fn a_seal_of_openssl_over_other_bytes_is_refused() {
    for kind in KINDS {
        let workshop = Workshop::new(&format!("other-{}", kind.algorithm));
        workshop.root("root", kind.generate);
        workshop.seal_certificate("seal", "root", kind.generate);
        let chain = [CertificateDer::from(workshop.read("seal.der"))];
        let input = signing_input(kind.algorithm, &chain, just_after_issue(&chain[0]), PAYLOAD);
        let jws = assemble(&input, &kind.sign(&workshop, "seal", b"something else"));
        assert_eq!(parse(jws.as_bytes()).unwrap().verify().unwrap_err().code(), "sealSignatureInvalid");
    }
}

#[test]
fn openssl_verifies_what_ring_signs_over_our_signing_input() {
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
        RSA_PKCS1_SHA256, RSA_PSS_SHA256, RSA_PSS_SHA384, RsaKeyPair,
    };
    let random = ring::rand::SystemRandom::new();
    for kind in KINDS {
        let workshop = Workshop::new(&format!("ring-{}", kind.algorithm));
        workshop.root("root", kind.generate);
        workshop.seal_certificate("seal", "root", kind.generate);
        let pkcs8 = workshop.pkcs8("seal");
        let chain = [CertificateDer::from(workshop.read("seal.der"))];
        let input = signing_input(kind.algorithm, &chain, just_after_issue(&chain[0]), PAYLOAD);
        let message = input.as_bytes();
        let ecdsa = |algorithm| {
            EcdsaKeyPair::from_pkcs8(algorithm, &pkcs8, &random)
                .unwrap()
                .sign(&random, message)
                .unwrap()
                .as_ref()
                .to_vec()
        };
        let rsa = |padding| {
            let pair = RsaKeyPair::from_pkcs8(&pkcs8).unwrap();
            let mut signature = vec![0; pair.public().modulus_len()];
            pair.sign(padding, &random, message, &mut signature).unwrap();
            signature
        };
        let signature = match kind.algorithm {
            Algorithm::Es256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::Es384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::Rs256 => rsa(&RSA_PKCS1_SHA256),
            Algorithm::Ps256 => rsa(&RSA_PSS_SHA256),
            Algorithm::Ps384 => rsa(&RSA_PSS_SHA384),
            Algorithm::EdDsa => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8).unwrap().sign(message).as_ref().to_vec()
            }
        };
        assert!(parse(assemble(&input, &signature).as_bytes()).unwrap().verify().is_ok(), "{}", kind.algorithm);
        assert!(kind.verify(&workshop, "seal", message, &signature), "{}", kind.algorithm);
        assert!(!kind.verify(&workshop, "seal", b"something else", &signature), "{}", kind.algorithm);
    }
}

#[test]
fn revocation_lists_of_openssl_are_read_and_believed() {
    let kind = &KINDS[0];
    let workshop = Workshop::new("lists");
    workshop.root("root", kind.generate);
    workshop.seal_certificate("seal", "root", kind.generate);
    let chain = [CertificateDer::from(workshop.read("seal.der"))];
    let anchor = || Anchor::from_der(&workshop.read("root.der")).unwrap();

    let empty = RevocationList::from_der(&workshop.list("root")).unwrap();
    let now = empty.this_update() + Duration::MINUTE;
    let trust = Trust::new(vec![anchor()], vec![empty.clone()]);
    assert_eq!(trust.admit_list(&empty, &[], now), Ok(()));
    let path = trust.path(&chain, now).unwrap();
    assert_eq!(trust.revocation(&path, now, now), Revocation::Good);

    workshop.revoke("root", "seal", "keyCompromise");
    let revoking = RevocationList::from_der(&workshop.list("root")).unwrap();
    let later = revoking.this_update() + Duration::HOUR;
    assert_eq!(trust.admit_list(&revoking, &[], later), Ok(()));
    let trust = Trust::new(vec![anchor()], vec![empty, revoking]);
    let said = trust.revocation(&path, now - Duration::HOUR, later);
    assert!(matches!(said, Revocation::Revoked { reason: "keyCompromise", .. }), "{said:?}");
}

#[test]
fn a_key_bound_to_pss_and_one_on_p521_are_refused_by_name() {
    let root: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    for (generate, algorithm, named) in [
        (&["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"][..], Algorithm::Ps256, "RSASSA-PSS"),
        (&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"], Algorithm::Es256, "P-521"),
        (&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], Algorithm::Rs256, "1024 bits"),
    ] {
        let workshop = Workshop::new(named);
        workshop.root("root", root);
        workshop.seal_certificate("seal", "root", generate);
        let chain = [CertificateDer::from(workshop.read("seal.der"))];
        let at = just_after_issue(&chain[0]);
        let input = signing_input(algorithm, &chain, at, PAYLOAD);
        let error = parse(assemble(&input, &[0; 64]).as_bytes()).unwrap().verify().unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
        let trust = Trust::new(vec![Anchor::from_der(&workshop.read("root.der")).unwrap()], Vec::new());
        assert_eq!(trust.path(&chain, at).unwrap_err().code(), error.code());
    }
}

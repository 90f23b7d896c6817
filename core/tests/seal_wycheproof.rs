//! Project Wycheproof's vectors through the function that verifies seals.

#![cfg(test)]

use std::fmt::Debug;

use endmark_core::seal::{Algorithm, SealError, verify_signature};
use wycheproof::TestResult;

/// How many vectors were accepted and how many refused: a suite that is not run cannot pass unnoticed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    accepted: usize,
    refused: usize,
}

impl Tally {
    /// Judges one vector. `acceptable` vectors are those on which libraries may differ; what we do is pinned by the
    /// tallies.
    fn judge(&mut self, outcome: Result<(), SealError>, wanted: TestResult, vector: impl Debug) {
        match (&outcome, wanted) {
            (Ok(()), TestResult::Valid | TestResult::Acceptable) => self.accepted += 1,
            (Err(_), TestResult::Invalid | TestResult::Acceptable) => self.refused += 1,
            (Ok(()), TestResult::Invalid) | (Err(_), TestResult::Valid) => {
                panic!("{vector:?}: wanted {wanted:?}, found {outcome:?}")
            }
        }
    }
}

fn ecdsa(algorithm: Algorithm, name: wycheproof::ecdsa::TestName) -> Tally {
    let mut tally = Tally::default();
    for group in wycheproof::ecdsa::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            tally.judge(verify_signature(algorithm, &group.der, &test.msg, &test.sig), test.result, (name, test.tc_id));
        }
    }
    tally
}

#[test]
fn ecdsa_p256_in_the_form_of_a_jws() {
    let tally = ecdsa(Algorithm::Es256, wycheproof::ecdsa::TestName::EcdsaSecp256r1Sha256P1363);
    assert_eq!(tally, Tally { accepted: 173, refused: 89 });
}

#[test]
fn ecdsa_p384_in_the_form_of_a_jws() {
    let tally = ecdsa(Algorithm::Es384, wycheproof::ecdsa::TestName::EcdsaSecp384r1Sha384P1363);
    assert_eq!(tally, Tally { accepted: 193, refused: 87 });
}

#[test]
fn ed25519() {
    let mut tally = Tally::default();
    let name = wycheproof::eddsa::TestName::Ed25519;
    for group in wycheproof::eddsa::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let outcome = verify_signature(Algorithm::EdDsa, &group.der, &test.msg, &test.sig);
            tally.judge(outcome, test.result, test.tc_id);
        }
    }
    assert_eq!(tally, Tally { accepted: 88, refused: 63 });
}

/// Keys that Wycheproof uses and this format refuses, so that a valid signature under them is refused too.
fn is_refused_key(outcome: &Result<(), SealError>) -> bool {
    matches!(outcome, Err(SealError::Key(_)))
}

#[test]
fn rsa_pkcs1_with_sha256() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let (mut tally, mut refused_keys) = (Tally::default(), 0);
    for name in [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256, TestName::Rsa8192Sha256] {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let outcome = verify_signature(Algorithm::Rs256, &group.der, &test.msg, &test.sig);
                if is_refused_key(&outcome) {
                    refused_keys += 1;
                } else {
                    tally.judge(outcome, test.result, (name, test.tc_id));
                }
            }
        }
    }
    // Of 24 valid vectors within 4096 bits three have the exponent 3, and a missing NULL (three "acceptable" ones) is
    // refused; all 258 vectors of the key of 8192 bits are.
    assert_eq!((tally, refused_keys), (Tally { accepted: 21, refused: 752 }, 258 + 3));
}

#[test]
fn rsa_pss_with_sha256_and_sha384() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let (mut tally, mut refused_keys) = (Tally::default(), 0);
    for (algorithm, name) in [
        (Algorithm::Ps256, TestName::RsaPss2048Sha256Mgf1SaltLen32),
        (Algorithm::Ps256, TestName::RsaPss3072Sha256Mgf1SaltLen32),
        (Algorithm::Ps256, TestName::RsaPss4096Sha256Mgf1SaltLen32),
        (Algorithm::Ps384, TestName::RsaPss2048Sha384Mgf1SaltLen48),
        (Algorithm::Ps384, TestName::RsaPss4096Sha384Mgf1SaltLen48),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let outcome = verify_signature(algorithm, &group.der, &test.msg, &test.sig);
                if is_refused_key(&outcome) {
                    refused_keys += 1;
                } else {
                    tally.judge(outcome, test.result, (name, test.tc_id));
                }
            }
        }
    }
    assert_eq!((tally, refused_keys), (Tally { accepted: 379, refused: 227 }, 0));
}

/// RFC 7518, 3.5 fixes the salt to the length of the hash: another length is another algorithm.
#[test]
fn rsa_pss_with_another_salt_is_refused() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let (mut accepted, mut refused) = (Vec::new(), 0);
    for group in TestSet::load(TestName::RsaPss2048Sha256Mgf1SaltLen0).unwrap().test_groups {
        for test in group.tests {
            match verify_signature(Algorithm::Ps256, &group.der, &test.msg, &test.sig) {
                Ok(()) => accepted.push(test.comment.clone()),
                Err(_) => refused += 1,
            }
        }
    }
    // The one vector that spoils the suite's own salt of 0 by making it 32 is a good PS256 signature.
    assert_eq!((accepted, refused), (vec!["s_len changed to 32".to_owned()], 102));
}

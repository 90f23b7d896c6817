//! What is read from papers: the code, and the certificate in a PDF.

use endmark_core::log::LogKey;
use endmark_core::offline::{self, Bundle};
use endmark_core::token::{self, TokenKeys};
use endmark_core::{attachment, seal};

/// The register whose codes the seeds are.
const REGISTER: &str = "register.example/endmark";

/// The key of the seeds; nobody has its private half any more.
pub fn token_keys() -> TokenKeys {
    serde_json::from_str(include_str!("../seeds/token/keys.json")).expect("a JWK set")
}

/// The code on a paper. What verifies is a seed: nothing else was ever signed.
pub fn token(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(unverified) = token::parse(text) else { return };
    let Ok(read) = unverified.verify(REGISTER, &token_keys()) else { return };
    let seeds = [include_str!("../seeds/token/short"), include_str!("../seeds/token/ten-lines")];
    let seeds = seeds.map(|seed| token::parse(seed).and_then(|seed| seed.verify(REGISTER, &token_keys())));
    assert!(seeds.contains(&Ok(read)), "something else than the seeds verifies");
}

/// The key of the log that signed the seeds of bundles.
pub fn bundle_keys() -> Vec<LogKey> {
    let key = "register.example/endmark+cd5f5641+AZwKwa7UuswOjw5wEe+vXQdT8q/SOkF0PDuC/VDwTbwo";
    vec![key.parse().expect("the key of the seeds")]
}

/// The bundle that a device keeps. Signed: what verifies is a seed. Its content alone: what is read is bounded, is
/// written again as what it says, and every number in it is found.
pub fn bundle(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data)
        && let Ok(read) = offline::open(text, &bundle_keys())
    {
        let seeds = [include_str!("../seeds/bundle/signed"), include_str!("../seeds/bundle/older")];
        let seeds = seeds.map(|seed| offline::open(seed, &bundle_keys()));
        assert!(seeds.contains(&Ok(read)), "something else than the seeds verifies");
    }
    let Ok(read) = serde_json::from_slice::<Bundle>(data) else { return };
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    assert_eq!(serde_json::from_slice::<Bundle>(&written).expect("what was written can be read"), read);
    assert!(read.certificates.revoked.len() <= data.len() / 10, "more numbers than bytes hold");
}

/// A PDF with a certificate in it. What is taken out is a seal in form, of bounded size.
pub fn pdf(data: &[u8]) {
    let Ok(jws) = attachment::sealed_certificate(data) else { return };
    assert!(jws.len() <= seal::JWS_BYTES_MAX, "beyond the bound");
    assert!(seal::parse(&jws).is_ok(), "not a seal in form");
}

/// A photo of a code. What is read is text of a code that some symbol can hold.
pub fn photo(data: &[u8]) {
    let Ok(codes) = endmark_scan::codes(data) else { return };
    assert!(!codes.is_empty(), "read, and nothing in it");
    assert!(codes.iter().all(|code| code.len() <= 7_089), "longer than the largest symbol holds");
}

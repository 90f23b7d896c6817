//! The limits of the machine itself, on one thread: what no service can beat.

use std::time::{Duration, Instant};

use endmark::cli::Failed;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey};

use crate::report::{Expected, Measured, Report};

/// Long enough to be steady: nothing here waits.
const WITHIN_MAX: Duration = Duration::from_secs(2);
/// What is signed and hashed: the size of a certificate.
const MESSAGE: [u8; 4_096] = [0x45; 4_096];
/// Between two looks at the clock.
const AT_ONCE: u32 = 16;

/// Signatures verified and certificates hashed a second.
pub(crate) fn measure(within: Duration, report: &mut Report) -> Result<(), Failed> {
    let within = within.min(WITHIN_MAX);
    let random = SystemRandom::new();
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(|_| "no key could be made")?;
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &random).map_err(|_| "no key could be read")?;
    let signed = pair.sign(&random, &MESSAGE).map_err(|_| "nothing could be signed")?;
    let public = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
    let verified = repeat(within, || public.verify(&MESSAGE, signed.as_ref()).is_ok())?;
    report.add("raw P-256 verify", 1, verified, Expected::Anything)?;
    let hashed = repeat(within, || {
        std::hint::black_box(ring::digest::digest(&ring::digest::SHA256, std::hint::black_box(&MESSAGE)));
        true
    })?;
    report.add("raw SHA-256 4 KiB", 1, hashed, Expected::Anything)
}

fn repeat(within: Duration, mut work: impl FnMut() -> bool) -> Result<Measured, Failed> {
    let (mut done, began) = (0_usize, Instant::now());
    while began.elapsed() < within {
        for _ in 0..AT_ONCE {
            if !work() {
                return Err("a good signature did not verify".into());
            }
            done = done.saturating_add(1);
        }
    }
    Ok(Measured::from_count(done, began.elapsed()))
}

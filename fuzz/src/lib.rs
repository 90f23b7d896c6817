//! What must hold for any bytes at all. Each function is the whole of one fuzz target, so that the same law runs under
//! libFuzzer (`cargo +nightly fuzz run payload`) and, over seeds and mutations, on stable (`cargo test`).
//!
//! None of them may panic on refusal: refusing is what parsers are for. They panic when a law breaks.

mod documents;
mod export;
mod log;
mod paper;
mod sealing;

pub use documents::{consignment, number, payload, regime};
pub use export::{export_line, manifest, proof};
pub use log::{checkpoint, receipt, seed_keys, tile};
pub use paper::{bundle, bundle_keys, pdf, photo, token, token_keys};
pub use sealing::{chain, jws, revocation};

/// A fuzz target: its name is that of its folder under `seeds/`.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 16] = [
    ("payload", payload),
    ("consignment", consignment),
    ("regime", regime),
    ("jws", jws),
    ("chain", chain),
    ("number", number),
    ("checkpoint", checkpoint),
    ("receipt", receipt),
    ("tile", tile),
    ("token", token),
    ("bundle", bundle),
    ("pdf", pdf),
    ("photo", photo),
    ("manifest", manifest),
    ("export-line", export_line),
    ("proof", proof),
];

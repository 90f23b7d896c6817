//! The checks around the tests, in the order in which they are cheapest to fail.

use std::process::Command;

use crate::postgres::Cluster;
use crate::{Failed, run};

/// Format, clippy, docs, licences and bans.
pub(crate) fn all() -> Result<(), Failed> {
    run("cargo", &["fmt", "--all", "--check"], &[])?;
    run("cargo", &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"], &[])?;
    let deny_warnings = [("RUSTDOCFLAGS", "-D warnings")];
    let doc = ["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"];
    run("cargo", &doc, &deny_warnings)?;
    deny()
}

/// Bans, licences and sources. The advisory list needs a network that not every machine has.
fn deny() -> Result<(), Failed> {
    let installed = Command::new("cargo").args(["deny", "--version"]).output()?.status.success();
    if !installed {
        run("cargo", &["install", "--locked", "--quiet", "cargo-deny"], &[])?;
    }
    run("cargo", &["deny", "--offline", "check", "bans", "licenses", "sources"], &[])
}

/// The demo, once on each database: it fails when any case comes out otherwise.
pub(crate) fn demo() -> Result<(), Failed> {
    let cluster = Cluster::start()?;
    let demo = ["run", "--release", "--locked", "--", "demo", "--once"];
    run("cargo", &demo, &[])?;
    run("cargo", &[demo.as_slice(), &["--database", cluster.url()]].concat(), &[])
}

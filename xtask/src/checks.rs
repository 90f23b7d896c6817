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
    // Crates for other systems too: what was built here has only those for this one.
    run("cargo", &["fetch", "--locked", "--quiet"], &[])?;
    run("cargo", &["deny", "--offline", "check", "bans", "licenses", "sources"], &[])
}

/// The demo, which fails when any case comes out otherwise, and the benchmark, for its function and not for its figures.
/// Both from the build that the tests left behind: one in release would take as long as everything else.
pub(crate) fn demo_and_bench() -> Result<(), Failed> {
    let cluster = Cluster::start()?;
    // All targets, or the packages that everything rests on would be built once more with other features.
    run("cargo", &["build", "--workspace", "--all-targets", "--locked"], &[])?;
    let own = std::env::current_exe()?;
    let built = |name| own.with_file_name(name).display().to_string();
    let demo = ["demo", "--once"];
    run(&built("endmark"), &demo, &[])?;
    run(&built("endmark"), &[demo.as_slice(), &["--database", cluster.url()]].concat(), &[])?;
    run(&built("endmark-bench"), &["sqlite", cluster.url(), "--quick", "--certificates", "500"], &[])
}

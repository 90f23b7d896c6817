//! The officers' pages in a browser: Node.js for their scripts and tests, Chromium to try them in.

use std::io::Write as _;
use std::process::Command;

use crate::{Failed, run};

/// What Debian and its kin call it, and others.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

fn answers(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn install(packages: &[&str]) -> Result<(), Failed> {
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    run("apt-get", &["update", "-q"], &quiet)?;
    run("apt-get", &[&["install", "-yq", "--no-install-recommends"], packages].concat(), &quiet)
}

/// The scripts' packages, exactly those of the lock file, and the reader of codes where the build takes it from.
fn packages() -> Result<(), Failed> {
    if !answers("npm") {
        install(&["nodejs", "npm"])?;
    }
    run("npm", &["--prefix", "officer", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], &[])?;
    run("npm", &["--prefix", "officer", "run", "--silent", "decoder"], &[])
}

/// Where a browser is: what drives it wants a path, not a name.
fn path() -> Option<String> {
    let folders = std::env::var_os("PATH")?;
    let mut paths = BROWSERS.into_iter().flat_map(|browser| {
        std::env::split_paths(&folders).map(move |folder| folder.join(browser)).collect::<Vec<_>>()
    });
    paths.find_map(|path| path.to_str().filter(|path| answers(path)).map(str::to_owned))
}

fn chromium() -> Result<String, Failed> {
    if path().is_none() {
        install(&["chromium"])?;
    }
    path().ok_or_else(|| "Chromium was installed, but none of its names is there".into())
}

/// Where Chromium is, installed where it is missing and we are root. Where it or Node.js cannot be had, everything else
/// is built and tested without: the pages then offer typing and photos.
pub(crate) fn ready() -> Option<String> {
    match packages().and_then(|()| chromium()) {
        Ok(chromium) => Some(chromium),
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "the pages are not tried in a browser: {error}");
            None
        }
    }
}

/// Takes pictures of the main pages.
pub(crate) fn screenshots() -> Result<(), Failed> {
    let chromium = packages().and_then(|()| chromium())?;
    let folder = std::env::current_dir()?.join("docs/screenshots");
    let folder = folder.to_string_lossy();
    let environment = [("ENDMARK_TEST_CHROMIUM", chromium.as_str()), ("ENDMARK_SCREENSHOTS", folder.as_ref())];
    run("cargo", &["test", "--workspace", "--locked", "chromium"], &environment)
}

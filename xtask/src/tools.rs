//! Other people's programs that the tests compare with.

use std::path::Path;
use std::process::Command;

use crate::{Failed, run};

fn there(program: &str) -> bool {
    Command::new(program).arg("-v").output().is_ok()
}

/// `pdftotext` and `pdfdetach`, installed where they are missing and we are root.
pub(crate) fn poppler() -> Result<(), Failed> {
    if there("pdftotext") && there("pdfdetach") {
        return Ok(());
    }
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    run("apt-get", &["update", "-q"], &quiet)?;
    run("apt-get", &["install", "-yq", "--no-install-recommends", "poppler-utils"], &quiet)
}

/// Go with its own implementation of the log's formats. Where it cannot be had, everything else is tested without.
pub(crate) fn go() {
    if Command::new("go").arg("version").output().is_ok() {
        return;
    }
    let packages = ["install", "-yq", "--no-install-recommends", "golang-go", "golang-golang-x-mod-dev"];
    let _ = run("apt-get", &packages, &[("DEBIAN_FRONTEND", "noninteractive")]);
}

/// A Python with `cwt` and `base45`, in a folder of its own; none where there is no Python or no package registry.
pub(crate) fn python() -> Option<String> {
    let folder = Path::new("target/python");
    let python = std::env::current_dir().ok()?.join(folder).join("bin/python").to_str()?.to_owned();
    let usable = || Command::new(&python).args(["-c", "import cwt, base45"]).output().is_ok_and(|o| o.status.success());
    if !usable() {
        let folder = folder.to_str()?;
        let made = run("python3", &["-m", "venv", folder], &[]);
        made.and_then(|()| run(&python, &["-m", "pip", "install", "-q", "cwt==3.3.0", "base45==0.4.4"], &[])).ok()?;
    }
    usable().then_some(python)
}

//! The files of the checkpoint key while another takes its place.

use std::fs;
use std::path::{Path, PathBuf};

use endmark_core::log::{LogKey, LogSigner};
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;

use super::{KeyError, write_secret};

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// The public key in a file.
pub fn read(origin: &str, path: &Path) -> Result<LogKey, KeyError> {
    let bytes = super::read(path)?;
    let signer = LogSigner::from_pkcs8(origin, &bytes)
        .map_err(|_| KeyError::Content { path: path.to_owned(), wanted: "an Ed25519 key in PKCS#8" })?;
    Ok(signer.key().clone())
}

/// The next key, beside the one in use: made where there is none. One that is there is of a rotation that was
/// interrupted, and the log may name it already.
pub fn prepare(origin: &str, path: &Path) -> Result<LogKey, KeyError> {
    let next = beside(path, ".next");
    if !next.exists() {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::Random)?;
        // Whole or not at all: half a key would stop every later rotation.
        let draft = beside(path, ".draft");
        let _ = fs::remove_file(&draft);
        write_secret(&draft, made.as_ref())?;
        rename(&draft, &next)?;
    }
    read(origin, &next)
}

/// Puts the next key in the place of the one in use, which stays beside it. Gives where.
pub fn install(path: &Path, old: &LogKey) -> Result<PathBuf, KeyError> {
    let retired = beside(path, &format!(".retired-{:08x}", old.hash()));
    // The name of the key in use is never without a key: a link first, then one rename.
    if !retired.exists() {
        fs::hard_link(path, &retired).map_err(|problem| KeyError::File { path: retired.clone(), problem })?;
    }
    rename(&beside(path, ".next"), path)?;
    Ok(retired)
}

fn rename(from: &Path, to: &Path) -> Result<(), KeyError> {
    let failed = |problem| KeyError::File { path: to.to_owned(), problem };
    fs::rename(from, to).map_err(failed)?;
    let folder = to.parent().filter(|folder| *folder != Path::new("")).unwrap_or_else(|| Path::new("."));
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

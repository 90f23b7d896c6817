//! The register's own keys: files beside the service, never in the database.

pub mod rotation;
pub mod token;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use endmark_core::log::LogSigner;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::Ed25519KeyPair;

use crate::store::RowKey;

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("key file {path}: {problem}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The file does not hold such a key.
    #[error("key file {path} does not hold {wanted}; restore it from the back-up of the register's keys")]
    Content {
        /// Which.
        path: PathBuf,
        /// What was wanted.
        wanted: &'static str,
    },
    /// A code for a paper cannot be written.
    #[error("the code cannot be written: {0}")]
    Code(String),
    /// The key in the file is not the one in use.
    #[error(
        "key file {path} holds {found}, but the log is signed under {in_use}: finish an interrupted rotation with \
         `endmark key rotate`, or restore that key from the back-up"
    )]
    Retired {
        /// Which.
        path: PathBuf,
        /// Its public key.
        found: String,
        /// The key in use.
        in_use: String,
    },
    /// The system gives no randomness.
    #[error("the system's random source does not answer")]
    Random,
}

/// The keys of a register.
#[derive(Debug)]
pub struct Keys {
    /// Signs checkpoints.
    pub log: LogSigner,
    /// Authenticates rows.
    pub rows: RowKey,
}

/// Makes the two key files of a register named `origin`; never overwrites one.
pub fn create(log_path: &Path, rows_path: &Path) -> Result<(), KeyError> {
    let random = SystemRandom::new();
    let log = Ed25519KeyPair::generate_pkcs8(&random).map_err(|_| KeyError::Random)?;
    write_secret(log_path, log.as_ref())?;
    let mut rows = [0; 32];
    random.fill(&mut rows).map_err(|_| KeyError::Random)?;
    write_secret(rows_path, &rows)
}

/// Reads the keys of the register named `origin`.
pub fn load(origin: &str, log_path: &Path, rows_path: &Path) -> Result<Keys, KeyError> {
    let bytes = read(log_path)?;
    let log = LogSigner::from_pkcs8(origin, &bytes)
        .map_err(|_| KeyError::Content { path: log_path.to_owned(), wanted: "an Ed25519 key in PKCS#8" })?;
    Ok(Keys { log, rows: load_rows(rows_path)? })
}

/// Reads the key of the rows.
pub fn load_rows(path: &Path) -> Result<RowKey, KeyError> {
    let rows: [u8; 32] = read(path)?
        .try_into()
        .map_err(|_| KeyError::Content { path: path.to_owned(), wanted: "a row key of 32 bytes" })?;
    Ok(RowKey::new(&rows))
}

fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    fs::read(path).map_err(|problem| KeyError::File { path: path.to_owned(), problem })
}

/// Writes a file that only its owner reads, and only where none is.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let failed = |problem| KeyError::File { path: path.to_owned(), problem };
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

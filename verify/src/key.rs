//! The keys that the auditor holds.

use std::path::Path;

use endmark_core::log::LogKey;

use crate::CouldNot;
use crate::file::needed;

/// A thousand keys; a log changes its key every few years.
const KEY_FILE_BYTES_MAX: usize = 256 * 1024;

/// Keys as given: each a key string, or a file with one a line; behind a retired one the most entries it signed.
pub fn read_keys(given: &[String]) -> Result<Vec<LogKey>, CouldNot> {
    let mut keys = Vec::new();
    for given in given {
        if let Ok(key) = LogKey::from_line(given) {
            keys.push(key);
            continue;
        }
        let path = Path::new(given);
        if !path.exists() {
            let why = given.parse::<LogKey>().err().map(|error| error.to_string()).unwrap_or_default();
            return Err(CouldNot(format!("--key {given}: neither a file nor a key string ({why})")));
        }
        let text = String::from_utf8(needed(path, KEY_FILE_BYTES_MAX)?)
            .map_err(|_| CouldNot(format!("{}: wanted key strings, one a line", path.display())))?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            keys.push(LogKey::from_line(line).map_err(|error| CouldNot(format!("{}: {error}", path.display())))?);
        }
    }
    if keys.is_empty() { Err(CouldNot("no key: give the log's key string with --key".to_owned())) } else { Ok(keys) }
}

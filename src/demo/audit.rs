//! The demo's end: the auditor takes the log away, and finds the one byte that somebody changed in it.

use std::fs;
use std::path::{Path, PathBuf};

use endmark_core::log::LogKey;
use endmark_verify::Report;

use super::World;
use crate::cli::{Failed, export};
use crate::export::Order;

/// What the auditor found.
#[derive(Debug)]
pub struct Audited {
    /// The export's folder.
    pub dir: PathBuf,
    /// The key to verify it with.
    pub key: LogKey,
    /// The verdict on it.
    pub report: Report,
    /// The entry that was changed in a copy.
    pub changed: u64,
    /// The verdict on the copy.
    pub tampered: Report,
}

impl Audited {
    /// Whether the export verifies, and its copy fails naming the entry.
    pub fn is_good(&self) -> bool {
        let first = self.tampered.faults.first().and_then(|fault| fault.leaf);
        self.report.good && !self.tampered.good && first == Some(self.changed)
    }
}

/// Exports the whole log, verifies it from its files alone, changes one byte of a copy and verifies that.
pub fn audit(world: &World) -> Result<Audited, Failed> {
    let dir = world.dir.join("export");
    let order = Order { evidence: true, table: true, ..Order::default() };
    let manifest = export(&world.settings, &dir, &order)?;
    let key = world.running.app.context.keys.log.key().clone();
    let keys = std::slice::from_ref(&key);
    let report = endmark_verify::export(&dir, keys, None, &mut |_, _| {})?;
    let copy = world.dir.join("export-tampered");
    let changed = manifest.entries.div_euclid(2);
    tamper(&dir, &copy, changed)?;
    let tampered = endmark_verify::export(&copy, keys, None, &mut |_, _| {})?;
    Ok(Audited { dir, key, report, changed, tampered })
}

/// Copies an export; in the copy one byte of an entry is another.
fn tamper(dir: &Path, copy: &Path, leaf: u64) -> Result<(), Failed> {
    fs::create_dir_all(copy)?;
    for file in fs::read_dir(dir)? {
        let file = file?;
        fs::copy(file.path(), copy.join(file.file_name()))?;
    }
    let entries = copy.join("entries.jsonl");
    let mut bytes = fs::read(&entries)?;
    let line = usize::try_from(leaf)?;
    let start: usize = bytes.split(|byte| *byte == b'\n').take(line).map(|line| line.len().saturating_add(1)).sum();
    if let Some(byte) = bytes.get_mut(start.saturating_add(40)) {
        *byte ^= 1;
    }
    Ok(fs::write(&entries, bytes)?)
}

//! Files that grow: hashed as they are written.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use endmark_core::digest::Hasher;
use endmark_core::export::{FileName, ListedFile};

use super::{ExportError, failed};

/// What is written little by little waits for so many bytes; a longer piece goes to the file without being copied.
const WAITING_BYTES: usize = 64 * 1024;

/// A file that grows.
#[derive(Debug)]
pub(super) struct Growing {
    name: FileName,
    path: PathBuf,
    file: BufWriter<File>,
    hasher: Hasher,
    bytes: u64,
}

impl Growing {
    /// Opens a file of which `kept` is good; what stands behind that goes. `seen` hears of the good bytes. They are
    /// compared with what was kept, so nothing needs to be durable before the end.
    pub(super) fn open(
        dir: &Path,
        name: FileName,
        kept: Option<&ListedFile>,
        mut seen: impl FnMut(&[u8]),
    ) -> Result<Self, ExportError> {
        let path = dir.join(name.as_str());
        let length = kept.map_or(0, |kept| kept.bytes);
        let other = || {
            ExportError::Folder(format!("{} is not as it was left; delete the folder and begin again", path.display()))
        };
        let fail = failed(&path);
        let file = OpenOptions::new().create(true).append(true).read(true).open(&path).map_err(&fail)?;
        if file.metadata().map_err(&fail)?.len() < length {
            return Err(other());
        }
        file.set_len(length).map_err(&fail)?;
        let mut hasher = Hasher::default();
        let mut reader = BufReader::with_capacity(256 * 1024, File::open(&path).map_err(&fail)?.take(length));
        loop {
            let part = reader.fill_buf().map_err(&fail)?;
            if part.is_empty() {
                break;
            }
            hasher.update(part);
            seen(part);
            let read = part.len();
            reader.consume(read);
        }
        if kept.is_some_and(|kept| kept.sha256 != hasher.clone().finish()) {
            return Err(other());
        }
        Ok(Self { name, path, file: BufWriter::with_capacity(WAITING_BYTES, file), hasher, bytes: length })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.hasher.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.file.write_all(bytes).map_err(failed(&self.path))
    }

    /// Hands over what was written; says what is good.
    pub(super) fn flush(&mut self) -> Result<ListedFile, ExportError> {
        self.file.flush().map_err(failed(&self.path))?;
        Ok(ListedFile { name: self.name, bytes: self.bytes, sha256: self.hasher.clone().finish() })
    }

    /// Done and durable, as the manifest lists it.
    pub(super) fn finish(mut self) -> Result<ListedFile, ExportError> {
        let listed = self.flush()?;
        self.file.get_ref().sync_data().map_err(failed(&self.path))?;
        Ok(listed)
    }
}

//! A file that is read once, hashed on the way.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use endmark_core::digest::{Digest, Hasher};

use crate::CouldNot;

/// What reading a line came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line, without its line feed.
    Whole,
    /// What stands after the last line feed.
    CutOff,
    /// More bytes than a line may have; the beginning of it.
    TooLong,
}

/// A file and the digest of what was read of it.
#[derive(Debug)]
pub(crate) struct Hashed {
    reader: BufReader<File>,
    hasher: Hasher,
    bytes: u64,
}

impl Hashed {
    /// `None` where there is no such file.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, CouldNot> {
        match File::open(path) {
            Ok(file) => {
                let reader = BufReader::with_capacity(256 * 1024, file);
                Ok(Some(Self { reader, hasher: Hasher::default(), bytes: 0 }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(CouldNot::read(path, &error)),
        }
    }

    fn note(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    /// The next line of at most `max` bytes; `None` at the end of the file.
    pub(crate) fn line(&mut self, max: usize, line: &mut Vec<u8>) -> io::Result<Option<Line>> {
        line.clear();
        let most = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
        (&mut self.reader).take(most).read_until(b'\n', line)?;
        self.note(line);
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(Line::Whole));
        }
        if line.len() > max {
            self.skip_line()?;
            return Ok(Some(Line::TooLong));
        }
        Ok((!line.is_empty()).then_some(Line::CutOff))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n').map(|at| at.saturating_add(1));
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or(buffer).to_vec();
            self.note(&part);
            self.reader.consume(part.len());
            if end.is_some() || part.is_empty() {
                return Ok(());
            }
        }
    }

    /// The next 32 bytes; `None` at the end of the file. Fewer are a hash cut off.
    pub(crate) fn hash(&mut self) -> io::Result<Option<Result<[u8; 32], usize>>> {
        let mut hash = [0; 32];
        let mut read = 0;
        while let Some(rest) = hash.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest)? {
                0 => break,
                more => read = read.saturating_add(more),
            }
        }
        self.note(hash.get(..read).unwrap_or(&hash));
        Ok(match read {
            0 => None,
            32 => Some(Ok(hash)),
            fewer => Some(Err(fewer)),
        })
    }

    /// Length and digest of the whole file.
    pub(crate) fn finish(mut self) -> io::Result<(u64, Digest)> {
        loop {
            let part = self.reader.fill_buf()?.to_vec();
            if part.is_empty() {
                return Ok((self.bytes, self.hasher.finish()));
            }
            self.note(&part);
            self.reader.consume(part.len());
        }
    }
}

/// A small file whole; `None` where there is none.
pub(crate) fn small(path: &Path, max: usize) -> Result<Option<Vec<u8>>, CouldNot> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CouldNot::read(path, &error)),
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|error| CouldNot::read(path, &error))?;
    Ok(Some(bytes))
}

/// A small file that must be there.
pub(crate) fn needed(path: &Path, max: usize) -> Result<Vec<u8>, CouldNot> {
    small(path, max)?.ok_or_else(|| CouldNot(format!("{}: there is no such file", path.display())))
}

//! An export's manifest, lines and proofs.

use endmark_core::export::{EntryFields, EvidenceLine, Filter, Manifest, ProofLine};
use endmark_core::log::{BundleId, ConsistencyProof, bundle_bytes, bundle_entries};

use crate::seed_keys;

/// A manifest: what is read is written again as the same; nothing vouches for it without a signature.
pub fn manifest(data: &[u8]) {
    let Ok(read) = Manifest::parse(data) else { return };
    let text = read.to_text().expect("what was read can be written");
    assert_eq!(Manifest::parse(text.as_bytes()).as_ref(), Ok(&read), "a manifest survives writing");
    assert!(Manifest::open(data, b"", &seed_keys()).is_err(), "no signature, no trust");
}

/// A line of entries, proofs or evidence.
pub fn export_line(data: &[u8]) {
    if let Ok(entry) = EntryFields::parse(data) {
        // Whatever an entry says, the empty filter wants it.
        assert_eq!(Filter::default().matches(&entry), endmark_core::export::Match::Yes);
    }
    if let Ok(read) = ProofLine::parse(data) {
        assert_eq!(read.to_string().as_bytes(), data, "a proof's line has one spelling");
    }
    if let Ok(read) = EvidenceLine::parse(data) {
        let line = read.to_line().expect("what was read can be written");
        assert_eq!(EvidenceLine::parse(line.as_bytes()), Ok(read), "evidence survives writing");
    }
}

/// A consistency proof, a bundle's path, or a bundle.
pub fn proof(data: &[u8]) {
    if let Ok(read) = ConsistencyProof::parse(data) {
        assert_eq!(read.to_text().as_bytes(), data, "a consistency proof has one spelling");
    }
    if let Ok(path) = str::from_utf8(data)
        && let Ok(id) = BundleId::from_path(path)
    {
        assert_eq!(id.path(), path, "a bundle has one path");
    }
    if let Ok(entries) = bundle_entries(data) {
        assert_eq!(bundle_bytes(entries).as_deref(), Ok(data), "a bundle has one spelling");
    }
}

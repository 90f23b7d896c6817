//! Documents: what was read is written so that it reads the same again.

use endmark_core::number::CertificateNumber;
use endmark_core::regime::{Document, RegimeData};
use endmark_core::{certificate, consignment as question};

/// The payload of a certificate.
pub fn payload(data: &[u8]) {
    let Ok(read) = certificate::parse(data) else { return };
    let written = serde_json::to_vec(&read).expect("a certificate has a JSON form");
    let again = certificate::parse(&written).expect("what was written is a certificate");
    assert_eq!(again, read, "written and read again it differs");
}

/// A consignment.
pub fn consignment(data: &[u8]) {
    let Ok(read) = question::parse(data) else { return };
    let written = serde_json::to_vec(&read).expect("a consignment has a JSON form");
    let again = question::parse(&written).expect("what was written is a consignment");
    assert_eq!(again, read, "written and read again it differs");
}

/// A certificate number as somebody typed it.
pub fn number(data: &[u8]) {
    let Ok(typed) = str::from_utf8(data) else { return };
    let Ok(read) = typed.parse::<CertificateNumber>() else { return };
    let written = read.to_string();
    assert_eq!(written.len(), 25, "a number is written in one form");
    assert_eq!(written.parse(), Ok(read), "written and read again it differs");
    let last = |text: &str| text.chars().rfind(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
    assert_eq!(last(typed), last(&written), "the check character is read as typed, never guessed");
}

/// A document of the law's data, of any kind. What is read is read the same again, and goes with itself.
pub fn regime(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(read) = Document::parse("fuzz", text) else { return };
    let again = Document::parse("again", &read.text).expect("what was read is read again");
    assert_eq!((again.digest, &again.id, &again.version), (read.digest, &read.id, &read.version));
    let Ok((data, added)) = RegimeData::default().with(vec![read]) else { return };
    assert_eq!(added.len(), 1, "one document is one document");
    let (_, nothing) = data.with(vec![again]).expect("the same again is no contradiction");
    assert!(nothing.is_empty(), "the same again adds nothing");
}

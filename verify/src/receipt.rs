//! A receipt: that an entry is in the log.

use std::path::Path;

use endmark_core::export::EntryFields;
use endmark_core::log::{LogKey, RECEIPT_BYTES_MAX, Receipt};
use serde_json::Value;

use crate::file::needed;
use crate::{CouldNot, Report};

/// An answer of the register may have a certificate beside its receipt.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An entry that a receipt proves.
#[derive(Debug)]
pub struct Proved {
    /// Its exact bytes.
    pub entry: Vec<u8>,
}

/// Entry and proof, from a `.tlog-proof` and the entry's file, or from an answer of the register that has both.
fn read(path: &Path, entry: Option<&Path>) -> Result<(Vec<u8>, Vec<u8>), CouldNot> {
    let bytes = needed(path, ANSWER_BYTES_MAX)?;
    if let Some(entry) = entry {
        let mut entry = needed(entry, RECEIPT_BYTES_MAX)?;
        if entry.last() == Some(&b'\n') {
            entry.pop();
        }
        return Ok((entry, bytes));
    }
    let wanted = || {
        CouldNot(format!(
            "{}: wanted an answer of the register with \"entry\" and \"proof\"; for a .tlog-proof give --entry too",
            path.display()
        ))
    };
    let answer: Value = serde_json::from_slice(&bytes).map_err(|_| wanted())?;
    let receipt = answer.get("receipt").unwrap_or(&answer);
    let text = |name: &str| receipt.get(name).and_then(Value::as_str).map(|text| text.as_bytes().to_vec());
    text("entry").zip(text("proof")).ok_or_else(wanted)
}

/// Verifies a receipt.
pub fn receipt(path: &Path, entry: Option<&Path>, keys: &[LogKey]) -> Result<(Report, Option<Proved>), CouldNot> {
    let mut report = Report::new("the entry stands in the log that the key signed");
    let (entry, proof) = read(path, entry)?;
    let judged = Receipt::parse(&proof).and_then(|receipt| Ok((receipt.leaf, receipt.verify(&entry, keys)?)));
    let mut proved = None;
    match judged {
        Ok((leaf, signed)) => {
            let head = signed.checkpoint();
            report.shows(format_args!("entry {leaf} of {}, in the tree of {} entries", head.origin, head.size));
            if let Ok(fields) = EntryFields::parse(&entry) {
                report.shows(format_args!(
                    "{} {} at {}, asked by {}, about {}",
                    fields.kind,
                    fields.decision,
                    fields.at,
                    fields.organisation,
                    if fields.certificates.is_empty() {
                        "no certificate".into()
                    } else {
                        fields.certificates.join(", ")
                    },
                ));
                if fields.leaf != leaf {
                    report.entry(leaf, format_args!("its bytes say that they are entry {}", fields.leaf));
                }
            }
            report.entries = Some(1);
            proved = Some(Proved { entry });
        }
        Err(error) => report.file(path.display(), error),
    }
    let report = report.finish();
    Ok((report, proved))
}

//! A receipt: that an entry is in the log.

use std::path::Path;

use endmark_core::export::EntryFields;
use endmark_core::log::{LogKey, RECEIPT_BYTES_MAX, Receipt};
use serde_json::Value;

use crate::file::needed;
use crate::report::moment;
use crate::{CouldNot, Report};

/// An answer of the register may have a certificate beside its receipt.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An entry that a receipt proves.
#[derive(Debug)]
pub struct Proved {
    /// Its exact bytes.
    pub entry: Vec<u8>,
    /// The origin of the log that has it.
    pub origin: String,
}

/// What was handed in.
struct Given {
    entry: Vec<u8>,
    proof: Vec<u8>,
    /// The place that the answer tells beside them, where it does.
    leaf: Option<Value>,
}

/// Entry and proof, from a `.tlog-proof` and the entry's file, or from an answer of the register that has both.
fn read(path: &Path, entry: Option<&Path>) -> Result<Given, CouldNot> {
    let bytes = needed(path, ANSWER_BYTES_MAX)?;
    if let Some(entry) = entry {
        let mut entry = needed(entry, RECEIPT_BYTES_MAX)?;
        if entry.last() == Some(&b'\n') {
            entry.pop();
        }
        return Ok(Given { entry, proof: bytes, leaf: None });
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
    let (entry, proof) = text("entry").zip(text("proof")).ok_or_else(wanted)?;
    Ok(Given { entry, proof, leaf: receipt.get("leaf").cloned() })
}

/// Verifies a receipt. What it proves is given where nothing is wrong with it.
pub fn receipt(path: &Path, entry: Option<&Path>, keys: &[LogKey]) -> Result<(Report, Option<Proved>), CouldNot> {
    let mut report = Report::new("the entry stands in the log that the key signed");
    let Given { entry, proof, leaf: told } = read(path, entry)?;
    let judged = Receipt::parse(&proof).and_then(|receipt| Ok((receipt.leaf, receipt.verify(&entry, keys)?)));
    let (leaf, signed) = match judged {
        Ok(judged) => judged,
        Err(error) => {
            report.file(path.display(), error);
            return Ok((report.finish(), None));
        }
    };
    let head = signed.checkpoint();
    report.shows(format_args!("entry {leaf} of {}, in the tree of {} entries", head.origin, head.size));
    if let Some(told) = told.filter(|told| told.as_u64() != Some(leaf)) {
        report.file(path.display(), format_args!("its member leaf is {told}, the proof is for entry {leaf}"));
    }
    says(&mut report, leaf, &entry);
    report.entries = Some(1);
    let report = report.finish();
    let proved = report.good.then(|| Proved { entry, origin: head.origin.to_string() });
    Ok((report, proved))
}

/// What the entry says, and that it is the one of its place.
fn says(report: &mut Report, leaf: u64, entry: &[u8]) {
    let fields = match EntryFields::parse(entry) {
        Ok(fields) => fields,
        Err(error) => return report.entry(leaf, error),
    };
    let certificates = match fields.certificates.as_slice() {
        [] => "no certificate".to_owned(),
        named => named.join(", "),
    };
    report.shows(format_args!(
        "{} {} at {}, asked by {}, about {certificates}",
        fields.kind,
        fields.decision,
        moment(fields.at),
        fields.organisation
    ));
    if fields.leaf != leaf {
        report.entry(leaf, format_args!("its bytes say that they are entry {}", fields.leaf));
    }
}

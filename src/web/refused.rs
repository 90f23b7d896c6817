//! Why customs was refused what it asked last of a declaration: what an officer tells the driver.

use endmark_core::verdict::{FindingCode, Severity};

use super::goods_rows::named;
use super::{history, sides};
use crate::app::{Known, Refused};
use crate::entry::Kind;
use crate::words::Language;

/// The most reasons that are named: the entry and the customs office's system have all.
const REASONS_MAX: usize = 20;

/// A reason, with both sides.
pub(super) struct ReasonRow {
    pub(super) words: String,
    /// The goods items, one after the other.
    pub(super) items: String,
    pub(super) line: Option<u32>,
    pub(super) certificate: String,
    pub(super) declared: String,
    pub(super) certified: String,
}

/// A refusal.
pub(super) struct RefusedRow {
    /// The key of what it means for what was reserved before.
    pub(super) title: &'static str,
    pub(super) at: String,
    pub(super) office: String,
    pub(super) leaf: u64,
    pub(super) reasons: Vec<ReasonRow>,
}

pub(super) fn row(t: Language, known: &Known, refused: &Refused) -> RefusedRow {
    let text = |name: &str| refused.event.text(name).unwrap_or_default();
    let stands = known.declaration.as_ref().is_some_and(|declaration| declaration.status.is_active());
    RefusedRow {
        title: if stands { "refused-change" } else { "refused-whole" },
        at: history::at(t, text("at")),
        office: text("office").to_owned(),
        leaf: refused.event.leaf,
        reasons: reasons(t, refused),
    }
}

/// The findings, the gravest first, and what stood against it before the goods were looked at.
fn reasons(t: Language, refused: &Refused) -> Vec<ReasonRow> {
    let found = refused.findings.iter().map(|(finding, items)| ReasonRow {
        words: t.say(&format!("finding-{}", finding.code.as_str())),
        items: named(items),
        line: finding.line,
        certificate: finding.certificate.clone().unwrap_or_default(),
        declared: sides::declared(t, finding),
        certified: sides::certified(t, finding),
    });
    // Of what was erased the entry still has the codes.
    let known = |code: &str| refused.findings.iter().any(|(finding, _)| finding.code.as_str() == code);
    let others = grave(refused.event.reasons().filter(|code| !known(code)));
    let others = others.into_iter().map(|code| ReasonRow {
        words: history::reason(t, Kind::DeclarationReserved, code),
        items: String::new(),
        line: None,
        certificate: String::new(),
        declared: String::new(),
        certified: String::new(),
    });
    others.chain(found).take(REASONS_MAX).collect()
}

/// The reasons that decide: an entry names warnings and notes too.
pub(super) fn grave<'a>(codes: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let finding = |code: &str| FindingCode::ALL.iter().find(|of| of.as_str() == code);
    codes.filter(|code| finding(code).is_none_or(|of| of.severity() >= Severity::Open)).collect()
}

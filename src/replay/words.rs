//! Rows in an auditor's words: the names of the documentation, amounts in the unit of the line, moments as they are
//! written.

use endmark_core::position::{Claim, LinePosition};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::standing::Event;
use crate::ledger::decimal;
use crate::store::certificate::Standing;
use crate::store::control::Control;
use crate::store::ledger::{Declaration, Presence, Presentation};

/// What a row says, member by member.
pub(super) type Words = Vec<(&'static str, String)>;

/// A row that can be told.
pub(super) trait Told {
    /// Its members.
    fn words(&self) -> Words;
}

/// All of it in a line.
pub(super) fn whole(of: &impl Told) -> String {
    let members = of.words().into_iter().map(|(name, says)| format!("{name} {says}"));
    members.collect::<Vec<_>>().join(", ")
}

/// Where two differ; nothing where they do not.
pub(super) fn unequal<V: Told + PartialEq>(log: &V, row: &V) -> Option<String> {
    if log == row {
        return None;
    }
    let both = log.words().into_iter().zip(row.words());
    let differing = both.filter(|((_, of_log), (_, of_row))| of_log != of_row);
    let told =
        differing.map(|((name, of_log), (_, of_row))| format!("{name} {of_log} by the log, {of_row} in the row"));
    let told = told.collect::<Vec<_>>().join("; ");
    Some(if told.is_empty() { format!("the row differs from what the log gives: {}", whole(log)) } else { told })
}

fn written(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}

fn yes(of: bool) -> String {
    if of { "yes" } else { "no" }.to_owned()
}

fn or_none(of: Option<&impl ToString>) -> String {
    of.map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn amount(millionths: i128) -> String {
    decimal(millionths).to_string()
}

fn list(of: impl IntoIterator<Item = String>) -> String {
    let all = of.into_iter().collect::<Vec<_>>().join(" ");
    if all.is_empty() { "none".to_owned() } else { all }
}

/// The entry that set a row of the registry.
impl Told for u64 {
    fn words(&self) -> Words {
        vec![("entry", self.to_string())]
    }
}

impl Told for Standing {
    fn words(&self) -> Words {
        vec![
            ("organisation", self.organisation.to_string()),
            ("reference", self.reference.clone()),
            ("digest", self.digest.to_string()),
            ("accepted", written(self.accepted_at)),
            ("entry", self.leaf.to_string()),
            ("status", super::compare::name_of(&self.status).to_owned()),
            ("status set by entry", self.status_leaf.to_string()),
        ]
    }
}

impl Told for (LinePosition, u64) {
    fn words(&self) -> Words {
        let (line, leaf) = self;
        vec![
            ("unit", line.unit.to_string()),
            ("granted", amount(line.granted)),
            ("inherited", amount(line.inherited)),
            ("reserved", amount(line.reserved)),
            ("consumed", amount(line.consumed)),
            ("passed on", amount(line.passed_on)),
            ("confidential", amount(line.confidential)),
            ("excess", amount(line.excess)),
            ("heir", or_none(line.heir.as_ref())),
            ("entry", leaf.to_string()),
        ]
    }
}

impl Told for (Claim, Option<Event>) {
    fn words(&self) -> Words {
        let (claim, event) = self;
        let covers =
            claim.covers.iter().map(|of| format!("{} by item {} of {}", amount(of.amount), of.item, of.declaration));
        vec![
            ("quantity", amount(claim.quantity)),
            ("drawn", amount(claim.drawn)),
            ("excess", amount(claim.excess)),
            ("came", amount(claim.came)),
            ("went", amount(claim.went)),
            ("phase", claim.phase.as_str().to_owned()),
            ("confidential", yes(claim.confidential)),
            ("covered", list(covers)),
            ("movement", claim.movement.to_string()),
            ("office", or_none(event.as_ref().map(|event| &event.office))),
            ("at", or_none(event.as_ref().map(|event| written(event.at)).as_ref())),
            ("entry", or_none(event.as_ref().map(|event| event.leaf).as_ref())),
        ]
    }
}

impl Told for Declaration {
    fn words(&self) -> Words {
        let joined = self.joined.named().map(|previous| match previous.item {
            Some(item) => format!("{} item {item}", previous.declaration),
            None => previous.declaration.to_string(),
        });
        vec![
            ("organisation", self.organisation.to_string()),
            ("version", self.version.to_string()),
            ("status", self.status.as_str().to_owned()),
            ("office", self.office.to_string()),
            ("confidential", yes(self.confidential)),
            ("overridden", yes(self.overridden)),
            ("previous documents", list(joined)),
            ("since", written(self.since)),
            ("entry", self.leaf.to_string()),
        ]
    }
}

impl Told for Presentation {
    fn words(&self) -> Words {
        let presence = match self.presence {
            Presence::Passed => "passed",
            Presence::NotPassed => "did not pass",
            Presence::TurnedBack => "turned back",
        };
        let goods = self.goods.iter().map(|of| {
            format!("{} of line {} of {} under item {}", amount(of.millionths), of.line, of.certificate, of.item)
        });
        vec![
            ("organisation", self.organisation.to_string()),
            ("office", self.office.to_string()),
            ("what became of it:", presence.to_owned()),
            ("goods", list(goods)),
            ("means", list(self.means.iter().cloned())),
            ("at", written(self.at)),
            ("entry", self.leaf.to_string()),
        ]
    }
}

impl Told for Control {
    fn words(&self) -> Words {
        vec![
            ("declaration", or_none(self.mrn.as_ref())),
            ("office", self.office.to_string()),
            ("officer", self.officer.clone()),
            ("result", self.result.as_str().to_owned()),
            ("findings", list(self.findings.iter().cloned())),
            ("answers", or_none(self.answers.as_ref())),
            ("explained", yes(self.explained)),
            ("conflicts", list(self.conflicts.iter().map(ToString::to_string))),
            ("offline", yes(self.offline)),
            ("content", self.content.clone()),
            ("recorded", written(self.recorded_at)),
            ("at", written(self.at)),
            ("entry", self.leaf.to_string()),
        ]
    }
}

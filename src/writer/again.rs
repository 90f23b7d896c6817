//! A question of the past, judged again by the writer's own rules on the state of its time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use endmark_core::moment::Moment;
use endmark_core::reference::Mrn;
use endmark_core::regime::Regimes;
use endmark_core::verdict::Verdict;

use super::controls::Controls;
use super::decide::{Archive, Sessions, View, judge_again};
use super::ledger::Ledger;
use super::{CheckRequest, Failure, Presenting};
use crate::registry::{Caller, Registry};
use crate::replay::Replayed;
use crate::store::certificate::Found;

/// Everything a question was decided on, as it was then.
#[derive(Debug)]
pub struct Then<'a> {
    /// Certificates, ledger, declarations, presentations.
    pub replayed: Replayed,
    /// Who was who.
    pub registry: &'a Registry,
    /// The rules in force.
    pub regimes: &'a Regimes,
    /// When.
    pub moment: Moment,
    /// The register.
    pub origin: &'a str,
    /// Who asked.
    pub caller: &'a Caller,
}

/// What was asked.
#[derive(Debug)]
pub struct Question {
    /// The consignment, with the certificates it cites.
    pub request: CheckRequest,
    /// The declaration whose position it is; `None` where it only asked.
    pub mrn: Option<Mrn>,
    /// The presentation it recorded.
    pub presentation: Option<Presenting>,
    /// Whether the position is shown to customs alone, where the entry says it.
    pub confidential: Option<bool>,
}

/// Judges a question of the past again. Nothing is written.
pub fn again(then: Then<'_>, question: &Question) -> Result<Verdict, Failure> {
    let standings = then.replayed.certificates.iter();
    let standings: HashMap<_, _> =
        standings.map(|(number, standing)| (*number, Found::Standing(Box::new(standing.clone())))).collect();
    let mut view = View {
        moment: then.moment,
        origin: then.origin,
        registry: then.registry,
        regimes: then.regimes,
        standings,
        references: HashMap::new(),
        recalled: HashMap::new(),
        short_forms: BTreeMap::new(),
        inserted: Vec::new(),
        changed: BTreeSet::new(),
        registry_rows: Vec::new(),
        ledger: Ledger::replayed(then.replayed),
        controls: Controls::default(),
        leaf: 0,
        archive: Archive::default(),
        sessions: Sessions::default(),
        retention: crate::archive::Retention::default(),
        disclosure: crate::config::Disclosure::default(),
        events: Vec::new(),
    };
    judge_again(question, then.caller, &mut view)
}

//! Deciding a command on the state of the batch. No I/O here: what is needed was loaded, what changes is noted.

mod archive;
mod check;
mod control;
mod declaration;
mod event;
mod leaving;
mod officer;
mod paper;
mod position;
mod presenting;
mod regimes;
mod registry;
mod service;
mod session;
mod standing;
mod status;
mod submit;

pub(super) use archive::Archive;
pub(super) use check::judge_again;
pub(crate) use event::Event;
pub(super) use service::clock_set_back;
pub(super) use session::Sessions;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use endmark_core::digest::Digest;
use endmark_core::moment::Moment;
use endmark_core::number::CertificateNumber;
use endmark_core::reference::Mrn;
use endmark_core::regime::Regimes;
use endmark_core::verdict::Source;
use serde_json::Value;

use super::controls::Controls;
use super::ledger::Ledger;
use super::{Action, CheckRequest, Command, Failure, Purpose, Reply, Step};
use crate::entry::Kind;
use crate::ledger::CertificateLedger;
use crate::recall::Verified;
use crate::registry::{Caller, Grant, KnownKey, Registry};
use crate::store::certificate::{self, Found, Standing};
use crate::store::touched::Asked;
use crate::store::{
    RowKey, StoreError, Writes, log_key, officer as officer_rows, regime, registry as rows, session as session_rows,
    short_form, webhook,
};

/// The organisation that stands in entries of the operator's own changes and of the service itself.
pub(super) const OPERATOR: &str = "operator";

/// The state a batch decides on, and what it changes.
pub(super) struct View<'a> {
    pub(super) moment: Moment,
    pub(super) origin: &'a str,
    pub(super) registry: &'a Registry,
    pub(super) regimes: &'a Regimes,
    pub(super) standings: HashMap<CertificateNumber, Found>,
    pub(super) references: HashMap<(String, String), CertificateNumber>,
    pub(super) inserted: Vec<(CertificateNumber, Vec<u8>)>,
    /// Certificates that this process has verified before, from their short forms.
    pub(super) recalled: HashMap<CertificateNumber, Arc<Verified>>,
    /// Short forms to write down, by the entry that accepted each certificate.
    pub(super) short_forms: BTreeMap<u64, Vec<u8>>,
    pub(super) changed: BTreeSet<CertificateNumber>,
    pub(super) registry_rows: Vec<RegistryRow>,
    pub(super) ledger: Ledger,
    pub(super) controls: Controls,
    /// The entry of the command that is being decided.
    pub(super) leaf: u64,
    /// What a command about evidence needs.
    pub(super) archive: Archive,
    /// What a command about sessions needs.
    pub(super) sessions: Sessions,
    /// How long evidence stays.
    pub(super) retention: crate::archive::Retention,
    /// What manufacturers learn of the use of their certificates.
    pub(super) disclosure: crate::config::Disclosure,
    /// What manufacturers are told of.
    pub(super) events: Vec<Event>,
}

/// A row of the registry to write.
pub(super) enum RegistryRow {
    Caller(Box<Caller>, u64),
    Manufacturer(Box<endmark_core::manufacturer::Manufacturer>, u64),
    Anchor(Box<endmark_core::chain::Anchor>, Option<time::OffsetDateTime>, u64),
    List(Box<endmark_core::chain::RevocationList>, u64),
    Regimes(Vec<std::sync::Arc<endmark_core::regime::Document>>, Digest, u64),
    Officer(Box<crate::officer::Officer>, u64),
    OfficerGone(String),
    Webhook(Box<crate::webhook::Webhook>, u64),
    WebhookGone(String),
    LogKeys(Box<[KnownKey; 2]>, u64),
}

/// What an entry will say.
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) organisation: String,
    pub(super) certificates: Vec<String>,
    pub(super) digest: Option<Digest>,
    pub(super) declaration: Option<String>,
    pub(super) office: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) change: Option<&'static str>,
    pub(super) previous: Option<String>,
    pub(super) role: &'static str,
    /// The officer who asks, or whom the caller names.
    pub(super) officer: Option<Person>,
    pub(super) erased: Vec<u64>,
    pub(super) decision: &'static str,
    pub(super) reasons: Vec<Cow<'static, str>>,
    pub(super) regimes: Vec<Source>,
    pub(super) lists: Vec<Source>,
    pub(super) counts: Vec<(&'static str, u64)>,
    pub(super) ledger: Option<Value>,
}

/// An officer; the entry holds a pseudonym either way.
#[derive(Debug, Clone)]
pub(in crate::writer) enum Person {
    /// As the caller names one.
    Named(String),
    /// By the id of the registry.
    Registered(String),
}

impl Draft {
    pub(super) const fn new(kind: Kind, organisation: String, decision: &'static str) -> Self {
        Self {
            kind,
            organisation,
            certificates: Vec::new(),
            digest: None,
            declaration: None,
            office: None,
            subject: None,
            change: None,
            previous: None,
            role: "service",
            officer: None,
            erased: Vec::new(),
            decision,
            reasons: Vec::new(),
            regimes: Vec::new(),
            lists: Vec::new(),
            counts: Vec::new(),
            ledger: None,
        }
    }
}

/// A decision: its entry, its evidence, its reply.
pub(super) struct Decision {
    pub(super) draft: Draft,
    pub(super) evidence: Option<Vec<u8>>,
    /// Rows that the entry names only by their digest.
    pub(super) rows: Vec<(&'static str, Vec<u8>)>,
    pub(super) reply: Reply,
}

impl Decision {
    pub(super) const fn new(draft: Draft, evidence: Option<Vec<u8>>, reply: Reply) -> Self {
        Self { draft, evidence, rows: Vec::new(), reply }
    }
}

impl Action {
    /// Who may ask for it; empty: only the operator on the host and the service itself.
    const fn grants(&self) -> &'static [Grant] {
        match self {
            Self::Submit(_)
            | Self::RefuseSeal { .. }
            | Self::Suspend { .. }
            | Self::Resume { .. }
            | Self::Revoke { .. } => &[Grant::Manufacturer],
            Self::Check(request) if request.precheck => &[Grant::Manufacturer, Grant::Declarant],
            Self::Check(_) | Self::Paper(_) | Self::Control(_) | Self::ReadDocument { .. } => {
                &[Grant::CustomsRead, Grant::CustomsWrite]
            }
            Self::Position(_) | Self::Declaration(_) => &[Grant::CustomsWrite],
            Self::Export(_) => &[Grant::Auditor],
            Self::Registry(_) | Self::Session(_) | Self::Archive(_) | Self::Service(_) => &[],
        }
    }

    /// Whether people who are signed in may ask for it. An auditor: read the log. An officer: look, check, record what
    /// stands at the border; what draws on certificates is for customs' systems.
    const fn is_a_persons(&self, auditor: bool) -> bool {
        if auditor {
            return matches!(self, Self::Export(_));
        }
        match self {
            Self::Check(request) => !request.precheck,
            Self::Paper(_) | Self::Control(_) | Self::ReadDocument { .. } => true,
            Self::Position(request) => matches!(request.purpose, Purpose::Present(_)),
            Self::Declaration(request) => matches!(request.step, Step::TurnBack { .. }),
            _ => false,
        }
    }

    /// Whether it must be alone in its batch, so that what follows sees its effect.
    pub(super) const fn stands_alone(&self) -> bool {
        matches!(self, Self::Registry(_) | Self::Session(_) | Self::Archive(_))
    }

    /// How long the documents are that it brings or needs, and that are kept.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Submit(submission) => submission.jws.len().saturating_add(submission.short_form.len()),
            Self::Check(request) => request.bytes(),
            Self::Position(request) => request.check.bytes(),
            Self::Declaration(request) => request.body.len(),
            _ => 0,
        }
    }

    /// The consignment that it asks about.
    pub(super) const fn consignment(&self) -> Option<&CheckRequest> {
        match self {
            Self::Check(request) => Some(request),
            Self::Position(request) => Some(&request.check),
            _ => None,
        }
    }

    /// Which rows it needs; a submission those under the organisation's reference too.
    pub(super) fn touches(&self, asked: &mut Asked, organisation: Option<&str>) {
        match self {
            Self::Submit(submission) => {
                asked.numbers.insert(submission.number);
                asked.numbers.extend(submission.certificate.replaces);
                if let Some(organisation) = organisation {
                    let reference = submission.certificate.reference.to_string();
                    asked.references.insert((organisation.to_owned(), reference));
                }
            }
            Self::Suspend { number, .. }
            | Self::Resume { number }
            | Self::Revoke { number, .. }
            | Self::ReadDocument { number, .. } => {
                asked.numbers.insert(*number);
            }
            Self::Check(request) => {
                check::certificates(request, asked);
                check::declarations(request, &check::own_mrn(request), false, asked);
            }
            Self::Paper(request) => asked.numbers.extend(request.presented.number()),
            Self::Position(request) => {
                check::certificates(&request.check, asked);
                check::declarations(&request.check, &request.mrn, true, asked);
            }
            Self::Declaration(request) => {
                asked.named.insert(request.mrn.clone());
                asked.whole.insert(request.mrn.clone());
            }
            Self::Control(request) => {
                asked.numbers.extend(request.report.certificate);
                asked.named.extend(request.report.declaration.clone());
            }
            Self::RefuseSeal { .. }
            | Self::Export(_)
            | Self::Registry(_)
            | Self::Session(_)
            | Self::Archive(_)
            | Self::Service(_) => {}
        }
    }
}

/// Decides one command. A failure leaves no entry and no change.
pub(super) fn decide(command: &Command, view: &mut View<'_>, leaf: u64) -> Result<Decision, Failure> {
    view.leaf = leaf;
    if let Action::Session(change) = &command.action {
        return session::decide(change, &command.origin, view, leaf);
    }
    if let Some(id) = &command.origin.officer {
        return for_officer(id, &command.action, view, leaf);
    }
    let Some(client) = &command.origin.client else {
        let mut decision = match &command.action {
            Action::Registry(change) => registry::decide(change, view, leaf),
            Action::Archive(change) => archive::decide(change, view, leaf),
            Action::Export(what) => service::export(what, OPERATOR),
            Action::Service(occasion) => return Ok(service::decide(occasion)),
            other => return Err(Failure::Forbidden(other.grants())),
        };
        decision.draft.role = OPERATOR;
        return Ok(decision);
    };
    // The caller is read again here, inside the transaction: revoking one takes effect on what is queued.
    let caller = view.registry.caller(client, view.moment.at).map_err(Failure::NotACaller)?;
    let grants = command.action.grants();
    if !caller.may(grants) {
        return Err(Failure::Forbidden(grants));
    }
    let role = grants.iter().find(|grant| caller.grants.contains(grant)).map_or("", |grant| grant.as_str());
    let mut decision = for_caller(&command.action, caller, view, leaf)?;
    decision.draft.role = role;
    Ok(decision)
}

/// Decides what an officer asks, who is read again here: removing one takes effect on what is queued.
fn for_officer(id: &str, action: &Action, view: &mut View<'_>, leaf: u64) -> Result<Decision, Failure> {
    let officer = view.registry.officer(id).ok_or(Failure::NotAnOfficer)?;
    if !action.is_a_persons(officer.auditor) {
        return Err(Failure::Forbidden(action.grants()));
    }
    let mut decision = for_caller(action, &officer.acting(), view, leaf)?;
    decision.draft.officer = Some(Person::Registered(officer.id.clone()));
    // The office of an entry is that of the goods: an auditor reads about all.
    if officer.auditor {
        decision.draft.role = Grant::Auditor.as_str();
    } else {
        decision.draft.role = crate::officer::ROLE;
        decision.draft.office.get_or_insert_with(|| officer.office.to_string());
    }
    Ok(decision)
}

fn for_caller(action: &Action, caller: &Caller, view: &mut View<'_>, leaf: u64) -> Result<Decision, Failure> {
    match action {
        Action::Submit(submission) => submit::decide(submission, caller, view, leaf),
        Action::RefuseSeal { digest, code, jws } => Ok(submit::refuse_seal(*digest, code, jws, caller)),
        Action::Suspend { number, reason } => status::suspend(*number, reason, caller, view, leaf),
        Action::Resume { number } => status::resume(*number, caller, view, leaf),
        Action::Revoke { number, reason } => status::revoke(*number, reason, caller, view, leaf),
        Action::Check(request) => check::decide(request, caller, view, leaf),
        Action::Paper(request) => paper::decide(request, caller, view),
        Action::Position(request) => position::decide(request, caller, view, leaf),
        Action::Declaration(request) => declaration::decide(request, caller, view, leaf),
        Action::Control(request) => control::decide(request, caller, view, leaf),
        Action::ReadDocument { number, office } => status::read(*number, office.as_ref(), caller, view),
        Action::Export(what) => Ok(service::export(what, caller.organisation.as_str())),
        Action::Registry(_) | Action::Session(_) | Action::Archive(_) | Action::Service(_) => {
            Err(Failure::Forbidden(action.grants()))
        }
    }
}

impl View<'_> {
    /// Notes that a certificate stands so from now on.
    pub(super) fn put(&mut self, standing: Standing) {
        self.changed.insert(standing.number);
        self.standings.insert(standing.number, Found::Standing(Box::new(standing)));
    }

    /// The ledgers of certificates that the register has.
    fn ledgers(&self, numbers: impl IntoIterator<Item = CertificateNumber>) -> Vec<CertificateLedger> {
        let there = |number: &CertificateNumber| self.standings.contains_key(number);
        numbers.into_iter().filter(there).map(|number| self.ledger.show(number)).collect()
    }

    /// The ledgers of the certificates that a declaration draws on.
    fn ledgers_of(&self, mrn: &Mrn) -> Vec<CertificateLedger> {
        let numbers: BTreeSet<CertificateNumber> =
            self.ledger.position.claims_of(mrn).map(|(key, _)| key.line.certificate).collect();
        self.ledgers(numbers)
    }

    /// Whether callers, manufacturers, anchors, lists or rules are others from here on.
    pub(super) const fn changes_registry(&self) -> bool {
        !self.registry_rows.is_empty()
    }

    /// Writes what changed.
    pub(super) fn write(&mut self, writes: &mut Writes<'_>, key: &RowKey) -> Result<(), StoreError> {
        let standing = |number| match self.standings.get(number) {
            Some(Found::Standing(standing)) => Ok(standing.as_ref()),
            _ => Err(StoreError::Corrupt(format!("no standing for {number}"))),
        };
        if !self.inserted.is_empty() {
            let new: Vec<(&Standing, &[u8])> = self
                .inserted
                .iter()
                .map(|(number, jws)| Ok((standing(number)?, jws.as_slice())))
                .collect::<Result<_, StoreError>>()?;
            certificate::insert(writes.connection()?, key, &new)?;
        }
        let inserted: BTreeSet<_> = self.inserted.iter().map(|(number, _)| number).collect();
        for number in self.changed.iter().filter(|number| !inserted.contains(number)) {
            certificate::update_status(writes.connection()?, key, standing(number)?)?;
        }
        short_form::put(writes, std::mem::take(&mut self.short_forms))?;
        self.ledger.write(writes, key)?;
        self.controls.write(writes, key)?;
        self.archive.write(writes, key)?;
        self.sessions.write(writes, key)?;
        for row in &self.registry_rows {
            let connection = writes.connection()?;
            match row {
                RegistryRow::Caller(caller, leaf) => rows::put_caller(connection, key, caller, *leaf)?,
                RegistryRow::Manufacturer(new, leaf) => rows::put_manufacturer(connection, key, new, *leaf)?,
                RegistryRow::Anchor(new, after, leaf) => rows::put_anchor(connection, key, new, *after, *leaf)?,
                RegistryRow::List(list, leaf) => rows::add_list(connection, list, *leaf)?,
                RegistryRow::Regimes(new, edition, leaf) => regime::add(connection, key, new, *edition, *leaf)?,
                RegistryRow::Officer(new, leaf) => {
                    officer_rows::put(connection, key, new, *leaf)?;
                    // One who is suspended is out at once, and resuming brings no session back.
                    if !new.active {
                        session_rows::remove_of(connection, &new.id)?;
                    }
                }
                RegistryRow::OfficerGone(id) => {
                    officer_rows::remove(connection, id)?;
                    session_rows::remove_of(connection, id)?;
                }
                RegistryRow::Webhook(new, leaf) => webhook::put(connection, key, new, *leaf)?,
                RegistryRow::WebhookGone(id) => webhook::remove(connection, id)?,
                RegistryRow::LogKeys(keys, leaf) => {
                    for known in keys.iter() {
                        log_key::put(connection, key, known, *leaf)?;
                    }
                }
            }
        }
        self.write_deliveries(writes)
    }
}

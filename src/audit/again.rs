//! `audit replay`: decides a past question again, on what the log says of its time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use endmark_core::chain::Anchor;
use endmark_core::check::cited_numbers;
use endmark_core::consignment::{self, Consignment, Stage};
use endmark_core::digest::Digest;
use endmark_core::manufacturer::Manufacturer;
use endmark_core::reference::DeclarationReference;
use endmark_core::regime::Regimes;
use endmark_core::verdict::Verdict;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use crate::clock::Clock;
use crate::entry::{Kind, Logged};
use crate::law::Law;
use crate::officer::acting;
use crate::registry::{AnchorState, Caller, CallerState, Registry};
use crate::replay::{Replayed, replay_to};
use crate::store::sealed::{self, Sealed};
use crate::store::{Connection, RowKey, archive, log, registry as rows};
use crate::writer::{CheckRequest, Prepared, Presenting, Question, Then, again};

/// What it needs beside the database.
#[expect(missing_debug_implementations, reason = "a function shows nothing")]
pub struct Knowledge<'a> {
    /// The register.
    pub origin: &'a str,
    /// The key of the rows' HMACs.
    pub rows: &'a RowKey,
    /// Where days begin.
    pub clock: &'a Clock,
    /// The law, with what was loaded when.
    pub law: &'a Law,
}

/// Why a question cannot be decided again.
#[derive(Debug, thiserror::Error)]
pub enum AgainError {
    /// The database, or the log in it.
    #[error(transparent)]
    Replay(#[from] crate::replay::ReplayError),
    /// It is not there, or not enough of it.
    #[error("entry {leaf} cannot be decided again: {problem}")]
    Entry {
        /// Which.
        leaf: u64,
        /// Why.
        problem: String,
    },
}

impl From<crate::store::StoreError> for AgainError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Replay(error.into())
    }
}

/// A decision then, and the same question decided again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Again {
    /// Which entry.
    pub entry: u64,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When it was decided.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What the entry says was decided.
    pub decision: String,
    /// The verdict then, as the evidence has it.
    pub then: Value,
    /// The verdict now.
    pub again: Value,
    /// Whether they are the same, in every finding.
    pub agree: bool,
    /// The members in which they differ.
    pub differences: Vec<String>,
}

/// The evidence of a question.
#[derive(Deserialize)]
struct Evidence {
    request: Box<RawValue>,
    verdict: Value,
}

/// Decides the question of an entry again. `progress` hears of entries read and to be read.
pub fn decide_again(
    connection: &mut Connection,
    leaf: u64,
    knowledge: &Knowledge<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Again, AgainError> {
    let failed = |problem: String| AgainError::Entry { leaf, problem };
    let (_, body) = log::entry(connection, leaf)?.ok_or_else(|| failed("the log does not have it".to_owned()))?;
    let entry = Logged::read(&body).map_err(|error| failed(error.to_string()))?;
    let evidence = evidence(connection, &entry).map_err(failed)?;
    let question = question(&entry, &evidence, knowledge.rows).map_err(failed)?;
    let replayed = replay_to(connection, leaf, progress)?;
    let mut state = Registered::read(connection, &replayed, knowledge)?;
    let caller = state.caller(&entry).map_err(failed)?;
    let regimes = knowledge.law.before(connection, knowledge.rows, leaf)?;
    let lists = rows::lists_before(connection, leaf)?;
    let registry = state.registry(lists, Arc::clone(&regimes)).map_err(failed)?;
    let question = prepare(connection, question, &replayed, &registry)?;
    let then = Then {
        replayed,
        registry: &registry,
        regimes: &regimes,
        moment: knowledge.clock.moment(entry.at),
        origin: knowledge.origin,
        caller: &caller,
    };
    let verdict: Verdict = again(then, &question).map_err(|error| failed(error.to_string()))?;
    let verdict = serde_json::to_value(&verdict).map_err(|error| failed(error.to_string()))?;
    let differences = differences(&evidence.verdict, &verdict);
    Ok(Again {
        entry: leaf,
        kind: entry.kind.as_str(),
        at: entry.at,
        decision: entry.decision,
        then: evidence.verdict,
        again: verdict,
        agree: differences.is_empty(),
        differences,
    })
}

fn evidence(connection: &mut Connection, entry: &Logged) -> Result<Evidence, String> {
    let digest = entry.evidence.ok_or("it has no evidence: nothing was asked")?;
    let kept = log::evidence_of(connection, entry.leaf).map_err(|error| error.to_string())?;
    let Some(kept) = kept else {
        let by = archive::erased_by(connection, entry.leaf).map_err(|error| error.to_string())?;
        return Err(match by {
            Some(by) => format!("its evidence was erased by entry {by} (redacted)"),
            None => "its evidence is gone, and no entry says that it was erased; run audit verify".to_owned(),
        });
    };
    if kept.digest() != digest {
        return Err("its evidence is not what it was decided on; run audit verify".to_owned());
    }
    serde_json::from_slice(&kept.body)
        .map_err(|_| format!("no verdict was given: {} ({})", entry.decision, entry.kind.as_str()))
}

/// What was asked, as the door that it came through reads it.
fn question(entry: &Logged, evidence: &Evidence, key: &RowKey) -> Result<Question, String> {
    #[derive(Deserialize)]
    struct ByHand {
        consignment: Box<RawValue>,
    }
    let request = evidence.request.get();
    let by_hand: Option<ByHand> = match entry.kind {
        Kind::DeclarationOverridden => Some(serde_json::from_str(request).map_err(|error| error.to_string())?),
        Kind::ConsignmentChecked | Kind::ConsignmentPrechecked | Kind::DeclarationReserved | Kind::GoodsPresented => {
            None
        }
        kind => return Err(format!("{} is no question about a consignment", kind.as_str())),
    };
    let text = by_hand.as_ref().map_or(request, |by_hand| by_hand.consignment.get());
    let mut consignment: Consignment = consignment::parse_again(text.as_bytes()).map_err(|error| error.to_string())?;
    let asks_only = matches!(entry.kind, Kind::ConsignmentChecked | Kind::ConsignmentPrechecked);
    let mrn = if asks_only { None } else { Some(entry.mrn()?) };
    if let Some(value) = &mrn {
        consignment.reference = Some(DeclarationReference::Mrn { value: value.clone() });
    }
    match entry.kind {
        Kind::GoodsPresented => consignment.stage = Stage::Border,
        Kind::DeclarationOverridden => consignment.stage = Stage::Start,
        _ => {}
    }
    let means = crate::app::means(&consignment, key);
    // Whether it was the caller's own name decides on the name alone, not on the goods.
    let office = consignment.office.clone();
    let presentation = entry.member("presentation")?.map(|id| Presenting { id, named: true, office });
    Ok(Question {
        request: CheckRequest {
            body: Arc::from([]),
            consignment: Arc::new(consignment),
            prepared: HashMap::new(),
            to_keep: Vec::new(),
            epoch: 0,
            precheck: entry.kind == Kind::ConsignmentPrechecked,
            means,
        },
        mrn,
        presentation,
        confidential: entry.member("confidential")?,
    })
}

/// Verifies the certificates cited from their bytes, as the service did.
fn prepare(
    connection: &mut Connection,
    mut question: Question,
    replayed: &Replayed,
    registry: &Registry,
) -> Result<Question, AgainError> {
    let recall = crate::recall::Recall::default();
    for number in cited_numbers(&question.request.consignment) {
        let prepared = match replayed.certificates.get(&number) {
            None => Prepared::Absent,
            Some(standing) => {
                let jws = sealed::read(connection, &[number])?.pop().map(|of| of.jws).unwrap_or_default();
                let (leaf, accepted_at) = (standing.leaf, standing.accepted_at);
                let sealed = Sealed { number, jws, accepted_at, leaf, has_short_form: true };
                match recall.verify(&sealed, registry) {
                    Ok((verified, _)) => Prepared::Verified(Arc::new(verified)),
                    Err(why) => Prepared::Unreadable(why),
                }
            }
        };
        question.request.prepared.insert(number, prepared);
    }
    Ok(question)
}

/// The registry as evidence tells it; what was erased is taken from a row that stands unchanged since.
struct Registered {
    callers: BTreeMap<Digest, Caller>,
    manufacturers: Vec<Manufacturer>,
    anchors: Vec<Anchor>,
    unknown: Vec<(Kind, String, u64)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum State {
    Manufacturer(Box<Manufacturer>),
    Caller(Box<CallerState>),
    Anchor(AnchorState),
}

impl Registered {
    fn read(connection: &mut Connection, replayed: &Replayed, knowledge: &Knowledge<'_>) -> Result<Self, AgainError> {
        let mut found =
            Self { callers: BTreeMap::new(), manufacturers: Vec::new(), anchors: Vec::new(), unknown: Vec::new() };
        for ((kind, subject), leaf) in &replayed.registry {
            if !matches!(kind, Kind::ManufacturerChanged | Kind::ClientChanged | Kind::AnchorChanged) {
                continue;
            }
            let kept = log::evidence_of(connection, *leaf)?;
            let state = kept.and_then(|kept| serde_json::from_slice::<State>(&kept.body).ok());
            match state {
                Some(State::Manufacturer(manufacturer)) => found.manufacturers.push(*manufacturer),
                Some(State::Caller(state)) => {
                    let caller = Caller::from(*state);
                    found.callers.insert(caller.fingerprint, caller);
                }
                Some(State::Anchor(state)) => {
                    found.anchors.push(state.anchor().map_err(|problem| AgainError::Entry { leaf: *leaf, problem })?);
                }
                None => found.unknown.push((*kind, subject.clone(), *leaf)),
            }
        }
        if !found.unknown.is_empty() {
            found.fill_from_rows(connection, knowledge)?;
        }
        Ok(found)
    }

    fn fill_from_rows(&mut self, connection: &mut Connection, knowledge: &Knowledge<'_>) -> Result<(), AgainError> {
        let (now, _) = Registry::read(connection, knowledge.rows, knowledge.law)?;
        let stand = rows::all(connection, knowledge.rows)?;
        let unchanged = |kind: Kind, subject: &str, leaf: u64| {
            stand.iter().any(|row| {
                row.intact && row.kind == kind && row.subject == subject && u64::try_from(row.leaf) == Ok(leaf)
            })
        };
        for (kind, subject, leaf) in std::mem::take(&mut self.unknown) {
            let filled = unchanged(kind, &subject, leaf) && self.fill(kind, &subject, &now).is_some();
            if !filled {
                self.unknown.push((kind, subject, leaf));
            }
        }
        Ok(())
    }

    fn fill(&mut self, kind: Kind, subject: &str, now: &Registry) -> Option<()> {
        match kind {
            Kind::ManufacturerChanged => match now.manufacturer(&subject.parse().ok()?) {
                endmark_core::check::ManufacturerStanding::Known(known) => {
                    self.manufacturers.push(known.as_ref().clone());
                }
                _ => return None,
            },
            Kind::ClientChanged => {
                let caller = now.registered_caller(&subject.parse().ok()?)?;
                self.callers.insert(caller.fingerprint, caller.as_ref().clone());
            }
            _ => self.anchors.push(now.anchor(&subject.parse().ok()?)?.clone()),
        }
        Some(())
    }

    fn caller(&self, entry: &Logged) -> Result<Caller, String> {
        // What an officer may do follows from the role alone: customs, reading.
        if let (Some(crate::officer::ROLE), Some(id)) = (entry.role.as_deref(), &entry.officer) {
            let organisation = entry.organisation.parse();
            return Ok(acting(id, &organisation.map_err(|error| format!("organisation: {error}"))?));
        }
        let client = entry.client.ok_or("nobody asked: it is of the service itself")?;
        let caller = self.callers.get(&client).cloned();
        caller.ok_or_else(|| format!("the log does not say any more who the caller {client} was (redacted)"))
    }

    /// The registry; callers whose evidence was erased are left out, they decide nothing of others' questions.
    fn registry(
        &mut self,
        lists: Vec<endmark_core::chain::RevocationList>,
        regimes: Arc<Regimes>,
    ) -> Result<Registry, String> {
        let missing = self.unknown.iter().find(|(kind, ..)| *kind != Kind::ClientChanged);
        if let Some((kind, subject, leaf)) = missing {
            return Err(format!("entry {leaf} ({} of {subject}) was redacted", kind.as_str()));
        }
        let callers = std::mem::take(&mut self.callers).into_values().collect();
        let manufacturers = std::mem::take(&mut self.manufacturers);
        Ok(Registry::of(callers, manufacturers, std::mem::take(&mut self.anchors), lists, regimes))
    }
}

/// The members of two verdicts that are not the same.
fn differences(then: &Value, again: &Value) -> Vec<String> {
    let (Value::Object(one), Value::Object(other)) = (then, again) else {
        return if then == again { Vec::new() } else { vec!["verdict".to_owned()] };
    };
    let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

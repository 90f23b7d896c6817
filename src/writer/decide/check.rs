//! Customs, a manufacturer or a declarant asks about a consignment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use endmark_core::chain::Revocation;
use endmark_core::check::{Cited, Evidence, Known, LedgerStanding, ManufacturerStanding, SealStanding, check};
use endmark_core::consignment::Stage;
use endmark_core::number::CertificateNumber;
use endmark_core::position::Joined;
use endmark_core::reference::{DeclarationReference, Mrn};
use endmark_core::verdict::{Answer, FindingCode, Verdict};

use super::standing::About;
use super::{Decision, Draft, View};
use crate::entry::Kind;
use crate::recall::Verified;
use crate::registry::{Caller, Grant};
use crate::store::certificate::{Found, Standing};
use crate::store::touched::Asked;
use crate::writer::{CheckRequest, Failure, Prepared, Question, Reply};

pub(super) fn decide(
    request: &CheckRequest,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
) -> Result<Decision, Failure> {
    let own = own_mrn(request);
    let confidential = view.ledger.declaration(&own).ok().flatten().is_some_and(|there| there.confidential);
    let judged = judge(request, &About { own: &own, presented: None, confidential }, caller, view);
    view.ledger.position.take_back();
    let verdict = judged?;
    let json = serde_json::to_string(&verdict).map_err(|_| Failure::Internal)?;
    let kind = if request.precheck { Kind::ConsignmentPrechecked } else { Kind::ConsignmentChecked };
    let reply = Reply::Checked(format!("{},\"entry\":{leaf}}}", json.strip_suffix('}').unwrap_or(&json)).into());
    let draft = draft(kind, request, caller, verdict);
    Ok(Decision::new(draft, Some(evidence_of(request, &json)), reply))
}

/// Judges a question of the past again: the same rules on the state of then.
pub(in crate::writer) fn judge_again(
    question: &Question,
    caller: &Caller,
    view: &mut View<'_>,
) -> Result<Verdict, Failure> {
    let own = question.mrn.clone().unwrap_or_else(|| own_mrn(&question.request));
    let stored = view.ledger.declaration(&own).ok().flatten().is_some_and(|there| there.confidential);
    let confidential = question.confidential.unwrap_or(stored);
    let about = About { own: &own, presented: question.presentation.as_ref(), confidential };
    judge(&question.request, &about, caller, view)
}

/// The declaration that a consignment belongs to; one that no declaration has, where only an LRN or nothing is named.
pub(super) fn own_mrn(request: &CheckRequest) -> Mrn {
    match &request.consignment.reference {
        Some(DeclarationReference::Mrn { value }) => value.clone(),
        Some(DeclarationReference::Lrn { .. }) | None => NOBODYS.clone(),
    }
}

/// The certificates that a question needs, and the short forms of those verified before.
pub(super) fn certificates(request: &CheckRequest, asked: &mut Asked) {
    asked.numbers.extend(request.prepared.keys());
    asked.short_forms.extend(request.seen().map(|(_, seen)| seen.leaf));
}

/// The declarations that a question needs: its own and those it names. Where goods move, their whole movement.
pub(super) fn declarations(request: &CheckRequest, own: &Mrn, moves: bool, asked: &mut Asked) {
    let joined = Joined::of(&request.consignment, own);
    let named = || std::iter::once(own).chain(joined.named().map(|previous| &previous.declaration)).cloned();
    asked.named.extend(named());
    if moves || request.consignment.stage == Stage::Border {
        asked.whole.extend(named());
    }
}

/// No office gives this number out: year 00, and no serial.
pub(super) static NOBODYS: std::sync::LazyLock<Mrn> = std::sync::LazyLock::new(|| match "00LT00000000000000".parse() {
    Ok(mrn) => mrn,
    Err(error) => unreachable!("{error}"),
});

/// What an entry says of a question and its answer.
pub(super) fn draft(kind: Kind, request: &CheckRequest, caller: &Caller, verdict: Verdict) -> Draft {
    let mut draft = Draft::new(kind, caller.organisation.to_string(), answer(verdict.verdict));
    draft.certificates = request.prepared.keys().map(ToString::to_string).collect();
    draft.certificates.sort_unstable();
    draft.office = Some(request.consignment.office.to_string());
    draft.declaration = request.consignment.reference.as_ref().map(|reference| match reference {
        DeclarationReference::Mrn { value } => value.to_string(),
        DeclarationReference::Lrn { value, .. } => value.to_string(),
    });
    let reasons: BTreeSet<FindingCode> = verdict.findings.iter().map(|finding| finding.code).collect();
    draft.reasons = reasons.into_iter().map(|code| code.as_str().into()).collect();
    draft.regimes = verdict.regimes.into_iter().map(|regime| regime.source).collect();
    draft.lists = verdict.lists;
    draft
}

/// The question as it came and the answer as it went: what a replay needs.
pub(super) fn evidence_of(request: &CheckRequest, verdict: &str) -> Vec<u8> {
    let mut evidence = Vec::with_capacity(request.body.len().saturating_add(verdict.len()).saturating_add(32));
    evidence.extend_from_slice(b"{\"request\":");
    evidence.extend_from_slice(&request.body);
    evidence.extend_from_slice(b",\"verdict\":");
    evidence.extend_from_slice(verdict.as_bytes());
    evidence.push(b'}');
    evidence
}

/// Judges a consignment against certificates, regimes and the ledger. The position is left as tried: the caller
/// keeps it or takes it back.
pub(super) fn judge(
    request: &CheckRequest,
    about: &About<'_>,
    caller: &Caller,
    view: &mut View<'_>,
) -> Result<Verdict, Failure> {
    let own = about.own;
    if request.epoch != view.registry.epoch {
        return Err(Failure::Stale);
    }
    let mut certificates = BTreeMap::new();
    for (number, prepared) in &request.prepared {
        certificates.insert(*number, cited(*number, prepared, view)?);
    }
    if request.precheck {
        hide_what_is_not_the_callers(&mut certificates, request, caller, view);
    }
    let overridden = view.ledger.declaration(own).is_ok_and(|there| there.is_some_and(|there| there.overridden));
    let joined = Joined::of(&request.consignment, own);
    let named = std::iter::once(own).chain(joined.named().map(|previous| &previous.declaration));
    let fault = view.ledger.fault_of_movement(named);
    super::standing::add(&mut certificates, request, about, view);
    if let Some(why) = fault {
        for cited in certificates.values_mut().filter(|cited| matches!(cited, Cited::Known(_))) {
            *cited = Cited::Unreadable(why.clone());
        }
    }
    let evidence = Evidence { certificates, overridden: overridden && !request.precheck };
    let mut verdict = check(&request.consignment, &evidence, view.regimes, view.moment);
    if request.precheck {
        keep_certified_values_to_their_owner(&mut verdict, caller, view);
    }
    Ok(verdict)
}

pub(super) const fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Conforms => "conforms",
        Answer::CannotBeChecked => "cannotBeChecked",
        Answer::DoesNotConform => "doesNotConform",
    }
}

/// What is known of a certificate now: its bytes as verified before, its standing as locked here.
pub(super) fn cited(number: CertificateNumber, prepared: &Prepared, view: &View<'_>) -> Result<Cited, Failure> {
    let standing = match view.standings.get(&number) {
        None => {
            return match prepared {
                Prepared::Absent => Ok(Cited::Unknown),
                // The bytes were there and the row is gone: nothing the service ever does.
                Prepared::Unreadable(_) | Prepared::Seen(_) | Prepared::Verified(_) => {
                    Ok(Cited::Unreadable(format!("the row of {number} is gone")))
                }
            };
        }
        Some(Found::Tampered(what)) => return Ok(Cited::Unreadable(what.clone())),
        Some(Found::Standing(standing)) => standing,
    };
    match prepared {
        // Issued between the look-up and the lock: look again.
        Prepared::Absent => Err(Failure::Stale),
        Prepared::Unreadable(why) => Ok(Cited::Unreadable(why.clone())),
        // Its short form is not what this process made of its bytes, or trust has changed: the bytes are looked at again.
        Prepared::Seen(_) => {
            view.recalled.get(&number).map_or(Err(Failure::Stale), |verified| Ok(known(standing, verified, view)))
        }
        Prepared::Verified(verified) => Ok(known(standing, verified, view)),
    }
}

fn known(standing: &Standing, verified: &Verified, view: &View<'_>) -> Cited {
    if standing.digest != verified.digest || standing.accepted_at != verified.accepted_at {
        return Cited::Unreadable(format!("the row of {} does not fit its sealed bytes", standing.number));
    }
    let trust = view.registry.trust();
    let seal = match &verified.path {
        // With an anchor's row edited, "untrusted" would blame the manufacturer for a fault of this register.
        Err(_) if !view.registry.faults().is_empty() => {
            return Cited::Unreadable("a row of the registry was changed outside the service".to_owned());
        }
        Err(error) => SealStanding::Untrusted(error.to_string()),
        Ok(path) => match trust.revocation(path, standing.accepted_at, view.moment.at) {
            Revocation::Good => SealStanding::Trusted,
            found @ Revocation::Revoked { .. } => SealStanding::Revoked { detail: found.to_string() },
            found @ Revocation::RevokedLater { .. } => SealStanding::RevokedLater { detail: found.to_string() },
            found @ Revocation::ListStale { .. } => SealStanding::ListStale { detail: found.to_string() },
        },
    };
    Cited::Known(Arc::new(Known {
        number: standing.number,
        certificate: Arc::clone(&verified.certificate),
        accepted_at: standing.accepted_at,
        status: standing.status.clone(),
        seal,
        manufacturer: manufacturer(standing, view),
        ledger: LedgerStanding::default(),
    }))
}

fn manufacturer(standing: &Standing, view: &View<'_>) -> ManufacturerStanding {
    view.registry.manufacturer(&standing.organisation)
}

/// A manufacturer without the declarant's grant asks about its own certificates only; others do not exist for it.
fn hide_what_is_not_the_callers(
    certificates: &mut BTreeMap<CertificateNumber, Cited>,
    request: &CheckRequest,
    caller: &Caller,
    view: &View<'_>,
) {
    if caller.may(&[Grant::Declarant]) {
        return;
    }
    for number in request.prepared.keys() {
        if !owns(*number, caller, view) {
            certificates.insert(*number, Cited::Unknown);
        }
    }
}

/// A declarant learns whether its consignment fits a certificate, not what another's certificate says.
fn keep_certified_values_to_their_owner(verdict: &mut Verdict, caller: &Caller, view: &View<'_>) {
    let owned = |number: &str| number.parse().is_ok_and(|number| owns(number, caller, view));
    for finding in &mut verdict.findings {
        // Which movement holds a certificate is customs' secret, from its owner too.
        let secret = finding.code == FindingCode::BoundToAnotherMovement;
        if secret || finding.certificate.as_deref().is_some_and(|number| !owned(number)) {
            finding.certified = None;
        }
    }
    verdict.not_compared.retain(|not_compared| owns(not_compared.certificate, caller, view));
}

fn owns(number: CertificateNumber, caller: &Caller, view: &View<'_>) -> bool {
    matches!(view.standings.get(&number), Some(Found::Standing(there)) if there.organisation == caller.organisation)
}

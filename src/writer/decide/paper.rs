//! Somebody at the border holds up a paper: is it genuine? Goods are not compared.

use endmark_core::check::{Cited, LedgerStanding};
use endmark_core::number::CertificateNumber;
use endmark_core::presented::{Presented, judge};
use serde_json::json;

use super::standing::is_exhausted;
use super::{Decision, Draft, View, check};
use crate::entry::Kind;
use crate::registry::Caller;
use crate::store::certificate::Found;
use crate::writer::{Failure, PaperRequest, PaperShown, Reply};

pub(super) fn decide(request: &PaperRequest, caller: &Caller, view: &View<'_>) -> Result<Decision, Failure> {
    if request.epoch != view.registry.epoch {
        return Err(Failure::Stale);
    }
    let number = request.presented.number();
    let cited = match (number, &request.prepared) {
        (Some(number), Some(prepared)) => {
            with_ledger(number, check::cited(number, prepared, view)?, &request.presented, view)
        }
        _ => Cited::Unknown,
    };
    let answer = judge(&request.presented, &cited, view.origin, view.moment);
    let evidence = json!({ "presented": request.evidence, "answer": answer });
    let evidence = serde_json::to_vec(&evidence).map_err(|_| Failure::Internal)?;
    let mut draft = Draft::new(Kind::PaperChecked, caller.organisation.to_string(), answer.answer.as_str());
    draft.certificates = number.map(|number| number.to_string()).into_iter().collect();
    draft.reasons = answer.reasons.iter().map(|reason| reason.code.into()).collect();
    let certificate = match &cited {
        Cited::Known(known) => Some(known.certificate.clone()),
        Cited::Unknown | Cited::Unreadable(_) => None,
    };
    let ledger = number.filter(|_| certificate.is_some()).map(|number| view.ledger.show(number));
    let shown = PaperShown { number, answer, certificate, ledger };
    Ok(Decision { draft, evidence: Some(evidence), rows: Vec::new(), reply: Reply::Paper(Box::new(shown)) })
}

/// What is known of it, with the ledger's word whether anything is left; a row or a document that does not fit is
/// never shown as genuine.
fn with_ledger(number: CertificateNumber, cited: Cited, presented: &Presented, view: &View<'_>) -> Cited {
    let Cited::Known(known) = &cited else { return cited };
    if let Some(fault) = view.ledger.fault(number, &known.certificate.lines) {
        return Cited::Unreadable(fault);
    }
    let fits = |found: &Found| matches!(found, Found::Standing(row) if presented.is_of(row.digest));
    if !view.standings.get(&number).is_some_and(fits) {
        return Cited::Unreadable("another document has the same number".to_owned());
    }
    let mut known = known.as_ref().clone();
    known.ledger = LedgerStanding { exhausted: is_exhausted(number, false, view), ..LedgerStanding::default() };
    Cited::Known(known.into())
}

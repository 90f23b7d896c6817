//! What each command needs: whose it is, which rows, how many bytes.

use super::check;
use crate::registry::Grant;
use crate::store::touched::Asked;
use crate::writer::{Action, CheckRequest, Purpose, Step};

impl Action {
    /// Who may ask for it; empty: only the operator on the host and the service itself.
    pub(super) const fn grants(&self) -> &'static [Grant] {
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
    pub(super) const fn is_a_persons(&self, auditor: bool) -> bool {
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
    pub(in crate::writer) const fn stands_alone(&self) -> bool {
        matches!(self, Self::Registry(_) | Self::Session(_) | Self::Archive(_))
    }

    /// How long the documents are that it brings or needs, and that are kept.
    pub(in crate::writer) fn bytes(&self) -> usize {
        match self {
            Self::Submit(submission) => submission.jws.len().saturating_add(submission.short_form.len()),
            Self::Check(request) => request.bytes(),
            Self::Position(request) => request.check.bytes(),
            Self::Declaration(request) => request.body.len(),
            _ => 0,
        }
    }

    /// The consignment that it asks about.
    pub(in crate::writer) const fn consignment(&self) -> Option<&CheckRequest> {
        match self {
            Self::Check(request) => Some(request),
            Self::Position(request) => Some(&request.check),
            _ => None,
        }
    }

    /// Which rows it needs; a submission those under the organisation's reference too.
    pub(in crate::writer) fn touches(&self, asked: &mut Asked, organisation: Option<&str>) {
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

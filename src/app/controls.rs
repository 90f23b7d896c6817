//! Controls handed to the writer: for the API and the officers' pages alike.

use super::{App, Cause};
use crate::control::ControlReport;
use crate::writer::{Action, Command, ControlRecorded, ControlRefusal, ControlRequest, Failure, Origin, Reply};

/// Why a control is not recorded.
#[derive(Debug)]
pub enum NotRecorded {
    /// The report breaks a rule.
    Report(&'static str),
    /// More evidence than the quota.
    Quota,
    /// It was decided against, in this entry.
    Refused(ControlRefusal, u64),
    /// Nothing was decided.
    Failure(Failure),
}

impl From<Failure> for NotRecorded {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl App {
    /// Has the writer record a report of an organisation's officer; `officer` is the pseudonym of one who is signed in.
    pub async fn record_control(
        &self,
        origin: Origin,
        organisation: &str,
        officer: Option<String>,
        report: ControlReport,
    ) -> Result<ControlRecorded, NotRecorded> {
        if let Some(fault) = report.fault(self.context.clock.now()) {
            self.turned_away.count(Cause::Malformed);
            return Err(NotRecorded::Report(fault));
        }
        let request = ControlRequest::new(report, organisation, officer, &self.context.keys.rows)
            .map_err(|_| NotRecorded::Failure(Failure::Internal))?;
        if !self.may_add_evidence(organisation, request.body.len()) {
            self.turned_away.count(Cause::Quota);
            return Err(NotRecorded::Quota);
        }
        let answer = self
            .submit(async || {
                let action = Action::Control(Box::new(request.clone()));
                Ok::<_, NotRecorded>(Command { origin: origin.clone(), organisation: organisation.to_owned(), action })
            })
            .await?;
        match answer.reply {
            Reply::ControlRecorded(recorded) => Ok(*recorded),
            Reply::ControlRefused(refusal) => Err(NotRecorded::Refused(refusal, answer.leaf)),
            _ => Err(NotRecorded::Failure(Failure::Internal)),
        }
    }
}

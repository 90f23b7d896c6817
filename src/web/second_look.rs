//! The second looks that officers wait for, on the first page: another officer of the office takes them, or a supervisor.

use endmark_core::number::CertificateNumber;
use endmark_core::reference::Mrn;

use super::session::Signed;
use super::when;
use crate::app::App;
use crate::http::Problem;
use crate::store::control::{self, Control};
use crate::store::ledger::Row;
use crate::words::Language;

/// The most that are shown: the oldest, which wait longest.
const SHOWN_MAX: i64 = 50;

/// One that is waited for.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: String,
    pub(super) declaration: String,
    pub(super) certificate: String,
    pub(super) office: String,
    pub(super) since: String,
    /// Whether the officer of this page asked: then somebody else takes it.
    pub(super) own: bool,
}

/// What the officer of a page may look at: those of the office; a supervisor those of the whole organisation.
pub(super) async fn waiting(app: &App, signed: &Signed, t: Language) -> Result<Vec<Waiting>, Problem> {
    let key = app.context.keys.rows.clone();
    let organisation = signed.organisation().to_string();
    let office = (!signed.officer.supervisor).then(|| signed.officer.office.clone());
    let found = app
        .readers
        .read(move |connection| control::open_second_looks(connection, &key, &organisation, office.as_ref(), SHOWN_MAX))
        .await?;
    let mut waiting: Vec<Waiting> = Vec::new();
    for row in found {
        // A row a certificate: one control is shown once. One that was edited is shown nowhere; the audit finds it.
        let Row::Good(control) = row else { continue };
        if waiting.iter().all(|shown| shown.id != control.id) {
            waiting.push(of(&control, signed, t));
        }
    }
    Ok(waiting)
}

fn of(control: &Control, signed: &Signed, t: Language) -> Waiting {
    let declaration = control.mrn.as_ref().map(Mrn::to_string).unwrap_or_default();
    let certificate = control.certificate.as_ref().map(CertificateNumber::to_string).filter(|_| declaration.is_empty());
    Waiting {
        id: control.id.clone(),
        declaration,
        certificate: certificate.unwrap_or_default(),
        office: control.office.to_string(),
        since: when::said(t, control.recorded_at),
        own: control.officer == signed.officer.id,
    }
}

//! Controls of the officer's office that met one elsewhere, on the first page: whoever recorded without a network, or
//! first, learns of it too.

use std::collections::{BTreeSet, HashMap};

use endmark_core::number::CertificateNumber;
use time::OffsetDateTime;

use super::goods_page::said;
use super::session::Signed;
use crate::app::App;
use crate::control::{CONFLICT_WITHIN, conflict};
use crate::http::Problem;
use crate::store::control::{self as rows, Control, Controls};
use crate::store::ledger::Row;
use crate::words::Language;

/// The most controls of each result that are looked through, one for each certificate: more than a busy office's day.
const LOOKED_THROUGH_MAX: i64 = 2_000;
/// The most that are shown: the newest.
const SHOWN_MAX: usize = 20;

/// Two controls of a certificate that no movement explains.
#[derive(Debug)]
pub(super) struct ConflictRow {
    pub(super) certificate: String,
    pub(super) declaration: String,
    pub(super) here: String,
    pub(super) elsewhere: String,
    pub(super) entry: u64,
}

/// Those of what the register heard within the last day, the newest first.
pub(super) async fn recent(app: &App, signed: &Signed, t: Language) -> Result<Vec<ConflictRow>, Problem> {
    let (key, now) = (app.context.keys.rows.clone(), app.context.clock.now());
    let (organisation, office) = (signed.organisation().to_string(), signed.officer.office.clone());
    let found = app
        .readers
        .read(move |connection| {
            let newest = rows::newest_of_office(
                connection,
                &key,
                &organisation,
                &office,
                now.saturating_sub(CONFLICT_WITHIN),
                LOOKED_THROUGH_MAX,
            )?;
            let mut own = good(newest);
            own.retain(|control| control.certificate.is_some());
            own.sort_by_key(|control| std::cmp::Reverse(control.leaf));
            let Some(within) = within(&own) else { return Ok(Vec::new()) };
            let numbers: BTreeSet<CertificateNumber> = own.iter().filter_map(|control| control.certificate).collect();
            let numbers: Vec<CertificateNumber> = numbers.into_iter().collect();
            let others = good(rows::on_certificates(connection, &key, &numbers, within, 5 * LOOKED_THROUGH_MAX)?);
            let mut of_certificate: HashMap<CertificateNumber, Vec<&Control>> = HashMap::new();
            for other in &others {
                if let Some(number) = other.certificate {
                    of_certificate.entry(number).or_default().push(other);
                }
            }
            // Two controls that share many certificates are one conflict.
            let mut pairs = BTreeSet::new();
            let met = |own: Control| {
                let beside = of_certificate.get(&own.certificate?)?;
                let other = (*beside.iter().find(|other| conflict(&own, other))?).clone();
                pairs.insert((own.leaf, other.leaf)).then_some((own, other))
            };
            Ok(own.into_iter().filter_map(met).take(SHOWN_MAX).collect())
        })
        .await?;
    Ok(found.iter().map(|(own, other)| row(t, own, other)).collect())
}

/// A row that was edited in the database is shown nowhere; the audit finds it.
fn good(found: Controls) -> Vec<Control> {
    found.into_iter().filter_map(Row::good).collect()
}

/// When what could conflict with them was recorded; `None` where there are none.
fn within(own: &[Control]) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let recorded = || own.iter().map(|control| control.recorded_at);
    let (first, last) = (recorded().min()?, recorded().max()?);
    Some((first.saturating_sub(CONFLICT_WITHIN), last.saturating_add(CONFLICT_WITHIN)))
}

fn row(t: Language, own: &Control, other: &Control) -> ConflictRow {
    ConflictRow {
        certificate: own.certificate.map(|number| number.to_string()).unwrap_or_default(),
        declaration: own.mrn.as_ref().map(ToString::to_string).unwrap_or_default(),
        here: said(t, own),
        elsewhere: said(t, other),
        entry: own.leaf,
    }
}

//! Why customs was refused what it asked last of a declaration.

use std::collections::HashMap;

use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use endmark_core::verdict::{Finding, Severity, Verdict};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::declared::goods;
use super::{App, Event, Known};
use crate::store::{StoreError, log};

/// The most findings that are given: the gravest.
const FINDINGS_MAX: usize = 20;

/// What customs asked last of a declaration, where that was refused.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The refusal.
    pub event: Event,
    /// What the verdict had against it, and at which goods items; the gravest first, at
    /// most 20; empty where it never came to the goods, or was erased.
    pub findings: Vec<(Finding, Vec<u32>)>,
}

/// The evidence of a position that was judged.
#[derive(Deserialize)]
struct Judged {
    request: Box<RawValue>,
    verdict: Verdict,
}

impl Judged {
    /// The findings that decided. What several items draw together is found at the line: the items are those that cite it.
    fn against(self) -> Vec<(Finding, Vec<u32>)> {
        let mut grave = self.verdict.findings;
        grave.retain(|finding| finding.severity >= Severity::Open);
        grave.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        grave.truncate(FINDINGS_MAX);
        let asked = goods(&self.request);
        let mut citing: HashMap<(CertificateNumber, u32), Vec<u32>> = HashMap::new();
        for item in asked.iter().flat_map(|asked| &asked.goods_items) {
            for citation in &item.citations {
                // However it is written.
                if let Ok(number) = citation.certificate.as_str().parse() {
                    citing.entry((number, citation.line)).or_default().push(item.goods_item_number);
                }
            }
        }
        let items = |finding: &Finding| match (finding.goods_item, &finding.certificate, finding.line) {
            (Some(item), ..) => vec![item],
            (None, Some(certificate), Some(line)) => {
                certificate.parse().ok().and_then(|number| citing.get(&(number, line)).cloned()).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let with_items = grave.into_iter().map(|finding| {
            let items = items(&finding);
            (finding, items)
        });
        with_items.collect()
    }
}

/// The newest position, where it was refused. A late copy, and what another organisation tried, say nothing of it.
fn refused(moves: &[Event]) -> Option<&Event> {
    const POSITIONS: [&str; 2] = ["declarationReserved", "declarationOverridden"];
    const STEPS: [&str; 3] = ["declarationReleased", "reservationDeleted", "declarationCorrected"];
    const BESIDE: [&str; 2] = ["versionSuperseded", "anothersDeclaration"];
    let is_refused = |event: &Event| event.text("decision") == Some("refused");
    let counts = |event: &&Event| {
        let position = event.is(&POSITIONS) && !event.reasons().any(|reason| BESIDE.contains(&reason));
        position || event.is(&STEPS) && !is_refused(event)
    };
    moves.iter().find(counts).filter(|event| is_refused(event))
}

impl App {
    /// Why customs was refused what it asked last, where it was.
    pub async fn refusal(&self, known: &Known) -> Result<Option<Refused>, StoreError> {
        let Some(event) = refused(&known.moves).cloned() else { return Ok(None) };
        let leaf = event.leaf;
        let sealed = event.entry.get("evidence").and_then(|digest| Digest::deserialize(digest).ok());
        let findings = self.readers.read(move |connection| {
            let kept = log::evidence_of(connection, leaf)?.filter(|kept| Some(kept.digest()) == sealed);
            let judged: Option<Judged> = kept.and_then(|kept| serde_json::from_slice(&kept.body).ok());
            Ok(judged.map(Judged::against).unwrap_or_default())
        });
        Ok(Some(Refused { event, findings: findings.await? }))
    }
}

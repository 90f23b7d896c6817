//! What was declared, from the evidence of the entry that took it in: the goods a border office asks about again.

use endmark_core::consignment::{self, Consignment};
use endmark_core::reference::{DeclarationReference, Mrn};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::App;
use crate::entry::{Kind, Logged};
use crate::store::{StoreError, log};

/// A consignment as it was declared.
#[derive(Debug, Clone)]
pub struct Declared {
    /// It, under its MRN.
    pub consignment: Consignment,
    /// The entry that has it.
    pub leaf: u64,
    /// Whether customs reserved it; otherwise it was only asked about, or refused.
    pub held: bool,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum NotDeclared {
    /// Nobody told the register what goods it has.
    #[error("no goods are known under this declaration")]
    Unknown,
    /// It was evidence, and was erased.
    #[error("the goods were erased from entry {0}")]
    Erased(u64),
    /// It is not what the log says.
    #[error("what is stored of entry {0} is not what the log says")]
    Broken(u64),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The evidence of a question about goods.
#[derive(Deserialize)]
struct Evidence {
    request: Box<RawValue>,
}

#[derive(Deserialize)]
struct ByHand {
    consignment: Box<RawValue>,
}

/// Entries that hold goods: first those by which customs holds them, then a refusal or a presentation, then a mere
/// question.
const HELD: [(&str, &str); 2] = [("declarationReserved", "reserved"), ("declarationOverridden", "overridden")];
const ASKED: [(&str, &str); 5] = [
    ("declarationReserved", "refused"),
    ("declarationOverridden", "refused"),
    ("goodsPresented", "conforms"),
    ("goodsPresented", "cannotBeChecked"),
    ("goodsPresented", "doesNotConform"),
];

/// The goods of a position, whether customs asked for it or an officer decided by hand.
pub(super) fn goods(request: &RawValue) -> Option<Consignment> {
    let by_hand: Option<ByHand> = serde_json::from_str(request.get()).ok();
    let text = by_hand.as_ref().map_or(request.get(), |by_hand| by_hand.consignment.get());
    consignment::parse_again(text.as_bytes()).ok()
}

impl App {
    /// The goods of a declaration as customs last took them in.
    pub async fn declared(&self, mrn: &Mrn) -> Result<Declared, NotDeclared> {
        let text = mrn.to_string();
        let found = self
            .readers
            .read(move |connection| {
                let held = log::newest_of_declaration(connection, &text, &HELD)?;
                Ok(match held {
                    Some(leaf) => Some((leaf, true)),
                    None => log::newest_of_declaration(connection, &text, &ASKED)?.map(|leaf| (leaf, false)),
                })
            })
            .await?;
        let (leaf, held) = found.ok_or(NotDeclared::Unknown)?;
        let mut consignment = self.asked(leaf).await?.ok_or(NotDeclared::Unknown)?.consignment;
        consignment.reference = Some(DeclarationReference::Mrn { value: mrn.clone() });
        Ok(Declared { consignment, leaf, held })
    }

    /// The goods of the question that an entry answers; `None` where it is no such entry. Whether the log has the entry
    /// is for the caller to prove, against a checkpoint that is newer.
    pub(crate) async fn asked(&self, leaf: u64) -> Result<Option<Asked>, NotDeclared> {
        let found = self
            .readers
            .read(move |connection| {
                let Some((organisation, entry)) = log::entry(connection, leaf)? else { return Ok(None) };
                Ok(Some((organisation, entry, log::evidence_of(connection, leaf)?)))
            })
            .await?;
        let Some((organisation, entry, kept)) = found else { return Ok(None) };
        let broken = || NotDeclared::Broken(leaf);
        let entry = Logged::read(&entry).map_err(|_| broken())?;
        let Some(digest) = entry.evidence else { return Ok(None) };
        let kept = kept.ok_or(NotDeclared::Erased(leaf))?;
        if kept.digest() != digest {
            return Err(broken());
        }
        // A refusal that never came to the goods has another form.
        let Ok(evidence) = serde_json::from_slice::<Evidence>(&kept.body) else { return Ok(None) };
        let by_hand: Option<ByHand> = match entry.kind {
            Kind::DeclarationOverridden => Some(serde_json::from_str(evidence.request.get()).map_err(|_| broken())?),
            Kind::ConsignmentChecked | Kind::DeclarationReserved | Kind::GoodsPresented => None,
            _ => return Ok(None),
        };
        let text = by_hand.as_ref().map_or(evidence.request.get(), |by_hand| by_hand.consignment.get());
        let consignment = consignment::parse_again(text.as_bytes()).map_err(|_| broken())?;
        Ok(Some(Asked { organisation, kind: entry.kind, consignment }))
    }
}

/// A question of the past.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Who asked.
    pub(crate) organisation: String,
    /// Of what type its entry is.
    pub(crate) kind: Kind,
    /// About what.
    pub(crate) consignment: Consignment,
}

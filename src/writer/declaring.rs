//! What customs asks of the ledger: positions, presentations at the border, steps; and what it is told.

use std::borrow::Cow;
use std::collections::BTreeSet;

use endmark_core::goods::Quantity;
use endmark_core::number::CertificateNumber;
use endmark_core::reference::{Mrn, Office};
use serde_json::value::RawValue;

use super::CheckRequest;
use crate::ledger::CertificateLedger;
use crate::store::ledger::Declaration;

/// A declaration's whole position.
#[derive(Debug)]
pub struct PositionRequest {
    /// The consignment, as for a check.
    pub check: CheckRequest,
    /// The declaration.
    pub mrn: Mrn,
    /// What is wanted.
    pub purpose: Purpose,
}

/// What a position is sent for.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// Check and reserve.
    Reserve {
        /// Shown to customs alone; as before where the caller does not say.
        confidential: Option<bool>,
    },
    /// Record that the goods stand at the border.
    Present(Presenting),
    /// Reserve by an officer's decision; what does not fit stands beside the ledger.
    Override {
        /// The office of the officer.
        office: Office,
        /// Who decides.
        officer: String,
        /// Shown to customs alone; as before where the caller does not say.
        confidential: Option<bool>,
    },
}

/// Goods that stand at the border.
#[derive(Debug, Clone)]
pub struct Presenting {
    /// The caller's name for them; that of the office where it gave none.
    pub id: String,
    /// Whether the caller gave it.
    pub named: bool,
    /// Where.
    pub office: Office,
}

/// A change of a declaration that is held.
#[derive(Debug)]
pub struct DeclarationRequest {
    /// Which.
    pub mrn: Mrn,
    /// At least the version that is held, where the caller says it.
    pub version: Option<u32>,
    /// The office that asks.
    pub office: Office,
    /// What is asked.
    pub step: Step,
    /// The body as sent: evidence.
    pub body: Vec<u8>,
}

/// A step in the life of a declaration.
#[derive(Debug)]
pub enum Step {
    /// Release: all goods items, or some.
    Release(Option<BTreeSet<u32>>),
    /// Delete the reservation.
    Delete,
    /// Amend what was released (UCC Article 173): the whole position as it should have been.
    Amend(Vec<(u32, CertificateNumber, u32, Quantity)>),
    /// Invalidate what was released (UCC Article 174).
    Invalidate,
    /// Goods presented at the border were turned back.
    TurnBack {
        /// Which presentation.
        presentation: String,
    },
}

/// A position that is held.
#[derive(Debug, Clone)]
pub struct Held {
    /// The verdict, as JSON.
    pub verdict: Box<RawValue>,
    /// The declaration; `None` where goods were presented under one that nobody reserved.
    pub declaration: Option<Declaration>,
    /// The ledger of every certificate concerned.
    pub ledger: Vec<CertificateLedger>,
}

/// A position that is not held.
#[derive(Debug, Clone)]
pub struct PositionRefused {
    /// CERTEX failure reason, 01 to 11.
    pub failure_reason: &'static str,
    /// Where it fails: goods item and line.
    pub failed_item: Option<(u32, Option<u32>)>,
    /// Why, and what to do.
    pub words: Cow<'static, str>,
    /// The verdict, as JSON.
    pub verdict: Option<Box<RawValue>>,
    /// The declaration as it still stands.
    pub declaration: Option<Declaration>,
    /// The ledger of every certificate concerned.
    pub ledger: Vec<CertificateLedger>,
}

/// What became of a release, a deletion or a correction.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// CERTEX outcome, 01 to 05.
    pub code: &'static str,
    /// In words.
    pub words: Cow<'static, str>,
    /// The declaration as it stands now.
    pub declaration: Option<Declaration>,
    /// The ledger of every certificate concerned.
    pub ledger: Vec<CertificateLedger>,
}

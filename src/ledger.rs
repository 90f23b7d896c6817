//! The ledger as it is shown: the names of the CERTEX interface (customs conventions, "Quantity management").

use endmark_core::goods::{CommodityCode, Decimal, Unit};
use endmark_core::number::CertificateNumber;
use endmark_core::position::{LinePosition, Phase};
use endmark_core::reference::{DeclarationReference, Office};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::store::ledger::{StoredClaim, StoredLine};

/// The most entries of a certificate that an answer carries; the rest is a page away.
pub const ENTRIES_MAX: usize = 50;

/// The ledger of a certificate.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CertificateLedger {
    /// The certificate.
    pub certificate: CertificateNumber,
    /// Its lines.
    pub lines: Vec<LineTotals>,
    /// What declarations hold: newest first in answers to changes, by declaration where a page of it is read.
    pub entries: Vec<LedgerEntry>,
    /// Whether there are more entries than shown: GET /v1/customs/certificates/{number}/quantities has them all.
    pub more_entries: bool,
}

/// Where a line stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineTotals {
    /// The line.
    pub certificate_line_number: u32,
    /// The goods.
    pub commodity_code: CommodityCode,
    /// The unit of all amounts.
    pub unit_of_measure: Unit,
    /// What the seal grants, with what came back to a certificate that this one replaces.
    pub granted: Decimal,
    /// Held by declarations not released yet.
    pub reserved: Decimal,
    /// Held by declarations released.
    pub consumed: Decimal,
    /// What is left; nothing once the certificate is replaced.
    pub available: Decimal,
    /// What officers let pass beside the ledger; in none of the others.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub excess: Decimal,
}

/// What a goods item of a declaration holds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// Reserved or consumed.
    pub state: Phase,
    /// The goods item.
    pub goods_item_number: u32,
    /// The line.
    pub certificate_line_number: u32,
    /// The goods of the line.
    pub commodity_code: CommodityCode,
    /// The unit of the line.
    pub unit_of_measure: Unit,
    /// What the item needs.
    pub quantity: Decimal,
    /// What of it another declaration of the same movement holds.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub covered: Decimal,
    /// What of it stands beside the ledger.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub excess: Decimal,
    /// Of the last event.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub event_date_time: OffsetDateTime,
    /// Of the last event.
    pub customs_office: Office,
    /// The declaration.
    pub declaration_reference: DeclarationReference,
    /// The movement it belongs to.
    pub movement: String,
}

const fn is_nothing(amount: &Decimal) -> bool {
    amount.is_zero()
}

impl CertificateLedger {
    /// Lines and claims as kept.
    pub fn of(
        certificate: CertificateNumber,
        lines: &[StoredLine],
        claims: &[StoredClaim],
        more_entries: bool,
    ) -> Self {
        let line_of = |claim: &StoredClaim| lines.iter().find(|line| line.key == claim.key.line);
        Self {
            certificate,
            lines: lines.iter().map(LineTotals::of).collect(),
            entries: claims.iter().filter_map(|claim| Some(LedgerEntry::of(claim, line_of(claim)?))).collect(),
            more_entries,
        }
    }
}

/// An amount as shown; rows never hold one that cannot be.
pub fn decimal(millionths: i128) -> Decimal {
    Decimal::from_millionths(millionths.max(0)).unwrap_or_default()
}

impl LineTotals {
    /// A line as customs sees it.
    pub fn of(line: &StoredLine) -> Self {
        Self::at(line, &line.position)
    }

    /// A line at a position that may not be written yet.
    pub fn at(line: &StoredLine, position: &LinePosition) -> Self {
        Self {
            certificate_line_number: line.key.line,
            commodity_code: line.commodity_code,
            unit_of_measure: position.unit,
            granted: decimal(position.granted.saturating_add(position.inherited)),
            reserved: decimal(position.reserved),
            consumed: decimal(position.consumed),
            available: decimal(position.available()),
            excess: decimal(position.excess),
        }
    }
}

impl LedgerEntry {
    /// A claim on a line.
    pub fn of(stored: &StoredClaim, line: &StoredLine) -> Self {
        let claim = &stored.claim;
        Self {
            state: claim.phase,
            goods_item_number: stored.key.item.item,
            certificate_line_number: stored.key.line.line,
            commodity_code: line.commodity_code,
            unit_of_measure: line.position.unit,
            quantity: decimal(claim.quantity),
            covered: decimal(claim.covered()),
            excess: decimal(claim.excess),
            event_date_time: stored.at,
            customs_office: stored.office.clone(),
            declaration_reference: DeclarationReference::Mrn { value: stored.key.item.declaration.clone() },
            movement: claim.movement.to_string(),
        }
    }
}

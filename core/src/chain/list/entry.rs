//! One revoked certificate.

use time::OffsetDateTime;
use webpki::{BorrowedRevokedCert, RevocationReason};

use super::ChainError;

/// What a list says of one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chain) struct Entry {
    effective_from: OffsetDateTime,
    reason: RevocationReason,
}

impl Entry {
    pub(super) fn read(entry: &BorrowedRevokedCert<'_>) -> Result<Self, ChainError> {
        let reason = entry.reason_code.unwrap_or(RevocationReason::Unspecified);
        if reason == RevocationReason::RemoveFromCrl {
            // RFC 5280, 5.3.1: it "may only appear in delta CRLs".
            return Err(ChainError::ListUnsupported {
                problem: "it takes back a revocation, as only a delta list does",
            });
        }
        let revoked = super::read::moment(entry.revocation_date)?;
        let invalid = entry.invalidity_date.map(super::read::moment).transpose()?;
        Ok(Self { effective_from: invalid.map_or(revoked, |invalid| invalid.min(revoked)), reason })
    }

    /// The graver of two entries for one certificate.
    pub(super) fn merge(self, other: Self) -> Self {
        let reason = if other.is_compromise() { other.reason } else { self.reason };
        Self { effective_from: self.effective_from.min(other.effective_from), reason }
    }

    /// The revocation date, or the invalidity date where that is earlier (RFC 5280, 5.3.2).
    pub(in crate::chain) const fn effective_from(&self) -> OffsetDateTime {
        self.effective_from
    }

    /// Whether somebody else may have had the key, so that no date can be trusted.
    pub(in crate::chain) fn is_compromise(&self) -> bool {
        matches!(self.reason, RevocationReason::KeyCompromise | RevocationReason::CaCompromise)
    }

    /// The reason as RFC 5280, 5.3.1 writes it.
    pub(in crate::chain) const fn reason(&self) -> &'static str {
        match self.reason {
            RevocationReason::Unspecified => "unspecified",
            RevocationReason::KeyCompromise => "keyCompromise",
            RevocationReason::CaCompromise => "cACompromise",
            RevocationReason::AffiliationChanged => "affiliationChanged",
            RevocationReason::Superseded => "superseded",
            RevocationReason::CessationOfOperation => "cessationOfOperation",
            RevocationReason::CertificateHold => "certificateHold",
            RevocationReason::RemoveFromCrl => "removeFromCRL",
            RevocationReason::PrivilegeWithdrawn => "privilegeWithdrawn",
            RevocationReason::AaCompromise => "aACompromise",
        }
    }
}

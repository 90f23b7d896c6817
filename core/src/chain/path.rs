//! The witness of a verified path.

use time::OffsetDateTime;

use crate::digest::Digest;
use crate::party::Identifier;

/// An issuer on a path, as its revocation lists have to name and prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issuer {
    /// Its distinguished name, DER.
    pub(super) name: Vec<u8>,
    /// The name as people read it.
    pub(super) readable: String,
    /// The identifier of its key (RFC 5280, 4.2.1.2).
    pub(super) key_identifier: Vec<u8>,
    /// Its key, a DER `SubjectPublicKeyInfo`.
    pub(super) key: Vec<u8>,
    /// Whether it may sign lists: key usage cRLSign (RFC 5280, 6.3.3 f).
    pub(super) signs_lists: bool,
}

/// A certificate of a path and who issued it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) subject: String,
    /// The serial number without leading zeros.
    pub(super) serial: Vec<u8>,
    pub(super) not_after: OffsetDateTime,
    pub(super) issuer: Issuer,
}

/// Proof that a chain led from a seal certificate to a trusted anchor as it stood at a moment. It does not say that
/// nothing was revoked: see [`super::Trust::revocation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPath {
    pub(super) leaf: Digest,
    pub(super) anchor: Digest,
    pub(super) judged_at: OffsetDateTime,
    /// From when, and until when, each certificate on the path is valid and the anchor is trusted, both inclusive.
    pub(super) holds: (OffsetDateTime, OffsetDateTime),
    pub(super) organization_identifier: Option<String>,
    pub(super) identifier: Option<Identifier>,
    pub(super) holder: String,
    pub(super) not_before: OffsetDateTime,
    pub(super) not_after: OffsetDateTime,
    /// From the seal certificate up to the one below the anchor.
    pub(super) steps: Vec<Step>,
}

impl VerifiedPath {
    /// The SHA-256 of the seal certificate.
    pub const fn leaf(&self) -> Digest {
        self.leaf
    }

    /// The SHA-256 of the anchor's certificate.
    pub const fn anchor(&self) -> Digest {
        self.anchor
    }

    /// The moment at which the path was judged.
    pub const fn judged_at(&self) -> OffsetDateTime {
        self.judged_at
    }

    /// Whether the same chain leads to the same anchor at another moment too, as long as anchors stay as they are. `false`
    /// does not say that no path does: judge it again.
    pub fn holds_at(&self, at: OffsetDateTime) -> bool {
        let (from, until) = self.holds;
        (from..=until).contains(&at)
    }

    /// Whom the seal certificate names, where its `organizationIdentifier` is of a register that this one knows.
    pub const fn organization_identifier(&self) -> Option<&Identifier> {
        self.identifier.as_ref()
    }

    /// The `organizationIdentifier` as it stands in the seal certificate (ETSI EN 319 412-1, 5.1.4).
    pub fn organization_identifier_text(&self) -> Option<&str> {
        self.organization_identifier.as_deref()
    }

    /// The holder of the seal certificate for people: organisation, else common name.
    pub fn subject(&self) -> &str {
        &self.holder
    }

    /// The beginning of the seal certificate's validity.
    pub const fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    /// The end of the seal certificate's validity, inclusive.
    pub const fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }
}

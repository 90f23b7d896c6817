//! Trust anchors.

use rustls_pki_types::{CertificateDer, TrustAnchor};
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{ChainError, name, profile};
use crate::digest::Digest;

/// A certificate of an issuer that the register trusts: a root, or an issuing CA as European trusted lists name them.
#[derive(Debug, Clone)]
pub struct Anchor {
    der: CertificateDer<'static>,
    trust: TrustAnchor<'static>,
    fingerprint: Digest,
    name: String,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    distrusted_after: Option<OffsetDateTime>,
    pub(super) issuer: super::path::Issuer,
}

impl Anchor {
    /// An anchor from its certificate (DER). It must be one of an issuer, with a key identifier and a key of a strength
    /// that this register accepts. Its own signature and validity are not judged here.
    pub fn from_der(der: &[u8]) -> Result<Self, ChainError> {
        let malformed = |problem: String| ChainError::Malformed { position: 0, problem };
        if der.len() > super::CHAIN_BYTES_MAX {
            return Err(ChainError::TooLarge { found: der.len() });
        }
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|error| malformed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(malformed("bytes follow it".to_owned()));
        }
        let issuer = profile::check_anchor(&certificate)?;
        let owned = CertificateDer::from(der.to_vec());
        let trust = webpki::anchor_from_trusted_cert(&owned).map_err(|error| malformed(error.to_string()))?.to_owned();
        Ok(Self {
            trust,
            fingerprint: Digest::of(der),
            name: name::readable(certificate.subject()),
            not_before: certificate.validity().not_before.to_datetime(),
            not_after: certificate.validity().not_after.to_datetime(),
            distrusted_after: None,
            issuer,
            der: owned,
        })
    }

    /// The anchor, trusted up to a moment: paths judged later do not lead to it.
    #[must_use]
    pub const fn distrusted_after(mut self, at: OffsetDateTime) -> Self {
        self.distrusted_after = Some(at);
        self
    }

    /// The moment up to which it is trusted, where there is one.
    pub const fn distrusted_since(&self) -> Option<OffsetDateTime> {
        self.distrusted_after
    }

    /// The SHA-256 of its certificate.
    pub const fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// Its name as people read it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Until when its certificate is valid.
    pub const fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// From when and until when paths may lead to it.
    pub(super) fn counts(&self) -> (OffsetDateTime, OffsetDateTime) {
        (self.not_before, self.distrusted_after.map_or(self.not_after, |last| last.min(self.not_after)))
    }

    pub(super) const fn trust(&self) -> &TrustAnchor<'static> {
        &self.trust
    }

    pub(super) fn is_trusted_at(&self, at: OffsetDateTime) -> bool {
        self.distrusted_after.is_none_or(|last| at <= last)
    }

    /// An anchor's certificate counts for its validity too: after it nobody guards the key.
    pub(super) fn check_validity(&self, at: OffsetDateTime) -> Result<(), ChainError> {
        let subject = self.name.clone();
        if at < self.not_before {
            return Err(ChainError::NotYetValid { subject, not_before: self.not_before, at });
        }
        if at > self.not_after {
            return Err(ChainError::Expired { subject, not_after: self.not_after, at });
        }
        Ok(())
    }
}

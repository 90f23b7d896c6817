//! Which revocation lists may be loaded.

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::path::Issuer;
use super::{CHAIN_CERTIFICATES_MAX, ChainError, RevocationList, Trust, der, profile, signature, webpki_error};

impl Trust {
    /// Whether a list may be loaded: issued by an anchor, or by one of `intermediates` that an anchor vouches for at
    /// `now`; signed by that issuer; not from the future; not older than the one held. An outdated list is admitted: its
    /// revocations count, though it never makes a path good.
    pub fn admit_list(
        &self,
        list: &RevocationList,
        intermediates: &[CertificateDer<'_>],
        now: OffsetDateTime,
    ) -> Result<(), ChainError> {
        let issuer = list.issuer().to_owned();
        if list.this_update() > now {
            return Err(ChainError::ListFromFuture { issuer, this_update: list.this_update(), now });
        }
        self.check_list_signature(list, intermediates, now)?;
        let held = self.lists_of(list.issuer_name(), list.issuer_key()).last();
        if let Some(held) = held
            && (list.this_update() < held.this_update() || list.is_numbered_below(held))
        {
            return Err(ChainError::ListOlder {
                issuer,
                found: list.number().to_owned(),
                found_at: list.this_update(),
                held: held.number().to_owned(),
                held_at: held.this_update(),
            });
        }
        Ok(())
    }

    fn check_list_signature(
        &self,
        list: &RevocationList,
        intermediates: &[CertificateDer<'_>],
        now: OffsetDateTime,
    ) -> Result<(), ChainError> {
        let mut refused = ChainError::ListIssuerUnknown { issuer: list.issuer().to_owned() };
        let trusted =
            self.anchors().iter().filter(|anchor| anchor.is_trusted_at(now)).map(|anchor| anchor.issuer.clone());
        let mut known: Vec<Issuer> = trusted.collect();
        known.extend(vouched(&known, intermediates, now));
        for issuer in known {
            let names_it = issuer.name == list.issuer_name() && issuer.key_identifier == list.issuer_key();
            if !names_it || !issuer.signs_lists {
                continue;
            }
            match list.check_signature(&issuer.key) {
                Ok(()) => return Ok(()),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

/// The issuers among some certificates that known issuers vouch for, step by step.
fn vouched(known: &[Issuer], intermediates: &[CertificateDer<'_>], now: OffsetDateTime) -> Vec<Issuer> {
    let read = |der| X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate);
    let mut waiting: Vec<X509Certificate<'_>> = intermediates
        .iter()
        .filter_map(|der| read(der.as_ref()))
        .filter(|certificate| webpki_error::out_of_validity(certificate, now).is_none())
        .collect();
    let mut found: Vec<Issuer> = Vec::new();
    // As many rounds as a chain is long; each adds those that the ones before vouch for.
    for _ in 0..CHAIN_CERTIFICATES_MAX {
        let mut added = Vec::new();
        waiting.retain(|certificate| {
            let vouched = known.iter().chain(&found).find_map(|issuer| vouches(issuer, certificate));
            let waits = vouched.is_none();
            added.extend(vouched);
            waits
        });
        if added.is_empty() {
            break;
        }
        found.extend(added);
    }
    found
}

fn vouches(issuer: &Issuer, certificate: &X509Certificate<'_>) -> Option<Issuer> {
    if certificate.issuer().as_raw() != issuer.name {
        return None;
    }
    let vouched = profile::check_issuer(certificate, &issuer.key_identifier).ok()?;
    signature::verify(&issuer.key, &der::Signed::read(certificate.as_raw())?).ok()?;
    Some(vouched)
}

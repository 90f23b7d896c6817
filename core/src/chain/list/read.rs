//! Reading a list: webpki's strict reader first, then what it does not keep.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustls_pki_types::UnixTime;
use time::OffsetDateTime;
use webpki::{BorrowedCertRevocationList, Error};
use x509_parser::oid_registry::{
    OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_CRL_NUMBER, OID_X509_EXT_ISSUER_DISTRIBUTION_POINT,
};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, ParsedExtension};

use super::{Entry, LIST_BYTES_MAX, RevocationList};
use crate::chain::{ChainError, name};

pub(super) fn read(der: &[u8]) -> Result<RevocationList, ChainError> {
    if der.len() > LIST_BYTES_MAX {
        return Err(ChainError::ListTooLarge { found: der.len() });
    }
    let strict = BorrowedCertRevocationList::from_der(der).map_err(|error| explain(&error))?;
    let (rest, list) = CertificateRevocationList::from_der(der).map_err(|error| malformed(&error.to_string()))?;
    if !rest.is_empty() {
        return Err(malformed("bytes follow it"));
    }
    let list = list.tbs_cert_list;
    let extensions = list.extensions_map().map_err(|_| malformed("an extension stands twice"))?;
    if extensions.contains_key(&OID_X509_EXT_ISSUER_DISTRIBUTION_POINT) {
        return Err(ChainError::ListUnsupported { problem: "it speaks for one distribution point only" });
    }
    let Some(ParsedExtension::CRLNumber(number)) =
        extensions.get(&OID_X509_EXT_CRL_NUMBER).map(|extension| extension.parsed_extension())
    else {
        return Err(malformed("it has no number (RFC 5280, 5.2.3)"));
    };
    let Some(ParsedExtension::AuthorityKeyIdentifier(authority)) =
        extensions.get(&OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER).map(|extension| extension.parsed_extension())
    else {
        return Err(malformed("it has no authority key identifier (RFC 5280, 5.2.1)"));
    };
    let key = authority.key_identifier.as_ref();
    let key = key.ok_or_else(|| malformed("its authority key identifier names no key (RFC 5280, 5.2.1)"))?;
    let next_update = list.next_update.ok_or_else(|| malformed("it has no next update (RFC 5280, 5.1.2.5)"))?;
    let (this_update, next_update) = (list.this_update.to_datetime(), next_update.to_datetime());
    if next_update <= this_update {
        return Err(malformed("its next update is not after its issue"));
    }
    Ok(RevocationList {
        der: der.to_vec(),
        issuer: name::readable(&list.issuer),
        issuer_name: list.issuer.as_raw().to_vec(),
        issuer_key: key.0.to_vec(),
        this_update,
        next_update,
        number: number.to_bytes_be(),
        number_readable: number.to_string(),
        revoked: revoked(&strict)?,
        verified_under: OnceLock::new(),
    })
}

fn revoked(list: &BorrowedCertRevocationList<'_>) -> Result<BTreeMap<Vec<u8>, Entry>, ChainError> {
    let mut revoked = BTreeMap::new();
    for entry in list {
        let entry = entry.map_err(|error| explain(&error))?;
        let read = Entry::read(&entry)?;
        revoked
            .entry(crate::chain::search::without_leading_zeros(entry.serial_number).to_vec())
            .and_modify(|held: &mut Entry| *held = held.merge(read))
            .or_insert(read);
    }
    Ok(revoked)
}

fn malformed(problem: &str) -> ChainError {
    ChainError::ListMalformed { problem: problem.to_owned() }
}

pub(super) fn moment(time: UnixTime) -> Result<OffsetDateTime, ChainError> {
    let seconds = i64::try_from(time.as_secs()).ok();
    let moment = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    moment.ok_or_else(|| malformed("a date that does not exist"))
}

fn explain(error: &Error) -> ChainError {
    let unsupported = |problem| ChainError::ListUnsupported { problem };
    if matches!(error, Error::UnsupportedDeltaCrl) {
        return unsupported("it is a delta list");
    }
    if matches!(error, Error::UnsupportedIndirectCrl) {
        return unsupported("it is an indirect list, which speaks for other issuers");
    }
    if matches!(error, Error::UnsupportedRevocationReasonsPartitioning) {
        return unsupported("it speaks for some reasons only");
    }
    if matches!(error, Error::UnsupportedCrlIssuingDistributionPoint) {
        return unsupported("it speaks for one distribution point only");
    }
    if matches!(error, Error::UnsupportedCriticalExtension) {
        return unsupported("it has a critical extension that cannot be honoured");
    }
    if matches!(error, Error::UnsupportedRevocationReason) {
        return unsupported("it gives a reason that does not exist");
    }
    malformed(&error.to_string())
}

//! What stands for the registry as a whole: a row that is gone, or put back as it once was with the HMAC of then, is
//! missed.
//!
//! Legal holds and webhooks decide no question and are not in it.

use diesel::prelude::*;
use endmark_core::digest::{Digest, Hasher};

use super::schema::{anchor, client, crl, log_key, manufacturer, officer, regime_document, regime_edition};
use super::{Connection, StoreError, on};

/// One digest for the callers and officers, one for all else: where only the callers are wrong, nobody gets in; where the rest is,
/// callers are told that nothing can be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistryDigests {
    /// The callers and the officers.
    pub callers: Digest,
    /// Manufacturers, trust anchors, revocation lists, the log's keys, the law.
    pub rest: Digest,
}

impl Default for RegistryDigests {
    /// Of a registry without a row.
    fn default() -> Self {
        Self { callers: of(Vec::new()), rest: of(Vec::new()) }
    }
}

/// The HMAC of a row covers its table, its key and the entry that set it: in a fixed order, all of them are the content.
fn of(mut rows: Vec<Vec<u8>>) -> Digest {
    rows.sort_unstable();
    let mut hasher = Hasher::default();
    for row in rows {
        hasher.update(Digest::of(&row).as_bytes());
    }
    hasher.finish()
}

/// Reads what stands for the registry as it is now. To be compared with a head of the same state of the database.
pub fn read(connection: &mut Connection) -> Result<RegistryDigests, StoreError> {
    let mut callers: Vec<Vec<u8>> = on!(connection, c => client::table.select(client::hmac).load(c))?;
    callers.extend::<Vec<Vec<u8>>>(on!(connection, c => officer::table.select(officer::hmac).load(c))?);
    let mut rest: Vec<Vec<u8>> = on!(connection, c => manufacturer::table.select(manufacturer::hmac).load(c))?;
    rest.extend::<Vec<Vec<u8>>>(on!(connection, c => anchor::table.select(anchor::hmac).load(c))?);
    rest.extend::<Vec<Vec<u8>>>(on!(connection, c => log_key::table.select(log_key::hmac).load(c))?);
    rest.extend::<Vec<Vec<u8>>>(on!(connection, c => regime_document::table.select(regime_document::hmac).load(c))?);
    rest.extend::<Vec<Vec<u8>>>(on!(connection, c => regime_edition::table.select(regime_edition::hmac).load(c))?);
    // A list has no HMAC: its issuer signed it.
    let lists: Vec<(i64, Vec<u8>)> = on!(connection, c => crl::table.select((crl::leaf, crl::der)).load(c))?;
    let list = |(leaf, der): (i64, Vec<u8>)| [leaf.to_be_bytes().as_slice(), Digest::of(&der).as_bytes()].concat();
    rest.extend(lists.into_iter().map(list));
    Ok(RegistryDigests { callers: of(callers), rest: of(rest) })
}

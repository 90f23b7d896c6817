//! The law in force: the files built into the program until documents are loaded, then the documents of the database.
//!
//! What was read is kept by its edition, so that a change of the registry does not read half a megabyte again; it is
//! made whole, and swapped whole with the registry that it belongs to.

use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use endmark_core::digest::Digest;
use endmark_core::regime::{Document, LoadRefused, RegimeData, Regimes};
use time::Date;

use crate::registry::Row;
use crate::store::regime::{self as rows, Held};
use crate::store::{Connection, RowKey, StoreError};

/// Every file of `regimes/`, by its path below it.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/regime_files.rs"));

static BUILT_IN: LazyLock<Result<RegimeData, LoadRefused>> = LazyLock::new(|| RegimeData::parse(FILES));

/// Reads regimes, and remembers the last ones.
#[derive(Debug)]
pub struct Law {
    built_in: Arc<Regimes>,
    last: ArcSwap<Regimes>,
}

impl Law {
    /// After `lists_valid_until`, "not listed" counts as unknown for lists that name no day of their own.
    pub fn new(lists_valid_until: Date) -> Result<Self, LoadRefused> {
        let built_in = Arc::new(Regimes::new(built_in()?, lists_valid_until));
        Ok(Self { last: ArcSwap::from(Arc::clone(&built_in)), built_in })
    }

    /// The regimes as the database has them now, and whether they were loaded or are those built in. Rows that were changed outside the service make regimes under which
    /// everything is open: a fault never yields a yes.
    pub fn read(&self, connection: &mut Connection, key: &RowKey) -> Result<(Arc<Regimes>, bool), StoreError> {
        self.read_before(connection, key, u64::MAX)
    }

    /// The regimes as they were before an entry.
    pub fn before(&self, connection: &mut Connection, key: &RowKey, leaf: u64) -> Result<Arc<Regimes>, StoreError> {
        Ok(self.read_before(connection, key, leaf)?.0)
    }

    fn read_before(
        &self,
        connection: &mut Connection,
        key: &RowKey,
        leaf: u64,
    ) -> Result<(Arc<Regimes>, bool), StoreError> {
        let edition = match rows::newest_edition(connection, key, i64::try_from(leaf).unwrap_or(i64::MAX))? {
            None => None,
            Some(Row::Good(edition)) => Some(edition),
            Some(Row::Tampered(what)) => return Ok((self.faulty(what), true)),
        };
        let mut held = Vec::new();
        for row in rows::documents(connection, key)? {
            match row {
                // Their places rise with their entries: what came later stands behind.
                Row::Good(document) if document.leaf >= leaf => break,
                Row::Good(document) => held.push(document),
                Row::Tampered(what) => return Ok((self.faulty(what), true)),
            }
        }
        let Some(edition) = edition else {
            let none = held.is_empty();
            let regimes =
                if none { Arc::clone(&self.built_in) } else { self.faulty("their editions are gone".to_owned()) };
            return Ok((regimes, !none));
        };
        if rows::edition_of(&held.iter().collect::<Vec<_>>()) != edition {
            return Ok((self.faulty("documents are gone or too many".to_owned()), true));
        }
        for known in [&self.built_in, &self.last.load_full()] {
            if known.edition() == edition {
                return Ok((Arc::clone(known), true));
            }
        }
        let read = match read(&held, &rows::bodies(connection)?) {
            Ok(data) => Arc::new(Regimes::new(data, self.built_in.lists_valid_until())),
            Err(why) => return Ok((self.faulty(why), true)),
        };
        self.last.store(Arc::clone(&read));
        Ok((read, true))
    }

    /// Regimes under which every question stays open.
    pub(crate) fn faulty(&self, what: String) -> Arc<Regimes> {
        tracing::error!(what, "the regimes were changed outside the service; every question stays open");
        Arc::new(self.built_in.as_ref().clone().with_fault(what))
    }
}

/// The documents built into the program.
pub fn built_in() -> Result<RegimeData, LoadRefused> {
    BUILT_IN.clone()
}

fn read(held: &[Held], bodies: &[String]) -> Result<RegimeData, String> {
    let mut documents = Vec::with_capacity(held.len());
    for (row, body) in held.iter().zip(bodies) {
        let name = format!("{} {}, version {}", row.kind.as_str(), row.id, row.version);
        if Digest::of(body.as_bytes()) != row.digest {
            return Err(format!("{name}: the content is not the one that was loaded"));
        }
        documents.push(Document::parse(&name, body).map_err(|error| error.to_string())?);
    }
    // Each was loaded after the others were there; versions of one day may follow each other.
    let mut data = RegimeData::default();
    for document in documents {
        data = data.followed_by(document);
    }
    Ok(data)
}

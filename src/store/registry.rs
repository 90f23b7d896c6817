//! Rows of callers, manufacturers, anchors and revocation lists.

use diesel::prelude::*;
use endmark_core::chain::{Anchor, RevocationList};
use endmark_core::digest::Digest;
use endmark_core::manufacturer::{Manufacturer, Organisation};
use time::OffsetDateTime;

use super::row_key::{RowContent, RowKey};
use super::schema::{anchor, client, crl, manufacturer};
use super::{Connection, StoreError, column, micros, moment, on};
use crate::entry::Kind;
use crate::registry::{Caller, Row};

fn corrupt(what: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(what.to_string())
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = client)]
#[diesel(treat_none_as_null = true)]
struct ClientRow {
    fingerprint: String,
    organisation: String,
    label: String,
    grants: String,
    not_after_micros: i64,
    revoked_micros: Option<i64>,
    leaf: i64,
    hmac: Vec<u8>,
}

impl ClientRow {
    fn content(&self) -> RowContent {
        RowContent::of("client")
            .text(&self.fingerprint)
            .text(&self.organisation)
            .text(&self.label)
            .text(&self.grants)
            .number(self.not_after_micros)
            .optional(self.revoked_micros)
            .number(self.leaf)
    }
}

/// All callers.
pub fn callers(connection: &mut Connection, key: &RowKey) -> Result<Vec<Row<Caller>>, StoreError> {
    let rows: Vec<ClientRow> = on!(connection, c => client::table.order(client::leaf).load(c))?;
    let open = |row: ClientRow| {
        if !key.verifies(&row.content(), &row.hmac) {
            return Ok(Row::Tampered(format!("client {}", row.fingerprint)));
        }
        Ok(Row::Good(Caller {
            fingerprint: row.fingerprint.parse().map_err(corrupt)?,
            organisation: row.organisation.parse().map_err(corrupt)?,
            label: row.label,
            grants: row.grants.split(' ').map(str::parse).collect::<Result<_, _>>().map_err(corrupt)?,
            not_after: moment(row.not_after_micros)?,
            revoked_at: row.revoked_micros.map(moment).transpose()?,
        }))
    };
    rows.into_iter().map(open).collect()
}

/// Keeps a caller as it stands now.
pub fn put_caller(connection: &mut Connection, key: &RowKey, caller: &Caller, leaf: u64) -> Result<(), StoreError> {
    let grants: Vec<&str> = caller.grants.iter().map(|grant| grant.as_str()).collect();
    let mut row = ClientRow {
        fingerprint: caller.fingerprint.to_string(),
        organisation: caller.organisation.to_string(),
        label: caller.label.clone(),
        grants: grants.join(" "),
        not_after_micros: micros(caller.not_after),
        revoked_micros: caller.revoked_at.map(micros),
        leaf: column(leaf)?,
        hmac: Vec::new(),
    };
    row.hmac = key.sign(&row.content());
    on!(connection, c => diesel::insert_into(client::table)
        .values(&row)
        .on_conflict(client::fingerprint)
        .do_update()
        .set(&row)
        .execute(c))?;
    Ok(())
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = manufacturer)]
struct ManufacturerRow {
    organisation: String,
    name: String,
    identifiers: String,
    scope: String,
    status: String,
    leaf: i64,
    hmac: Vec<u8>,
}

impl ManufacturerRow {
    fn content(&self) -> RowContent {
        RowContent::of("manufacturer")
            .text(&self.organisation)
            .text(&self.name)
            .text(&self.identifiers)
            .text(&self.scope)
            .text(&self.status)
            .number(self.leaf)
    }
}

/// All manufacturers, by organisation.
pub fn manufacturers(
    connection: &mut Connection,
    key: &RowKey,
) -> Result<Vec<(Organisation, Row<Manufacturer>)>, StoreError> {
    let rows: Vec<ManufacturerRow> = on!(connection, c => manufacturer::table.order(manufacturer::leaf).load(c))?;
    let open = |row: ManufacturerRow| {
        let organisation: Organisation = row.organisation.parse().map_err(corrupt)?;
        if !key.verifies(&row.content(), &row.hmac) {
            return Ok((organisation, Row::Tampered(format!("manufacturer {}", row.organisation))));
        }
        let manufacturer = Manufacturer {
            organisation: organisation.clone(),
            name: row.name.parse().map_err(corrupt)?,
            identifiers: serde_json::from_str(&row.identifiers).map_err(corrupt)?,
            scope: serde_json::from_str(&row.scope).map_err(corrupt)?,
            active: row.status == "active",
        };
        Ok((organisation, Row::Good(manufacturer)))
    };
    rows.into_iter().map(open).collect()
}

/// Keeps a manufacturer as it stands now.
pub fn put_manufacturer(
    connection: &mut Connection,
    key: &RowKey,
    new: &Manufacturer,
    leaf: u64,
) -> Result<(), StoreError> {
    let mut row = ManufacturerRow {
        organisation: new.organisation.to_string(),
        name: new.name.to_string(),
        identifiers: serde_json::to_string(&new.identifiers).map_err(corrupt)?,
        scope: serde_json::to_string(&new.scope).map_err(corrupt)?,
        status: if new.active { "active" } else { "suspended" }.to_owned(),
        leaf: column(leaf)?,
        hmac: Vec::new(),
    };
    row.hmac = key.sign(&row.content());
    on!(connection, c => diesel::insert_into(manufacturer::table)
        .values(&row)
        .on_conflict(manufacturer::organisation)
        .do_update()
        .set(&row)
        .execute(c))?;
    Ok(())
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = anchor)]
#[diesel(treat_none_as_null = true)]
struct AnchorRow {
    fingerprint: String,
    name: String,
    der: Vec<u8>,
    distrusted_micros: Option<i64>,
    leaf: i64,
    hmac: Vec<u8>,
}

impl AnchorRow {
    fn content(&self) -> RowContent {
        RowContent::of("anchor")
            .text(&self.fingerprint)
            .text(&self.name)
            .bytes(&self.der)
            .optional(self.distrusted_micros)
            .number(self.leaf)
    }
}

/// All trust anchors.
pub fn anchors(connection: &mut Connection, key: &RowKey) -> Result<Vec<Row<Anchor>>, StoreError> {
    let rows: Vec<AnchorRow> = on!(connection, c => anchor::table.order(anchor::leaf).load(c))?;
    let open = |row: AnchorRow| {
        if !key.verifies(&row.content(), &row.hmac) {
            return Ok(Row::Tampered(format!("anchor {}", row.fingerprint)));
        }
        let anchor = Anchor::from_der(&row.der).map_err(corrupt)?;
        Ok(Row::Good(match row.distrusted_micros {
            Some(after) => anchor.distrusted_after(moment(after)?),
            None => anchor,
        }))
    };
    rows.into_iter().map(open).collect()
}

/// Keeps an anchor as it stands now.
pub fn put_anchor(
    connection: &mut Connection,
    key: &RowKey,
    new: &Anchor,
    distrusted_after: Option<OffsetDateTime>,
    leaf: u64,
) -> Result<(), StoreError> {
    let mut row = AnchorRow {
        fingerprint: new.fingerprint().to_string(),
        name: new.name().to_owned(),
        der: new.der().to_vec(),
        distrusted_micros: distrusted_after.map(micros),
        leaf: column(leaf)?,
        hmac: Vec::new(),
    };
    row.hmac = key.sign(&row.content());
    on!(connection, c => diesel::insert_into(anchor::table)
        .values(&row)
        .on_conflict(anchor::fingerprint)
        .do_update()
        .set(&row)
        .execute(c))?;
    Ok(())
}

/// Every version of every list: an issuer may take a certificate off its list once it has expired, and only an older
/// version remembers that it was revoked before (RFC 5280, 3.3).
pub fn lists(connection: &mut Connection) -> Result<Vec<RevocationList>, StoreError> {
    let lists: Vec<Vec<u8>> = on!(connection, c => crl::table.order(crl::leaf).select(crl::der).load(c))?;
    lists.iter().map(|der| RevocationList::from_der(der).map_err(corrupt)).collect()
}

/// The versions of lists that were loaded before an entry.
pub fn lists_before(connection: &mut Connection, leaf: u64) -> Result<Vec<RevocationList>, StoreError> {
    let leaf = column(leaf)?;
    let lists: Vec<Vec<u8>> =
        on!(connection, c => crl::table.filter(crl::leaf.lt(leaf)).order(crl::leaf).select(crl::der).load(c))?;
    lists.iter().map(|der| RevocationList::from_der(der).map_err(corrupt)).collect()
}

/// Keeps a version of a list.
pub fn add_list(connection: &mut Connection, list: &RevocationList, leaf: u64) -> Result<(), StoreError> {
    let leaf = column(leaf)?;
    // The digest of the issuer's name as encoded: two spellings never meet, and no name is too long.
    let issuer = Digest::of(list.issuer_name()).to_string();
    on!(connection, c => diesel::insert_into(crl::table)
        .values((
            crl::leaf.eq(leaf),
            crl::issuer.eq(&issuer),
            crl::der.eq(list.der()),
            crl::next_update_micros.eq(micros(list.next_update())),
        ))
        .execute(c))?;
    Ok(())
}

/// A row of the registry, for comparing it with the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryRow {
    /// The type of the entries that change such rows.
    pub kind: Kind,
    /// What it is about, as entries name it.
    pub subject: String,
    /// The entry that set it.
    pub leaf: i64,
    /// Whether it is as the service wrote it.
    pub intact: bool,
}

/// Every row of the registry, legal holds and officers' links among them.
pub fn all(connection: &mut Connection, key: &RowKey) -> Result<Vec<RegistryRow>, StoreError> {
    let mut all = Vec::new();
    let callers: Vec<ClientRow> = on!(connection, c => client::table.load(c))?;
    all.extend(callers.into_iter().map(|row| {
        let intact = key.verifies(&row.content(), &row.hmac);
        RegistryRow { kind: Kind::ClientChanged, subject: row.fingerprint, leaf: row.leaf, intact }
    }));
    let manufacturers: Vec<ManufacturerRow> = on!(connection, c => manufacturer::table.load(c))?;
    all.extend(manufacturers.into_iter().map(|row| {
        let intact = key.verifies(&row.content(), &row.hmac);
        RegistryRow { kind: Kind::ManufacturerChanged, subject: row.organisation, leaf: row.leaf, intact }
    }));
    let anchors: Vec<AnchorRow> = on!(connection, c => anchor::table.load(c))?;
    all.extend(anchors.into_iter().map(|row| {
        let intact = key.verifies(&row.content(), &row.hmac);
        RegistryRow { kind: Kind::AnchorChanged, subject: row.fingerprint, leaf: row.leaf, intact }
    }));
    let lists: Vec<(i64, String, Vec<u8>, i64)> = on!(connection, c => crl::table.load(c))?;
    all.extend(lists.into_iter().map(|(leaf, issuer, der, next_update)| {
        // Its issuer signed it; the columns only repeat what it says.
        let intact = RevocationList::from_der(&der).is_ok_and(|list| {
            Digest::of(list.issuer_name()).to_string() == issuer && micros(list.next_update()) == next_update
        });
        RegistryRow { kind: Kind::RevocationListLoaded, subject: Digest::of(&der).to_string(), leaf, intact }
    }));
    for (subject, leaf, intact) in super::webhook::all(connection, key)? {
        all.push(RegistryRow { kind: Kind::WebhookChanged, subject, leaf, intact });
    }
    for (subject, leaf, intact) in super::officer::all(connection, key)? {
        all.push(RegistryRow { kind: Kind::OfficerChanged, subject, leaf, intact });
    }
    for (subject, leaf, intact) in super::link::all(connection, key)? {
        all.push(RegistryRow { kind: Kind::OfficerInvited, subject, leaf, intact });
    }
    for (subject, leaf, intact) in super::archive::all_holds(connection, key)? {
        all.push(RegistryRow { kind: Kind::LegalHoldChanged, subject, leaf, intact });
    }
    for (subject, leaf, intact) in super::log_key::all(connection, key)? {
        all.push(RegistryRow { kind: Kind::KeyChanged, subject, leaf, intact });
    }
    for (subject, leaf, intact) in super::regime::all(connection, key)? {
        all.push(RegistryRow { kind: Kind::RegimeLoaded, subject, leaf, intact });
    }
    Ok(all)
}

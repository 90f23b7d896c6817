//! Who may do what: callers, manufacturers and trust, as one snapshot of one epoch.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use endmark_core::chain::{Anchor, RevocationList, Trust};
use endmark_core::check::ManufacturerStanding;
use endmark_core::digest::Digest;
use endmark_core::log::LogKey;
use endmark_core::manufacturer::{Manufacturer, Organisation};
use endmark_core::party::Identifier;
use endmark_core::regime::Regimes;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::law::Law;
use crate::officer::Officer;
use crate::store::audit::begin_snapshot;
use crate::store::head::{self, Head};
use crate::store::{
    Connection, RowKey, StoreError, log_key as log_key_rows, officer as officer_rows, registry as rows,
    registry_digest, webhook as webhook_rows,
};
use crate::webhook::{State, Webhook};

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Grant {
    /// Seals and submits its own certificates.
    #[serde(rename = "manufacturer")]
    Manufacturer,
    /// Prechecks, asks what is required.
    #[serde(rename = "declarant")]
    Declarant,
    /// Customs: reads and checks.
    #[serde(rename = "customs:read")]
    CustomsRead,
    /// Customs: reserves, releases, corrects.
    #[serde(rename = "customs:write")]
    CustomsWrite,
    /// Reads the log.
    #[serde(rename = "auditor")]
    Auditor,
}

impl Grant {
    /// Every grant.
    pub const ALL: [Self; 5] =
        [Self::Manufacturer, Self::Declarant, Self::CustomsRead, Self::CustomsWrite, Self::Auditor];

    /// Its name on the command line and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manufacturer => "manufacturer",
            Self::Declarant => "declarant",
            Self::CustomsRead => "customs:read",
            Self::CustomsWrite => "customs:write",
            Self::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A grant that is none.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no grant: manufacturer, declarant, customs:read, customs:write or auditor")]
pub struct GrantError(String);

impl FromStr for Grant {
    type Err = GrantError;

    fn from_str(text: &str) -> Result<Self, GrantError> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text).ok_or_else(|| GrantError(text.to_owned()))
    }
}

/// A registered caller: one client certificate of one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// SHA-256 of its client certificate.
    pub fingerprint: Digest,
    /// The organisation it acts for.
    pub organisation: Organisation,
    /// What people call it.
    pub label: String,
    /// What it may do.
    pub grants: BTreeSet<Grant>,
    /// When its client certificate ends.
    pub not_after: OffsetDateTime,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
}

impl Caller {
    /// Whether it has one of these grants.
    pub fn may(&self, any_of: &[Grant]) -> bool {
        any_of.iter().any(|grant| self.grants.contains(grant))
    }
}

/// A caller as evidence holds it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallerState {
    fingerprint: Digest,
    organisation: Organisation,
    label: String,
    grants: BTreeSet<Grant>,
    #[serde(with = "time::serde::rfc3339")]
    not_after: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    revoked_at: Option<OffsetDateTime>,
}

impl CallerState {
    pub(crate) fn of(caller: &Caller) -> Self {
        let Caller { fingerprint, organisation, label, grants, not_after, revoked_at } = caller.clone();
        Self { fingerprint, organisation, label, grants, not_after, revoked_at }
    }
}

impl From<CallerState> for Caller {
    fn from(state: CallerState) -> Self {
        let CallerState { fingerprint, organisation, label, grants, not_after, revoked_at } = state;
        Self { fingerprint, organisation, label, grants, not_after, revoked_at }
    }
}

/// A trust anchor as evidence holds it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnchorState {
    /// Its X.509 certificate, base64.
    certificate: String,
    #[serde(with = "time::serde::rfc3339::option")]
    distrusted_after: Option<OffsetDateTime>,
}

impl AnchorState {
    pub(crate) fn of(anchor: &Anchor, distrusted_after: Option<OffsetDateTime>) -> Self {
        Self { certificate: STANDARD.encode(anchor.der()), distrusted_after }
    }

    /// The anchor.
    pub(crate) fn anchor(&self) -> Result<Anchor, String> {
        let der = STANDARD.decode(&self.certificate).map_err(|error| error.to_string())?;
        let anchor = Anchor::from_der(&der).map_err(|error| error.to_string())?;
        Ok(match self.distrusted_after {
            Some(after) => anchor.distrusted_after(after),
            None => anchor,
        })
    }
}

/// Why a client certificate is not a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotACaller {
    /// Nobody registered it.
    Unknown,
    /// It was revoked.
    Revoked,
    /// It has expired.
    Expired,
}

/// A row of the registry as found.
#[derive(Debug)]
pub enum Row<T> {
    /// It verifies.
    Good(T),
    /// It was changed outside the service; `String` names it.
    Tampered(String),
}

impl<T> Row<T> {
    /// The value of a row that verifies; one that does not is noted and does not count.
    fn good(self, faults: &mut Vec<String>) -> Option<T> {
        match self {
            Self::Good(value) => Some(value),
            Self::Tampered(what) => {
                tracing::error!(what, "a row of the registry was changed outside the service; it does not count");
                faults.push(what);
                None
            }
        }
    }
}

/// A public key of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// The key.
    pub key: LogKey,
    /// How many entries the last checkpoint has that it signed; `None`: it is in use.
    pub last_size: Option<u64>,
}

/// Callers, manufacturers and trust at one epoch.
#[derive(Debug)]
pub struct Registry {
    /// The epoch it shows.
    pub epoch: i64,
    callers: HashMap<Digest, Arc<Caller>>,
    manufacturers: HashMap<Organisation, ManufacturerStanding>,
    by_identifier: HashMap<Identifier, Organisation>,
    trust: Trust,
    webhooks: Vec<Arc<Webhook>>,
    officers: HashMap<String, Arc<Officer>>,
    log_keys: Vec<KnownKey>,
    regimes: Arc<Regimes>,
    regimes_loaded: bool,
    faults: Vec<String>,
    callers_whole: bool,
    rest_whole: bool,
}

/// What the operator does about a registry that is not whole.
pub const PUT_BACK: &str =
    "run `endmark audit verify`, then put the rows it names back from a back-up, or restore the database";

impl Registry {
    /// Reads the registry and the head that it belongs to, as one state of the database.
    pub fn read(connection: &mut Connection, key: &RowKey, law: &Law) -> Result<(Self, Head), StoreError> {
        begin_snapshot(connection)?;
        let read = head::read(connection).and_then(|head| Ok((Self::load(connection, key, &head, law)?, head)));
        head::rollback(connection)?;
        read
    }

    /// Reads the registry of a head, inside the transaction that read it. Where a row is gone or was put back as it once
    /// was, nobody can say which: then no caller counts, or no manufacturer, revocation list and regime.
    pub fn load(connection: &mut Connection, key: &RowKey, head: &Head, law: &Law) -> Result<Self, StoreError> {
        let found = registry_digest::read(connection)?;
        let mut registry = Self::of_rows(connection, key, head.epoch, law)?;
        if !head.is_intact(key) || found.callers != head.registry.callers {
            registry.callers_whole = false;
            registry.faults.push("the callers as a whole".to_owned());
            registry.callers.clear();
        }
        if !head.is_intact(key) || found.rest != head.registry.rest {
            registry.rest_whole = false;
            registry.faults.push("the registry as a whole".to_owned());
            registry.regimes = law.faulty("the registry was changed outside the service".to_owned());
            registry.trust = Trust::new(registry.trust.anchors().to_vec(), Vec::new());
            registry.by_identifier.clear();
            for standing in registry.manufacturers.values_mut() {
                *standing = ManufacturerStanding::Unreadable;
            }
        }
        if !registry.is_whole() {
            tracing::error!(faults = ?registry.faults, "the registry was changed outside the service: {PUT_BACK}");
        }
        Ok(registry)
    }

    fn of_rows(connection: &mut Connection, key: &RowKey, epoch: i64, law: &Law) -> Result<Self, StoreError> {
        let mut faults = Vec::new();
        let callers: Vec<Caller> =
            rows::callers(connection, key)?.into_iter().filter_map(|row| row.good(&mut faults)).collect();
        let anchors: Vec<Anchor> =
            rows::anchors(connection, key)?.into_iter().filter_map(|row| row.good(&mut faults)).collect();
        let lists: Vec<RevocationList> = rows::lists(connection)?;
        let webhooks = webhook_rows::webhooks(connection, key)?.into_iter();
        let webhooks = webhooks.filter_map(|row| row.good(&mut faults)).map(Arc::new).collect();
        let officers = officer_rows::officers(connection, key)?.into_iter();
        let officers = officers.filter_map(|row| row.good(&mut faults));
        let officers = officers.map(|officer| (officer.id.clone(), Arc::new(officer))).collect();
        let log_keys = log_key_rows::keys(connection, key)?.into_iter();
        let log_keys = log_keys.filter_map(|row| row.good(&mut faults)).collect();
        let mut manufacturers = HashMap::new();
        let mut by_identifier = HashMap::new();
        for (organisation, row) in rows::manufacturers(connection, key)? {
            let standing = match row.good(&mut faults) {
                None => ManufacturerStanding::Unreadable,
                Some(manufacturer) => {
                    for identifier in &manufacturer.identifiers {
                        by_identifier.insert(identifier.clone(), organisation.clone());
                    }
                    ManufacturerStanding::Known(Arc::new(manufacturer))
                }
            };
            manufacturers.insert(organisation, standing);
        }
        let (regimes, regimes_loaded) = law.read(connection, key)?;
        Ok(Self {
            epoch,
            callers: callers.into_iter().map(|caller| (caller.fingerprint, Arc::new(caller))).collect(),
            manufacturers,
            by_identifier,
            trust: Trust::new(anchors, lists),
            webhooks,
            officers,
            log_keys,
            regimes,
            regimes_loaded,
            faults,
            callers_whole: true,
            rest_whole: true,
        })
    }

    /// A registry of the past.
    pub(crate) fn of(
        callers: Vec<Caller>,
        manufacturers: Vec<Manufacturer>,
        anchors: Vec<Anchor>,
        lists: Vec<RevocationList>,
        regimes: Arc<Regimes>,
    ) -> Self {
        let mut by_identifier = HashMap::new();
        for manufacturer in &manufacturers {
            for identifier in &manufacturer.identifiers {
                by_identifier.insert(identifier.clone(), manufacturer.organisation.clone());
            }
        }
        let known = |manufacturer: Manufacturer| {
            (manufacturer.organisation.clone(), ManufacturerStanding::Known(Arc::new(manufacturer)))
        };
        Self {
            epoch: 0,
            callers: callers.into_iter().map(|caller| (caller.fingerprint, Arc::new(caller))).collect(),
            manufacturers: manufacturers.into_iter().map(known).collect(),
            by_identifier,
            trust: Trust::new(anchors, lists),
            webhooks: Vec::new(),
            officers: HashMap::new(),
            log_keys: Vec::new(),
            regimes,
            regimes_loaded: true,
            faults: Vec::new(),
            callers_whole: true,
            rest_whole: true,
        }
    }

    /// The caller of a client certificate, as of `now`.
    pub fn caller(&self, fingerprint: &Digest, now: OffsetDateTime) -> Result<&Arc<Caller>, NotACaller> {
        let caller = self.callers.get(fingerprint).ok_or(NotACaller::Unknown)?;
        if caller.revoked_at.is_some() {
            return Err(NotACaller::Revoked);
        }
        if caller.not_after < now { Err(NotACaller::Expired) } else { Ok(caller) }
    }

    /// A caller as registered, whether it may act or not.
    pub fn registered_caller(&self, fingerprint: &Digest) -> Option<&Arc<Caller>> {
        self.callers.get(fingerprint)
    }

    /// All callers, in the order of their organisations and labels.
    pub fn callers(&self) -> Vec<&Arc<Caller>> {
        let mut callers: Vec<_> = self.callers.values().collect();
        callers.sort_by_key(|caller| (&caller.organisation, &caller.label, caller.fingerprint));
        callers
    }

    /// All manufacturers, in the order of their organisations.
    pub fn manufacturers(&self) -> Vec<(&Organisation, &ManufacturerStanding)> {
        let mut manufacturers: Vec<_> = self.manufacturers.iter().collect();
        manufacturers.sort_by_key(|(organisation, _)| *organisation);
        manufacturers
    }

    /// How the manufacturer of an organisation stands.
    pub fn manufacturer(&self, organisation: &Organisation) -> ManufacturerStanding {
        let unknown =
            if self.rest_whole { ManufacturerStanding::Unregistered } else { ManufacturerStanding::Unreadable };
        self.manufacturers.get(organisation).cloned().unwrap_or(unknown)
    }

    /// The manufacturer that an identifier belongs to.
    pub fn manufacturer_by(&self, identifier: &Identifier) -> Option<&Arc<Manufacturer>> {
        match self.manufacturers.get(self.by_identifier.get(identifier)?)? {
            ManufacturerStanding::Known(manufacturer) => Some(manufacturer),
            ManufacturerStanding::Unregistered | ManufacturerStanding::Unreadable => None,
        }
    }

    /// Anchors and revocation lists.
    pub const fn trust(&self) -> &Trust {
        &self.trust
    }

    /// A trust anchor by its fingerprint.
    pub fn anchor(&self, fingerprint: &Digest) -> Option<&Anchor> {
        self.trust.anchors().iter().find(|anchor| anchor.fingerprint() == *fingerprint)
    }

    /// The public keys of the log; none before the first rotation.
    pub fn log_keys(&self) -> &[KnownKey] {
        &self.log_keys
    }

    /// Whether checkpoints are signed under another key by now.
    pub fn has_retired(&self, key: &LogKey) -> bool {
        self.log_keys.iter().any(|known| known.last_size.is_none() && known.key != *key)
    }

    /// The regimes in force.
    pub const fn regimes(&self) -> &Arc<Regimes> {
        &self.regimes
    }

    /// Whether they were loaded; else they are those built into the program.
    pub const fn has_loaded_regimes(&self) -> bool {
        self.regimes_loaded
    }

    /// All webhooks, stopped ones too, the oldest first.
    pub fn webhooks(&self) -> &[Arc<Webhook>] {
        &self.webhooks
    }

    /// A webhook by its id.
    pub fn webhook(&self, id: &str) -> Option<&Arc<Webhook>> {
        self.webhooks.iter().find(|webhook| webhook.id == id)
    }

    /// An officer who may act.
    pub fn officer(&self, id: &str) -> Option<&Arc<Officer>> {
        self.officers.get(id).filter(|officer| officer.active)
    }

    /// An officer as registered, whether he may act or not.
    pub fn registered_officer(&self, id: &str) -> Option<&Arc<Officer>> {
        self.officers.get(id)
    }

    /// The officer who may act and is known by a client certificate.
    pub fn officer_by_certificate(&self, fingerprint: &Digest, now: OffsetDateTime) -> Option<&Arc<Officer>> {
        self.officers.values().find(|officer| officer.active && officer.is_known_by(fingerprint, now))
    }

    /// All officers, in the order of their organisations, offices and names.
    pub fn officers(&self) -> Vec<&Arc<Officer>> {
        let mut officers: Vec<_> = self.officers.values().collect();
        officers.sort_by_key(|of| (&of.organisation, of.office.as_str(), of.name.as_str(), &of.id));
        officers
    }

    /// Where an organisation is told.
    pub fn webhooks_of<'a>(&'a self, organisation: &'a Organisation) -> impl Iterator<Item = &'a Arc<Webhook>> {
        self.webhooks
            .iter()
            .filter(move |webhook| webhook.organisation == *organisation && webhook.state == State::Active)
    }

    /// Whether no row is missing and none was put back as it once was.
    pub const fn is_whole(&self) -> bool {
        self.callers_whole && self.rest_whole
    }

    /// What of this registry was changed outside the service.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

//! The bundle for devices without a network: made when it is asked for, and kept while nothing changes.

use endmark_core::check::{ManufacturerStanding, StoredStatus};
use endmark_core::number::CertificateNumber;
use endmark_core::offline::{self, Bundle, BundleError, LISTED_MAX, NotUsable};
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

use super::App;
use crate::config::Settings;
use crate::registry::Registry;
use crate::store::certificate::{self, Found, Numbered};
use crate::store::{StoreError, head};

/// How long one bundle is handed out again while the log stands still.
const KEPT_FOR: Duration = Duration::minutes(1);

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoBundle {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be written as it must be.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// What it names is out of its form.
    #[error("the bundle cannot be made: {0}")]
    Malformed(String),
}

/// Makes bundles, one at a time.
#[derive(Debug)]
pub(super) struct Bundles {
    fresh_for: Duration,
    valid_for: Duration,
    time_zone: String,
    last: Mutex<Option<Made>>,
}

#[derive(Debug)]
struct Made {
    sequence: u64,
    epoch: i64,
    issued_at: OffsetDateTime,
    jws: String,
}

impl Bundles {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            fresh_for: Duration::hours(settings.offline.fresh_hours.into()),
            valid_for: Duration::hours(settings.offline.valid_hours.into()),
            time_zone: settings.time_zone.clone(),
            last: Mutex::new(None),
        }
    }
}

impl App {
    /// The bundle of now, signed.
    pub(crate) async fn offline_bundle(&self) -> Result<String, NoBundle> {
        // Held over the making: however many ask, the rows are read once.
        let mut last = self.offline.last.lock().await;
        let (now, registry) = (self.context.clock.now(), self.writer.shared().registry.load_full());
        let key = self.context.keys.rows.clone();
        let most = i64::try_from(LISTED_MAX).unwrap_or(i64::MAX).saturating_add(1);
        let size = self.readers.read(|connection| Ok(head::read(connection)?.size)).await?;
        if let Some(made) = last.as_ref()
            && (made.sequence, made.epoch) == (size, registry.epoch)
            && (now - made.issued_at) < KEPT_FOR
        {
            return Ok(made.jws.clone());
        }
        // The size first: rows that change after it make the bundle newer than it says, never older.
        let (sequence, rows) = self
            .readers
            .read(move |connection| Ok((head::read(connection)?.size, certificate::not_valid(connection, &key, most)?)))
            .await?;
        let bundle = self.bundle(&registry, sequence, rows, now)?;
        let jws = offline::seal(&bundle, &self.context.keys.log)?;
        *last = Some(Made { sequence, epoch: registry.epoch, issued_at: now, jws: jws.clone() });
        Ok(jws)
    }

    fn bundle(
        &self,
        registry: &Registry,
        sequence: u64,
        rows: Vec<Numbered>,
        now: OffsetDateTime,
    ) -> Result<Bundle, NoBundle> {
        let (mut certificates, manufacturers_not_active) = (not_usable(rows)?, not_active(registry));
        // Whose row cannot be read may be anybody's.
        certificates.complete &= manufacturers_not_active.is_some();
        Ok(Bundle {
            version: offline::VERSION,
            register: self.origin().parse().map_err(|error| NoBundle::Malformed(format!("origin: {error}")))?,
            sequence,
            issued_at: now,
            fresh_until: now + self.offline.fresh_for,
            valid_until: now + self.offline.valid_for,
            time_zone: self.offline.time_zone.clone(),
            token_keys: self.token.keys().clone(),
            certificates,
            manufacturers_not_active: manufacturers_not_active.unwrap_or_default(),
            regimes_edition: registry.regimes().edition(),
        })
    }
}

fn not_usable(rows: Vec<Numbered>) -> Result<NotUsable, NoBundle> {
    let complete = rows.len() <= LISTED_MAX;
    let (mut revoked, mut replaced, mut suspended) = (Vec::new(), Vec::new(), Vec::new());
    for (number, found) in rows.into_iter().take(LISTED_MAX) {
        let number: CertificateNumber =
            number.parse().map_err(|_| NoBundle::Malformed(format!("the number {number:?} in the database")))?;
        let list = match found {
            Ok(Found::Standing(standing)) => match standing.status {
                StoredStatus::Revoked { .. } => &mut revoked,
                StoredStatus::Replaced { .. } => &mut replaced,
                StoredStatus::Suspended { .. } => &mut suspended,
                StoredStatus::Valid => continue,
            },
            // A row that cannot be believed keeps its certificate from being used until somebody looks.
            Ok(Found::Tampered(_)) | Err(_) => &mut suspended,
        };
        list.push(number);
    }
    let [revoked, replaced, suspended] = [revoked, replaced, suspended].map(FromIterator::from_iter);
    Ok(NotUsable { complete, revoked, replaced, suspended })
}

/// The identifiers of manufacturers whose certificates do not count; `None` when a row of one cannot be read.
fn not_active(registry: &Registry) -> Option<Vec<endmark_core::party::Identifier>> {
    let mut identifiers = Vec::new();
    for (_, standing) in registry.manufacturers() {
        match standing {
            ManufacturerStanding::Known(manufacturer) if manufacturer.active => {}
            ManufacturerStanding::Known(manufacturer) => identifiers.extend(manufacturer.identifiers.iter().cloned()),
            ManufacturerStanding::Unreadable => return None,
            ManufacturerStanding::Unregistered => {}
        }
    }
    Some(identifiers)
}

//! Settings: a TOML file, then environment variables `ENDMARK__SECTION__KEY`, which win.

mod address;
mod offline;
mod web;

pub use offline::Offline;
pub use web::{Officers, Web};

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

use crate::clock::Clock;
use crate::store::DatabaseUrl;

/// Why the settings cannot be used: which key, what stands there, what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or a variable cannot be read as settings.
    #[error("settings: {0}")]
    Read(#[from] config::ConfigError),
    /// A value that cannot be used.
    #[error("setting {key} = {value:?}: {fix}")]
    Value {
        /// Which key.
        key: &'static str,
        /// What stands there.
        value: String,
        /// What to write instead.
        fix: String,
    },
}

/// The settings as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The register's name: in every certificate, the log's origin, the checkpoint key's name.
    pub origin: String,
    /// Where the database is: `sqlite://PATH` or `postgres://USER@HOST/DATABASE`.
    pub database: String,
    /// The register's time zone (IANA), in which validity days begin and end.
    pub time_zone: String,
    /// The last day on which the goods lists loaded count as complete; after it, "not listed" is unknown.
    #[serde(with = "endmark_core::day")]
    pub lists_valid_until: Date,
    /// The listener for systems: HTTPS with client certificates.
    pub api: Api,
    /// The listener for people's browsers.
    pub web: Web,
    /// The listener for the operator: loopback only.
    pub ops: Plain,
    /// The register's own keys.
    pub keys: KeyFiles,
    /// Where the newest checkpoint is kept, outside the database.
    pub checkpoint: PathBuf,
    /// For demonstrations only: the clock stands at this moment (RFC 3339).
    #[serde(default)]
    pub fixed_time: Option<String>,
    /// How long officers stay signed in.
    #[serde(default)]
    pub officers: Officers,
    /// Telling manufacturers.
    #[serde(default)]
    pub webhooks: Webhooks,
    /// Checking papers without a network.
    #[serde(default)]
    pub offline: Offline,
    /// Bounds.
    #[serde(default)]
    pub limits: Limits,
    /// How long evidence stays.
    #[serde(default)]
    pub retention: crate::archive::Retention,
    /// What manufacturers learn of the use of their certificates beside line, quantity, day and event.
    #[serde(default)]
    pub disclosure: Disclosure,
}

/// The disclosure policy (customs secrecy, UCC Article 12): nothing more than the default unless it says so.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Disclosure {
    /// The declaration's MRN too.
    pub declaration: bool,
    /// The customs office too.
    pub customs_office: bool,
}

/// The listener for systems.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Address and port; port 0 takes a free one.
    #[serde(deserialize_with = "address::read")]
    pub listen: SocketAddr,
    /// The server's certificate chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// A listener without TLS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    /// Address and port; loopback only.
    #[serde(deserialize_with = "address::read")]
    pub listen: SocketAddr,
}

/// Key files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFiles {
    /// Ed25519, PKCS#8: signs checkpoints.
    pub log: PathBuf,
    /// 32 bytes: authenticates rows.
    pub rows: PathBuf,
    /// P-256, PKCS#8: signs the codes on papers. Made where there is none, with `token-keys.json` beside it.
    #[serde(default = "token_key")]
    pub token: PathBuf,
}

fn token_key() -> PathBuf {
    PathBuf::from("keys/token.pk8")
}

/// Telling manufacturers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// Whether addresses that are not of the public internet may be called, and plain http: for trying out, and for
    /// registers whose manufacturers are on a network of their own.
    pub allow_private: bool,
    /// Authorities of receivers beside the system's, PEM.
    pub authority: Option<PathBuf>,
}

/// Bounds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The most commands in one transaction.
    pub batch_max: usize,
    /// The most commands that wait for the writer.
    pub queue_max: usize,
    /// How long a command may wait, in milliseconds.
    pub wait_millis_max: u64,
    /// Reading connections.
    pub readers: usize,
    /// Connections of callers at once.
    pub connections_max: usize,
    /// How much evidence one organisation may add, in KiB a minute.
    pub evidence_kib_per_minute: u32,
    /// After how many days a reservation that is not released is reported as stale.
    pub stale_after_days: u16,
}

impl Default for Limits {
    fn default() -> Self {
        let writer = crate::writer::Limits::default();
        Self {
            batch_max: writer.batch_max,
            queue_max: writer.queue_max,
            wait_millis_max: writer.wait_millis_max,
            readers: 2,
            connections_max: 4_096,
            // A customs system at its peak of a thousand checks a second, 4 KiB each, stays far below.
            evidence_kib_per_minute: 1024 * 1024,
            // Goods leave within 150 days of release for export (UCC-IA Article 335); a reservation is older than that
            // only when somebody forgot it.
            stale_after_days: 150,
        }
    }
}

impl Settings {
    /// Reads the file, then the environment.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let environment = config::Environment::with_prefix("ENDMARK").prefix_separator("__").separator("__");
        let mut settings: Self = config::Config::builder()
            .add_source(config::File::from(path).format(config::FileFormat::Toml))
            .add_source(environment.try_parsing(true))
            .build()?
            .try_deserialize()?;
        settings.resolve(path.parent().unwrap_or_else(|| Path::new(".")));
        settings.validate()?;
        Ok(settings)
    }

    /// Paths in the file are relative to it.
    fn resolve(&mut self, folder: &Path) {
        let files = [
            &mut self.api.certificate,
            &mut self.api.key,
            &mut self.keys.log,
            &mut self.keys.rows,
            &mut self.keys.token,
            &mut self.checkpoint,
        ];
        let optional = [&mut self.webhooks.authority, &mut self.web.certificate, &mut self.web.key];
        for file in files.into_iter().chain(optional.into_iter().flatten()) {
            *file = folder.join(&*file);
        }
        if let Ok(DatabaseUrl::Sqlite(path)) = self.database.parse() {
            self.database = format!("sqlite://{}", folder.join(path).display());
        }
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let refuse =
            |key, value: &str, fix: &str| Err(ConfigError::Value { key, value: value.to_owned(), fix: fix.to_owned() });
        let origin_good = (1..=100).contains(&self.origin.len())
            && self.origin.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'/'));
        if !origin_good {
            return refuse(
                "origin",
                &self.origin,
                "write a name like register.example.lt/endmark (letters, digits, ./-)",
            );
        }
        if let Err(error) = self.database_url() {
            return refuse("database", &self.database, &error.to_string());
        }
        self.clock()?;
        let plain = [(self.web.tls().is_none(), "web.listen", self.web.listen), (true, "ops.listen", self.ops.listen)];
        for (plain, key, listen) in plain {
            if plain && !listen.ip().is_loopback() {
                return refuse(key, &listen.to_string(), "plain HTTP only on loopback; write 127.0.0.1:PORT");
            }
        }
        self.web.validate()?;
        self.officers.validate()?;
        let limits = self.limits;
        let bounds = [
            ("limits.batch_max", limits.batch_max, 1, 4_096),
            ("limits.queue_max", limits.queue_max, 16, 1_000_000),
            ("limits.readers", limits.readers, 1, 64),
            ("limits.connections_max", limits.connections_max, 8, 100_000),
        ];
        for (key, found, least, most) in bounds {
            if !(least..=most).contains(&found) {
                return refuse(key, &found.to_string(), &format!("write a number from {least} to {most}"));
            }
        }
        for (key, years) in self.retention.settings() {
            if !crate::archive::RETENTION_YEARS.contains(&years) {
                return refuse(key, &years.to_string(), "write a number of years from 3 (UCC Article 51) to 100");
            }
        }
        self.offline.validate()?;
        if limits.stale_after_days == 0 {
            return refuse(
                "limits.stale_after_days",
                "0",
                "write at least 1 day: with none, every reservation is stale at once",
            );
        }
        if limits.evidence_kib_per_minute == 0 {
            return refuse("limits.evidence_kib_per_minute", "0", "write at least 1");
        }
        Ok(())
    }

    /// The parsed database address.
    pub fn database_url(&self) -> Result<DatabaseUrl, crate::store::StoreError> {
        self.database.parse()
    }

    /// The clock: the wall's, or for demonstrations one that stands still.
    pub fn clock(&self) -> Result<Clock, ConfigError> {
        let zone = self.zone()?;
        let Some(text) = &self.fixed_time else { return Ok(Clock::wall(zone)) };
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|error| ConfigError::Value {
            key: "fixed_time",
            value: text.clone(),
            fix: format!("leave it out, or write a moment like 2026-03-16T09:00:00Z ({error})"),
        })?;
        tracing::warn!(fixed_time = text, "the clock stands still: this register is for demonstrations only");
        Ok(Clock::set(at, zone))
    }

    /// The register's time zone.
    pub fn zone(&self) -> Result<TimeZone, ConfigError> {
        TimeZone::get(&self.time_zone).map_err(|error| ConfigError::Value {
            key: "time_zone",
            value: self.time_zone.clone(),
            fix: format!("write an IANA name such as Europe/Vilnius ({error})"),
        })
    }
}

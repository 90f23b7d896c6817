//! The people and systems of the demo, and what they can do.

use std::path::{Path, PathBuf};
use std::time::{Duration as StdDuration, Instant};

use endmark_core::chain::{Anchor, RevocationList};
use endmark_core::manufacturer::Manufacturer;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{ORIGIN, Place, STARTS_AT};
use crate::app::{self, Running};
use crate::cli::{Failed, Layout, make_register, operator_change, registered_caller};
use crate::client::Client;
use crate::clock::Clock;
use crate::config::Settings;
use crate::keys::write_secret;
use crate::pki::{self, Issued, Revoked, Validity};
use crate::registry::Grant;
use crate::sealing::Sealer;
use crate::writer::RegistryChange;

/// How long the demo's first revocation list is good.
const LIST_GOOD_FOR: Duration = Duration::days(7);

/// A running register with everybody around it.
#[derive(Debug)]
pub struct World {
    /// The register's folder.
    pub dir: PathBuf,
    /// The register's settings.
    pub settings: Settings,
    /// The running service.
    pub running: Running,
    /// Its clock, which moves only when told.
    pub clock: Clock,
    /// The manufacturer's system.
    pub maker: Client,
    /// The trader's system: a caller with the manufacturer's grant, but registered as no manufacturer.
    pub trader: Client,
    /// The customs system.
    pub customs: Client,
    authority: String,
    callers: Callers,
    anchor: Issued,
    seals: Seals,
}

/// Seal certificates with their keys.
#[derive(Debug)]
struct Seals {
    maker: Sealer,
    /// The maker's, but it ends two days after the start.
    short: Sealer,
    /// The maker's, but on the revocation list.
    revoked: Sealer,
    /// The seller's own, under the same anchor.
    supplier: Sealer,
    /// In the maker's name, under an anchor that the register does not know.
    foreign: Sealer,
}

/// Who seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// The manufacturer.
    Maker,
    /// The manufacturer, with a certificate about to expire.
    Short,
    /// The manufacturer, with a revoked certificate.
    Revoked,
    /// The supplier.
    Supplier,
    /// Somebody in the manufacturer's name, under a foreign anchor.
    Foreign,
}

impl World {
    /// Makes the register, its PKI and its callers, and starts the service on free ports.
    pub async fn make(place: &Place) -> Result<Self, Failed> {
        let dir = place.dir();
        let layout = Layout {
            origin: ORIGIN.to_owned(),
            database: place.database().to_owned(),
            ports: [0, 0, 0],
            fixed_time: Some("2026-03-16T09:00:00Z".to_owned()),
            lists_valid_until: "2026-04-23".to_owned(),
        };
        let config = make_register(dir, &layout)?;
        let settings = Settings::read(&config)?;
        let clock = settings.clock()?;
        let validity =
            |days: i64| Validity { from: STARTS_AT - Duration::days(30), until: STARTS_AT + Duration::days(days) };
        let anchor = pki::anchor("Demo Trust Services Anchor", validity(3_650))?;
        let stranger = pki::anchor("Unknown Anchor", validity(3_650))?;
        let maker = "Muster Verpackungsmaschinen GmbH";
        let of_maker = |anchor, days| pki::seal(anchor, maker, "NTRDE-HRB123456", validity(days));
        let (seal, short, revoked) = (of_maker(&anchor, 730)?, of_maker(&anchor, 2)?, of_maker(&anchor, 730)?);
        let supplier = pki::seal(&anchor, "UAB Baltijos pakavimo sistemos", "NTRLT-304567891", validity(730))?;
        let foreign = of_maker(&stranger, 730)?;
        let sealer = |issued: &Issued| Sealer::from_pem(&issued.key, &issued.certificate);
        let seals = Seals {
            maker: sealer(&seal)?,
            short: sealer(&short)?,
            revoked: sealer(&revoked)?,
            supplier: sealer(&supplier)?,
            foreign: sealer(&foreign)?,
        };
        let callers = register_everybody(&settings, &anchor, &revoked)?;
        keep_for_later(dir, &anchor, &seal, &callers)?;
        let authority = std::fs::read_to_string(dir.join("tls/authority.pem"))?;
        Self::open(dir.to_owned(), settings, clock, authority, callers, anchor, seals).await
    }

    async fn open(
        dir: PathBuf,
        settings: Settings,
        clock: Clock,
        authority: String,
        callers: Callers,
        anchor: Issued,
        seals: Seals,
    ) -> Result<Self, Failed> {
        let running = app::start(&settings, clock.clone()).await?;
        let base = format!("https://{}", running.api);
        let client = |issued: &Issued| Client::new(&base, &issued.certificate, &issued.key, &authority);
        Ok(Self {
            maker: client(&callers.maker)?,
            trader: client(&callers.trader)?,
            customs: client(&callers.customs)?,
            dir,
            settings,
            running,
            clock,
            authority,
            callers,
            anchor,
            seals,
        })
    }

    /// Stops the service and starts it again: what only memory held is gone.
    pub async fn restart(self) -> Result<Self, Failed> {
        self.running.stop().await;
        Self::open(self.dir, self.settings, self.clock, self.authority, self.callers, self.anchor, self.seals).await
    }

    /// Seals a payload at the demo's time, or at another.
    pub fn seal(&self, by: Seal, payload: &Value, at: Option<OffsetDateTime>) -> Result<(String, String), Failed> {
        let sealer = self.sealer(by);
        let (number, jws) = sealer.seal(payload.to_string().as_bytes(), at.unwrap_or_else(|| self.clock.now()))?;
        Ok((number.to_string(), jws))
    }

    /// Seals any text: what the register must refuse.
    pub fn seal_text(&self, by: Seal, text: &str) -> Result<String, Failed> {
        Ok(self.sealer(by).seal_unread(text.as_bytes(), self.clock.now())?.1)
    }

    const fn sealer(&self, by: Seal) -> &Sealer {
        match by {
            Seal::Maker => &self.seals.maker,
            Seal::Short => &self.seals.short,
            Seal::Revoked => &self.seals.revoked,
            Seal::Supplier => &self.seals.supplier,
            Seal::Foreign => &self.seals.foreign,
        }
    }

    /// Asks customs' question; gives the verdict and how long it took in milliseconds.
    pub async fn check(&self, consignment: &Value) -> Result<(Value, f64), Failed> {
        let asked = Instant::now();
        let answered = self.customs.post("/v1/customs/checks", consignment).await?;
        let millis = asked.elapsed().as_secs_f64() * 1_000.0;
        if answered.status.is_success() {
            Ok((answered.body, millis))
        } else {
            Err(format!("the check was answered {}: {}", answered.status, answered.body).into())
        }
    }

    /// Lets days pass.
    pub fn days_pass(&self, days: u64) {
        self.clock.advance(StdDuration::from_secs(days * 24 * 60 * 60));
    }

    /// The operator loads a fresh revocation list.
    pub fn refresh_list(&self, number: u64, good_for: Duration) -> Result<(), Failed> {
        let list = pki::revocation_list(&self.anchor, number, self.clock.now(), good_for, &[])?;
        let mut settings = self.settings.clone();
        settings.fixed_time = Some(self.clock.now().format(&time::format_description::well_known::Rfc3339)?);
        operator_change(&settings, RegistryChange::LoadList(Box::new(RevocationList::from_der(&list)?), Vec::new()))?;
        Ok(())
    }
}

#[derive(Debug)]
struct Callers {
    maker: Issued,
    trader: Issued,
    customs: Issued,
}

fn register_everybody(settings: &Settings, anchor: &Issued, revoked: &Issued) -> Result<Callers, Failed> {
    let change = |change| operator_change(settings, change);
    let der = CertificateDer::from_pem_slice(anchor.certificate.as_bytes())?;
    change(RegistryChange::AddAnchor(Box::new(Anchor::from_der(&der)?)))?;
    let on_list = Revoked {
        serial: pki::serial_number(&revoked.certificate)?,
        at: STARTS_AT - Duration::days(3),
        reason: None,
        invalid_since: None,
    };
    let list = pki::revocation_list(anchor, 1, STARTS_AT - Duration::hours(1), LIST_GOOD_FOR, &[on_list])?;
    change(RegistryChange::LoadList(Box::new(RevocationList::from_der(&list)?), Vec::new()))?;
    let maker: Manufacturer = serde_json::from_value(json!({
        "organisation": "muster",
        "name": "Muster Verpackungsmaschinen GmbH",
        "identifiers": [{ "scheme": "NTR", "value": "DE-HRB123456" }, { "scheme": "EORI", "value": "DE1234567" }],
        "scope": ["8422", "8427", "8544", "8542"],
        "active": true
    }))?;
    change(RegistryChange::AddManufacturer(Box::new(maker)))?;
    let ends = STARTS_AT + Duration::days(3_650);
    let validity = Validity { from: STARTS_AT - Duration::days(30), until: ends };
    let caller = |name: &str, organisation: &str, grants: &[Grant]| -> Result<Issued, Failed> {
        let issued = pki::client(name, validity)?;
        let caller = registered_caller(issued.certificate.as_bytes(), organisation.parse()?, name.to_owned(), grants)?;
        change(RegistryChange::AddCaller(Box::new(caller)))?;
        Ok(issued)
    };
    // Without the Lithuanian Government's list no export by road could be told to be free.
    change(RegistryChange::LoadRegimes(super::invented()?))?;
    Ok(Callers {
        maker: caller("Muster ERP", "muster", &[Grant::Manufacturer])?,
        trader: caller("Baltijos trading desk", "baltijos", &[Grant::Manufacturer, Grant::Declarant])?,
        customs: caller("Customs system", "lt-customs", &[Grant::CustomsRead, Grant::CustomsWrite])?,
    })
}

/// Leaves keys and certificates in the folder, for the commands that the demo prints.
fn keep_for_later(dir: &Path, anchor: &Issued, seal: &Issued, callers: &Callers) -> Result<(), Failed> {
    let folder = dir.join("certs");
    std::fs::create_dir_all(&folder)?;
    let pairs = [
        ("anchor", anchor),
        ("maker-seal", seal),
        ("maker", &callers.maker),
        ("trader", &callers.trader),
        ("customs", &callers.customs),
    ];
    for (name, issued) in pairs {
        std::fs::write(folder.join(format!("{name}.pem")), &issued.certificate)?;
        write_secret(&folder.join(format!("{name}.key")), issued.key.as_bytes())?;
    }
    Ok(())
}

//! `endmark init DIR`: a new register, ready to serve. Never overwrites.

use std::fs;
use std::path::{Path, PathBuf};

use endmark_core::regime::Regimes;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::output::Output;
use super::{Failed, Outcome, operator, regime};
use crate::config::Settings;
use crate::keys::{self, write_secret};
use crate::pki::{self, Validity};
use crate::store::{Connection, apart, migrate};
use crate::writer::{RegistryChange, create_register};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  endmark init register --origin register.example.lt/endmark\n  endmark serve --config register/endmark.toml"
)]
pub(super) struct Arguments {
    /// The folder to make.
    dir: PathBuf,
    /// The register's name: in every certificate and checkpoint, never to be changed.
    #[arg(long, default_value = "register.example/endmark")]
    origin: String,
    /// Where the database is; by default SQLite in the folder.
    #[arg(long, default_value = "sqlite://endmark.sqlite")]
    database: String,
}

/// What a register's folder says.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The register's name.
    pub origin: String,
    /// Its database.
    pub database: String,
    /// Where the three listeners are; ports 0 take free ones.
    pub ports: [u16; 3],
    /// For demonstrations: where its clock stands.
    pub fixed_time: Option<String>,
    /// The last day on which the lists count as complete.
    pub lists_valid_until: String,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Result<Outcome, Failed> {
    let layout = Layout {
        origin: arguments.origin.clone(),
        database: arguments.database.clone(),
        ports: [8443, 8080, 9090],
        fixed_time: None,
        lists_valid_until: "2026-04-23".to_owned(),
    };
    let config = make_register(&arguments.dir, &layout)?;
    let shown = config.display().to_string();
    let settings = Settings::read(&config)?;
    let law = Regimes::new(crate::law::built_in()?, settings.lists_valid_until);
    let clock = settings.clock()?;
    let today = clock.moment(clock.now()).day;
    let lacking = law.data().lacking(law.data().not_over(today));
    let over = regime::over(&law, today);
    output.show(
        format_args!(
            "The register {} is ready in {}.\nBack up {}/keys: without them no checkpoint can be signed and no row \
             believed.\n{}{}\n\nNext:\n  endmark anchor add ANCHOR.pem --config {shown}\n  endmark regime load LIST.csv \
             --config {shown}\n  endmark serve --config {shown}",
            layout.origin,
            arguments.dir.display(),
            arguments.dir.display(),
            regime::warning(&lacking),
            regime::over_warning(&over),
        ),
        &json!({ "config": shown, "origin": layout.origin, "listsNotLoaded": regime::names(&lacking),
                 "listsOver": regime::over_json(&over) }),
    );
    Ok(Outcome::Yes)
}

/// Makes a register's folder: settings, keys, TLS certificate, database, first entry. Gives the settings' path.
pub fn make_register(dir: &Path, layout: &Layout) -> Result<PathBuf, Failed> {
    let config = dir.join("endmark.toml");
    if config.exists() {
        return Err(format!("{} is there already; init never overwrites a register", config.display()).into());
    }
    fs::create_dir_all(dir.join("keys"))?;
    fs::create_dir_all(dir.join("tls"))?;
    keys::create(&dir.join("keys/log.pk8"), &dir.join("keys/rows.key"))?;
    keys::token::open(&dir.join("keys/token.pk8"))?;
    make_tls(dir)?;
    fs::write(&config, settings_text(layout))?;
    let settings = Settings::read(&config)?;
    let (url, clock) = (settings.database_url()?, settings.clock()?);
    apart(|| {
        let mut connection = Connection::open(&url)?;
        migrate(&mut connection)?;
        create_register(&mut connection, &settings.origin, &clock)
    })?;
    operator::apply(&settings, RegistryChange::Created)?;
    Ok(config)
}

/// A server certificate for loopback under an authority of its own; real ones are put in its place.
fn make_tls(dir: &Path) -> Result<(), Failed> {
    let from = OffsetDateTime::UNIX_EPOCH + Duration::days(365 * 50);
    let validity = Validity { from, until: from + Duration::days(365 * 30) };
    let authority = pki::anchor("Endmark server authority", validity)?;
    let server = pki::server(&authority, &["localhost", "127.0.0.1"], validity)?;
    fs::write(dir.join("tls/authority.pem"), &authority.certificate)?;
    fs::write(dir.join("tls/server.pem"), &server.certificate)?;
    write_secret(&dir.join("tls/server.key"), server.key.as_bytes())?;
    Ok(())
}

fn settings_text(layout: &Layout) -> String {
    let [api, web, ops] = layout.ports;
    let fixed_time = layout.fixed_time.as_ref().map_or(String::new(), |at| {
        format!("# For demonstrations only: the clock stands still here.\nfixed_time = {at:?}\n")
    });
    format!(
        "# Settings of an Endmark register; docs/OPERATING.md explains each. Environment variables such as\n\
         # ENDMARK__API__LISTEN win over this file. Paths are relative to it.\n\
         origin = {origin:?}\ndatabase = {database:?}\ntime_zone = \"Europe/Vilnius\"\n\
         # After this day \"not on the goods list\" counts as unknown: later amendments are not loaded.\n\
         lists_valid_until = \"{lists}\"\ncheckpoint = \"checkpoint\"\n{fixed_time}\n\
         [api]\nlisten = \"127.0.0.1:{api}\"\ncertificate = \"tls/server.pem\"\nkey = \"tls/server.key\"\n\n\
         [web]\nlisten = \"127.0.0.1:{web}\"\n\n[ops]\nlisten = \"127.0.0.1:{ops}\"\n\n\
         [keys]\nlog = \"keys/log.pk8\"\nrows = \"keys/rows.key\"\ntoken = \"keys/token.pk8\"\n",
        origin = layout.origin,
        database = layout.database,
        lists = layout.lists_valid_until,
    )
}

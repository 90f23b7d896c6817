//! `endmark pki …`: a test PKI.

use std::fs;
use std::path::{Path, PathBuf};

use endmark_core::digest::Digest;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::output::Output;
use super::{Failed, Outcome};
use crate::clock::Clock;
use crate::keys::write_secret;
use crate::pki::{self, Issued, Revoked, Validity};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Makes a trust anchor.
    #[command(
        after_help = "Example:\n  endmark pki anchor certs/anchor --name \"Test trust service\"\nwrites certs/anchor.pem and certs/anchor.key"
    )]
    Anchor(AnchorArguments),
    /// Makes the seal certificate of a manufacturer.
    #[command(
        after_help = "Example:\n  endmark pki seal certs/maker --anchor certs/anchor --organisation \"Muster Verpackungsmaschinen GmbH\" --identifier NTRDE-HRB123456"
    )]
    Seal(SealArguments),
    /// Makes a client certificate for a caller.
    #[command(
        after_help = "Example:\n  endmark pki client certs/customs --name \"Customs system\"\n  endmark client add certs/customs.pem --organisation lt-customs --grant customs:read --grant customs:write"
    )]
    Client(ClientArguments),
    /// Makes a list of revoked seal certificates.
    #[command(
        after_help = "Example:\n  endmark pki crl certs/anchor.crl --anchor certs/anchor --number 1 --revoke certs/maker.pem\n  endmark crl load certs/anchor.crl"
    )]
    Crl(CrlArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct AnchorArguments {
    /// Path without ending: `.pem` and `.key` are added.
    out: PathBuf,
    /// Its name.
    #[arg(long)]
    name: String,
    /// How long it is valid.
    #[arg(long, default_value_t = 3650)]
    days: u32,
}

#[derive(Debug, clap::Args)]
pub(super) struct SealArguments {
    /// Path without ending.
    out: PathBuf,
    /// The anchor's path without ending.
    #[arg(long)]
    anchor: PathBuf,
    /// The organisation's name.
    #[arg(long)]
    organisation: String,
    /// Its organizationIdentifier (ETSI EN 319 412-1), such as NTRDE-HRB123456.
    #[arg(long)]
    identifier: String,
    /// How long it is valid.
    #[arg(long, default_value_t = 730)]
    days: u32,
}

#[derive(Debug, clap::Args)]
pub(super) struct ClientArguments {
    /// Path without ending.
    out: PathBuf,
    /// Its name.
    #[arg(long)]
    name: String,
    /// How long it is valid.
    #[arg(long, default_value_t = 365)]
    days: u32,
}

#[derive(Debug, clap::Args)]
pub(super) struct CrlArguments {
    /// The file to write, DER.
    out: PathBuf,
    /// The anchor's path without ending.
    #[arg(long)]
    anchor: PathBuf,
    /// The list's number; rises with every list.
    #[arg(long)]
    number: u64,
    /// Certificates to revoke, PEM.
    #[arg(long)]
    revoke: Vec<PathBuf>,
    /// How long the list is good, in hours.
    #[arg(long, default_value_t = 24)]
    hours: u32,
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    let now = Clock::wall(jiff::tz::TimeZone::UTC).now();
    // Clocks differ a little: what is valid from this second on is not yet valid next door.
    let validity = |days: u32| Validity { from: now - Duration::minutes(5), until: now + Duration::days(days.into()) };
    match command {
        Command::Anchor(a) => write(&a.out, &pki::anchor(&a.name, validity(a.days))?, output),
        Command::Seal(a) => {
            let anchor = read_pair(&a.anchor)?;
            let issued = pki::seal(&anchor, &a.organisation, &a.identifier, validity(a.days))?;
            write(&a.out, &issued, output)
        }
        Command::Client(a) => write(&a.out, &pki::client(&a.name, validity(a.days))?, output),
        Command::Crl(a) => crl(&a, now, output),
    }
}

fn crl(arguments: &CrlArguments, now: OffsetDateTime, output: Output) -> Result<Outcome, Failed> {
    let anchor = read_pair(&arguments.anchor)?;
    let revoked: Vec<Revoked> = arguments
        .revoke
        .iter()
        .map(|path| {
            let refused = |problem: &dyn std::fmt::Display| Failed::from(format!("{}: {problem}", path.display()));
            let certificate = fs::read_to_string(path).map_err(|error| refused(&error))?;
            let serial = pki::serial_number(&certificate).map_err(|error| refused(&error))?;
            Ok(Revoked { serial, at: now, reason: None, invalid_since: None })
        })
        .collect::<Result<_, Failed>>()?;
    let list = pki::revocation_list(&anchor, arguments.number, now, Duration::hours(arguments.hours.into()), &revoked)?;
    fs::write(&arguments.out, list)?;
    let path = arguments.out.display().to_string();
    let (hours, next) = (arguments.hours, arguments.number.saturating_add(1));
    output.show(
        format_args!(
            "Wrote {path}, {} revoked. It is good for {hours} hours: after them every certificate under this anchor is \
             cannotBeChecked. Make and load the next one (--number {next}) before, or choose --hours.",
            revoked.len()
        ),
        &json!({ "list": path, "revoked": revoked.len(), "hours": hours }),
    );
    Ok(Outcome::Yes)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}.{ending}", path.display()))
}

fn read_pair(path: &Path) -> Result<Issued, Failed> {
    let read = |ending| {
        let path = with_ending(path, ending);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    Ok(Issued { certificate: read("pem")?, key: read("key")? })
}

fn write(path: &Path, issued: &Issued, output: Output) -> Result<Outcome, Failed> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let (certificate, key) = (with_ending(path, "pem"), with_ending(path, "key"));
    write_secret(&key, issued.key.as_bytes())?;
    fs::write(&certificate, &issued.certificate)?;
    let der = CertificateDer::from_pem_slice(issued.certificate.as_bytes())?;
    let fingerprint = Digest::of(&der).to_string();
    output.show(
        format_args!("Wrote {} and {}\nSHA-256 {fingerprint}", certificate.display(), key.display()),
        &json!({ "certificate": certificate.display().to_string(), "key": key.display().to_string(),
                 "fingerprint": fingerprint }),
    );
    Ok(Outcome::Yes)
}

//! `endmark client …`: who may call, known by the fingerprint of its client certificate.

use std::path::PathBuf;

use endmark_core::check::ManufacturerStanding;
use endmark_core::digest::Digest;
use endmark_core::manufacturer::Organisation;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::json;
use time::OffsetDateTime;

use super::output::Output;
use super::{Config, Failed, Outcome, operator};
use crate::registry::{Caller, Grant};
use crate::writer::RegistryChange;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Registers a client certificate.
    #[command(
        after_help = "Examples:\n  endmark client add certs/customs.pem --organisation lt-customs --label \"Customs system\" --grant customs:read --grant customs:write\n  endmark client add certs/muster.pem --organisation muster --label \"Muster's own system\" --grant manufacturer\nA manufacturer is registered first (endmark manufacturer add), under the same organisation."
    )]
    Add(AddArguments),
    /// Lists client certificates.
    #[command(after_help = "Example:\n  endmark client list --config register/endmark.toml")]
    List(Config),
    /// Revokes one, on open connections too.
    #[command(after_help = "Example:\n  endmark client revoke 5f2c…64 hex digits…")]
    Revoke(RevokeArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct AddArguments {
    /// The client certificate, PEM.
    certificate: PathBuf,
    /// The organisation it acts for.
    #[arg(long)]
    organisation: Organisation,
    /// What people call it.
    #[arg(long, default_value = "")]
    label: String,
    /// What it may do: manufacturer, declarant, customs:read, customs:write, auditor.
    #[arg(long, required = true)]
    grant: Vec<Grant>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(super) struct RevokeArguments {
    /// SHA-256 of the client certificate, 64 hex digits; `client list` shows it.
    fingerprint: Digest,
    #[command(flatten)]
    config: Config,
}

/// The caller that a client certificate (PEM) will be.
pub fn caller(pem: &[u8], organisation: Organisation, label: String, grants: &[Grant]) -> Result<Caller, Failed> {
    let (fingerprint, not_after) = fingerprint(pem)?;
    Ok(Caller {
        fingerprint,
        organisation,
        label,
        grants: grants.iter().copied().collect(),
        not_after,
        revoked_at: None,
    })
}

/// The SHA-256 of a client certificate (PEM), and when it ends.
pub(super) fn fingerprint(pem: &[u8]) -> Result<(Digest, OffsetDateTime), Failed> {
    let der = CertificateDer::from_pem_slice(pem)?;
    let (_, parsed) = x509_parser::parse_x509_certificate(&der)?;
    let not_after = OffsetDateTime::from_unix_timestamp(parsed.validity().not_after.timestamp())?;
    Ok((Digest::of(&der), not_after))
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Add(a) => {
            let pem = std::fs::read(&a.certificate).map_err(|e| format!("{}: {e}", a.certificate.display()))?;
            let caller = caller(&pem, a.organisation, a.label, &a.grant)
                .map_err(|error| format!("{}: {error}; wanted one PEM certificate", a.certificate.display()))?;
            if a.grant.contains(&Grant::Manufacturer) {
                is_a_manufacturer(&a.config, &caller.organisation)?;
            }
            let done = format!("registered the client certificate {} for {}", caller.fingerprint, caller.organisation);
            operator::change(&a.config.config, RegistryChange::AddCaller(Box::new(caller)), output, &done)
        }
        Command::Revoke(a) => {
            let done = format!("revoked the client certificate {}", a.fingerprint);
            operator::change(&a.config.config, RegistryChange::RevokeCaller(a.fingerprint), output, &done)
        }
        Command::List(config) => list(&config, output),
    }
}

/// A caller with the grant of manufacturers and no manufacturer behind it could submit nothing.
fn is_a_manufacturer(config: &Config, organisation: &Organisation) -> Result<(), Failed> {
    match operator::registry(&config.config)?.manufacturer(organisation) {
        ManufacturerStanding::Unregistered => Err(format!(
            "no manufacturer {organisation} is registered, so this caller could submit nothing; register it first: \
             endmark manufacturer add {organisation} --name NAME --identifier SCHEME:VALUE --scope CODE"
        )
        .into()),
        ManufacturerStanding::Known(_) | ManufacturerStanding::Unreadable => Ok(()),
    }
}

fn list(config: &Config, output: Output) -> Result<Outcome, Failed> {
    let registry = operator::registry(&config.config)?;
    let mut people = Vec::new();
    let mut rows = Vec::new();
    for caller in registry.callers() {
        let grants: Vec<&str> = caller.grants.iter().map(|grant| grant.as_str()).collect();
        let state = if caller.revoked_at.is_some() { "revoked" } else { "active" };
        let (fingerprint, organisation) = (caller.fingerprint, &caller.organisation);
        people.push(format!("{fingerprint}  {state}  {organisation}  {:?}  {}", caller.label, grants.join(" ")));
        rows.push(json!({ "fingerprint": fingerprint, "status": state, "organisation": organisation,
                          "label": caller.label, "grants": grants, "notAfter": caller.not_after.unix_timestamp() }));
    }
    output.show(people.join("\n"), &json!(rows));
    Ok(Outcome::Yes)
}

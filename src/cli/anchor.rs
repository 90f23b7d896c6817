//! `endmark anchor …`: which trust anchors seal certificates may lead to.

use std::path::PathBuf;

use endmark_core::chain::Anchor;
use endmark_core::digest::Digest;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::output::Output;
use super::{Config, Failed, Outcome, operator};
use crate::config::Settings;
use crate::writer::RegistryChange;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Trusts an anchor.
    #[command(after_help = "Example:\n  endmark anchor add certs/anchor.pem\n  endmark crl load certs/anchor.crl")]
    Add(AddArguments),
    /// Lists anchors.
    #[command(after_help = "Example:\n  endmark anchor list --config register/endmark.toml")]
    List(Config),
    /// Stops trusting what was accepted after a moment; what was accepted before keeps standing.
    #[command(after_help = "Example:\n  endmark anchor distrust 5f2c…64 hex digits… --after 2026-03-16T00:00:00Z")]
    Distrust(DistrustArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct AddArguments {
    /// The anchor, PEM.
    anchor: PathBuf,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(super) struct DistrustArguments {
    /// SHA-256 of the anchor, 64 hex digits; `anchor list` shows it.
    fingerprint: Digest,
    /// From when on, RFC 3339; now when left out.
    #[arg(long, value_parser = moment)]
    after: Option<OffsetDateTime>,
    #[command(flatten)]
    config: Config,
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "write a moment like 2026-03-16T00:00:00Z".to_owned())
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Add(a) => {
            let der = CertificateDer::from_pem_file(&a.anchor)
                .map_err(|error| format!("{}: {error}; wanted one PEM certificate", a.anchor.display()))?;
            let anchor = Anchor::from_der(&der)?;
            let done = format!("trusts {} ({})", anchor.name(), anchor.fingerprint());
            operator::change(&a.config.config, RegistryChange::AddAnchor(Box::new(anchor)), output, &done)
        }
        Command::Distrust(a) => {
            let after = match a.after {
                Some(after) => after,
                None => Settings::read(&a.config.config)?.clock()?.now(),
            };
            let done = format!("no longer trusts what {} vouched for after {after}", a.fingerprint);
            let change = RegistryChange::DistrustAnchor { fingerprint: a.fingerprint, after };
            operator::change(&a.config.config, change, output, &done)
        }
        Command::List(config) => list(&config, output),
    }
}

fn list(config: &Config, output: Output) -> Result<Outcome, Failed> {
    let registry = operator::registry(&config.config)?;
    let mut people = Vec::new();
    let mut rows = Vec::new();
    for anchor in registry.trust().anchors() {
        let (fingerprint, name) = (anchor.fingerprint(), anchor.name());
        let distrusted = anchor.distrusted_since().map(|after| format!("  distrusted after {after}"));
        people.push(format!("{fingerprint}  {name}{}", distrusted.as_deref().unwrap_or_default()));
        rows.push(json!({ "fingerprint": fingerprint, "name": name,
                          "distrustedAfter": anchor.distrusted_since().map(OffsetDateTime::unix_timestamp) }));
    }
    output.show(people.join("\n"), &json!(rows));
    Ok(Outcome::Yes)
}

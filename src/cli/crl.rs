//! `endmark crl load`: a list of revoked seal certificates, which the operator's job refreshes.

use std::fs;
use std::path::{Path, PathBuf};

use endmark_core::chain::RevocationList;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, pem::PemObject};
use time::format_description::well_known::Rfc3339;

use super::output::Output;
use super::{Config, Failed, Outcome, operator};
use crate::writer::RegistryChange;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Loads a list, DER or PEM. It must be signed by a trusted issuer and newer than the one held.
    #[command(after_help = "Example:\n  endmark crl load certs/anchor.crl")]
    Load(LoadArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct LoadArguments {
    /// The list.
    list: PathBuf,
    /// Where an intermediate authority issues the list: its certificate and those up to the anchor, PEM.
    #[arg(long)]
    issuers: Option<PathBuf>,
    #[command(flatten)]
    config: Config,
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    let Command::Load(a) = command;
    let bytes = fs::read(&a.list).map_err(|error| format!("{}: {error}", a.list.display()))?;
    let list = RevocationList::from_der(&der(bytes)).map_err(|error| format!("{}: {error}", a.list.display()))?;
    let until = list.next_update().format(&Rfc3339)?;
    let done = format!("loaded the list of {}, good until {until}", list.issuer());
    let issuers = a.issuers.map(|path| issuers(&path)).transpose()?.unwrap_or_default();
    operator::change(&a.config.config, RegistryChange::LoadList(Box::new(list), issuers), output, &done)
}

fn issuers(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failed> {
    let pem = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let read: Result<_, _> = CertificateDer::pem_slice_iter(&pem).collect();
    Ok(read.map_err(|error| format!("{}: {error}; wanted PEM certificates", path.display()))?)
}

/// Authorities publish DER; people convert to PEM.
fn der(bytes: Vec<u8>) -> Vec<u8> {
    match CertificateRevocationListDer::from_pem_slice(&bytes) {
        Ok(list) => list.to_vec(),
        Err(_) => bytes,
    }
}

//! `endmark certificate …`: seal, submit, show, verify.

use std::fs;
use std::path::{Path, PathBuf};

use endmark_core::chain::{Anchor, Trust};
use endmark_core::{attachment, certificate, seal};
use reqwest::Method;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::json;

use super::output::Output;
use super::remote::{Remote, good, text};
use super::{Failed, Outcome, block_on};
use crate::clock::Clock;
use crate::sealing::Sealer;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Seals a payload with the manufacturer's key.
    #[command(
        after_help = "Example:\n  endmark certificate seal payload.json --key maker.key --chain maker.pem --out certificate.jws"
    )]
    Seal(SealArguments),
    /// Submits a sealed certificate to a register.
    #[command(
        after_help = "Example:\n  endmark certificate submit certificate.jws --client-certificate maker-client.pem --client-key maker-client.key --authority tls/authority.pem\nSent again, it gives the same number and entry."
    )]
    Submit(SubmitArguments),
    /// Shows one of the caller's own certificates, or any to customs.
    #[command(
        after_help = "Example:\n  endmark certificate show EDC-7K3M-9QXD-41TZ-P0AB-0\n  endmark certificate show EDC-7K3M-9QXD-41TZ-P0AB-0 --customs"
    )]
    Show(ShowArguments),
    /// Fetches the paper: the declaration as a PDF/A-3 with the sealed certificate attached, or its QR code.
    #[command(
        after_help = "Example:\n  endmark certificate paper EDC-7K3M-9QXD-41TZ-P0AB-0 --language lt --out declaration.pdf\n  endmark certificate paper EDC-7K3M-9QXD-41TZ-P0AB-0 --out code.svg"
    )]
    Paper(PaperArguments),
    /// Asks a register whether a paper is genuine: a number, or a file with a code, a JWS, a PDF, a photo.
    #[command(
        after_help = "Example:\n  endmark certificate present EDC-7K3M-9QXD-41TZ-P0AB-0\n  endmark certificate present --file photo.jpg\nGoods are not compared: endmark check does that."
    )]
    Present(PresentArguments),
    /// Verifies a sealed certificate offline: from the file (JWS, or PDF with the JWS attached) and an anchor.
    #[command(
        after_help = "Example:\n  endmark certificate verify certificate.jws --anchor anchor.pem\n  endmark certificate verify declaration.pdf --anchor anchor.pem\nRevocation and status are the register's to say: this tells who sealed which bytes."
    )]
    Verify(VerifyArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct SealArguments {
    /// The payload, JSON (docs/certificate.schema.json).
    payload: PathBuf,
    /// The private key, PKCS#8 PEM.
    #[arg(long)]
    key: PathBuf,
    /// The chain, PEM: the seal certificate first, without the anchor.
    #[arg(long)]
    chain: PathBuf,
    /// Where to write the JWS; stdout when left out.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct SubmitArguments {
    /// The JWS.
    jws: PathBuf,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, clap::Args)]
pub(super) struct ShowArguments {
    /// The number, such as EDC-7K3M-9QXD-41TZ-P0AB-X.
    number: String,
    /// Ask as customs.
    #[arg(long)]
    customs: bool,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, clap::Args)]
pub(super) struct PaperArguments {
    /// The number, such as EDC-7K3M-9QXD-41TZ-P0AB-0.
    number: String,
    /// Where to write it: a name ending in .pdf or .svg.
    #[arg(long)]
    out: PathBuf,
    /// The language of the PDF: en, lt or pl.
    #[arg(long, default_value = "en")]
    language: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, clap::Args)]
pub(super) struct PresentArguments {
    /// A number, or a code as scanned.
    #[arg(required_unless_present = "file")]
    text: Option<String>,
    /// A file: JWS, PDF, or a photo of a code.
    #[arg(long, conflicts_with = "text")]
    file: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, clap::Args)]
pub(super) struct VerifyArguments {
    /// The JWS, or a PDF that it is attached to.
    jws: PathBuf,
    /// A trust anchor, PEM; several may be given.
    #[arg(long, required = true)]
    anchor: Vec<PathBuf>,
}

fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn read_text(path: &Path) -> Result<String, Failed> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Seal(a) => seal_payload(&a, output),
        Command::Submit(a) => submit(&a, output),
        Command::Show(a) => show(&a, output),
        Command::Paper(a) => paper(&a, output),
        Command::Present(a) => present(&a, output),
        Command::Verify(a) => verify(&a, output),
    }
}

fn seal_payload(arguments: &SealArguments, output: Output) -> Result<Outcome, Failed> {
    let payload = read(&arguments.payload)?;
    let sealer = Sealer::from_pem(&read_text(&arguments.key)?, &read_text(&arguments.chain)?)?;
    let (number, jws) = sealer.seal(&payload, Clock::wall(jiff::tz::TimeZone::UTC).now())?;
    match &arguments.out {
        Some(path) => {
            fs::write(path, &jws)?;
            let path = path.display().to_string();
            output.show(format_args!("Sealed as {number} in {path}"), &json!({ "number": number, "jws": path }));
        }
        None => output.show(&jws, &json!({ "number": number, "jws": jws })),
    }
    Ok(Outcome::Yes)
}

fn submit(arguments: &SubmitArguments, output: Output) -> Result<Outcome, Failed> {
    let jws = read_text(&arguments.jws)?;
    let client = arguments.remote.client()?;
    let issued = good(block_on(async { Ok(client.submit(jws.trim()).await?) })?)?;
    output.show(
        format_args!(
            "{}  {}  (log entry {})",
            text(&issued, "number"),
            text(&issued, "status"),
            text(&issued, "entry")
        ),
        &issued,
    );
    Ok(Outcome::Yes)
}

fn show(arguments: &ShowArguments, output: Output) -> Result<Outcome, Failed> {
    let client = arguments.remote.client()?;
    let area = if arguments.customs { "/v1/customs/certificates" } else { "/v1/certificates" };
    let path = format!("{area}/{}", arguments.number.trim().replace(' ', ""));
    let shown = good(block_on(async { Ok(client.get(&path).await?) })?)?;
    let people = serde_json::to_string_pretty(shown.get("certificate").unwrap_or(&shown))?;
    output.show(format_args!("{}  {}\n{people}", text(&shown, "number"), text(&shown, "status")), &shown);
    Ok(Outcome::Yes)
}

fn paper(arguments: &PaperArguments, output: Output) -> Result<Outcome, Failed> {
    let number = arguments.number.trim().replace(' ', "");
    let path = match arguments.out.extension().and_then(|ending| ending.to_str()) {
        Some("pdf") => format!("/v1/certificates/{number}/document.pdf?language={}", arguments.language),
        Some("svg") => format!("/v1/certificates/{number}/qr.svg"),
        _ => return Err(format!("{}: write a name ending in .pdf or .svg", arguments.out.display()).into()),
    };
    let client = arguments.remote.client()?;
    match block_on(async { Ok(client.fetch(&path).await?) })? {
        Ok(bytes) => {
            fs::write(&arguments.out, &bytes)?;
            let out = arguments.out.display().to_string();
            output.show(format_args!("{number} is in {out}"), &json!({ "number": number, "out": out }));
            Ok(Outcome::Yes)
        }
        Err(answered) => good(answered).map(|_| Outcome::No),
    }
}

fn present(arguments: &PresentArguments, output: Output) -> Result<Outcome, Failed> {
    let paper = match (&arguments.file, &arguments.text) {
        (Some(path), _) => read(path)?,
        (None, text) => text.clone().unwrap_or_default().into_bytes(),
    };
    let client = arguments.remote.client()?;
    let body = Some(("application/octet-stream", paper));
    let shown = good(block_on(async { Ok(client.send(Method::POST, "/v1/customs/papers", body).await?) })?)?;
    let stands = shown.get("stands").and_then(serde_json::Value::as_bool).unwrap_or(false);
    let headline = match (text(&shown, "answer").as_str(), stands) {
        ("genuine", true) => "GENUINE",
        ("genuine", false) => "GENUINE, BUT IT MAY NOT BE USED NOW",
        ("notGenuine", _) => "NOT GENUINE",
        _ => "CANNOT BE CHECKED",
    };
    let reasons = shown.get("reasons").and_then(serde_json::Value::as_array);
    let said = |reason| format!("\n  {}: {}", text(reason, "code"), text(reason, "detail"));
    let reasons = reasons.into_iter().flatten().map(said).collect::<Vec<_>>().concat();
    output.show(
        format_args!(
            "{headline}  {}{reasons}\nGoods were not compared. As of {}.",
            text(&shown, "number"),
            text(&shown, "asOf")
        ),
        &shown,
    );
    Ok(if stands { Outcome::Yes } else { Outcome::No })
}

fn verify(arguments: &VerifyArguments, output: Output) -> Result<Outcome, Failed> {
    let file = read(&arguments.jws)?;
    let jws = if attachment::is_pdf(&file) { attachment::sealed_certificate(&file)? } else { file };
    let anchors = arguments
        .anchor
        .iter()
        .map(|path| {
            let der = CertificateDer::from_pem_file(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(Anchor::from_der(&der)?)
        })
        .collect::<Result<Vec<_>, Failed>>()?;
    let verified = (|| -> Result<_, Failed> {
        let sealed = seal::parse(jws.trim_ascii())?.verify()?;
        let document = certificate::parse(sealed.payload())?;
        // Without the log entry, the time of sealing is the best there is; a receipt proves acceptance.
        let path = Trust::new(anchors, Vec::new()).path(sealed.chain(), sealed.sealed_at())?;
        Ok((sealed, document, path))
    })();
    match verified {
        Ok((sealed, document, path)) => {
            let identifier = path.organization_identifier_text().unwrap_or("no organizationIdentifier");
            output.show(
                format_args!(
                    "GENUINE SEAL  {}\n  sealed by    {} ({identifier})\n  sealed at    {}\n  manufacturer {}\n  \
                     digest       {}\nStatus and revocation are not part of this answer: ask the register.",
                    sealed.number(),
                    path.subject(),
                    sealed.sealed_at(),
                    document.manufacturer.label(),
                    sealed.digest(),
                ),
                &json!({ "genuine": true, "number": sealed.number(), "digest": sealed.digest(),
                         "sealer": path.subject(), "organizationIdentifier": identifier,
                         "manufacturer": document.manufacturer, "certificate": document }),
            );
            Ok(Outcome::Yes)
        }
        Err(why) => {
            output.show(format_args!("NOT GENUINE: {why}"), &json!({ "genuine": false, "reason": why.to_string() }));
            Ok(Outcome::No)
        }
    }
}

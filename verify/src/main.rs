//! `endmark-verify`: exit code 0 good, 1 bad, 2 could not check.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use endmark_verify::{CouldNot, Report, certificate, export, growth, read_keys, receipt};

/// Verifies what an Endmark register hands out, from files alone: no register, no network.
///
/// Exit code 0: good; 1: bad; 2: it could not be checked. The log's key must come from elsewhere than the files that
/// are verified: from the register's operator, in person or in print, or from your last audit.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  endmark-verify export audit-2026 --key register.example.lt/endmark+887588d6+AepK…\n  endmark-verify export audit-2026 --key keys.txt --since last-year/checkpoint\n  endmark-verify receipt answer.json --key keys.txt\n  endmark-verify certificate certificate.jws --anchor anchor.pem --receipt answer.json --key keys.txt\n  endmark-verify growth last-year/checkpoint checkpoint --proof consistency.txt --key keys.txt\nThe formats: docs/EXPORT.md, docs/LOG.md"
)]
struct Arguments {
    /// Print JSON instead of text for people.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Keys {
    /// The log's key string, or a file with key strings, one a line. May be given more than once.
    #[arg(long, required = true)]
    key: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Verifies an export: names the first wrong entry, file or gap.
    #[command(after_help = "Example:\n  endmark-verify export audit-2026 --key keys.txt --since last-year/checkpoint")]
    Export {
        /// The export's folder.
        dir: PathBuf,
        #[command(flatten)]
        keys: Keys,
        /// The checkpoint kept from last time: the log must continue it.
        #[arg(long)]
        since: Option<PathBuf>,
    },
    /// Verifies a receipt: that an entry is in the log.
    #[command(
        after_help = "Examples:\n  endmark-verify receipt answer.json --key keys.txt\n  endmark-verify receipt it.tlog-proof --entry entry.json --key keys.txt"
    )]
    Receipt {
        /// An answer of the register with its receipt (JSON), or a .tlog-proof.
        receipt: PathBuf,
        /// For a .tlog-proof: the file with the entry's exact bytes.
        #[arg(long)]
        entry: Option<PathBuf>,
        #[command(flatten)]
        keys: Keys,
    },
    /// Verifies a certificate with its seal: that it is genuine, and the manufacturer's.
    #[command(
        after_help = "Examples:\n  endmark-verify certificate paper.pdf --anchor anchor.pem\n  endmark-verify certificate certificate.jws --anchor anchor.pem --receipt answer.json --key keys.txt"
    )]
    Certificate {
        /// The certificate: a JWS, or a PDF with one attached.
        file: PathBuf,
        /// A trust anchor, PEM. May be given more than once.
        #[arg(long, required = true)]
        anchor: Vec<PathBuf>,
        /// The receipt of its submission (JSON, or a .tlog-proof): proves when it was accepted.
        #[arg(long, requires = "key")]
        receipt: Option<PathBuf>,
        /// For a .tlog-proof: the file with the entry's exact bytes.
        #[arg(long, requires = "receipt")]
        entry: Option<PathBuf>,
        /// The log's key string, or a file with key strings, for the receipt.
        #[arg(long, requires = "receipt")]
        key: Vec<String>,
    },
    /// Verifies that a newer checkpoint continues an older one.
    #[command(
        after_help = "Example:\n  endmark-verify growth last-year/checkpoint checkpoint --proof consistency.txt --key keys.txt"
    )]
    Growth {
        /// The checkpoint kept from last time.
        old: PathBuf,
        /// The newer one.
        new: PathBuf,
        /// The consistency proof between them.
        #[arg(long)]
        proof: Option<PathBuf>,
        #[command(flatten)]
        keys: Keys,
    },
}

fn run(command: &Command) -> Result<Report, CouldNot> {
    match command {
        Command::Export { dir, keys, since } => {
            let terminal = std::io::stderr().is_terminal();
            let mut shown = |done: u64, of: u64| {
                if terminal {
                    let _ = write!(std::io::stderr(), "\r{done} of {of} entries ");
                }
            };
            let report = export(dir, &read_keys(&keys.key)?, since.as_deref(), &mut shown);
            if terminal {
                let _ = write!(std::io::stderr(), "\r\u{1b}[K");
            }
            report
        }
        Command::Receipt { receipt: path, entry, keys } => {
            Ok(receipt(path, entry.as_deref(), &read_keys(&keys.key)?)?.0)
        }
        Command::Certificate { file, anchor, receipt: None, .. } => certificate(file, anchor, None),
        Command::Certificate { file, anchor, receipt: Some(path), entry, key } => {
            match receipt(path, entry.as_deref(), &read_keys(key)?)? {
                (_, Some(proved)) => certificate(file, anchor, Some(&proved)),
                (report, None) => Ok(report),
            }
        }
        Command::Growth { old, new, proof, keys } => growth(old, new, proof.as_deref(), &read_keys(&keys.key)?),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    match run(&arguments.command) {
        Ok(report) => {
            let json = || serde_json::to_string(&report).unwrap_or_default();
            let _ = if arguments.json { writeln!(out, "{}", json()) } else { writeln!(out, "{report}") };
            ExitCode::from(u8::from(!report.good))
        }
        Err(error) => {
            let problem = error.to_string();
            let _ = if arguments.json {
                writeln!(out, "{}", serde_json::json!({ "error": problem }))
            } else {
                writeln!(std::io::stderr(), "endmark-verify: {problem}")
            };
            ExitCode::from(2)
        }
    }
}

//! The command line: one file a command. `--json` on every one; exit code 0 done, 1 the answer is no, 2 could not.

mod anchor;
mod audit;
mod certificate;
mod check;
mod client;
mod crl;
mod demo;
mod init;
mod key;
mod ledger;
mod manufacturer;
mod officer;
mod operator;
mod output;
mod pki;
mod regime;
mod remote;
mod serve;
mod token;
mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

pub use audit::{again as decide_again, export, verify as verify_database};
pub use client::caller as registered_caller;
pub use init::{Layout, make_register};
pub use officer::{officer_certificate, officer_link};
pub use operator::{act as operator_action, apply as operator_change};
use output::Output;

/// Why a command stops: said to a person, on stderr.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// How a command ends when nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or the answer is yes.
    Yes,
    /// The answer is no.
    No,
}

/// Keeps and verifies end-destination certificates, sealed by manufacturers, for customs.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Example:\n  endmark demo --once            plays every case once, through the real HTTPS door\n  endmark init my-register && endmark serve --config my-register/endmark.toml"
)]
struct Arguments {
    /// Print JSON instead of text for people.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// Where the operator's commands find the register.
#[derive(Debug, clap::Args)]
struct Config {
    /// The register's settings.
    #[arg(long, env = "ENDMARK_CONFIG", default_value = "endmark.toml")]
    config: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays the whole story: makes keys, callers and certificates, starts the service, checks consignments.
    Demo(demo::Arguments),
    /// Makes a new register: settings, keys, database. Never overwrites.
    Init(init::Arguments),
    /// Runs the service.
    Serve(serve::Arguments),
    /// Makes a test PKI: anchors, seal and client certificates, revocation lists.
    #[command(subcommand)]
    Pki(pki::Command),
    /// Registers manufacturers.
    #[command(subcommand)]
    Manufacturer(manufacturer::Command),
    /// Registers callers by their client certificates.
    #[command(subcommand)]
    Client(client::Command),
    /// Registers officers, who sign in with a browser.
    #[command(subcommand)]
    Officer(officer::Command),
    /// Says which trust anchors seal certificates may lead to.
    #[command(subcommand)]
    Anchor(anchor::Command),
    /// Loads lists of revoked seal certificates.
    #[command(subcommand)]
    Crl(crl::Command),
    /// Loads, lists, compares and tests the law: regimes, goods lists, statement sets.
    #[command(subcommand)]
    Regime(regime::Command),
    /// Says where manufacturers are told what happens to their certificates.
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// The key that signs the codes on papers.
    #[command(subcommand)]
    Token(token::Command),
    /// Seals, submits, shows and verifies certificates.
    #[command(subcommand)]
    Certificate(certificate::Command),
    /// Shows where the quantities of a certificate stand.
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Shows and changes the key that signs the log's checkpoints.
    #[command(subcommand)]
    Key(key::Command),
    /// Verifies the log and the database.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Asks a register whether a consignment conforms.
    Check(check::Arguments),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output { json: arguments.json };
    let serving = matches!(arguments.command, Command::Serve(_));
    init_log(if serving { "info" } else { "error" }, serving);
    let ended = match arguments.command {
        Command::Demo(arguments) => demo::run(arguments, output),
        Command::Init(arguments) => init::run(&arguments, output),
        Command::Serve(arguments) => serve::run(&arguments, output),
        Command::Pki(command) => pki::run(command, output),
        Command::Manufacturer(command) => manufacturer::run(command, output),
        Command::Client(command) => client::run(command, output),
        Command::Officer(command) => officer::run(command, output),
        Command::Anchor(command) => anchor::run(command, output),
        Command::Crl(command) => crl::run(command, output),
        Command::Regime(command) => regime::run(command, output),
        Command::Webhook(command) => webhook::run(command, output),
        Command::Token(command) => token::run(command, output),
        Command::Certificate(command) => certificate::run(command, output),
        Command::Ledger(command) => ledger::run(command, output),
        Command::Key(command) => key::run(command, output),
        Command::Audit(command) => audit::run(command, output),
        Command::Check(arguments) => check::run(&arguments, output),
    };
    match ended {
        Ok(Outcome::Yes) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Err(error) => {
            output.error(error.as_ref());
            ExitCode::from(2)
        }
    }
}

/// Logs go to stderr: JSON for the service, plain for a person's command. `ENDMARK_LOG` sets the filter.
fn init_log(default: &str, json: bool) {
    let filter = EnvFilter::try_from_env("ENDMARK_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second initialisation (tests run commands in one process) keeps the first.
    let _ = if json { log.json().try_init() } else { log.try_init() };
}

/// Runs what is asynchronous in a command.
fn block_on<T>(future: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    actix_web::rt::System::new().block_on(future)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    /// The commands that do something, by their whole name.
    fn commands(of: &clap::Command, before: &str, found: &mut Vec<(String, bool)>) {
        let name = format!("{before} {}", of.get_name());
        if of.get_subcommands().next().is_none() {
            let example = of.get_after_help().is_some_and(|help| help.to_string().contains("Example"));
            found.push((name, example));
            return;
        }
        of.get_subcommands().for_each(|command| commands(command, &name, found));
    }

    #[test]
    fn every_command_has_an_example() {
        let mut found = Vec::new();
        commands(&super::Arguments::command(), "", &mut found);
        assert!(found.len() > 40, "{found:?}");
        let without: Vec<&String> = found.iter().filter(|(_, example)| !example).map(|(name, _)| name).collect();
        assert!(without.is_empty(), "{without:?}");
    }
}

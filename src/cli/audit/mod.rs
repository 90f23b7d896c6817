//! `endmark audit …`: the log, for those who check it and those who keep it.

mod progress;
mod verify;

pub use verify::verify;

use super::output::Output;
use super::{Failed, Outcome};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Verifies the whole database: entries, tiles, evidence, and every row that decides.
    Verify(verify::Arguments),
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Verify(arguments) => verify::run(&arguments, output),
    }
}

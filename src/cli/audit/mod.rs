//! `endmark audit …`: the log, for those who check it and those who keep it.

mod erase;
mod export;
mod hold;
mod progress;
mod replay;
mod verify;

pub use export::export;
pub use replay::again;
pub use verify::verify;

use super::output::Output;
use super::{Failed, Outcome};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Verifies the whole database: entries, tiles, evidence, and every row that decides.
    Verify(verify::Arguments),
    /// Decides a past question again, on what the log says of its time, and shows both verdicts.
    Replay(replay::Arguments),
    /// Exports the log with its proofs, for `endmark-verify`.
    Export(export::Arguments),
    /// Erases evidence on request; the entries and their proofs stay.
    Erase(erase::Arguments),
    /// Has evidence stay, whatever is asked.
    #[command(subcommand)]
    Hold(hold::Command),
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Verify(arguments) => verify::run(&arguments, output),
        Command::Replay(arguments) => replay::run(&arguments, output),
        Command::Export(arguments) => export::run(arguments, output),
        Command::Erase(arguments) => erase::run(arguments, output),
        Command::Hold(command) => hold::run(command, output),
    }
}

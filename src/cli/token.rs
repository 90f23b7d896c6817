//! `endmark token …`: the key that signs the codes on papers.

use serde_json::json;

use super::output::Output;
use super::{Config, Failed, Outcome};
use crate::config::Settings;
use crate::keys::token;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Shows the public keys, for those who read codes: a JWK set.
    #[command(after_help = "Example:\n  endmark token keys --config register/endmark.toml")]
    Keys(Config),
    /// Retires the key and makes a new one: after a leak, or as your policy asks.
    #[command(
        after_help = "Example:\n  endmark token rotate --config register/endmark.toml\nPapers printed before are not believed from their code alone any more: print them again, or ask by the number. Restart the service."
    )]
    Rotate(Config),
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Keys(config) => {
            let settings = Settings::read(&config.config)?;
            let signer = token::open(&settings.keys.token)?;
            let set = serde_json::to_value(signer.keys())?;
            output.show(serde_json::to_string_pretty(&set)?, &set);
        }
        Command::Rotate(config) => {
            let settings = Settings::read(&config.config)?;
            let signer = token::rotate(&settings.keys.token, settings.clock()?.now())?;
            output.show(
                format_args!(
                    "Codes are signed under the key {} from now on; back up {} and restart the service.",
                    signer.id(),
                    settings.keys.token.display()
                ),
                &json!({ "key": signer.id().to_string() }),
            );
        }
    }
    Ok(Outcome::Yes)
}

//! `endmark key …`: the key that signs the log's checkpoints.

use std::fmt::Write as _;

use endmark_core::log::LogKey;
use serde_json::{Value, json};

use super::output::Output;
use super::{Config, Failed, Outcome, operator};
use crate::app::{known_log_keys, open_context};
use crate::config::Settings;
use crate::keys::rotation;
use crate::registry::KnownKey;
use crate::writer::{Action, RegistryChange};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Shows the public keys of the log, the retired ones with the last size they signed.
    #[command(after_help = "Example:\n  endmark key list --config register/endmark.toml")]
    List(Config),
    /// Retires the key and makes a new one, as an entry of the log: after a leak, or as your policy asks.
    #[command(
        after_help = "Example:\n  endmark key rotate --config register/endmark.toml\nOld checkpoints and receipts still verify under the old key. A running service stops taking commands and says so: restart it. A rotation that was interrupted is finished by running this again."
    )]
    Rotate(Config),
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::List(config) => list(&Settings::read(&config.config)?, output),
        Command::Rotate(config) => rotate(&Settings::read(&config.config)?, output),
    }
}

fn list(settings: &Settings, output: Output) -> Result<Outcome, Failed> {
    let own = open_context(settings, settings.clock()?)?.keys.log.key().clone();
    let mut known = known_log_keys(settings)?;
    if known.is_empty() {
        known.push(KnownKey { key: own, last_size: None });
    }
    let mut text = String::new();
    for KnownKey { key, last_size } in &known {
        match last_size {
            Some(size) => writeln!(text, "{key}  retired after {size} entries")?,
            None => writeln!(text, "{key}  in use")?,
        }
    }
    let shown = |known: &KnownKey| json!({ "key": known.key.to_string(), "lastSize": known.last_size });
    output.show(text.trim_end(), &Value::from(known.iter().map(shown).collect::<Vec<_>>()));
    Ok(Outcome::Yes)
}

/// In steps, each of which a crash may interrupt: the next key is written beside the one in use; the log says that it
/// takes over, signed by the old one; then it takes its place.
fn rotate(settings: &Settings, output: Output) -> Result<Outcome, Failed> {
    let path = &settings.keys.log;
    let from = rotation::read(&settings.origin, path)?;
    let next = rotation::prepare(&settings.origin, path)?;
    let known = known_log_keys(settings)?;
    let in_use: Option<&LogKey> = known.iter().find(|known| known.last_size.is_none()).map(|known| &known.key);
    // Interrupted after the log said so: what is left is to put the key in its place.
    if in_use != Some(&next) {
        let change = RegistryChange::RotateLogKey { from: from.clone(), to: next.clone() };
        operator::act(settings, Action::Registry(change))?;
    }
    let retired = rotation::install(path, &from)?;
    let text = format!(
        "Checkpoints are signed under {next} from now on: publish it, back up {}, restart the service.\nThe old private \
         key is in {}: destroy it, or keep it locked away. Its public key stays known.",
        path.display(),
        retired.display()
    );
    let shown = retired.display().to_string();
    output.show(text, &json!({ "key": next.to_string(), "previous": from.to_string(), "retired": shown }));
    Ok(Outcome::Yes)
}

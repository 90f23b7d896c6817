//! `endmark manufacturer …`: who may seal, and for which goods.

use endmark_core::check::ManufacturerStanding;
use endmark_core::manufacturer::{Manufacturer, Organisation, VettedCode};
use endmark_core::party::Identifier;
use endmark_core::text::Text;
use serde_json::json;

use super::output::Output;
use super::{Config, Failed, Outcome, operator};
use crate::writer::RegistryChange;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Registers a manufacturer.
    #[command(
        after_help = "Example:\n  endmark manufacturer add muster --name \"Muster Verpackungsmaschinen GmbH\" --identifier NTR:DE-HRB123456 --identifier EORI:DE1234567 --scope 8422 --scope 8427"
    )]
    Add(AddArguments),
    /// Lists manufacturers.
    #[command(after_help = "Example:\n  endmark manufacturer list --config register/endmark.toml")]
    List(Config),
    /// Stops a manufacturer from sealing; its certificates no longer conform.
    #[command(after_help = "Example:\n  endmark manufacturer suspend muster")]
    Suspend(OneArguments),
    /// Lets a suspended manufacturer seal again.
    #[command(after_help = "Example:\n  endmark manufacturer resume muster")]
    Resume(OneArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct AddArguments {
    /// Its organisation here: a short name of your own; its callers are registered under the same.
    organisation: Organisation,
    /// Its name.
    #[arg(long)]
    name: Text<140>,
    /// An identifier as SCHEME:VALUE (EORI, VAT, NTR, LEI, TCN); the one in its seal certificate must be among them.
    #[arg(long, required = true, value_parser = identifier)]
    identifier: Vec<Identifier>,
    /// The beginning of commodity codes it was vetted for: 2, 4, 6, 8 or 10 digits.
    #[arg(long, required = true)]
    scope: Vec<VettedCode>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(super) struct OneArguments {
    /// Its organisation.
    organisation: Organisation,
    #[command(flatten)]
    config: Config,
}

fn identifier(text: &str) -> Result<Identifier, String> {
    let (scheme, value) = text.split_once(':').ok_or("write SCHEME:VALUE, such as EORI:DE1234567")?;
    let document = json!({ "scheme": scheme, "value": value });
    serde_json::from_value(document).map_err(|error| error.to_string())
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Add(a) => {
            let done = format!("registered {} as a manufacturer", a.organisation);
            let new = Manufacturer {
                organisation: a.organisation,
                name: a.name,
                identifiers: a.identifier,
                scope: a.scope,
                active: true,
            };
            let change = RegistryChange::AddManufacturer(Box::new(new));
            operator::change(&a.config.config, change, output, &done)
        }
        Command::Suspend(a) => set_active(a, false, output),
        Command::Resume(a) => set_active(a, true, output),
        Command::List(config) => list(&config, output),
    }
}

fn set_active(arguments: OneArguments, active: bool, output: Output) -> Result<Outcome, Failed> {
    let done = format!("{} {}", if active { "resumed" } else { "suspended" }, arguments.organisation);
    let change = RegistryChange::SetActive { organisation: arguments.organisation, active };
    operator::change(&arguments.config.config, change, output, &done)
}

fn list(config: &Config, output: Output) -> Result<Outcome, Failed> {
    let registry = operator::registry(&config.config)?;
    let mut people = Vec::new();
    let mut rows = Vec::new();
    for (organisation, standing) in registry.manufacturers() {
        match standing {
            ManufacturerStanding::Known(known) => {
                let scope: Vec<String> = known.scope.iter().map(ToString::to_string).collect();
                let state = if known.active { "active" } else { "suspended" };
                let ids: Vec<String> = known.identifiers.iter().map(ToString::to_string).collect();
                people.push(format!(
                    "{organisation}  {state}  {}  [{}]  goods {}",
                    known.name,
                    ids.join(", "),
                    scope.join(" ")
                ));
                rows.push(json!({ "organisation": organisation, "status": state, "name": known.name,
                                  "identifiers": known.identifiers, "scope": scope }));
            }
            ManufacturerStanding::Unregistered | ManufacturerStanding::Unreadable => {
                people.push(format!("{organisation}  TAMPERED: the row was changed outside the service"));
                rows.push(json!({ "organisation": organisation, "status": "tampered" }));
            }
        }
    }
    output.show(people.join("\n"), &json!(rows));
    Ok(Outcome::Yes)
}

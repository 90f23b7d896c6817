//! `endmark webhook …`: where manufacturers are told what happens to their certificates.

use endmark_core::manufacturer::Organisation;
use serde_json::json;

use super::output::Output;
use super::{Config, Failed, Outcome, operator};
use crate::config::Settings;
use crate::webhook::{Endpoint, Secret, State, Webhook, new_id};
use crate::writer::RegistryChange;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Tells a manufacturer from now on; prints the secret, once.
    #[command(
        after_help = "Example:\n  endmark webhook add --organisation muster --url https://erp.muster.example/endmark"
    )]
    Add(AddArguments),
    /// Lists webhooks.
    #[command(after_help = "Example:\n  endmark webhook list --config register/endmark.toml")]
    List(Config),
    /// Forgets a webhook and what it was still to be told.
    #[command(after_help = "Example:\n  endmark webhook remove whk_5f2c…")]
    Remove(RemoveArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct AddArguments {
    /// Who is told: the organisation of a registered manufacturer.
    #[arg(long)]
    organisation: Organisation,
    /// Where: an https address.
    #[arg(long)]
    url: Endpoint,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(super) struct RemoveArguments {
    /// Its id; `webhook list` shows it.
    id: String,
    #[command(flatten)]
    config: Config,
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Add(a) => add(a, output),
        Command::Remove(a) => {
            let done = format!("removed the webhook {}", a.id);
            operator::change(&a.config.config, RegistryChange::RemoveWebhook(a.id), output, &done)
        }
        Command::List(config) => list(&config, output),
    }
}

fn add(arguments: AddArguments, output: Output) -> Result<Outcome, Failed> {
    let settings = Settings::read(&arguments.config.config)?;
    if !arguments.url.is_https() && !settings.webhooks.allow_private {
        return Err(format!("{} is not https; plain http needs webhooks.allow_private = true", arguments.url).into());
    }
    let no_random = |_| "the system's random source does not answer";
    let new = Webhook {
        id: new_id("whk").map_err(no_random)?,
        organisation: arguments.organisation,
        url: arguments.url,
        secret: Secret::random().map_err(no_random)?,
        state: State::Active,
    };
    let (id, secret) = (new.id.clone(), new.secret.reveal());
    let done = format!("tells {} at {}", new.organisation, new.url);
    let leaf = operator::apply(&settings, RegistryChange::AddWebhook(Box::new(new)))?;
    output.show(
        format_args!(
            "{done} (log entry {leaf})\nid      {id}\nsecret  {secret}\nThe secret is shown this once; \
             docs/WEBHOOKS.md says what the receiver does with it."
        ),
        &json!({ "done": done, "entry": leaf, "id": id, "secret": secret }),
    );
    Ok(Outcome::Yes)
}

fn list(config: &Config, output: Output) -> Result<Outcome, Failed> {
    let registry = operator::registry(&config.config)?;
    let mut people = Vec::new();
    let mut rows = Vec::new();
    for webhook in registry.webhooks() {
        let Webhook { id, organisation, url, state, .. } = webhook.as_ref();
        let (state, reason) = match state {
            State::Active => ("active", None),
            State::Stopped(reason) => ("stopped", Some(reason)),
        };
        let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        people.push(format!("{id}  {organisation}  {url}  {state}{why}"));
        rows.push(json!({ "id": id, "organisation": organisation, "url": url.to_string(), "status": state,
                          "reason": reason }));
    }
    for id in registry.faults().iter().filter_map(|fault| fault.strip_prefix("webhook ")) {
        people.push(format!("{id}  TAMPERED: the row was changed outside the service"));
        rows.push(json!({ "id": id, "status": "tampered" }));
    }
    output.show(people.join("\n"), &json!(rows));
    Ok(Outcome::Yes)
}

//! `endmark officer …`: people of customs who sign in with a browser.

use std::path::PathBuf;

use endmark_core::manufacturer::Organisation;
use endmark_core::reference::Office;
use endmark_core::text::Text;
use serde_json::json;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::output::Output;
use super::{Config, Failed, Outcome, client, operator};
use crate::config::Settings;
use crate::officer::{Officer, OfficerCertificate};
use crate::webhook::new_id;
use crate::words::Language;
use crate::writer::{Action, Invitation, RegistryChange, SessionChange};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Registers an officer; prints the id by which the log knows the person.
    #[command(
        after_help = "Example:\n  endmark officer add --name \"Rūta Kazlauskienė\" --organisation lt-customs --office LTVR1000 --language lt --supervisor"
    )]
    Add(AddArguments),
    /// Lists officers.
    #[command(after_help = "Example:\n  endmark officer list --json")]
    List(Config),
    /// Prints a link that signs an officer in, once.
    #[command(after_help = "Example:\n  endmark officer invite ofc_5f2c… --valid 15m")]
    Invite(InviteArguments),
    /// Stops an officer at once, on open sessions too.
    #[command(after_help = "Example:\n  endmark officer suspend ofc_5f2c…")]
    Suspend(OneArguments),
    /// Lets a suspended officer sign in again.
    #[command(after_help = "Example:\n  endmark officer resume ofc_5f2c…")]
    Resume(OneArguments),
    /// Forgets an officer, on open sessions too; what the officer did stays in the log under the id.
    #[command(after_help = "Example:\n  endmark officer remove ofc_5f2c…")]
    Remove(OneArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct AddArguments {
    /// The name, for colleagues and the operator; the log has only the id.
    #[arg(long)]
    name: Text<140>,
    /// The customs organisation, as its systems are registered; an auditor's: one with the grant auditor.
    #[arg(long)]
    organisation: Organisation,
    /// The customs office; an auditor's own, in the same form.
    #[arg(long)]
    office: Office,
    /// The language of the pages: en, lt, pl.
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
    /// May invite colleagues of the same office, and search the organisation's entries.
    #[arg(long)]
    supervisor: bool,
    /// An auditor instead: reads every entry with its receipt, and may do nothing else.
    #[arg(long)]
    auditor: bool,
    /// A client certificate that signs the officer in, PEM.
    #[arg(long)]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(super) struct InviteArguments {
    /// The officer's id; `officer list` shows it.
    id: String,
    /// How long the link is good: minutes or hours, such as 15m or 2h.
    #[arg(long, default_value = "15m", value_parser = valid_for)]
    valid: Duration,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(super) struct OneArguments {
    /// The officer's id; `officer list` shows it.
    id: String,
    #[command(flatten)]
    config: Config,
}

fn language(code: &str) -> Result<Language, String> {
    Language::from_code(code).ok_or_else(|| format!("{code:?} is no language of the pages: en, lt, pl"))
}

/// A link that lies about for longer is found by somebody else.
const VALID_MAX: Duration = Duration::hours(24);

fn valid_for(text: &str) -> Result<Duration, String> {
    let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).unwrap_or_default();
    let count: Option<u16> = digits.parse().ok();
    let valid = match (count, unit) {
        (Some(count), "m") => Duration::minutes(count.into()),
        (Some(count), "h") => Duration::hours(count.into()),
        _ => Duration::ZERO,
    };
    let good = valid > Duration::ZERO && valid <= VALID_MAX;
    good.then_some(valid).ok_or_else(|| format!("{text:?}: write 1m to 24h, such as 15m or 2h"))
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Add(a) => add(a, output),
        Command::List(config) => list(&config, output),
        Command::Invite(a) => invite(&a, output),
        Command::Suspend(a) => set_active(a, false, output),
        Command::Resume(a) => set_active(a, true, output),
        Command::Remove(a) => {
            let done = format!("removed the officer {}", a.id);
            operator::change(&a.config.config, RegistryChange::RemoveOfficer(a.id), output, &done)
        }
    }
}

fn set_active(a: OneArguments, active: bool, output: Output) -> Result<Outcome, Failed> {
    let done = format!("{} the officer {}", if active { "resumed" } else { "suspended" }, a.id);
    operator::change(&a.config.config, RegistryChange::SetOfficerActive { id: a.id, active }, output, &done)
}

/// The client certificate of an officer, PEM.
pub fn officer_certificate(pem: &[u8]) -> Result<OfficerCertificate, Failed> {
    let (fingerprint, not_after) = client::fingerprint(pem)?;
    Ok(OfficerCertificate { fingerprint, not_after })
}

fn add(a: AddArguments, output: Output) -> Result<Outcome, Failed> {
    let certificate = match &a.certificate {
        None => None,
        Some(path) => {
            let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let read = officer_certificate(&pem);
            Some(read.map_err(|error| format!("{}: {error}; wanted one PEM certificate", path.display()))?)
        }
    };
    let id = new_id("ofc").map_err(|_| NO_RANDOM)?;
    let new = Officer {
        id: id.clone(),
        name: a.name,
        organisation: a.organisation,
        office: a.office,
        language: a.language,
        supervisor: a.supervisor,
        auditor: a.auditor,
        active: true,
        certificate,
    };
    let (name, organisation) = (new.name.to_string(), new.organisation.to_string());
    let leaf = operator::apply(&Settings::read(&a.config.config)?, RegistryChange::AddOfficer(Box::new(new)))?;
    output.show(
        format_args!(
            "registered {name} of {organisation} as {id} (log entry {leaf})\nNext:\n  endmark officer invite {id}"
        ),
        &json!({ "id": id, "entry": leaf }),
    );
    Ok(Outcome::Yes)
}

const NO_RANDOM: &str = "the system's random source does not answer";

/// Makes a one-time link; gives it with its log entry.
pub fn officer_link(settings: &Settings, officer: &str, valid: Duration) -> Result<(String, u64), Failed> {
    let until = settings.clock()?.now().saturating_add(valid);
    let (invitation, secret) = Invitation::new(officer, until).map_err(|_| NO_RANDOM)?;
    let leaf = operator::act(settings, Action::Session(SessionChange::Invite(invitation)))?;
    Ok((crate::web::link(&settings.web.address(settings.web.listen), &secret), leaf))
}

fn invite(a: &InviteArguments, output: Output) -> Result<Outcome, Failed> {
    let settings = Settings::read(&a.config.config)?;
    let until = settings.clock()?.now().saturating_add(a.valid);
    let (link, leaf) = officer_link(&settings, &a.id, a.valid)?;
    let until = until.format(&Rfc3339)?;
    output.show(
        format_args!("{link}\nSigns {} in once, until {until} (log entry {leaf}). Hand it over in person.", a.id),
        &json!({ "link": link, "until": until, "entry": leaf }),
    );
    Ok(Outcome::Yes)
}

fn list(config: &Config, output: Output) -> Result<Outcome, Failed> {
    let registry = operator::registry(&config.config)?;
    let (mut people, mut rows) = (Vec::new(), Vec::new());
    for of in registry.officers() {
        let state = if of.active { "active" } else { "suspended" };
        let role = match (of.auditor, of.supervisor) {
            (true, true) => "auditor, supervisor",
            (true, false) => "auditor",
            (false, true) => "supervisor",
            (false, false) => "officer",
        };
        let certificate = of.certificate.as_ref().map(|own| own.fingerprint);
        people.push(format!("{}  {state}  {role}  {}  {}  {}", of.id, of.organisation, of.office.as_str(), of.name));
        rows.push(json!({ "id": of.id, "status": state, "supervisor": of.supervisor, "auditor": of.auditor, "name": of.name.as_str(),
                          "organisation": of.organisation, "office": of.office, "language": of.language,
                          "certificate": certificate }));
    }
    output.show(people.join("\n"), &json!(rows));
    Ok(Outcome::Yes)
}

#[cfg(test)]
mod tests {
    use super::{Duration, valid_for};

    #[test]
    fn a_link_is_good_for_minutes_or_hours_and_a_day_at_most() {
        assert_eq!(valid_for("15m"), Ok(Duration::minutes(15)));
        assert_eq!(valid_for("24h"), Ok(Duration::hours(24)));
        for bad in ["", "15", "m", "0m", "25h", "15s", "-1m", "1d", "15µ", "99999m"] {
            assert!(valid_for(bad).is_err(), "{bad}");
        }
    }
}

//! The operator's changes: through the writer's own code, whether the service runs beside or not.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::output::Output;
use super::{Failed, Outcome};
use crate::app::open_context;
use crate::config::Settings;
use crate::registry::Registry;
use crate::store::{Connection, apart};
use crate::writer::{Action, Command, Origin, RegistryChange, Reply, run_once};

/// Carries out a change and says so.
pub(super) fn change(config: &Path, change: RegistryChange, output: Output, done: &str) -> Result<Outcome, Failed> {
    let leaf = apply(&Settings::read(config)?, change)?;
    output.show(format_args!("{done} (log entry {leaf})"), &json!({ "done": done, "entry": leaf }));
    Ok(Outcome::Yes)
}

/// Carries out a change of the registry; gives its log entry.
pub fn apply(settings: &Settings, change: RegistryChange) -> Result<u64, Failed> {
    act(settings, Action::Registry(change))
}

/// Carries out a command of the operator; gives its log entry.
pub fn act(settings: &Settings, action: Action) -> Result<u64, Failed> {
    let context = open_context(settings, settings.clock()?)?;
    let command = Command {
        origin: Origin { request: crate::http::new_request_id(), client: None, officer: None },
        organisation: "operator".to_owned(),
        action,
    };
    let url = settings.database_url()?;
    let checkpoint_path = context.checkpoint_path.clone();
    let keys = context.log_keys.clone();
    let answer = apart(|| run_once(&url, Arc::clone(&context), command))??;
    crate::app::checkpoint_file::forward_only(
        &checkpoint_path,
        &keys,
        answer.published.head.size,
        &answer.published.note,
    )?;
    match answer.reply {
        Reply::Changed => Ok(answer.leaf),
        Reply::NotChanged(why) => Err(why.into()),
        Reply::SessionRefused(why) => Err(why.to_string().into()),
        _ => Err("the register answered something else".into()),
    }
}

/// The registry as it stands.
pub(super) fn registry(config: &Path) -> Result<Registry, Failed> {
    let settings = Settings::read(config)?;
    let context = open_context(&settings, settings.clock()?)?;
    let url = settings.database_url()?;
    Ok(apart(|| {
        let mut connection = Connection::open(&url)?;
        Ok(Registry::read(&mut connection, &context.keys.rows, &context.law)?.0)
    })?)
}

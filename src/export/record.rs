//! The export's own entry: no entry leaves the register unrecorded.

use std::sync::Arc;

use super::ExportError;
use super::state::{Order, State};
use crate::store::DatabaseUrl;
use crate::writer::{Action, Command, Context, Origin, run_once};

/// What an order says in the log.
pub(crate) fn said(order: &Order) -> Result<String, ExportError> {
    serde_json::to_string(order).map_err(|error| ExportError::Write(error.to_string()))
}

/// Records an export of the operator; it is over the log up to this entry.
pub fn record(url: &DatabaseUrl, context: &Arc<Context>, order: &Order) -> Result<State, ExportError> {
    let command = Command {
        origin: Origin { request: crate::http::new_request_id(), client: None, officer: None },
        organisation: "operator".to_owned(),
        action: Action::Export(said(order)?),
    };
    let answer =
        run_once(url, Arc::clone(context), command)?.map_err(|failure| ExportError::Record(failure.to_string()))?;
    let (head, note) = (&answer.published.head, &answer.published.note);
    crate::app::checkpoint_file::forward_only(&context.checkpoint_path, &context.log_keys, head.size, note)
        .map_err(|error| ExportError::Record(error.to_string()))?;
    Ok(State::new(order.clone(), answer.leaf, answer.at, note.clone(), head.size))
}

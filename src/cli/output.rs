//! What a command prints: for people, or one JSON object.

use std::fmt::Display;
use std::io::Write as _;

use serde_json::Value;

use super::remote::Refused;

/// Where answers go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) json: bool,
}

impl Output {
    /// Prints an answer. A closed pipe is the reader's choice, not a failure.
    pub(super) fn show(self, people: impl Display, json: &Value) {
        let mut out = std::io::stdout().lock();
        let _ = if self.json { writeln!(out, "{json}") } else { writeln!(out, "{people}") };
    }

    /// Prints a failure with its causes, on stderr; a problem of a register with its members too.
    pub(super) fn error(self, error: &(dyn std::error::Error + 'static)) {
        let mut err = std::io::stderr().lock();
        let _ = if self.json {
            let problem = error.downcast_ref::<Refused>().and_then(|refused| refused.document.as_object());
            let mut members = problem.cloned().unwrap_or_default();
            members.insert("error".to_owned(), error.to_string().into());
            writeln!(err, "{}", Value::Object(members))
        } else {
            writeln!(err, "endmark: {error}")
        };
    }
}

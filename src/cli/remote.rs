//! How commands reach a running register as one of its callers.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::Failed;
use crate::client::{Answered, Client};

/// The register and the caller.
#[derive(Debug, clap::Args)]
pub(super) struct Remote {
    /// The register's api listener.
    #[arg(long, env = "ENDMARK_URL", default_value = "https://127.0.0.1:8443")]
    url: String,
    /// The caller's client certificate, PEM.
    #[arg(long, env = "ENDMARK_CLIENT_CERTIFICATE")]
    client_certificate: PathBuf,
    /// Its key, PEM.
    #[arg(long, env = "ENDMARK_CLIENT_KEY")]
    client_key: PathBuf,
    /// The authority of the register's TLS certificate, PEM.
    #[arg(long, env = "ENDMARK_AUTHORITY")]
    authority: PathBuf,
}

impl Remote {
    pub(super) fn client(&self) -> Result<Client, Failed> {
        let read = |path: &PathBuf| {
            fs::read_to_string(path).map_err(|error| Failed::from(format!("{}: {error}", path.display())))
        };
        let (certificate, key) = (read(&self.client_certificate)?, read(&self.client_key)?);
        Ok(Client::new(&self.url, &certificate, &key, &read(&self.authority)?)?)
    }
}

/// The register answered with a problem: its words for people, the whole document for programs.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub(super) struct Refused {
    words: String,
    pub(super) document: Value,
}

/// The body of a good answer; a problem document becomes a failure with its words.
pub(super) fn good(answered: Answered) -> Result<Value, Failed> {
    if answered.status.is_success() {
        return Ok(answered.body);
    }
    let member = |name: &str| answered.body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let words = format!("{} {}: {} ({})", answered.status.as_u16(), member("title"), member("detail"), member("type"));
    Err(Refused { words, document: answered.body }.into())
}

/// A member of an answer as text for people.
pub(super) fn text(body: &Value, member: &str) -> String {
    match body.get(member) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "-".to_owned(),
    }
}

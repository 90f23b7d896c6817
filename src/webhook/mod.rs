//! Webhooks (Standard Webhooks): who is told, under which secret, and where it is safe to call.

mod address;
mod endpoint;
mod secret;

pub use address::is_public;
pub use endpoint::{Endpoint, EndpointError};
pub use secret::Secret;

use endmark_core::manufacturer::Organisation;

/// The most webhooks of one organisation: two for a change of secret, and a few systems.
pub const PER_ORGANISATION_MAX: usize = 8;

/// Where an organisation wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id, `whk_…`.
    pub id: String,
    /// Who is told.
    pub organisation: Organisation,
    /// Where.
    pub url: Endpoint,
    /// What signs.
    pub secret: Secret,
    /// Whether it is called.
    pub state: State,
}

/// Whether a webhook is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is.
    Active,
    /// It is not any more, for this reason.
    Stopped(String),
}

/// A new random id with its prefix.
pub fn new_id(prefix: &str) -> Result<String, ring::error::Unspecified> {
    let mut bytes = [0; 16];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes)?;
    Ok(format!("{prefix}_{}", hex::encode(bytes)))
}

//! How long a device may judge papers without the register.

use serde::Deserialize;

use super::ConfigError;

/// The longest that a bundle is good for: what is revoked must reach every post within a week.
const VALID_HOURS_MAX: u16 = 168;

/// Checking papers without a network (docs/OFFLINE.md).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Offline {
    /// How long a bundle is fresh, in hours.
    pub fresh_hours: u16,
    /// How long it is good for at all, in hours.
    pub valid_hours: u16,
}

impl Default for Offline {
    fn default() -> Self {
        // A shift; and the three days that the longest public holidays last.
        Self { fresh_hours: 12, valid_hours: 72 }
    }
}

impl Offline {
    pub(super) fn validate(self) -> Result<(), ConfigError> {
        if (1..=VALID_HOURS_MAX).contains(&self.valid_hours) && (1..=self.valid_hours).contains(&self.fresh_hours) {
            return Ok(());
        }
        Err(ConfigError::Value {
            key: "offline",
            value: format!("fresh_hours = {}, valid_hours = {}", self.fresh_hours, self.valid_hours),
            fix: format!("write hours from 1 to {VALID_HOURS_MAX}, fresh_hours not above valid_hours"),
        })
    }
}

//! The name of a log: its origin in checkpoints, and the name of its keys.

use std::fmt;
use std::str::FromStr;

use super::error::LogError;

/// The longest origin in characters, the same as a certificate's `register` holds.
pub const ORIGIN_CHARACTERS_MAX: usize = 100;

/// The origin of a log, such as `register.example.lt/endmark`: 1 to 100 characters without spaces, control
/// characters and `+`, which separate the parts of notes and key strings (C2SP signed-note).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let separates = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        // Counting stops at the bound, however long the text is.
        let count = text.chars().take(ORIGIN_CHARACTERS_MAX.saturating_add(1)).count();
        if count == 0 || count > ORIGIN_CHARACTERS_MAX || text.chars().any(separates) {
            let wanted = "1 to 100 characters without space, control character or +";
            return Err(LogError::malformed("origin", wanted, text));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! What only the officer's browser or hand knows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use endmark_core::digest::Digest;
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

/// 256 random bits: in a link or a cookie. The database holds only their SHA-256.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A fresh one.
    pub fn random() -> Result<Self, ring::error::Unspecified> {
        let mut bytes = [0; 32];
        SystemRandom::new().fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads one back; there is one spelling.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() != 43 {
            return None;
        }
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// As links and cookies carry it.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the database holds of it.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// The token of the forms that this session's pages show: another site cannot know it.
    pub fn form_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.form_key(), FORMS))
    }

    /// Whether a form carries this session's token.
    pub fn is_of_form(&self, token: &str) -> bool {
        let token = URL_SAFE_NO_PAD.decode(token);
        token.is_ok_and(|token| hmac::verify(&self.form_key(), FORMS, &token).is_ok())
    }

    fn form_key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }
}

const FORMS: &[u8] = b"endmark forms";

/// A short number that takes a session over at a shared workstation. It works only beside the browser's cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

/// Why a PIN is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a PIN has 6 to 12 digits")]
pub struct PinError;

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(…)")
    }
}

impl std::str::FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let text = text.trim();
        let good = (6..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if good { Ok(Self(text.to_owned())) } else { Err(PinError) }
    }
}

impl Pin {
    /// The digits.
    pub(crate) fn digits(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_spelling_and_shows_itself_only_when_asked() {
        let secret = Secret::random().unwrap();
        let text = secret.reveal();
        assert_eq!(Secret::read(&text), Some(secret.clone()));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        let cut: String = text.chars().skip(1).collect();
        for wrong in ["", &cut, &format!("{text}="), &format!("{text}A"), &"é".repeat(43)] {
            assert_eq!(Secret::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_form_of_another_session_is_not_this_ones() {
        let (one, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert!(one.is_of_form(&one.form_token()));
        assert!(!one.is_of_form(&other.form_token()) && !one.is_of_form("") && !one.is_of_form("é"));
    }

    #[test]
    fn a_pin_is_six_to_twelve_digits() {
        for good in ["123456", " 000000 ", "123456789012"] {
            assert!(good.parse::<Pin>().is_ok(), "{good}");
        }
        for bad in ["", "12345", "1234567890123", "12345a", "１２３４５６"] {
            assert!(bad.parse::<Pin>().is_err(), "{bad}");
        }
        assert_eq!(format!("{:?}", "123456".parse::<Pin>()), "Ok(Pin(…))");
    }
}

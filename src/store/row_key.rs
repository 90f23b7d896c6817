//! The HMAC over rows that decide (invariant 4): a row edited in SQL does not verify.
//!
//! The key is a file beside the service; the database never holds it.

use ring::hmac;

/// The key under which rows are authenticated.
#[derive(Clone)]
pub struct RowKey(hmac::Key);

impl std::fmt::Debug for RowKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RowKey(…)")
    }
}

/// What a row's HMAC covers: its table and every column that decides, each with its length, so that no two
/// different rows give the same bytes.
#[derive(Debug)]
pub(crate) struct RowContent(Vec<u8>);

impl RowContent {
    pub(crate) fn of(table: &str) -> Self {
        Self(Vec::with_capacity(256)).text(table)
    }

    pub(crate) fn bytes(mut self, value: &[u8]) -> Self {
        // A length never reaches 2^64.
        self.0.extend_from_slice(&u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.extend_from_slice(value);
        self
    }

    pub(crate) fn text(self, value: &str) -> Self {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn number(self, value: i64) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    pub(crate) fn optional(self, value: Option<i64>) -> Self {
        match value {
            Some(value) => self.number(value),
            None => self.bytes(&[]),
        }
    }
}

impl RowKey {
    /// A key of 32 bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The name under which entries know a person of an organisation: the same person always has the same one, and
    /// without this key nobody finds out whose it is.
    pub(crate) fn pseudonym(&self, organisation: &str, person: &str) -> String {
        let person = person.split_whitespace().collect::<Vec<_>>().join(" ");
        hex::encode(self.sign(&RowContent::of("officer").text(organisation).text(&person)))
    }

    /// What proves an officer's PIN. Without this key nobody can try out the few PINs there are.
    pub(crate) fn pin(&self, officer: &str, pin: &crate::officer::Pin) -> Vec<u8> {
        self.sign(&RowContent::of("officerPin").text(officer).text(pin.digits()))
    }

    /// A digest that nobody without the key can try guesses on.
    pub(crate) fn digest(&self, of: &str, bytes: &[u8]) -> String {
        hex::encode(self.sign(&RowContent::of(of).bytes(bytes)))
    }

    pub(crate) fn sign(&self, content: &RowContent) -> Vec<u8> {
        hmac::sign(&self.0, &content.0).as_ref().to_vec()
    }

    pub(crate) fn verifies(&self, content: &RowContent, tag: &[u8]) -> bool {
        hmac::verify(&self.0, &content.0, tag).is_ok()
    }
}

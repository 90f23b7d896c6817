//! An entry as it is read back from its bytes.

use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use endmark_core::reference::Mrn;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;

use super::Kind;

/// What an entry says; members of later versions are ignored, those of older ones may be absent.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Logged {
    /// Its place in the log.
    pub leaf: u64,
    /// What kind.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// When it was decided.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who asked.
    pub organisation: String,
    /// The client certificate it came with.
    pub client: Option<Digest>,
    /// In which role it was asked; entries of version 1 do not say.
    pub role: Option<String>,
    /// The officer who asked or was named, under a pseudonym.
    pub officer: Option<String>,
    /// The customs office concerned.
    pub office: Option<String>,
    /// The certificates concerned.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// How many more the evidence names.
    #[serde(default)]
    pub certificates_omitted: usize,
    /// SHA-256 of the JWS signing input.
    pub digest: Option<Digest>,
    /// The declaration concerned.
    pub declaration: Option<String>,
    /// Another subject.
    pub subject: Option<String>,
    /// What the subject took the place of.
    pub previous: Option<String>,
    /// What was changed of the subject.
    pub change: Option<String>,
    /// The entries whose evidence it erased.
    #[serde(default)]
    pub erased: Vec<u64>,
    /// The decision.
    pub decision: String,
    /// Its reasons, as codes.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// What it did to the ledger.
    #[serde(default)]
    pub ledger: Value,
    /// SHA-256 of salt and evidence.
    pub evidence: Option<Digest>,
}

impl Logged {
    /// Reads an entry's bytes.
    pub fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(body)
    }

    /// The declaration it must name.
    pub(crate) fn mrn(&self) -> Result<Mrn, String> {
        let named = self.declaration.as_deref().ok_or("it names no declaration")?;
        named.parse().map_err(|error| format!("declaration {named}: {error}"))
    }

    /// The certificate it must name first.
    pub(crate) fn number(&self) -> Result<CertificateNumber, String> {
        let named = self.certificates.first().ok_or("it names no certificate")?;
        named.parse().map_err(|error| format!("certificate {named}: {error}"))
    }

    /// A member of what it did to the ledger.
    pub(crate) fn member<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, String> {
        let member = self.ledger.get(name).map(T::deserialize).transpose();
        member.map_err(|error| format!("ledger.{name}: {error}"))
    }
}

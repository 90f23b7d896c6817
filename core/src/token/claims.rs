//! What a code says.

use time::{Date, OffsetDateTime};

use crate::certificate::{Certificate, Validity};
use crate::digest::Digest;
use crate::goods::{CommodityCode, Country, Quantity};
use crate::number::CertificateNumber;
use crate::party::{Identifier, Party};
use crate::text::Text;

/// What a code says of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The register that signed it (claim `iss`).
    pub register: Text<100>,
    /// When it was written (claim `iat`), in seconds.
    pub issued_at: OffsetDateTime,
    /// SHA-256 of the JWS signing input. The number is its first 80 bits, so that the two cannot disagree.
    pub digest: Digest,
    /// Who made the goods.
    pub manufacturer: TokenParty,
    /// Who ends up using them.
    pub end_user: TokenParty,
    /// Where they end up.
    pub destination: Country,
    /// The first alternative routes.
    pub routing: Vec<Vec<Country>>,
    /// How many alternative routes the certificate has.
    pub routes_total: u32,
    /// When the certificate may be used.
    pub validity: Validity,
    /// Its first lines.
    pub lines: Vec<TokenLine>,
    /// How many lines the certificate has.
    pub lines_total: u32,
}

/// A party, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenParty {
    /// Its first identifier.
    pub identifier: Option<Identifier>,
    /// Its name; one that was cut ends in `…`.
    pub name: Option<String>,
}

/// A line, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLine {
    /// Its number.
    pub line: u32,
    /// Commodity code.
    pub commodity_code: CommodityCode,
    /// How much the certificate grants.
    pub quantity: Quantity,
}

/// How far a certificate is shortened so that its code fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortening {
    /// The most lines.
    pub lines: usize,
    /// The most bytes of a name.
    pub name_bytes: usize,
    /// The most routes.
    pub routes: usize,
}

impl Claims {
    /// What a code written at `issued_at` says of a certificate with this digest.
    pub fn of(certificate: &Certificate, digest: Digest, issued_at: OffsetDateTime, to: Shortening) -> Self {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let line = |line: &crate::certificate::Line| TokenLine {
            line: line.line,
            commodity_code: line.commodity_code,
            quantity: line.quantity,
        };
        Self {
            register: certificate.register.clone(),
            issued_at: issued_at.replace_nanosecond(0).unwrap_or(issued_at),
            digest,
            manufacturer: TokenParty::of(&certificate.manufacturer, to.name_bytes),
            end_user: TokenParty::of(&certificate.end_user, to.name_bytes),
            destination: certificate.destination_country,
            routing: certificate.routing.iter().take(to.routes).cloned().collect(),
            routes_total: count(certificate.routing.len()),
            validity: certificate.validity,
            lines: certificate.lines.iter().take(to.lines).map(line).collect(),
            lines_total: count(certificate.lines.len()),
        }
    }

    /// The certificate's number.
    pub fn number(&self) -> CertificateNumber {
        CertificateNumber::of(&self.digest)
    }

    /// How many lines the code leaves out.
    pub fn lines_left_out(&self) -> u32 {
        self.lines_total.saturating_sub(u32::try_from(self.lines.len()).unwrap_or(u32::MAX))
    }

    /// How many alternative routes the code leaves out.
    pub fn routes_left_out(&self) -> u32 {
        self.routes_total.saturating_sub(u32::try_from(self.routing.len()).unwrap_or(u32::MAX))
    }

    /// Whether the certificate may be used on a day, as far as its validity goes.
    pub fn in_force_on(&self, day: Date) -> bool {
        (self.validity.from..=self.validity.until).contains(&day)
    }
}

impl TokenParty {
    fn of(party: &Party, name_bytes: usize) -> Self {
        let name = party.name.as_ref().and_then(|name| cut(name.as_str(), name_bytes));
        Self { identifier: party.identifiers.first().cloned(), name }
    }
}

/// A name of at most so many bytes; `None` when not even a letter of it would be left.
fn cut(name: &str, bytes_max: usize) -> Option<String> {
    if name.len() <= bytes_max {
        return Some(name.to_owned());
    }
    let mut kept = String::new();
    for character in name.chars() {
        if kept.len().saturating_add(character.len_utf8()).saturating_add('…'.len_utf8()) > bytes_max {
            break;
        }
        kept.push(character);
    }
    let kept = kept.trim_end();
    (!kept.is_empty()).then(|| format!("{kept}…"))
}

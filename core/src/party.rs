//! Who: parties and the identifiers that name them.

use std::fmt;

use crate::goods::Country;
use crate::text::Text;

/// The register an identifier comes from.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    borsh::BorshSerialize,
    borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Scheme {
    /// Economic Operators Registration and Identification, `LT123456789`.
    Eori,
    /// VAT number with its country, `LT100001234`.
    Vat,
    /// National trade register with its country, `LT-123456789` (ETSI EN 319 412-1).
    Ntr,
    /// Legal Entity Identifier, ISO 17442, 20 characters.
    Lei,
    /// A third country's own number, with its country, `KZ-010140000001`.
    Tcn,
}

impl Scheme {
    /// The code as written in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eori => "EORI",
            Self::Vat => "VAT",
            Self::Ntr => "NTR",
            Self::Lei => "LEI",
            Self::Tcn => "TCN",
        }
    }
}

/// Why an identifier is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not a {} identifier: wanted {wanted}", scheme.as_str())]
pub struct IdentifierError {
    /// The scheme named.
    pub scheme: Scheme,
    /// The value found, cut short.
    pub value: String,
    /// The form wanted.
    pub wanted: &'static str,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Members {
    scheme: Scheme,
    value: String,
}

/// An identifier of a person, `{scheme, value}`; compared byte for byte, so its form is strict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "Members")]
pub struct Identifier {
    scheme: Scheme,
    value: String,
}

impl Identifier {
    /// An identifier in the form its scheme wants.
    pub fn new(scheme: Scheme, value: &str) -> Result<Self, IdentifierError> {
        let (good, wanted) = match scheme {
            Scheme::Eori => (with_country(value, "", 1, 15), "a country code and 1 to 15 capital letters or digits"),
            Scheme::Vat => (with_country(value, "", 2, 13), "a country code and 2 to 13 capital letters or digits"),
            Scheme::Ntr | Scheme::Tcn => {
                (with_country(value, "-", 1, 32), "a country code, a hyphen and 1 to 32 capital letters, digits or -./")
            }
            Scheme::Lei => (value.len() == 20 && value.bytes().all(capital), "20 capital letters or digits"),
        };
        if good {
            return Ok(Self { scheme, value: value.to_owned() });
        }
        Err(IdentifierError { scheme, value: value.chars().take(48).collect(), wanted })
    }

    /// The identifier in a seal certificate's `organizationIdentifier` (ETSI EN 319 412-1, 5.1.4), such as
    /// `NTRLT-123456789`, `VATLT-100001234` or `LEIXG-5493…`; `None` for schemes a register does not know.
    pub fn from_organization_identifier(text: &str) -> Option<Self> {
        let (head, reference) = text.split_once('-')?;
        let (prefix, country) = (head.get(..3)?, head.get(3..)?);
        match prefix {
            "NTR" => Self::new(Scheme::Ntr, &format!("{country}-{reference}")).ok(),
            "VAT" => Self::new(Scheme::Vat, &format!("{country}{reference}")).ok(),
            "LEI" if country == "XG" => Self::new(Scheme::Lei, reference).ok(),
            _ => None,
        }
    }

    /// Its scheme.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Its value.
    pub fn value(&self) -> &str {
        &self.value
    }
}

const fn capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn with_country(value: &str, separator: &str, min: usize, max: usize) -> bool {
    let Some((country, rest)) = value.split_at_checked(2) else { return false };
    let Some(rest) = rest.strip_prefix(separator) else { return false };
    let allowed = |b: u8| capital(b) || (!separator.is_empty() && matches!(b, b'-' | b'.' | b'/'));
    // EL is the VAT prefix of Greece; every other prefix is a country of the geonomenclature.
    (country == "EL" || country.parse::<Country>().is_ok())
        && (min..=max).contains(&rest.len())
        && rest.bytes().all(allowed)
}

impl TryFrom<Members> for Identifier {
    type Error = IdentifierError;

    fn try_from(members: Members) -> Result<Self, IdentifierError> {
        Self::new(members.scheme, &members.value)
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.scheme.as_str(), self.value)
    }
}

/// Where a party sits (EUCDM: street an..70, postcode an..17, city an..35).
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Address {
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<Text<140>>,
    /// Postcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<Text<17>>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Text<70>>,
    /// Country.
    pub country: Country,
}

/// The most identifiers one party carries.
pub const IDENTIFIERS_MAX: usize = 8;

/// A person named in a document.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Party {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<140>>,
    /// What identifies it; at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

impl Party {
    /// How the party is shown beside another one: identifiers first, else its name.
    pub fn label(&self) -> String {
        let mut label = self.identifiers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if let Some(name) = &self.name {
            label = if label.is_empty() { name.to_string() } else { format!("{name} ({label})") };
        }
        label
    }
}

//! Certificate numbers in few bytes: 80 bits each, in order, in base64url.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::number::CertificateNumber;

/// Numbers in order, each once, so that a device finds one by halving.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NumberList(Vec<CertificateNumber>);

impl NumberList {
    /// Whether it is among them.
    pub fn contains(&self, number: &CertificateNumber) -> bool {
        self.0.binary_search(number).is_ok()
    }

    /// How many.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<CertificateNumber> for NumberList {
    fn from_iter<T: IntoIterator<Item = CertificateNumber>>(numbers: T) -> Self {
        let mut numbers: Vec<_> = numbers.into_iter().collect();
        numbers.sort_unstable();
        numbers.dedup();
        Self(numbers)
    }
}

impl Serialize for NumberList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|number| number.as_bytes().iter().copied()).collect();
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for NumberList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| D::Error::custom("numbers are in base64url"))?;
        let (numbers, rest) = bytes.as_chunks::<10>();
        let list: Vec<CertificateNumber> = numbers.iter().copied().map(CertificateNumber::from).collect();
        // In order and each once, or a search by halves would miss some.
        if rest.is_empty() && list.is_sorted_by(|one, next| one < next) {
            Ok(Self(list))
        } else {
            Err(D::Error::custom("numbers are ten bytes each, rising"))
        }
    }
}

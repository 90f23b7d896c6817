//! Commodity codes: HS subheading, Combined Nomenclature, TARIC (EUCDM 18 09).

use std::fmt;
use std::str::FromStr;

use crate::text::string_form;

/// Why a code is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommodityError {
    /// Wrong length or a character that is no digit.
    #[error("{found:?} is not {wanted} digits")]
    NotDigits {
        /// How many digits were wanted.
        wanted: usize,
        /// What was found, cut short.
        found: String,
    },
    /// A TARIC code without the CN code it refines.
    #[error("a TARIC code needs the combinedNomenclatureCode it refines")]
    TaricWithoutCn,
}

/// Exactly `N` digits of a code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodePart<const N: usize>([u8; N]);

impl<const N: usize> CodePart<N> {
    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl<const N: usize> FromStr for CodePart<N> {
    type Err = CommodityError;

    fn from_str(text: &str) -> Result<Self, CommodityError> {
        let refused = || CommodityError::NotDigits { wanted: N, found: text.chars().take(16).collect() };
        let bytes: [u8; N] = text.as_bytes().try_into().map_err(|_| refused())?;
        if bytes.iter().all(u8::is_ascii_digit) { Ok(Self(bytes)) } else { Err(refused()) }
    }
}

impl<const N: usize> fmt::Display for CodePart<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for CodePart<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

string_form!(CodePart<6>, "HarmonizedSystemSubheadingCode", "^[0-9]{6}$", "842230");
string_form!(CodePart<2>, "CodePart2", "^[0-9]{2}$", "00");

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the EUCDM's names")]
struct Members {
    harmonized_system_subheading_code: CodePart<6>,
    combined_nomenclature_code: Option<CodePart<2>>,
    taric_code: Option<CodePart<2>>,
}

/// A commodity code: the same object in certificate, check and ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "Members", rename_all = "camelCase")]
pub struct CommodityCode {
    /// HS subheading, 6 digits (18 09 056).
    pub harmonized_system_subheading_code: CodePart<6>,
    /// Combined Nomenclature, digits 7 and 8 (18 09 057).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub combined_nomenclature_code: Option<CodePart<2>>,
    /// TARIC, digits 9 and 10 (18 09 058).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taric_code: Option<CodePart<2>>,
}

impl TryFrom<Members> for CommodityCode {
    type Error = CommodityError;

    fn try_from(members: Members) -> Result<Self, CommodityError> {
        Self::of_parts(
            members.harmonized_system_subheading_code,
            members.combined_nomenclature_code,
            members.taric_code,
        )
    }
}

impl CommodityCode {
    /// A code of its parts: a TARIC code refines a CN code.
    pub(crate) fn of_parts(
        subheading: CodePart<6>,
        cn: Option<CodePart<2>>,
        taric: Option<CodePart<2>>,
    ) -> Result<Self, CommodityError> {
        if taric.is_some() && cn.is_none() {
            return Err(CommodityError::TaricWithoutCn);
        }
        Ok(Self { harmonized_system_subheading_code: subheading, combined_nomenclature_code: cn, taric_code: taric })
    }

    pub(crate) const fn parts(&self) -> (CodePart<6>, Option<CodePart<2>>, Option<CodePart<2>>) {
        (self.harmonized_system_subheading_code, self.combined_nomenclature_code, self.taric_code)
    }

    /// All digits in order: 6, 8 or 10.
    pub fn digits(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for CommodityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.harmonized_system_subheading_code.as_str())?;
        if let Some(cn) = &self.combined_nomenclature_code {
            f.write_str(cn.as_str())?;
        }
        self.taric_code.as_ref().map_or(Ok(()), |taric| f.write_str(taric.as_str()))
    }
}

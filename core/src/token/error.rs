//! Why a code is not believed.

use time::OffsetDateTime;

use super::{CODE_CHARS_MAX, INFLATED_BYTES_MAX, KeyId, PREFIX};

/// Why a code is not believed: what was wanted, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// A code of another system.
    #[error("the code does not begin with {PREFIX}: it is not of this system")]
    OtherSystem,
    /// Longer than any code of this system.
    #[error("the code has {found} characters, at most {CODE_CHARS_MAX} are written")]
    TooLong {
        /// Its length in characters.
        found: usize,
    },
    /// Characters that base45 does not have, or a length it cannot have.
    #[error("the code is not base45: it was cut off or misread; scan it again")]
    Base45,
    /// Not a zlib stream.
    #[error("the code does not inflate: it was cut off or misread; scan it again")]
    Deflate,
    /// More than any code inflates to.
    #[error("the code inflates to more than {INFLATED_BYTES_MAX} bytes")]
    Bomb,
    /// Not a `COSE_Sign1` as this system writes it.
    #[error("the code is not signed in the form wanted: {problem}")]
    Cose {
        /// What is wrong.
        problem: &'static str,
    },
    /// Claims that this version does not know, or of another form.
    #[error("the claims of the code cannot be read: {claim}")]
    Claim {
        /// Which.
        claim: &'static str,
    },
    /// Signed under a key that the register never had.
    #[error("the code is signed under the key {found}, which is not this register's")]
    KeyUnknown {
        /// The key it names.
        found: KeyId,
    },
    /// Signed under a key that the register does not use any more.
    #[error("the code is signed under the key {found}, retired at {at}: ask the register by the number")]
    KeyRetired {
        /// The key it names.
        found: KeyId,
        /// When it was retired.
        at: OffsetDateTime,
    },
    /// Changed, or signed by somebody else in the key's name.
    #[error("the signature of the code does not verify under the key {key}")]
    SignatureInvalid {
        /// The key it names.
        key: KeyId,
    },
    /// Another register's code.
    #[error("the code is of the register {found:?}, not of {wanted:?}")]
    OtherRegister {
        /// This register.
        wanted: String,
        /// The one it names.
        found: String,
    },
}

impl TokenError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherSystem => "tokenOtherSystem",
            Self::TooLong { .. } => "tokenTooLong",
            Self::Base45 => "tokenBase45",
            Self::Deflate => "tokenDeflate",
            Self::Bomb => "tokenBomb",
            Self::Cose { .. } => "tokenCose",
            Self::Claim { .. } => "tokenClaim",
            Self::KeyUnknown { .. } => "tokenKeyUnknown",
            Self::KeyRetired { .. } => "tokenKeyRetired",
            Self::SignatureInvalid { .. } => "tokenSignatureInvalid",
            Self::OtherRegister { .. } => "tokenOtherRegister",
        }
    }
}

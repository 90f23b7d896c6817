//! A paper alone: is it genuine? Never whether goods conform: they are not compared.

use crate::check::{Cited, ManufacturerStanding, SealStanding, ShownStatus, shown_status};
use crate::digest::Digest;
use crate::moment::Moment;
use crate::number::CertificateNumber;
use crate::seal::{SealError, SignedPayload};
use crate::token::{Token, TokenError};

/// What was held up, as far as it proves itself.
#[derive(Debug, Clone)]
pub enum Presented {
    /// A number: it locates, and proves nothing of the paper it stands on.
    Number(CertificateNumber),
    /// A code that a key of the register signed.
    Code(Box<Token>),
    /// A sealed certificate whose signature verifies, for the register it names.
    Seal(Box<SignedPayload>, String),
    /// A code that does not verify.
    RefusedCode(TokenError),
    /// A sealed certificate that does not verify.
    RefusedSeal(SealError),
}

impl Presented {
    /// Whose rows decide.
    pub fn number(&self) -> Option<CertificateNumber> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Code(token) => Some(token.claims().number()),
            Self::Seal(sealed, _) => Some(sealed.number()),
            Self::RefusedCode(_) | Self::RefusedSeal(_) => None,
        }
    }

    fn digest(&self) -> Option<Digest> {
        match self {
            Self::Code(token) => Some(token.claims().digest),
            Self::Seal(sealed, _) => Some(sealed.digest()),
            Self::Number(_) | Self::RefusedCode(_) | Self::RefusedSeal(_) => None,
        }
    }
}

/// Whether a paper is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Genuineness {
    /// The register has this certificate, and its manufacturer sealed it.
    Genuine,
    /// Nobody sealed this, or the register never took it in.
    NotGenuine,
    /// Something needed could not be had.
    CannotBeChecked,
}

impl Genuineness {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::NotGenuine => "notGenuine",
            Self::CannotBeChecked => "cannotBeChecked",
        }
    }
}

/// Why, with the weight that it has.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PaperReason {
    /// Its code (docs/CHECK.md).
    pub code: &'static str,
    /// In words.
    pub detail: String,
}

/// The answer on a paper.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PaperAnswer {
    /// Whether it is genuine.
    pub answer: Genuineness,
    /// Whether the certificate may be used now. A genuine paper of a revoked certificate is no leave to pass.
    pub stands: bool,
    /// How the certificate stands, where the register has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ShownStatus>,
    /// The reasons, the gravest first.
    pub reasons: Vec<PaperReason>,
}

/// Judges a paper for the register named `origin`. `cited` is what the register has under its number.
pub fn judge(presented: &Presented, cited: &Cited, origin: &str, moment: Moment) -> PaperAnswer {
    let refused = match presented {
        Presented::RefusedCode(error) => Some(refused_code(error)),
        Presented::RefusedSeal(error) => Some(refused_seal(error)),
        Presented::Seal(_, register) if register != origin => {
            let detail = format!("it was sealed for the register {register}: ask there");
            Some(answer(Genuineness::CannotBeChecked, "otherRegister", detail))
        }
        Presented::Number(_) | Presented::Code(_) | Presented::Seal(..) => None,
    };
    refused.unwrap_or_else(|| known(presented, cited, moment))
}

fn answer(answer: Genuineness, code: &'static str, detail: impl Into<String>) -> PaperAnswer {
    PaperAnswer { answer, stands: false, status: None, reasons: vec![PaperReason { code, detail: detail.into() }] }
}

/// What cannot be read may be creased; what is read and signed by nobody is made up.
fn refused_code(error: &TokenError) -> PaperAnswer {
    let is = match error {
        TokenError::KeyUnknown { .. } | TokenError::SignatureInvalid { .. } => Genuineness::NotGenuine,
        TokenError::OtherSystem
        | TokenError::TooLong { .. }
        | TokenError::Base45
        | TokenError::Deflate
        | TokenError::Bomb
        | TokenError::Cose { .. }
        | TokenError::Claim { .. }
        | TokenError::KeyRetired { .. }
        | TokenError::OtherRegister { .. } => Genuineness::CannotBeChecked,
    };
    answer(is, error.code(), error.to_string())
}

fn refused_seal(error: &SealError) -> PaperAnswer {
    answer(Genuineness::NotGenuine, error.code(), error.to_string())
}

fn known(presented: &Presented, cited: &Cited, moment: Moment) -> PaperAnswer {
    let known = match cited {
        Cited::Known(known) => known,
        Cited::Unreadable(why) => return answer(Genuineness::CannotBeChecked, "certificateCorrupt", why),
        Cited::Unknown => {
            return match presented {
                Presented::Seal(..) => {
                    answer(Genuineness::NotGenuine, "neverAccepted", "it is sealed, but this register never took it in")
                }
                // The register's own key signed for what it does not have: its rows are not those it had.
                Presented::Code(_) => {
                    let detail = "the register signed this code and does not have the certificate: tell the operator";
                    answer(Genuineness::CannotBeChecked, "certificateMissing", detail)
                }
                Presented::Number(_) | Presented::RefusedCode(_) | Presented::RefusedSeal(_) => {
                    answer(Genuineness::NotGenuine, "numberUnknown", "no certificate of this register has this number")
                }
            };
        }
    };
    let mut judged = PaperAnswer { answer: Genuineness::Genuine, stands: true, status: None, reasons: Vec::new() };
    let mut because = |code: &'static str, detail: &str| {
        judged.reasons.push(PaperReason { code, detail: detail.to_owned() });
    };
    let (seal, stands) = match &known.seal {
        SealStanding::Trusted => (Genuineness::Genuine, true),
        SealStanding::RevokedLater { detail } => {
            because("sealRevokedLater", detail);
            (Genuineness::Genuine, true)
        }
        SealStanding::Revoked { detail } => {
            because("sealRevoked", detail);
            (Genuineness::NotGenuine, false)
        }
        SealStanding::Untrusted(detail) => {
            because("sealUntrusted", detail);
            (Genuineness::NotGenuine, false)
        }
        SealStanding::ListStale { detail } => {
            because("revocationListStale", detail);
            (Genuineness::CannotBeChecked, false)
        }
    };
    let active = match &known.manufacturer {
        ManufacturerStanding::Known(manufacturer) if manufacturer.active => true,
        ManufacturerStanding::Known(_) | ManufacturerStanding::Unregistered => {
            because("manufacturerNotActive", "its manufacturer is not registered as active any more");
            false
        }
        ManufacturerStanding::Unreadable => {
            because("certificateCorrupt", "the register's row of the manufacturer was changed outside the service");
            false
        }
    };
    let status = shown_status(&known.status, known.certificate.validity, known.ledger.exhausted, moment.day);
    let code = match status {
        ShownStatus::Valid => None,
        ShownStatus::Revoked => Some("certificateRevoked"),
        ShownStatus::Replaced => Some("certificateReplaced"),
        ShownStatus::Suspended => Some("certificateSuspended"),
        ShownStatus::Expired => Some("certificateExpired"),
        ShownStatus::Exhausted => Some("certificateExhausted"),
        ShownStatus::NotYetValid => Some("certificateNotYetValid"),
    };
    if let Some(code) = code {
        because(code, "it is genuine, and may not be used now");
    }
    judged.status = Some(status);
    judged.answer = match &known.manufacturer {
        ManufacturerStanding::Unreadable if seal == Genuineness::Genuine => Genuineness::CannotBeChecked,
        ManufacturerStanding::Known(_) | ManufacturerStanding::Unregistered | ManufacturerStanding::Unreadable => seal,
    };
    judged.stands = stands && active && status == ShownStatus::Valid;
    judged
}

impl Presented {
    /// Whether what it proves is the certificate with this digest. A number proves nothing and agrees with all.
    pub fn is_of(&self, digest: Digest) -> bool {
        self.digest().is_none_or(|proven| proven == digest)
    }
}

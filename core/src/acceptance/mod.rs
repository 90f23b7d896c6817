//! Who may seal what: whether the register takes a sealed certificate in.
//!
//! This is the point of the product: a document counts because its *manufacturer* sealed it, not because
//! somebody did. The steps are numbered as in docs/CERTIFICATE.md, "Acceptance".

#[cfg(test)]
mod tests;

use time::OffsetDateTime;

use crate::certificate::Certificate;
use crate::chain::{ChainError, Revocation, VerifiedPath};
use crate::check::StoredStatus;
use crate::manufacturer::{Manufacturer, Organisation};
use crate::moment::Moment;
use crate::party::Identifier;
use crate::seal::{SealError, is_iat_acceptable};

/// Why a certificate with a good signature is refused. Each says both sides and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Meant for another register.
    #[error("the certificate was sealed for the register {found:?}, this is {wanted:?}; seal one for this register")]
    OtherRegister {
        /// This register.
        wanted: String,
        /// The one named.
        found: String,
    },
    /// `iat` too far from acceptance.
    #[error("{0}")]
    SealTime(SealError),
    /// The chain leads to no trust anchor, or breaks the profile.
    #[error("the seal certificate is not trusted: {0}")]
    SealUntrusted(ChainError),
    /// A certificate of the chain is revoked.
    #[error("the seal certificate is revoked: {0}")]
    SealRevoked(String),
    /// No fresh list of revoked seal certificates.
    #[error("whether the seal certificate is revoked cannot be told now: {0}; try again later")]
    RevocationListStale(String),
    /// The seal certificate names no organisation.
    #[error(
        "the seal certificate carries no usable organizationIdentifier (found {found:?}); \
         use a seal certificate of a legal person (ETSI EN 319 412-1, 5.1.4)"
    )]
    SealerNotIdentified {
        /// What stands there.
        found: String,
    },
    /// Nobody registered the payload's manufacturer.
    #[error("{manufacturer} is not registered here as a manufacturer; only a registered manufacturer can seal")]
    ManufacturerNotRegistered {
        /// As the payload names it.
        manufacturer: String,
    },
    /// The payload mixes identifiers that are not all registered for one manufacturer.
    #[error("the identifier {identifier} is not registered for {manufacturer}; have it registered or leave it out")]
    ManufacturerIdentifierUnknown {
        /// The odd one.
        identifier: String,
        /// The manufacturer found by the others.
        manufacturer: String,
    },
    /// The seal is not the manufacturer's: a supplier's, say.
    #[error(
        "the seal belongs to {sealer}, but the certificate speaks for the manufacturer {manufacturer}; \
         it must be sealed by the manufacturer, not by its supplier or seller"
    )]
    SealNotTheManufacturers {
        /// Whose seal it is.
        sealer: String,
        /// Whose it should be.
        manufacturer: String,
    },
    /// The manufacturer is suspended.
    #[error("the registration of the manufacturer {manufacturer} is suspended; ask the operator of the register")]
    ManufacturerSuspended {
        /// Which.
        manufacturer: String,
    },
    /// Somebody else submits.
    #[error("the caller acts for {caller}, the manufacturer is {manufacturer}; a manufacturer submits its own")]
    SubmitterNotTheManufacturer {
        /// Who submits.
        caller: String,
        /// Who should.
        manufacturer: String,
    },
    /// Goods that the manufacturer was not vetted for.
    #[error("line {line}: {code} lies outside the goods that {manufacturer} was vetted for ({scope})")]
    OutsideScope {
        /// The line.
        line: u32,
        /// Its commodity code.
        code: String,
        /// Who.
        manufacturer: String,
        /// The vetted codes.
        scope: String,
    },
    /// Over before it begins.
    #[error("the validity ended on {until}, today is {today}; seal one whose validity is not over")]
    ValidityOver {
        /// The last day.
        until: String,
        /// The day of acceptance.
        today: String,
    },
    /// `replaces` names no certificate of this manufacturer.
    #[error("replaces: this manufacturer has no certificate {0} in this register; correct the number or leave it out")]
    ReplacedUnknown(String),
    /// `replaces` names one that is revoked or replaced.
    #[error("replaces: {number} is {status} already; leave `replaces` out to issue a certificate of its own")]
    ReplacedFinal {
        /// Which.
        number: String,
        /// Its status.
        status: &'static str,
    },
}

impl Refusal {
    /// The reason code: stable, listed in docs/API.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherRegister { .. } => "otherRegister",
            Self::SealTime(_) => "sealTimeOutOfRange",
            Self::SealUntrusted(_) => "sealUntrusted",
            Self::SealRevoked(_) => "sealRevoked",
            Self::RevocationListStale(_) => "revocationListStale",
            Self::SealerNotIdentified { .. } => "sealerNotIdentified",
            Self::ManufacturerNotRegistered { .. } => "manufacturerNotRegistered",
            Self::ManufacturerIdentifierUnknown { .. } => "manufacturerIdentifierUnknown",
            Self::SealNotTheManufacturers { .. } => "sealNotTheManufacturers",
            Self::ManufacturerSuspended { .. } => "manufacturerSuspended",
            Self::SubmitterNotTheManufacturer { .. } => "submitterNotTheManufacturer",
            Self::OutsideScope { .. } => "outsideScope",
            Self::ValidityOver { .. } => "validityOver",
            Self::ReplacedUnknown(_) => "replacedUnknown",
            Self::ReplacedFinal { .. } => "replacedFinal",
        }
    }
}

/// What is known when a certificate is submitted.
#[derive(Debug)]
pub struct Application<'a> {
    /// The payload.
    pub certificate: &'a Certificate,
    /// Its `iat`.
    pub sealed_at: OffsetDateTime,
    /// The path of its chain at this moment.
    pub path: Result<&'a VerifiedPath, &'a ChainError>,
    /// What the lists say of that path now; `None` without a path.
    pub revocation: Option<Revocation>,
    /// This register's origin.
    pub register: &'a str,
    /// Who submits.
    pub submitter: &'a Organisation,
    /// How the certificate that it replaces stands; `None` where the submitter has no such certificate.
    pub replaced: Option<&'a StoredStatus>,
}

/// Decides, step by step; the first step that fails is the reason given.
pub fn admit<'a>(
    application: &Application<'_>,
    registered: impl Fn(&Identifier) -> Option<&'a Manufacturer>,
    now: Moment,
) -> Result<(), Refusal> {
    let certificate = application.certificate;
    // 1. Meant for this register: one seal must not be spent in two.
    if certificate.register.as_str() != application.register {
        return Err(Refusal::OtherRegister {
            wanted: application.register.to_owned(),
            found: certificate.register.to_string(),
        });
    }
    // 2. Sealed about now: `iat` is only the signer's word.
    is_iat_acceptable(application.sealed_at, now.at).map_err(Refusal::SealTime)?;
    // 3. Trusted and not revoked now.
    let path = application.path.map_err(|error| Refusal::SealUntrusted(error.clone()))?;
    require_unrevoked(application.revocation.as_ref())?;
    // 4. The manufacturer named is registered.
    let manufacturer = registered_manufacturer(certificate, &registered)?;
    // 5. The seal is that manufacturer's.
    require_makers_seal(path, certificate, |sealer| manufacturer.is(sealer))?;
    // 6. It is active, and submits for itself.
    if !manufacturer.active {
        return Err(Refusal::ManufacturerSuspended { manufacturer: manufacturer.name.to_string() });
    }
    if manufacturer.organisation != *application.submitter {
        return Err(Refusal::SubmitterNotTheManufacturer {
            caller: application.submitter.to_string(),
            manufacturer: manufacturer.organisation.to_string(),
        });
    }
    // 7. Every line lies in what it was vetted for.
    if let Some(line) = certificate.lines.iter().find(|line| !manufacturer.covers(&line.commodity_code)) {
        return Err(Refusal::OutsideScope {
            line: line.line,
            code: line.commodity_code.to_string(),
            manufacturer: manufacturer.name.to_string(),
            scope: manufacturer.scope.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        });
    }
    // 8. It can still be of use.
    if certificate.validity.until < now.day {
        return Err(Refusal::ValidityOver {
            until: crate::day::format(certificate.validity.until),
            today: crate::day::format(now.day),
        });
    }
    // 9. What it replaces is the manufacturer's own, and neither revoked nor replaced.
    let Some(number) = certificate.replaces else { return Ok(()) };
    match application.replaced {
        None => Err(Refusal::ReplacedUnknown(number.to_string())),
        Some(StoredStatus::Valid | StoredStatus::Suspended { .. }) => Ok(()),
        Some(status @ (StoredStatus::Revoked { .. } | StoredStatus::Replaced { .. })) => {
            Err(Refusal::ReplacedFinal { number: number.to_string(), status: status.as_str() })
        }
    }
}

/// Step 5: the seal certificate's identifier is one of the manufacturer's. `is` knows those: the registry's, or, where
/// there is no registry to ask, those that the payload names.
pub fn require_makers_seal(
    path: &VerifiedPath,
    certificate: &Certificate,
    is: impl Fn(&Identifier) -> bool,
) -> Result<(), Refusal> {
    let sealer = path.organization_identifier().ok_or_else(|| Refusal::SealerNotIdentified {
        found: path.organization_identifier_text().unwrap_or_default().chars().take(70).collect(),
    })?;
    if is(sealer) {
        return Ok(());
    }
    Err(Refusal::SealNotTheManufacturers {
        sealer: format!("{} ({sealer})", path.subject()),
        manufacturer: certificate.manufacturer.label(),
    })
}

fn require_unrevoked(revocation: Option<&Revocation>) -> Result<(), Refusal> {
    match revocation {
        Some(Revocation::Good) => Ok(()),
        // At acceptance every revocation on the list counts: the signer should not have sealed with it.
        Some(found @ (Revocation::Revoked { .. } | Revocation::RevokedLater { .. })) => {
            Err(Refusal::SealRevoked(found.to_string()))
        }
        Some(found @ Revocation::ListStale { .. }) => Err(Refusal::RevocationListStale(found.to_string())),
        None => Err(Refusal::RevocationListStale("it was not looked up".to_owned())),
    }
}

fn registered_manufacturer<'a>(
    certificate: &Certificate,
    registered: &impl Fn(&Identifier) -> Option<&'a Manufacturer>,
) -> Result<&'a Manufacturer, Refusal> {
    let named = &certificate.manufacturer;
    let manufacturer = named
        .identifiers
        .iter()
        .find_map(registered)
        .ok_or_else(|| Refusal::ManufacturerNotRegistered { manufacturer: named.label() })?;
    // One identifier of a registered maker beside somebody else's would lend its name to a stranger.
    match named.identifiers.iter().find(|identifier| !manufacturer.is(identifier)) {
        None => Ok(manufacturer),
        Some(stranger) => Err(Refusal::ManufacturerIdentifierUnknown {
            identifier: stranger.to_string(),
            manufacturer: manufacturer.name.to_string(),
        }),
    }
}

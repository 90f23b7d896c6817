//! The codes of findings: stable, listed in docs/CHECK.md, each with its effect and its CERTEX code.

use super::Severity;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $severity:ident $($certex:literal)?;)*) => {
        /// What a check can find.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "camelCase")]
        pub enum FindingCode {
            $($(#[$doc])* $name,)*
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name as written in JSON and in the log.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => {
                        const NAME: [u8; stringify!($name).len()] = lower_first(stringify!($name));
                        match std::str::from_utf8(&NAME) { Ok(name) => name, Err(_) => "" }
                    })*
                }
            }

            /// Its effect, where the finding does not say otherwise.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// The CERTEX failure reason (customs conventions, "reservation refused").
            pub const fn certex(self) -> Option<&'static str> {
                match self { $(Self::$name => codes!(@certex $($certex)?),)* }
            }
        }
    };
    (@certex) => { None };
    (@certex $certex:literal) => { Some($certex) };
}

/// The name of a variant in camelCase: what serde writes.
const fn lower_first<const N: usize>(name: &str) -> [u8; N] {
    let mut out = [0; N];
    if let Some((slots, _)) = out.split_at_mut_checked(name.len()) {
        slots.copy_from_slice(name.as_bytes());
    }
    if let Some(first) = out.first_mut() {
        *first = first.to_ascii_lowercase();
    }
    out
}

codes! {
    /// The movement is forbidden; no certificate cures it.
    Prohibited Hard;
    /// Forbidden, but a licence that may lift it is declared: the officer looks at it.
    ProhibitedLicenceDeclared Open;
    /// A certificate is required and none is cited.
    CertificateMissing Hard;
    /// Another document than the manufacturer's certificate is required.
    OtherDocumentRequired Information;
    /// Whether something is required cannot be told: a list is too old, partial or not loaded.
    RequirementUnknown Open;
    /// Only part of the code is listed, by description: the description decides.
    DescriptionDecides Open;
    /// Neither Y901 nor a licence is declared, so the dual-use question is open.
    DualUseUndeclared Open;
    /// No routing is declared and no border office tells it.
    RoutingUnknown Open;
    /// The number is not a certificate number.
    CertificateNumberMalformed Hard "11";
    /// The check character does not fit: a typing or reading error.
    CertificateNumberMistyped Hard "11";
    /// No such certificate in this register.
    CertificateUnknown Hard "11";
    /// The stored certificate does not verify from its bytes: a fault of this register.
    CertificateCorrupt Open "11";
    /// The certificate has no such line.
    LineUnknown Hard "07";
    /// Revoked by its manufacturer.
    CertificateRevoked Hard "04";
    /// Suspended.
    CertificateSuspended Hard "04";
    /// Replaced by another one.
    CertificateReplaced Hard "04";
    /// Its validity is over.
    CertificateExpired Hard "04";
    /// Its validity has not begun.
    CertificateNotYetValid Hard "04";
    /// Nothing is left of it.
    CertificateExhausted Hard "04";
    /// Expired, exhausted or replaced, but this movement's own reservation was made in time.
    CoveredByReservation Information;
    /// It covers one movement and is bound to another.
    BoundToAnotherMovement Hard "02";
    /// The seal's chain leads to no anchor this register trusts.
    SealUntrusted Hard "11";
    /// The seal certificate was revoked, for a reason or at a time that counts.
    SealRevoked Hard "11";
    /// The seal certificate was revoked after acceptance, for a reason that leaves the seal standing.
    SealRevokedLater Warning;
    /// The list of revoked seal certificates is missing or out of date.
    RevocationListStale Open "11";
    /// The manufacturer is no longer registered or is suspended.
    ManufacturerNotActive Hard "11";
    /// The goods lie outside the scope the manufacturer was vetted for.
    ManufacturerScope Hard "11";
    /// HS subheading, or CN or TARIC code where both say one, differs.
    CommodityCodeMismatch Hard "03";
    /// Another CN code under the same subheading, across nomenclature years.
    CommodityCodeOtherYear Warning;
    /// More than the line grants or has left.
    QuantityExceeded Hard "05";
    /// At the border, and the movement holds less than is presented: what is not reserved may not pass.
    NotReserved Open "05";
    /// The units measure different things.
    UnitNotComparable Open "10";
    /// What is cited does not add up to the item.
    QuantityNotCovered Hard "05";
    /// The item declares no quantity in a unit that its citations can be compared with.
    ItemQuantityNotComparable Open "10";
    /// The net mass lies outside the tolerance, or differs where none is set.
    NetMassDiffers Warning;
    /// Another country of destination.
    DestinationMismatch Hard "08";
    /// A country on the route that the certificate does not name.
    RoutingCountryNotCertified Hard;
    /// A country of the certified route is not declared.
    RoutingCountryOmitted Hard;
    /// A border office leads into a country that the declared routing leaves out.
    RoutingOfficeContradicts Hard;
    /// The countries are those certified, in another order.
    RoutingOrderDiffers Warning;
    /// Another party, by identifier.
    PartyMismatch Hard "09";
    /// Identifiers of different registers, or none: only names could be compared.
    PartyNotIdentified Open;
    /// The same party under another name.
    PartyNameDiffers Warning;
    /// The exporter's register knows the party as the manufacturer, another one is declared.
    ManufacturerMismatch Hard;
    /// Used goods on a certificate for new ones, or the reverse.
    ConditionMismatch Hard;
    /// Another country of origin.
    OriginDiffers Warning;
    /// A serial number the certificate does not name.
    SerialNumberUnknown Hard;
    /// Another tractor or trailer than certified.
    TransportDiffers Warning;
    /// A statement that the regime demands is not confirmed.
    StatementMissing Hard;
    /// The wording confirmed is not one the regime accepts.
    StatementWordingNotAccepted Hard;
    /// An element of the data set is empty, so the comparison could not be made.
    ElementEmpty Open;
    /// The declaration was corrected by hand beside the ledger.
    Overridden Warning;
}

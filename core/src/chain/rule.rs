//! The rules of our profile, each with its code and its source.

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident $code:literal $wanted:literal $source:literal;)*) => {
        /// A rule of the path profile that webpki does not enforce.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $name,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The reason code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What is wanted.
            pub const fn wanted(self) -> &'static str {
                match self { $(Self::$name => $wanted,)* }
            }

            /// Where it is written.
            pub const fn source(self) -> &'static str {
                match self { $(Self::$name => $source,)* }
            }
        }
    };
}

rules! {
    /// Zero, negative or overlong serials cannot be looked up in a list without doubt.
    SerialNumber "certificateSerialNumber" "a positive serial number of at most 20 octets" "RFC 5280, 4.1.2.2";
    /// Without names nobody is named.
    Name "certificateName" "a subject and an issuer that are not empty" "RFC 5280, 4.1.2.4 and 4.1.2.6";
    /// Two encodings of one time let two readers disagree.
    TimeEncoding "certificateTimeEncoding" "UTCTime up to 2049, GeneralizedTime from 2050 on" "RFC 5280, 4.1.2.5";
    /// Two readers could take different ones.
    ExtensionTwice "certificateExtensionTwice" "every extension once" "RFC 5280, 4.2";
    /// An extension that cannot be read cannot be honoured.
    ExtensionMalformed "certificateExtensionMalformed" "extensions that can be read" "RFC 5280, 4.2";
    /// Critical where no reader may be forced to understand it.
    ExtensionCritical "certificateExtensionCritical" "an extension that is not critical" "RFC 5280, 4.2.1 and 4.2.2";
    /// Not critical where a reader must not pass over it.
    ExtensionNotCritical "certificateExtensionNotCritical" "an extension that is critical" "RFC 5280, 4.2.1";
    /// After a CA's change of keys the names are equal and only the identifiers tell the keys apart.
    AuthorityKeyIdentifier "certificateAuthorityKeyIdentifier"
        "the key identifier of the issuer's certificate" "RFC 5280, 4.2.1.1";
    /// The other end of the same link.
    SubjectKeyIdentifier "certificateSubjectKeyIdentifier" "a key identifier in an issuer's certificate" "RFC 5280, 4.2.1.2";
    /// A CA that may not sign certificates.
    KeyUsageOfIssuer "certificateKeyUsageOfIssuer" "key usage keyCertSign in an issuer's certificate" "RFC 5280, 4.2.1.3";
    /// A manufacturer's key that could issue certificates.
    KeyUsageOfSealCertificate "certificateKeyUsageOfSealCertificate"
        "key usage without keyCertSign in a seal certificate" "RFC 5280, 4.2.1.3 and 4.2.1.9";
    /// A CA that does not say so in a way that every reader must heed.
    BasicConstraintsOfIssuer "certificateBasicConstraintsOfIssuer"
        "critical basic constraints with cA in an issuer's certificate" "RFC 5280, 4.2.1.9";
    /// CA bits on an end entity.
    BasicConstraintsOfSealCertificate "certificateBasicConstraintsOfSealCertificate"
        "neither cA nor a path length in a seal certificate" "RFC 5280, 4.2.1.9";
    /// Name constraints where nothing is issued.
    NameConstraintsOnSealCertificate "certificateNameConstraintsOnSealCertificate"
        "no name constraints in a seal certificate" "RFC 5280, 4.2.1.10";
    /// Two identities in one certificate.
    OrganizationIdentifier "certificateOrganizationIdentifier"
        "one organizationIdentifier at most, readable as text" "ETSI EN 319 412-3, 4.2.1";
}

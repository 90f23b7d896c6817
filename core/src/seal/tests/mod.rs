mod header;
mod property;
mod signature;
mod time;

use ::time::OffsetDateTime;
use rustls_pki_types::CertificateDer;

use super::{Algorithm, SealError, assemble, parse, signing_input};
use crate::chain::tests::pki::{Draft, Key, NOON, common_name};

const PAYLOAD: &[u8] = br#"{"version":1}"#;

/// A sealing system with a P-256 key; to this module its certificate's issuer is nobody's concern.
struct Sealer {
    key: Key,
    draft: Draft,
    issuer: Key,
}

impl Sealer {
    fn new() -> Self {
        let (key, issuer) = (Key::new(), Key::new());
        let draft = Draft::seal(common_name("Seal"), &key, common_name("Issuer"), &issuer);
        Self { key, draft, issuer }
    }

    fn chain(&self) -> [CertificateDer<'static>; 1] {
        [self.draft.signed_by(&self.issuer)]
    }

    fn seal(&self) -> String {
        self.seal_at(NOON)
    }

    fn seal_at(&self, sealed_at: OffsetDateTime) -> String {
        let input = signing_input(Algorithm::Es256, &self.chain(), sealed_at, PAYLOAD);
        assemble(&input, &self.key.sign_jws(input.as_bytes()))
    }

    /// A seal with any header over any payload, signed all the same.
    fn seal_with(&self, header: &[u8], payload: &[u8]) -> String {
        let input = format!("{}.{}", super::base64::to_url(header), super::base64::to_url(payload));
        assemble(&input, &self.key.sign_jws(input.as_bytes()))
    }

    /// The header members of a good seal, in JSON.
    fn members(&self) -> Vec<(String, String)> {
        let [leaf] = self.chain();
        let thumbprint = super::base64::to_url(crate::digest::Digest::of(&leaf).as_bytes());
        [
            ("alg", "\"ES256\"".to_owned()),
            ("cty", "\"application/vnd.endmark.certificate.v1+json\"".to_owned()),
            ("x5t#S256", format!("\"{thumbprint}\"")),
            ("x5c", format!("[\"{}\"]", super::base64::to_standard(&leaf))),
            ("iat", NOON.unix_timestamp().to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

fn written(members: &[(String, String)]) -> String {
    let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn code(jws: &str) -> &'static str {
    verify(jws).unwrap_err().code()
}

fn verify(jws: &str) -> Result<super::SignedPayload, SealError> {
    parse(jws.as_bytes())?.verify()
}

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{Sealer, parse};

static SEAL: LazyLock<String> = LazyLock::new(|| Sealer::new().seal());

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        prop_assert!(parse(&bytes).is_err());
    }

    #[test]
    fn any_three_parts_are_read_or_refused(header: Vec<u8>, payload: Vec<u8>, signature: Vec<u8>) {
        let parts = [header, payload, signature].map(|part| super::super::base64::to_url(&part));
        prop_assert!(parse(parts.join(".").as_bytes()).is_err());
    }

    #[test]
    fn any_header_json_is_read_or_refused(name in "alg|cty|x5c|x5t#o|iat|kid|crit", value in "[\\[\\]{}\",:0-9a-z .-]{0,40}") {
        let header = format!("{{\"{name}\":{value}}}");
        let jws = format!("{}..", super::super::base64::to_url(header.as_bytes()));
        prop_assert!(parse(jws.as_bytes()).is_err());
    }

    /// Header, payload and signature: whatever is changed, no other seal comes of it.
    #[test]
    fn a_seal_with_one_byte_changed_is_refused(place: prop::sample::Index, other: u8) {
        let mut bytes = SEAL.clone().into_bytes();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != other);
        bytes[place] = other;
        prop_assert!(parse(&bytes).and_then(super::super::UnverifiedSeal::verify).is_err());
    }
}

//! Where a listener listens, read with words that say what stands there and what to write.

use std::net::SocketAddr;

use serde::{Deserialize, Deserializer, de::Error};

pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        D::Error::custom(format!("{shown:?} is no address to listen on: write IP:PORT such as 127.0.0.1:8443"))
    })
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer as _;
    use serde::de::value::{Error, StrDeserializer};

    #[test]
    fn what_is_no_address_is_shown_with_what_to_write() {
        let read = |text: &'static str| {
            let text: StrDeserializer<'_, Error> = text.into_deserializer();
            super::read(text)
        };
        assert!(read("127.0.0.1:8443").is_ok() && read("[::1]:0").is_ok());
        for bad in ["foo", "127.0.0.1", "localhost:8443", "8443", ""] {
            let error = read(bad).unwrap_err().to_string();
            assert!(error.contains(&format!("{bad:?}")) && error.contains("127.0.0.1:8443"), "{error}");
        }
    }
}

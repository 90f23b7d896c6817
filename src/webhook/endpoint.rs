//! The address of a webhook: what may be written down at all. Where its host leads is judged when it is called.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} cannot be a webhook: {problem}; write https://HOST/PATH")]
pub struct EndpointError {
    url: String,
    problem: &'static str,
}

/// An address of a webhook: https, or http where private networks are allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Whether it is https.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The parsed address.
    pub(crate) const fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let refuse = |problem| EndpointError { url: text.chars().take(200).collect(), problem };
        if text.len() > 2_000 {
            return Err(refuse("it is longer than 2,000 bytes"));
        }
        let url = Url::parse(text).map_err(|_| refuse("it is no URL"))?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
            return Err(refuse("it is no https URL with a host"));
        }
        // They would stand in the registry, in lists and in errors.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it carries a user or a password"));
        }
        if url.fragment().is_some() {
            return Err(refuse("it has a fragment"));
        }
        Ok(Self(url))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_without_a_user_are_webhooks() {
        for good in ["https://erp.example/hooks?a=1", "https://[2001:4860::1]:8443/", "http://127.0.0.1/"] {
            assert!(good.parse::<Endpoint>().is_ok(), "{good}");
        }
        for bad in
            ["erp.example", "ftp://erp.example/", "file:///etc/passwd", "https://a:b@erp.example/", "https://x/#y"]
        {
            assert!(bad.parse::<Endpoint>().is_err(), "{bad}");
        }
    }
}

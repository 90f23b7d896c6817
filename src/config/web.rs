//! Settings of the pages that people's browsers see.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use time::Duration;

use super::ConfigError;

/// The listener for people's browsers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Address and port; without certificate and key loopback only.
    #[serde(deserialize_with = "super::address::read")]
    pub listen: SocketAddr,
    /// The server's certificate chain, PEM: with it and the key the pages are served over HTTPS.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
    /// Where browsers find it, such as `https://border.example.lt`: what officers' links begin with.
    pub address: Option<String>,
}

impl Web {
    /// Certificate chain and key, where it speaks HTTPS itself.
    pub fn tls(&self) -> Option<(&Path, &Path)> {
        self.certificate.as_deref().zip(self.key.as_deref())
    }

    /// Where browsers find it, when it listens there.
    pub fn address(&self, bound: SocketAddr) -> String {
        let scheme = if self.tls().is_some() { "https" } else { "http" };
        self.address.clone().unwrap_or_else(|| format!("{scheme}://{bound}"))
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let refuse = |key, value: String, fix: &str| Err(ConfigError::Value { key, value, fix: fix.to_owned() });
        if self.certificate.is_some() != self.key.is_some() {
            return refuse("web.certificate", String::new(), "write web.certificate and web.key, or neither");
        }
        let Some(address) = &self.address else { return Ok(()) };
        let good = match address.split_once("://") {
            Some(("https", host)) => is_host(host),
            // A browser keeps cookies of plain HTTP apart from nobody: on this machine alone.
            Some(("http", host)) => is_host(host) && ["127.0.0.1", "localhost", "[::1]"].contains(&without_port(host)),
            _ => false,
        };
        if good {
            return Ok(());
        }
        refuse("web.address", address.clone(), "write https://HOST or https://HOST:PORT, without a path")
    }
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(host, _)| host)
}

/// How long officers stay signed in.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Officers {
    /// After so many minutes without a request a session needs its PIN, or is over.
    pub idle_minutes: u16,
    /// After so many hours it is over.
    pub session_hours: u16,
}

impl Default for Officers {
    fn default() -> Self {
        // NIST SP 800-63B, AAL2: at most 12 hours, and 30 minutes without activity. A counter has people on both sides.
        Self { idle_minutes: 15, session_hours: 12 }
    }
}

impl Officers {
    /// How long a session may be left alone.
    pub fn idle(self) -> Duration {
        Duration::minutes(self.idle_minutes.into())
    }

    /// How long a session lasts.
    pub fn session(self) -> Duration {
        Duration::hours(self.session_hours.into())
    }

    pub(super) fn validate(self) -> Result<(), ConfigError> {
        let bounds = [
            ("officers.idle_minutes", self.idle_minutes, 1, 120, "minutes"),
            ("officers.session_hours", self.session_hours, 1, 24, "hours"),
        ];
        for (key, found, least, most, of) in bounds {
            if !(least..=most).contains(&found) {
                let fix = format!("write a number of {of} from {least} to {most}");
                return Err(ConfigError::Value { key, value: found.to_string(), fix });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Web;

    #[test]
    fn links_begin_with_https_or_lead_to_this_machine() {
        let web = |address: &str| Web {
            listen: "127.0.0.1:8080".parse().unwrap(),
            certificate: None,
            key: None,
            address: Some(address.to_owned()),
        };
        for good in ["https://border.example.lt", "https://10.0.0.1:8444", "http://127.0.0.1:8080", "http://localhost"]
        {
            assert!(web(good).validate().is_ok(), "{good}");
        }
        for bad in
            ["http://border.example.lt", "border.example.lt", "https://", "https://a/b", "ftp://a", "https://a@b"]
        {
            assert!(web(bad).validate().is_err(), "{bad}");
        }
    }
}

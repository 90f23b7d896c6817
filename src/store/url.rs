//! Where the database is.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::StoreError;

/// Names a PEM file with the certificate authorities of the `PostgreSQL` server, for `sslmode=require`.
const ROOTS_VARIABLE: &str = "ENDMARK_DATABASE_CA";

/// A parsed database address.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// `sqlite://PATH` or a bare path.
    Sqlite(PathBuf),
    /// `postgres://…`, as tokio-postgres reads it.
    Postgres(Box<tokio_postgres::Config>),
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let config = url.parse().map_err(|error: tokio_postgres::Error| StoreError::Url(error.to_string()))?;
            return Ok(Self::Postgres(Box::new(noticing_a_dead_host(config))));
        }
        let path = url.strip_prefix("sqlite://").unwrap_or(url);
        if path.is_empty() || path.contains("://") {
            return Err(StoreError::Url("wanted sqlite://PATH or postgres://USER@HOST/DATABASE".to_owned()));
        }
        Ok(Self::Sqlite(path.into()))
    }
}

/// A host that vanishes without a word would be waited for by the hour: the library's own limits are two hours and none.
/// What the URL says stands.
fn noticing_a_dead_host(mut config: tokio_postgres::Config) -> tokio_postgres::Config {
    let untouched = tokio_postgres::Config::new();
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(5));
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(20));
    }
    if config.get_keepalives_idle() == untouched.get_keepalives_idle() {
        config.keepalives_idle(Duration::from_secs(10));
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(Duration::from_secs(5));
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(3);
    }
    config
}

/// The roots that the database server's certificate must lead to; none unless the operator names a file.
pub(super) fn roots() -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = std::env::var_os(ROOTS_VARIABLE) {
        let refused = |problem: String| StoreError::Url(format!("{ROOTS_VARIABLE} {}: {problem}", path.display()));
        for certificate in CertificateDer::pem_file_iter(&path).map_err(|error| refused(error.to_string()))? {
            let certificate = certificate.map_err(|error| refused(error.to_string()))?;
            roots.add(certificate).map_err(|error| refused(error.to_string()))?;
        }
    }
    Ok(roots)
}

//! Whom a receiver's certificate must lead to: the system's authorities, and one of the operator's own.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, pem::PemObject};

use crate::app::tls::TlsError;

/// TLS towards receivers.
pub(super) fn client(authority: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for problem in &found.errors {
        tracing::warn!(%problem, "some authorities of the system cannot be read; webhooks under them fail");
    }
    roots.add_parsable_certificates(found.certs);
    if let Some(path) = authority {
        let refused = |problem: String| TlsError::File {
            path: path.display().to_string(),
            problem,
            wanted: "the authorities of webhooks' receivers",
        };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| refused(error.to_string()))? {
            roots.add(certificate.map_err(|error| refused(error.to_string()))?)?;
        }
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

//! A caller's side of the api: mutual TLS, JSON in and out. The command line and the demo use it.

use std::sync::Arc;

use reqwest::{Method, Response, StatusCode, header};
use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::Value;

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Certificate, key or authority cannot be used.
    #[error("{what}: {problem}; wanted a PEM file")]
    Pem {
        /// Which.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// TLS cannot be set up.
    #[error("TLS: {0}; do certificate and key belong together?")]
    Tls(#[from] rustls::Error),
    /// The server was not reached, or broke off.
    #[error("the service at {url} does not answer: {problem}")]
    Unreachable {
        /// Where.
        url: String,
        /// What happened.
        problem: String,
    },
}

/// A connection to a register as one caller.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
}

/// An answer: its status and its JSON, or its text as a JSON string.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Status.
    pub status: StatusCode,
    /// Body.
    pub body: Value,
}

impl Client {
    /// A caller at `base` (`https://HOST:PORT`), with its certificate and key and the server's authority, all PEM.
    pub fn new(base: &str, certificate: &str, key: &str, authority: &str) -> Result<Self, ClientError> {
        let bad = |what: &'static str| {
            move |error: rustls_pki_types::pem::Error| ClientError::Pem { what, problem: error.to_string() }
        };
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(authority.as_bytes()) {
            roots.add(root.map_err(bad("the server's authority"))?)?;
        }
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(bad("the client certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(bad("the client's key"))?;
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)?;
        Self::with_tls(base, tls)
    }

    /// With a TLS configuration of one's own.
    pub fn with_tls(base: &str, tls: rustls::ClientConfig) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| ClientError::Unreachable { url: base.to_owned(), problem: chain_of(&error) })?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned() })
    }

    /// Sends a request with a body of a content type.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Answered, ClientError> {
        self.send_with(method, path, body, &[]).await
    }

    /// Sends a request with headers of one's own.
    pub async fn send_with(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
        headers: &[(&str, &str)],
    ) -> Result<Answered, ClientError> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some((media_type, bytes)) = body {
            request = request.header(header::CONTENT_TYPE, media_type).body(bytes);
        }
        let lost =
            |error: reqwest::Error| ClientError::Unreachable { url: self.base.clone(), problem: chain_of(&error) };
        let response: Response = request.send().await.map_err(lost)?;
        let status = response.status();
        let text = response.text().await.map_err(lost)?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answered { status, body })
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Result<Answered, ClientError> {
        self.send(Method::GET, path, None).await
    }

    /// The headers that a GET answers with.
    pub async fn headers(&self, path: &str) -> Result<header::HeaderMap, ClientError> {
        let lost =
            |error: reqwest::Error| ClientError::Unreachable { url: self.base.clone(), problem: chain_of(&error) };
        let response: Response = self.http.get(format!("{}{path}", self.base)).send().await.map_err(lost)?;
        Ok(response.headers().clone())
    }

    /// GET of a file.
    pub async fn fetch(&self, path: &str) -> Result<Result<Vec<u8>, Answered>, ClientError> {
        let lost =
            |error: reqwest::Error| ClientError::Unreachable { url: self.base.clone(), problem: chain_of(&error) };
        let response: Response = self.http.get(format!("{}{path}", self.base)).send().await.map_err(lost)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(lost)?.to_vec();
        if status.is_success() {
            return Ok(Ok(bytes));
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Err(Answered { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }))
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answered, ClientError> {
        self.send(Method::POST, path, Some(("application/json", body.to_string().into_bytes()))).await
    }

    /// Submits a JWS.
    pub async fn submit(&self, jws: &str) -> Result<Answered, ClientError> {
        self.send(Method::POST, "/v1/certificates", Some(("application/jose", jws.as_bytes().to_vec()))).await
    }
}

/// An error with its causes: reqwest's own text says only "error sending request".
pub(crate) fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

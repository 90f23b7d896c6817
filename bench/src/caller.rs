//! A caller's connection: mutual TLS, HTTP/1.1, kept alive. hyper's lowest layer, because the driver's own work
//! takes processor time from the service.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use endmark::cli::Failed;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, COOKIE, HOST};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use rustls::client::WantsClientCert;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::scenario::Ask;

/// Who calls, and whom.
#[derive(Clone)]
pub(crate) struct Caller {
    tls: TlsConnector,
    at: SocketAddr,
}

/// Trusts the register's authority.
fn config(folder: &Path) -> Result<rustls::ConfigBuilder<rustls::ClientConfig, WantsClientCert>, Failed> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("tls/authority.pem"))?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots))
}

impl Caller {
    /// With the client certificate of this name in the register's folder.
    pub(crate) fn new(folder: &Path, name: &str, api: SocketAddr) -> Result<Self, Failed> {
        let certificate = CertificateDer::from_pem_file(folder.join(format!("certs/{name}.pem")))?;
        let key = PrivateKeyDer::from_pem_file(folder.join(format!("certs/{name}.key")))?;
        let config = config(folder)?.with_client_auth_cert(vec![certificate], key)?;
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), at: api })
    }

    /// A browser without a client certificate.
    pub(crate) fn anybody(folder: &Path, web: SocketAddr) -> Result<Self, Failed> {
        let config = config(folder)?.with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), at: web })
    }

    /// Opens a connection.
    pub(crate) async fn connect(&self) -> Result<Line, Failed> {
        let stream = TcpStream::connect(self.at).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::IpAddress(self.at.ip().into());
        let stream = self.tls.connect(name, stream).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Its end shows at the sender, as the error of the next request.
        tokio::spawn(connection);
        Ok(Line { sender, host: self.at.to_string() })
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Line {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Line {
    /// Sends a request and reads the whole answer.
    pub(crate) async fn ask(&mut self, ask: Ask) -> Result<(StatusCode, Bytes), Failed> {
        let (status, _, body) = self.ask_whole(ask).await?;
        Ok((status, body))
    }

    /// The same, with the headers of the answer.
    pub(crate) async fn ask_whole(&mut self, ask: Ask) -> Result<(StatusCode, HeaderMap, Bytes), Failed> {
        let mut request = Request::builder().method(ask.method).uri(ask.path).header(HOST, &self.host);
        if !ask.body.is_empty() {
            request = request.header(CONTENT_TYPE, ask.media_type);
        }
        if !ask.cookie.is_empty() {
            request = request.header(COOKIE, ask.cookie);
        }
        self.sender.ready().await?;
        let answer = self.sender.send_request(request.body(Full::new(ask.body))?).await?;
        let (head, body) = answer.into_parts();
        Ok((head.status, head.headers, body.collect().await?.to_bytes()))
    }
}

//! Who calls: the client certificate of the connection, looked up in the registry for every request.

use std::any::Any;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::{Extensions, Payload};
use actix_web::rt::net::TcpStream;
use actix_web::{FromRequest, HttpRequest, web::Data};
use endmark_core::digest::Digest;

use super::parameters::refuse_unknown;
use super::problem::grant_missing;
use super::{Problem, ProblemKind};
use crate::app::{App, Cause};
use crate::registry::{Caller, Grant, NotACaller};
use crate::writer::Origin;

/// The fingerprint of a connection's client certificate.
#[derive(Debug, Clone, Copy)]
pub struct ClientCertificate(pub Digest);

/// Keeps the fingerprint of a new connection's client certificate with the connection.
pub fn remember_client(connection: &dyn Any, extensions: &mut Extensions) {
    // actix's own TLS stream type: a downcast to tokio-rustls's would silently give nothing.
    let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    if let Some(certificate) = certificate {
        extensions.insert(ClientCertificate(Digest::of(certificate)));
    }
}

/// A registered caller, as the registry of at most a second ago knows it. The writer looks again.
#[derive(Debug, Clone)]
pub(crate) struct Calling(pub(crate) Arc<Caller>);

impl Calling {
    /// Requires one of these grants.
    pub(crate) fn require(&self, app: &App, any_of: &[Grant]) -> Result<(), Problem> {
        if self.0.may(any_of) {
            return Ok(());
        }
        app.turned_away.count(Cause::Forbidden);
        Err(grant_missing(any_of))
    }

    /// Counts what will be kept as evidence against the organisation's quota.
    pub(crate) fn spend_evidence(&self, app: &App, bytes: usize) -> Result<(), Problem> {
        if app.may_add_evidence(self.0.organisation.as_str(), bytes) {
            return Ok(());
        }
        app.turned_away.count(Cause::Quota);
        Err(Problem::new(ProblemKind::QuotaExceeded, "too much was sent within a minute; wait and send less")
            .retry_after(10))
    }

    /// Where its commands come from.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            request: super::current_request_id().unwrap_or_else(super::new_request_id),
            client: Some(self.0.fingerprint),
            officer: None,
        }
    }
}

impl FromRequest for Calling {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // Every endpoint asks who calls: here no address says what its endpoint does not read.
        ready(identify(request).and_then(|calling| refuse_unknown(request).map(|()| calling)))
    }
}

fn identify(request: &HttpRequest) -> Result<Calling, Problem> {
    let Some(app) = request.app_data::<Data<App>>() else {
        return Err(Problem::new(ProblemKind::Internal, "give the operator the request id"));
    };
    let client = request.conn_data::<ClientCertificate>();
    let found = match client {
        Some(client) => app.registry().caller(&client.0, app.context.clock.now()).map(Arc::clone),
        None => Err(NotACaller::Unknown),
    };
    found.map(Calling).map_err(|reason| {
        app.turned_away.count(match reason {
            NotACaller::Unknown => Cause::UnknownCaller,
            NotACaller::Revoked => Cause::RevokedCaller,
            NotACaller::Expired => Cause::ExpiredCaller,
        });
        let problem = Problem::from(reason);
        match client {
            Some(client) => problem.with("fingerprint", client.0.to_string()),
            None => problem,
        }
    })
}

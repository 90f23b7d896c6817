//! One call. The host is resolved here, every address vetted, and the connection goes only to what was vetted: a
//! name that resolves differently the second time (DNS rebinding) gains nothing, and no redirect is followed.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, StatusCode, header};
use time::OffsetDateTime;
use tokio::time::timeout;

use super::roots;
use crate::app::tls::TlsError;
use crate::store::webhook::Delivery;
use crate::webhook::{Endpoint, Webhook, is_public};

/// What Standard Webhooks proposes: 15 to 30 seconds.
const WITHIN: Duration = Duration::from_secs(15);
/// How much of an answer is read; nothing in it is acted upon.
const ANSWER_MAX: usize = 4 * 1024;
/// How much of it the operator is shown.
const SHOWN_MAX: usize = 200;

/// Why a call did not deliver.
#[derive(Debug)]
pub(super) enum Refused {
    /// 410: never again.
    Gone,
    /// Anything else: later.
    For(String),
}

/// Calls receivers.
pub(in crate::app) struct Poster {
    tls: rustls::ClientConfig,
    allow_private: bool,
}

/// Answers every name with the addresses that were vetted.
struct Only(Vec<SocketAddr>);

impl Resolve for Only {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

impl Poster {
    pub(in crate::app) fn new(allow_private: bool, authority: Option<&Path>) -> Result<Self, TlsError> {
        Ok(Self { tls: roots::client(authority)?, allow_private })
    }

    /// Sends a delivery once. `Ok`: the receiver has taken it.
    pub(super) async fn post(&self, to: &Webhook, delivery: &Delivery, now: OffsetDateTime) -> Result<(), Refused> {
        let called = timeout(WITHIN, self.call(to, delivery, now)).await;
        called.unwrap_or_else(|_| Err(Refused::For(format!("no answer within {} s", WITHIN.as_secs()))))
    }

    async fn call(&self, to: &Webhook, delivery: &Delivery, now: OffsetDateTime) -> Result<(), Refused> {
        let addresses = self.vetted(&to.url).await.map_err(Refused::For)?;
        let lost = |error: reqwest::Error| Refused::For(crate::client::chain_of(&error.without_url()));
        let client = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(Arc::new(Only(addresses)))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .https_only(!self.allow_private)
            .build()
            .map_err(lost)?;
        let timestamp = now.unix_timestamp();
        let response = client
            .post(to.url.url().clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("endmark/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", &delivery.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", to.secret.sign(&delivery.id, timestamp, &delivery.body))
            .body(delivery.body.clone())
            .send()
            .await
            .map_err(lost)?;
        match response.status() {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(Refused::Gone),
            status => Err(Refused::For(format!("answered {status}: {}", beginning(response).await))),
        }
    }

    /// The addresses of a host, when every one of them may be called.
    async fn vetted(&self, url: &Endpoint) -> Result<Vec<SocketAddr>, String> {
        if !url.is_https() && !self.allow_private {
            return Err("plain http is called only with webhooks.allow_private".to_owned());
        }
        let host = url.url().host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = url.url().port_or_known_default().unwrap_or(443);
        let addresses: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => match tokio::net::lookup_host((host, port)).await {
                Ok(found) => found.collect(),
                Err(error) => return Err(format!("the host {host} does not resolve: {error}")),
            },
        };
        if addresses.is_empty() {
            return Err(format!("the host {host} has no address"));
        }
        match addresses.iter().find(|address| !self.allow_private && !is_public(address.ip())) {
            None => Ok(addresses),
            // Which address it is stays here: receivers' errors are no map of the operator's network.
            Some(_) => {
                Err(format!("the host {host} leads to an address that is not public; see webhooks.allow_private"))
            }
        }
    }
}

/// The beginning of an answer, printable; a slow one is cut off by the time-out of the call.
async fn beginning(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_control()).take(SHOWN_MAX).collect()
}

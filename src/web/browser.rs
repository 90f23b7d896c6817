//! What a browser holds: the sessions of its cookie, looked up for every request.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::HttpRequest;
use endmark_core::digest::Digest;
use time::OffsetDateTime;

use super::cookie;
use crate::app::App;
use crate::config::Officers;
use crate::http::ClientCertificate;
use crate::officer::{Officer, Secret, Session, Standing};
use crate::registry::Registry;
use crate::store::{StoreError, session as rows};
use crate::words::Language;

/// A session that this browser holds, of an officer who may act.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) secret: Secret,
    pub(super) session: Session,
    pub(super) officer: Arc<Officer>,
}

/// A browser, as one request shows it.
#[derive(Debug, Default)]
pub(super) struct Browser {
    /// Everything the cookie names, whether it is good or not.
    pub(super) digests: Vec<Digest>,
    /// Who works here now.
    pub(super) active: Option<Held>,
    /// Whose PIN brings a session back.
    pub(super) waiting: Vec<Held>,
    /// The key of why the session that worked here last does not any more; empty: there was none.
    pub(super) ended: &'static str,
    /// The language of whose session that was.
    pub(super) language: Option<Language>,
}

/// The client certificate of a request's connection.
pub(super) fn client_certificate(request: &HttpRequest) -> Option<Digest> {
    request.conn_data::<ClientCertificate>().map(|client| client.0)
}

/// Where a request comes from, as far as this machine sees.
pub(super) fn peer(request: &HttpRequest) -> IpAddr {
    request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip())
}

/// Why a session does not act, where it does not.
fn ended(last: Option<&Session>, registry: &Registry, limits: Officers, now: OffsetDateTime) -> &'static str {
    let Some(last) = last else { return "sign-in-ended" };
    if now >= last.began.saturating_add(limits.session()) {
        return "sign-in-shift-over";
    }
    if registry.officer(&last.officer).is_none() {
        return "sign-in-not-active";
    }
    // Whoever was parked by a colleague is asked for the PIN, and knows why.
    match (last.parked, last.standing(&limits, now)) {
        (false, Standing::NeedsPin | Standing::Over) => "sign-in-idle",
        (false, Standing::Good) if last.certificate.is_some() => "sign-in-certificate-gone",
        _ => "",
    }
}

impl Browser {
    /// Looks up what a request's cookie holds. Officers are those of the registry of at most a second ago; the writer
    /// looks again.
    pub(super) async fn of(app: &App, request: &HttpRequest) -> Result<Self, StoreError> {
        let secrets = cookie::secrets(request, app.is_web_secure());
        if secrets.is_empty() {
            return Ok(Self::default());
        }
        let digests: Vec<Digest> = secrets.iter().map(Secret::digest).collect();
        let (asked, context) = (digests.clone(), Arc::clone(&app.context));
        let sessions =
            app.readers.read(move |connection| rows::of_cookies(connection, &context.keys.rows, &asked)).await?;
        let mut browser = Self { digests, ..Self::default() };
        let (registry, now, shown) = (app.registry(), app.context.clock.now(), client_certificate(request));
        // The cookie names first who worked here last.
        let last = sessions.iter().find(|session| browser.digests.first() == Some(&session.digest));
        browser.language = last.and_then(|last| registry.officer(&last.officer)).map(|officer| officer.language);
        browser.ended = ended(last, &registry, app.context.officers, now);
        for session in sessions {
            // A session that began with a client certificate is good only where that certificate is shown.
            let officer = registry.officer(&session.officer).filter(|officer| match &session.certificate {
                Some(bound) => shown == Some(*bound) && officer.is_known_by(bound, now),
                None => true,
            });
            let secret = secrets.iter().find(|secret| secret.digest() == session.digest);
            let (Some(officer), Some(secret)) = (officer, secret) else { continue };
            let standing = session.standing(&app.context.officers, now);
            let held = Held { secret: secret.clone(), officer: Arc::clone(officer), session };
            match standing {
                Standing::Good => browser.active = Some(held),
                Standing::NeedsPin => browser.waiting.push(held),
                Standing::Over => {}
            }
        }
        Ok(browser)
    }

    /// The cookie's secrets after a change: the new one, and those of colleagues that stay.
    pub(super) fn kept(&self, first: Option<Secret>, colleagues: &[Digest]) -> Vec<Secret> {
        let held = self.active.iter().chain(&self.waiting);
        let stay = held.filter(|held| colleagues.contains(&held.session.digest)).map(|held| held.secret.clone());
        first.into_iter().chain(stay).collect()
    }
}

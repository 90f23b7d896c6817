//! Telling manufacturers: signed, at least once, and only where it is safe to call.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use endmark::client::Answered;
use endmark::demo::{Place, STARTS_AT};
use endmark::store::lease::{self, Hold};
use endmark::store::{Connection, log};
use endmark::webhook::{Secret, State, Webhook, new_id};
use endmark::writer::RegistryChange;
use reqwest::Method;
use ring::hmac;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::support::{On, Register, on_both_databases, problem, sql, with_database};

on_both_databases!(
    a_suspension_is_told_over_tls_in_a_message_whose_signature_verifies
    a_receiver_under_an_unknown_authority_is_told_nothing
    an_address_that_is_not_public_is_not_called
    a_redirect_is_not_followed
    a_410_stops_the_webhook_and_an_entry_says_so
    a_500_is_tried_again_under_the_same_id
    what_is_refused_tells_nobody_and_what_happens_is_told_once
    a_webhook_changed_in_sql_is_not_called_and_can_be_removed
    an_organisation_is_told_of_its_own_certificates_only
    a_lease_is_held_by_one_until_it_lapses_or_is_given_up
);

const TAKEN: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\nconnection: close\r\n\r\noops";
const GONE: &str = "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

const GIVE_UP_AFTER: Duration = Duration::from_secs(20);

/// What a receiver got.
struct Message {
    head: String,
    body: String,
}

impl Message {
    fn header(&self, name: &str) -> &str {
        let named = |line: &'_ &str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name));
        let line = self.head.lines().find(named).unwrap_or_else(|| panic!("no {name} in {}", self.head));
        line.split_once(':').unwrap().1.trim()
    }

    /// As the documentation tells receivers to, with nothing of the service's own code.
    fn verifies(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body);
        let tag = STANDARD.decode(self.header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &tag).is_ok()
    }
}

/// The manufacturer's side: takes one call for each answer, then no more.
struct Receiver {
    port: u16,
    got: UnboundedReceiver<Message>,
}

impl Receiver {
    fn plain(answers: &[&str]) -> Self {
        Self::start(answers, None)
    }

    /// With the certificate for loopback that `init` made.
    fn tls(place: &Place, answers: &[&str]) -> Self {
        let read = |file: &str| std::fs::read(place.dir().join(file)).unwrap();
        let certificate = CertificateDer::from_pem_slice(&read("tls/server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(&read("tls/server.key")).unwrap();
        let tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Self::start(answers, Some(Arc::new(tls)))
    }

    fn start(answers: &[&str], tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (send, got) = unbounded_channel();
        let answers: Vec<String> = answers.iter().map(ToString::to_string).collect();
        std::thread::spawn(move || {
            for answer in answers {
                let (line, _) = listener.accept().unwrap();
                match &tls {
                    None => take(line, &answer, &send),
                    Some(tls) => {
                        let session = rustls::ServerConnection::new(Arc::clone(tls)).unwrap();
                        take(rustls::StreamOwned::new(session, line), &answer, &send);
                    }
                }
            }
        });
        Self { port, got }
    }

    /// The next message.
    async fn message(&mut self) -> Message {
        let got = tokio::time::timeout(GIVE_UP_AFTER, self.got.recv()).await;
        got.expect("nothing was delivered").expect("the receiver is there")
    }
}

/// Reads one request and answers it; a call that breaks off is no message.
fn take(mut line: impl Read + Write, answer: &str, send: &UnboundedSender<Message>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let Ok(read @ 1..) = line.read(&mut buffer) else { return };
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let message = Message { head: head.to_owned(), body: body.to_owned() };
        if body.len() < message.header("content-length").parse::<usize>().unwrap() {
            continue;
        }
        // Answered first: a test that has the message may end at once.
        let _ = line.write_all(answer.as_bytes()).and_then(|()| line.flush());
        let _ = send.send(message);
        return;
    }
}

/// A listener that nobody may call.
struct Forbidden(TcpListener);

impl Forbidden {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    fn assert_nobody_called(&self) {
        let called = self.0.accept();
        assert!(called.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "{called:?}");
    }
}

#[derive(Debug, QueryableByName)]
struct Delivery {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = BigInt)]
    leaf: i64,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    last_error: String,
}

/// The outbox, in the order of the log.
fn outbox(place: &Place) -> Vec<Delivery> {
    let query = diesel::sql_query("SELECT id, leaf, attempts, state, last_error FROM delivery ORDER BY leaf, id");
    with_database(place, |connection| match connection {
        Connection::Sqlite(c) => query.load(c).unwrap(),
        Connection::Postgres(c) => query.load(c.each()).unwrap(),
    })
}

/// Waits until every delivery of the outbox is as wanted.
async fn until(register: &Register, wanted: impl Fn(&Delivery) -> bool) -> Vec<Delivery> {
    let give_up = Instant::now() + GIVE_UP_AFTER;
    loop {
        let found = outbox(&register.place);
        if !found.is_empty() && found.iter().all(&wanted) {
            return found;
        }
        assert!(Instant::now() < give_up, "the outbox holds {found:?}");
        tokio::task::yield_now().await;
    }
}

/// A register that may call this machine.
async fn start_private(on: On) -> Register {
    let mut register = Register::start(on).await;
    register.world.settings.webhooks.allow_private = true;
    register.restart().await
}

/// The manufacturer is told at an address; gives the webhook.
fn tell_at(register: &Register, url: &str) -> Webhook {
    tell(register, "muster", url)
}

fn tell(register: &Register, organisation: &str, url: &str) -> Webhook {
    let webhook = Webhook {
        id: new_id("whk").unwrap(),
        organisation: organisation.parse().unwrap(),
        url: url.parse().unwrap(),
        secret: Secret::random().unwrap(),
        state: State::Active,
    };
    let change = RegistryChange::AddWebhook(Box::new(webhook.clone()));
    endmark::cli::operator_change(&register.world.settings, change).unwrap();
    webhook
}

fn reason() -> (&'static str, Vec<u8>) {
    ("application/json", br#"{"reason":"under review"}"#.to_vec())
}

async fn suspend(register: &Register, number: &str) -> Answered {
    let path = format!("/v1/certificates/{number}/suspension");
    register.world.maker.send(Method::PUT, &path, Some(reason())).await.unwrap()
}

async fn resume(register: &Register, number: &str) -> Answered {
    let path = format!("/v1/certificates/{number}/suspension");
    register.world.maker.send(Method::DELETE, &path, None).await.unwrap()
}

async fn a_suspension_is_told_over_tls_in_a_message_whose_signature_verifies(on: On) {
    let mut register = Register::start(on).await;
    let webhooks = &mut register.world.settings.webhooks;
    (webhooks.allow_private, webhooks.authority) = (true, Some(register.place.dir().join("tls/authority.pem")));
    let register = register.restart().await;
    let mut receiver = Receiver::tls(&register.place, &[TAKEN]);
    let secret = tell_at(&register, &format!("https://127.0.0.1:{}/hooks?of=endmark", receiver.port)).secret.reveal();
    let number = register.issue("W-1").await;
    let suspended = suspend(&register, &number).await;
    assert_eq!(suspended.status, 200, "{}", suspended.body);
    let mut message = receiver.message().await;
    assert!(message.head.starts_with("POST /hooks?of=endmark HTTP/1.1"), "{}", message.head);
    assert_eq!(message.header("content-type"), "application/json");
    assert_eq!(message.header("webhook-timestamp"), STARTS_AT.unix_timestamp().to_string());
    assert!(message.verifies(&secret), "{} {}", message.head, message.body);
    let payload: Value = serde_json::from_str(&message.body).unwrap();
    // No reason: it may name people.
    let data = json!({ "certificate": number, "entry": suspended.body["statusEntry"] });
    let wanted = json!({ "type": "certificate.suspended", "timestamp": "2026-03-16T09:00:00Z", "data": data });
    assert_eq!(payload, wanted);
    let [delivery] = until(&register, |delivery| delivery.state == "delivered").await.try_into().unwrap();
    assert_eq!((delivery.id.as_str(), delivery.attempts), (message.header("webhook-id"), 1));
    // And the signature is of this message and this secret.
    assert!(!message.verifies(&Secret::random().unwrap().reveal()));
    message.body.push(' ');
    assert!(!message.verifies(&secret));
    register.stop().await;
}

async fn a_receiver_under_an_unknown_authority_is_told_nothing(on: On) {
    let register = start_private(on).await;
    let mut receiver = Receiver::tls(&register.place, &[TAKEN]);
    tell_at(&register, &format!("https://127.0.0.1:{}/", receiver.port));
    let number = register.issue("W-2").await;
    suspend(&register, &number).await;
    let [delivery] = until(&register, |delivery| delivery.attempts == 1).await.try_into().unwrap();
    assert_eq!(delivery.state, "pending");
    assert!(delivery.last_error.contains("UnknownIssuer"), "{}", delivery.last_error);
    // The receiver is through with its only call, and got no message.
    let got = tokio::time::timeout(GIVE_UP_AFTER, receiver.got.recv()).await.expect("the handshake broke off");
    assert!(got.is_none());
    register.stop().await;
}

async fn an_address_that_is_not_public_is_not_called(on: On) {
    let register = Register::start(on).await;
    let forbidden = Forbidden::new();
    let port = forbidden.port();
    // By number, by a name that leads there, as IPv4 in IPv6, and without TLS.
    for host in ["https://127.0.0.1", "https://localhost", "https://[::ffff:127.0.0.1]", "http://127.0.0.1"] {
        tell_at(&register, &format!("{host}:{port}/"));
    }
    let number = register.issue("W-3").await;
    suspend(&register, &number).await;
    let deliveries = until(&register, |delivery| delivery.attempts == 1).await;
    assert_eq!(deliveries.len(), 4);
    for delivery in deliveries {
        assert_eq!(delivery.state, "pending");
        assert!(delivery.last_error.contains("webhooks.allow_private"), "{}", delivery.last_error);
    }
    forbidden.assert_nobody_called();
    register.stop().await;
}

async fn a_redirect_is_not_followed(on: On) {
    let register = start_private(on).await;
    let forbidden = Forbidden::new();
    let elsewhere = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:{}/\r\ncontent-length: 0\r\n\r\n",
        forbidden.port()
    );
    let mut receiver = Receiver::plain(&[&elsewhere]);
    tell_at(&register, &format!("http://127.0.0.1:{}/", receiver.port));
    let number = register.issue("W-4").await;
    suspend(&register, &number).await;
    receiver.message().await;
    let [delivery] = until(&register, |delivery| delivery.attempts == 1).await.try_into().unwrap();
    assert_eq!(delivery.state, "pending");
    assert!(delivery.last_error.contains("307"), "{}", delivery.last_error);
    forbidden.assert_nobody_called();
    register.stop().await;
}

async fn a_410_stops_the_webhook_and_an_entry_says_so(on: On) {
    let register = start_private(on).await;
    let mut receiver = Receiver::plain(&[GONE]);
    let webhook = tell_at(&register, &format!("http://127.0.0.1:{}/", receiver.port));
    let number = register.issue("W-5").await;
    suspend(&register, &number).await;
    receiver.message().await;
    let [delivery] = until(&register, |delivery| delivery.state == "failed").await.try_into().unwrap();
    assert!(delivery.last_error.contains("410"), "{}", delivery.last_error);
    let entries = with_database(&register.place, |connection| log::entries_from(connection, 0, 1_000).unwrap());
    let entries = entries.iter().map(|(_, body)| serde_json::from_slice::<Value>(body).unwrap());
    let changes: Vec<Value> = entries.filter(|entry| entry["type"] == "webhookChanged").collect();
    assert_eq!(changes.len(), 2, "added and stopped: {changes:?}");
    assert!(changes.iter().all(|entry| entry["subject"] == webhook.id.as_str()), "{changes:?}");
    // From now on it is told nothing.
    resume(&register, &number).await;
    assert_eq!(outbox(&register.place).len(), 1);
    register.stop().await;
}

async fn a_500_is_tried_again_under_the_same_id(on: On) {
    let register = start_private(on).await;
    let mut receiver = Receiver::plain(&[BROKEN, TAKEN]);
    let webhook = tell_at(&register, &format!("http://127.0.0.1:{}/", receiver.port));
    let number = register.issue("W-6").await;
    suspend(&register, &number).await;
    let first = receiver.message().await;
    let [delivery] = until(&register, |delivery| delivery.attempts == 1).await.try_into().unwrap();
    assert_eq!(delivery.state, "pending");
    assert!(delivery.last_error.contains("500") && delivery.last_error.contains("oops"), "{}", delivery.last_error);
    // Five seconds, and at most a tenth more.
    register.world.clock.advance(Duration::from_secs(6));
    let second = receiver.message().await;
    assert_eq!(second.header("webhook-id"), first.header("webhook-id"));
    assert_eq!(second.body, first.body);
    assert_eq!(second.header("webhook-timestamp"), (STARTS_AT.unix_timestamp() + 6).to_string());
    assert!(second.verifies(&webhook.secret.reveal()), "each attempt is signed anew");
    let [delivery] = until(&register, |delivery| delivery.state == "delivered").await.try_into().unwrap();
    assert_eq!((delivery.attempts, delivery.last_error.as_str()), (2, ""));
    register.stop().await;
}

async fn what_is_refused_tells_nobody_and_what_happens_is_told_once(on: On) {
    let register = Register::start(on).await;
    tell_at(&register, "https://127.0.0.1:9/");
    let number = register.issue("W-7").await;
    let path = format!("/v1/certificates/{number}/suspension");
    let not_theirs = register.world.trader.send(Method::PUT, &path, Some(reason())).await.unwrap();
    assert_eq!(problem(&not_theirs), "404 not-found");
    let no_reason = Some(("application/json", b"{}".to_vec()));
    let no_reason = register.world.maker.send(Method::PUT, &path, no_reason).await.unwrap();
    assert_eq!(problem(&no_reason), "400 request-malformed");
    assert_eq!(outbox(&register.place).len(), 0);
    let suspended = suspend(&register, &number).await;
    // Sent again, nothing changes, and nothing is told.
    assert_eq!(suspend(&register, &number).await.status, 200);
    let [delivery] = outbox(&register.place).try_into().unwrap();
    assert_eq!(Some(delivery.leaf), suspended.body["statusEntry"].as_i64());
    let revoked =
        register.world.maker.send(Method::POST, &path.replace("suspension", "revocation"), Some(reason())).await;
    assert_eq!(revoked.unwrap().body["status"], "revoked");
    assert_eq!(outbox(&register.place).len(), 2);
    assert_eq!(problem(&suspend(&register, &number).await), "409 status-forbids");
    assert_eq!(outbox(&register.place).len(), 2);
    register.stop().await;
}

async fn a_webhook_changed_in_sql_is_not_called_and_can_be_removed(on: On) {
    let register = start_private(on).await;
    let forbidden = Forbidden::new();
    let webhook = tell_at(&register, "https://erp.muster.example/");
    sql(&register.place, &format!("UPDATE webhook SET url = 'http://127.0.0.1:{}/'", forbidden.port()));
    let register = register.restart().await;
    let number = register.issue("W-8").await;
    suspend(&register, &number).await;
    assert_eq!(outbox(&register.place).len(), 0);
    let remove = || {
        let change = RegistryChange::RemoveWebhook(webhook.id.clone());
        endmark::cli::operator_change(&register.world.settings, change)
    };
    remove().unwrap();
    assert!(remove().unwrap_err().to_string().contains(&webhook.id), "it is gone");
    forbidden.assert_nobody_called();
    register.stop().await;
}

async fn an_organisation_is_told_of_its_own_certificates_only(on: On) {
    let register = Register::start(on).await;
    let other = json!({ "organisation": "other", "name": "Other GmbH", "scope": ["84"], "active": true,
                        "identifiers": [{ "scheme": "NTR", "value": "DE-HRB999999" }] });
    let other = RegistryChange::AddManufacturer(Box::new(serde_json::from_value(other).unwrap()));
    endmark::cli::operator_change(&register.world.settings, other).unwrap();
    tell(&register, "other", "https://127.0.0.1:9/");
    let number = register.issue("W-9").await;
    assert_eq!(suspend(&register, &number).await.status, 200);
    assert_eq!(outbox(&register.place).len(), 0);
    register.stop().await;
}

async fn a_lease_is_held_by_one_until_it_lapses_or_is_given_up(on: On) {
    let register = Register::start(on).await;
    let place = register.stop().await;
    with_database(&place, |connection| {
        let mut hold = |holder, second| {
            lease::hold(connection, "test", holder, STARTS_AT + time::Duration::seconds(second)).unwrap()
        };
        assert_eq!(hold("one", 0), Hold::Renewed);
        assert_eq!(hold("two", 0), Hold::Other);
        assert_eq!(hold("one", 5), Hold::Held);
        assert_eq!(hold("one", 20), Hold::Renewed);
        assert_eq!(hold("two", 50), Hold::Other, "renewed, it lasts until then");
        assert_eq!(hold("two", 51), Hold::Renewed, "it lapsed");
        assert_eq!(hold("one", 52), Hold::Other);
        lease::release(connection, "test", "one").unwrap();
        let at = STARTS_AT + time::Duration::seconds(53);
        assert_eq!(lease::hold(connection, "test", "one", at).unwrap(), Hold::Other, "nobody gives up another's");
        lease::release(connection, "test", "two").unwrap();
        assert_eq!(lease::hold(connection, "test", "one", at).unwrap(), Hold::Renewed);
    });
}

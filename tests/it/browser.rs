//! A browser without JavaScript, and officers who use it.

use std::sync::{Arc, Mutex};

use endmark::officer::Officer;
use endmark::pki::Issued;
use endmark::words::Language;
use endmark::writer::RegistryChange;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use time::Duration;

use crate::support::Register;

/// A browser: it keeps cookies, follows redirects, and sends forms as its pages have them.
#[derive(Debug)]
pub(crate) struct Browser {
    http: reqwest::Client,
    base: String,
    cookie: Mutex<String>,
}

/// A page as it came.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Where it came from, without the host.
    pub(crate) address: String,
    pub(crate) html: String,
    pub(crate) headers: HeaderMap,
}

impl Page {
    /// What the first field of a name holds.
    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> String {
        let after = self.html.split(&format!("name=\"{name}\" value=\"")).nth(1);
        let after = after.unwrap_or_else(|| panic!("the page has no field {name}:\n{}", self.html));
        after.split('"').next().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn shows(&self, wanted: &[&str]) {
        for words in wanted {
            assert!(self.html.contains(words), "the page lacks {words:?}:\n{}", self.html);
        }
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16, wanted: &[&str]) {
        assert_eq!(self.status, status, "{}", self.html);
        self.shows(wanted);
    }
}

impl Browser {
    /// A browser at the register's web listener.
    pub(crate) fn new(register: &Register) -> Self {
        Self::with_certificate(register, None)
    }

    /// A browser that shows a client certificate where it is asked for one.
    pub(crate) fn with_certificate(register: &Register, issued: Option<&Issued>) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(register.authority().as_bytes()).unwrap()).unwrap();
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let tls = match issued {
            None => tls.with_no_client_auth(),
            Some(issued) => {
                let chain = CertificateDer::pem_slice_iter(issued.certificate.as_bytes()).map(Result::unwrap).collect();
                tls.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap()).unwrap()
            }
        };
        let http = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
        let http = http.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let base = register.world.running.app.web_address.clone();
        Self { http, base, cookie: Mutex::new(String::new()) }
    }

    /// The address of the pages.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The cookie as `name=value`; empty: none.
    pub(crate) fn cookie(&self) -> String {
        self.cookie.lock().unwrap().clone()
    }

    /// Plants a cookie.
    pub(crate) fn set_cookie(&self, cookie: &str) {
        cookie.clone_into(&mut self.cookie.lock().unwrap());
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, Vec<u8>)>,
    ) -> Page {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        let cookie = self.cookie();
        if !cookie.is_empty() {
            request = request.header(COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some((media_type, body)) = body {
            request = request.header("content-type", media_type).body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(set) = headers.get(SET_COOKIE) {
            let set = set.to_str().unwrap();
            let pair = if set.contains("Max-Age=0") { "" } else { set.split(';').next().unwrap() };
            self.set_cookie(pair);
        }
        let html = response.text().await.unwrap();
        Page { status: status.as_u16(), address: path.to_owned(), html, headers }
    }

    /// Opens an address, and goes where the answer says.
    pub(crate) async fn get(&self, path: &str) -> Page {
        let page = self.send(Method::GET, path, &[], None).await;
        self.followed(page).await
    }

    async fn followed(&self, mut page: Page) -> Page {
        while page.status == StatusCode::SEE_OTHER {
            let place = page.headers.get(LOCATION).unwrap().to_str().unwrap();
            page = self.send(Method::GET, place, &[], None).await;
        }
        page
    }

    /// Sends a form, and goes where the answer says.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.post_from(path, fields, &[]).await;
        self.followed(page).await
    }

    /// Sends a form with headers of one's own; follows nothing.
    pub(crate) async fn post_from(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let encode = |text: &str| {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
            let byte = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
            text.bytes().map(byte).collect::<String>()
        };
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encode(value)));
        let body = pairs.collect::<Vec<_>>().join("&").into_bytes();
        self.send(Method::POST, path, headers, Some(("application/x-www-form-urlencoded", body))).await
    }

    /// Opens a one-time link and presses the button.
    pub(crate) async fn enter(&self, link: &str, pin: &str) -> Page {
        let path = link.strip_prefix(&self.base).expect("a link of this register");
        let page = self.get(path).await;
        page.is(200, &["<form method=\"post\" action=\"/officer/enter"]);
        let secret = page.field("secret");
        self.post("/officer/enter", &[("secret", &secret), ("pin", pin)]).await
    }
}

/// An officer of the demo's customs organisation.
pub(crate) fn somebody(name: &str, office: &str) -> Officer {
    Officer {
        id: endmark::webhook::new_id("ofc").unwrap(),
        name: name.parse().unwrap(),
        organisation: "lt-customs".parse().unwrap(),
        office: office.parse().unwrap(),
        language: Language::En,
        supervisor: false,
        auditor: false,
        active: true,
        certificate: None,
    }
}

impl Register {
    /// Registers an officer; returns once the service knows.
    pub(crate) async fn add_officer(&self, officer: &Officer) {
        self.operator(RegistryChange::AddOfficer(Box::new(officer.clone())));
        self.until(|registry| registry.registered_officer(&officer.id).is_some()).await;
    }

    /// The operator changes the registry, beside the running service.
    pub(crate) fn operator(&self, change: RegistryChange) {
        endmark::cli::operator_change(&self.world.settings, change).unwrap();
    }

    /// Waits until the service has seen a change of the registry: at most about a second.
    pub(crate) async fn until(&self, seen: impl Fn(&endmark::registry::Registry) -> bool) {
        let give_up = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !seen(&self.world.running.app.registry()) {
            assert!(std::time::Instant::now() < give_up, "the service does not see the change");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// A one-time link, good for 15 minutes of the register's clock.
    pub(crate) fn link(&self, officer: &Officer) -> String {
        let mut settings = self.world.settings.clone();
        // The command line's clock stands where the service's does, and links lead to the port that was free.
        let now = self.world.clock.now().format(&time::format_description::well_known::Rfc3339).unwrap();
        settings.fixed_time = Some(now);
        settings.web.address = Some(self.world.running.app.web_address.clone());
        endmark::cli::officer_link(&settings, &officer.id, Duration::minutes(15)).unwrap().0
    }

    /// A browser in which an officer is signed in.
    pub(crate) async fn signed_in(&self, officer: &Officer) -> Browser {
        self.add_officer(officer).await;
        let browser = Browser::new(self);
        browser.enter(&self.link(officer), "").await.is(200, &["Is this paper genuine?"]);
        browser
    }

    /// The newest entries of the log, the oldest first.
    pub(crate) fn entries(&self, kind: &str) -> Vec<serde_json::Value> {
        let all = crate::support::with_database(&self.place, |connection| {
            endmark::store::log::entries_from(connection, 0, 10_000).unwrap()
        });
        let entries = all.into_iter().map(|(_, body)| serde_json::from_slice(&body).unwrap());
        entries.filter(|entry: &serde_json::Value| entry["type"] == kind).collect()
    }
}

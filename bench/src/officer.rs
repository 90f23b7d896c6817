//! An officer at a browser: signed in with a one-time link, as people are, and asking with the page's own form.

use std::time::Duration;

use bytes::Bytes;
use endmark::cli::{Failed, officer_link, operator_change};
use endmark::officer::Officer;
use endmark::words::Language;
use endmark::writer::RegistryChange;
use hyper::header::SET_COOKIE;
use hyper::{Method, StatusCode};
use tokio::time::{Instant, sleep};

use crate::caller::Caller;
use crate::register::Register;
use crate::scenario::Ask;
use crate::service::Service;

/// The service sees a change of the registry within a second.
const PATIENCE: Duration = Duration::from_secs(20);
const BEFORE_LOOKING_AGAIN: Duration = Duration::from_millis(400);
/// Between the parts of the form; in no number and no token.
const BOUNDARY: &str = "endmark-bench-form";
pub(crate) const MULTIPART: &str = "multipart/form-data; boundary=endmark-bench-form";
const FORM: &str = "application/x-www-form-urlencoded";

/// What the browser of an officer who is signed in holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Session {
    pub(crate) cookie: String,
    csrf: String,
}

impl Session {
    /// Signs a new officer in.
    pub(crate) async fn begin(register: &Register, service: &Service) -> Result<Self, Failed> {
        let officer = Officer {
            id: endmark::webhook::new_id("ofc").map_err(|_| "this machine gives no random numbers")?,
            name: "Bench".parse()?,
            organisation: "lt-customs".parse()?,
            office: "LTVR1000".parse()?,
            language: Language::En,
            supervisor: false,
            auditor: false,
            active: true,
            certificate: None,
        };
        operator_change(&register.settings, RegistryChange::AddOfficer(Box::new(officer.clone())))?;
        let (link, _) = officer_link(&register.settings, &officer.id, time::Duration::minutes(15))?;
        let secret = link.rsplit('/').next().ok_or("a link ends with its secret")?;
        let mut connection = Caller::anybody(&register.dir, service.web)?.connect().await?;
        let give_up = Instant::now() + PATIENCE;
        let cookie = loop {
            let entering = Ask {
                method: Method::POST,
                path: "/officer/enter".to_owned(),
                media_type: FORM,
                body: Bytes::from(format!("secret={secret}&pin=")),
                ..Ask::default()
            };
            let (status, headers, _) = connection.ask_whole(entering).await?;
            let set = headers.get(SET_COOKIE).and_then(|set| set.to_str().ok()?.split(';').next());
            match set {
                Some(cookie) if status == StatusCode::SEE_OTHER => break cookie.to_owned(),
                _ if Instant::now() > give_up => return Err(format!("the officer is not let in: {status}").into()),
                _ => sleep(BEFORE_LOOKING_AGAIN).await,
            }
        };
        loop {
            let start = Ask { path: "/officer".to_owned(), cookie: cookie.clone(), ..Ask::default() };
            let (status, _, body) = connection.ask_whole(start).await?;
            let html = String::from_utf8_lossy(&body);
            let csrf = html.split("name=\"csrf\" value=\"").nth(1).and_then(|after| after.split('"').next());
            match csrf {
                Some(csrf) if status == StatusCode::OK => return Ok(Self { cookie, csrf: csrf.to_owned() }),
                _ if Instant::now() > give_up => return Err(format!("the officer sees no form: {status}").into()),
                _ => sleep(BEFORE_LOOKING_AGAIN).await,
            }
        }
    }

    /// The form of the first page with this typed in.
    pub(crate) fn form(&self, text: &str) -> Bytes {
        let mut body = String::new();
        for (name, value) in [("csrf", self.csrf.as_str()), ("language", "en"), ("text", text)] {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"");
            body.extend([head.as_str(), "\r\n\r\n", value, "\r\n"]);
        }
        let file = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n\r\n--{BOUNDARY}--\r\n"
        );
        Bytes::from(body + &file)
    }
}

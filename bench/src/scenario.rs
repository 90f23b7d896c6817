//! What is asked. A scenario is a row here and a function that makes its next request.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use hyper::Method;

use crate::officer::MULTIPART;
use crate::stock::Stock;

/// A request to come.
#[derive(Debug, Default)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) media_type: &'static str,
    /// Or nothing.
    pub(crate) body: Bytes,
    /// What a browser sends of its session, or nothing.
    pub(crate) cookie: String,
}

/// What must be there before it starts; made without being measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Only the register.
    Nothing,
    /// A service that has just started, and has verified nothing yet.
    Unseen,
    /// Every certificate asked about once since the service started, as those it took in itself.
    Seen,
    /// Declarations that are reserved.
    Reserved,
    /// Certificates sealed with P-256 and not yet submitted.
    Sealed,
    /// The same under an RSA key of 2048 bits.
    SealedRsa,
    /// An officer who is signed in.
    Officer,
}

/// Whose listener is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// That of systems.
    Api,
    /// That of browsers.
    Web,
}

/// What it should reach at full load.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// Nothing in particular.
    Open,
    /// This part of another scenario's rate, or nearly what commits allow.
    Part(&'static str, f64),
    /// A slow answer in a hundred takes at most so many commits and so many milliseconds.
    Tail { commits: f64, millis: f64 },
    /// A slow answer in a hundred takes at most so many times one of another scenario.
    TailOf(&'static str, f64),
}

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// Every connection asks again as soon as it is answered.
    Closed,
    /// The same, over a new connection for each request.
    Handshakes,
    /// At half of the rate that another scenario reached, evenly.
    HalfOf(&'static str),
    /// Closed, over two service processes on one database.
    TwoNodes,
}

/// What is asked, by whom, and what is a good answer.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Whose client certificate: a file in the register's `certs`.
    pub(crate) caller: &'static str,
    pub(crate) door: Door,
    pub(crate) needs: Needs,
    pub(crate) load: Load,
    /// The next request; a serial is never given twice.
    pub(crate) ask: fn(&Stock, u64) -> Ask,
    /// The status of a good answer.
    pub(crate) status: u16,
    /// What a good answer says: a fast refusal is no performance.
    pub(crate) says: &'static str,
    pub(crate) goal: Goal,
}

const CONFORMS: &str = "\"verdict\":\"conforms\"";
const JSON: &str = "application/json";

/// The one that the others are divided by.
const PING: Scenario = Scenario {
    name: "ping",
    caller: "customs",
    door: Door::Api,
    needs: Needs::Nothing,
    load: Load::Closed,
    ask: ping,
    status: 204,
    says: "",
    goal: Goal::Open,
};
const CHECK: Scenario =
    Scenario { name: "check", ask: check, status: 200, says: CONFORMS, goal: Goal::Part("ping", 0.6), ..PING };
const RESERVE: Scenario = Scenario { name: "reserve", ask: reserve, goal: Goal::Part("ping", 0.5), ..CHECK };
/// Before anything is asked of the writer: what the question alone costs, over TLS and HTTP.
const CHECK_REFUSED: Scenario = Scenario {
    name: "check_refused",
    ask: check_refused,
    status: 400,
    says: "suppliedFromPapers[0]",
    goal: Goal::Open,
    ..CHECK
};
const ISSUE: Scenario = Scenario {
    name: "issue",
    caller: "maker",
    needs: Needs::Sealed,
    ask: issue,
    status: 201,
    says: "\"number\":",
    goal: Goal::Part("ping", 0.3),
    ..PING
};

/// All of them; each after those it is compared to.
pub(crate) const ALL: [Scenario; 18] = [
    PING,
    Scenario { name: "handshake", load: Load::Handshakes, ..PING },
    CHECK_REFUSED,
    Scenario { name: "reserve_refused", ask: reserve_refused, ..CHECK_REFUSED },
    Scenario { name: "check_first", needs: Needs::Unseen, goal: Goal::Open, ..CHECK },
    Scenario { needs: Needs::Seen, ..CHECK },
    Scenario {
        name: "check_half",
        load: Load::HalfOf("check"),
        goal: Goal::Tail { commits: 4.0, millis: 10.0 },
        ..CHECK
    },
    Scenario {
        name: "page",
        door: Door::Web,
        needs: Needs::Officer,
        ask: page,
        says: "<section class=\"verdict yes\">",
        goal: Goal::TailOf("check", 5.0),
        ..CHECK
    },
    RESERVE,
    Scenario { name: "reserve_three", ask: reserve_three, goal: Goal::Open, ..RESERVE },
    Scenario {
        name: "release",
        needs: Needs::Reserved,
        ask: release,
        says: "\"outcome\":\"01\"",
        goal: Goal::Open,
        ..CHECK
    },
    Scenario { name: "reserve_hot", ask: reserve_hot, goal: Goal::Part("ping", 0.4), ..RESERVE },
    Scenario { name: "read", caller: "maker", ask: read, status: 200, says: "\"number\":", ..PING },
    Scenario { name: "receipt", caller: "maker", ask: receipt, status: 200, says: "c2sp.org/tlog-proof", ..PING },
    Scenario { name: "check_two", needs: Needs::Seen, load: Load::TwoNodes, goal: Goal::Part("check", 0.8), ..CHECK },
    Scenario {
        name: "reserve_two",
        needs: Needs::Seen,
        load: Load::TwoNodes,
        goal: Goal::Part("reserve", 0.8),
        ..RESERVE
    },
    ISSUE,
    Scenario { name: "issue_rsa", needs: Needs::SealedRsa, goal: Goal::Open, ..ISSUE },
];

/// What makes declarations for those that need some.
pub(crate) const RESERVING: Scenario = RESERVE;

fn get(path: String) -> Ask {
    Ask { path, ..Ask::default() }
}

/// The least a request can cost: TLS, HTTP, the caller.
fn ping(_: &Stock, _: u64) -> Ask {
    get("/v1/ping".to_owned())
}

/// Three goods items on one certificate; the next request asks about the next certificate.
pub(crate) fn check(stock: &Stock, serial: u64) -> Ask {
    let body = stock.declaration.text(stock.number(serial), &mrn(serial));
    Ask { method: Method::POST, path: "/v1/customs/checks".to_owned(), media_type: JSON, body, ..Ask::default() }
}

/// The same, broken by its last rule: read once, to the end, then refused.
fn check_refused(stock: &Stock, serial: u64) -> Ask {
    against_a_rule(check(stock, serial))
}

/// An officer types the next certificate's number and gets a page.
fn page(stock: &Stock, serial: u64) -> Ask {
    let body = stock.officer.form(stock.number(serial));
    let cookie = stock.officer.cookie.clone();
    Ask { method: Method::POST, path: "/officer".to_owned(), media_type: MULTIPART, body, cookie }
}

/// One goods item; the next request draws on the next certificate.
fn reserve(stock: &Stock, serial: u64) -> Ask {
    let body = stock.one_item.text(stock.number(serial), &mrn(serial));
    Ask { method: Method::PUT, path: declaration(serial), media_type: JSON, body, ..Ask::default() }
}

/// The same, refused as `check_refused` is.
fn reserve_refused(stock: &Stock, serial: u64) -> Ask {
    against_a_rule(reserve(stock, serial))
}

/// The three goods items of `check`.
pub(crate) fn reserve_three(stock: &Stock, serial: u64) -> Ask {
    let body = stock.declaration.text(stock.number(serial), &mrn(serial));
    Ask { method: Method::PUT, path: declaration(serial), media_type: JSON, body, ..Ask::default() }
}

/// Everybody draws on the same line.
fn reserve_hot(stock: &Stock, serial: u64) -> Ask {
    let body = stock.one_item.text(stock.number(0), &mrn(serial));
    Ask { method: Method::PUT, path: declaration(serial), media_type: JSON, body, ..Ask::default() }
}

/// Writes off what a declaration reserved.
pub(crate) fn release(_: &Stock, serial: u64) -> Ask {
    let body = Bytes::from_static(br#"{"office":"LTVR1000"}"#);
    let path = format!("{}/release", declaration(serial));
    Ask { method: Method::POST, path, media_type: JSON, body, ..Ask::default() }
}

/// A manufacturer reads one of its certificates.
fn read(stock: &Stock, serial: u64) -> Ask {
    get(format!("/v1/certificates/{}", stock.number(serial)))
}

/// The proof of one of the entries that filling left.
fn receipt(stock: &Stock, serial: u64) -> Ask {
    let Range { start, end } = stock.leaves;
    let place = serial.checked_rem(end.saturating_sub(start)).unwrap_or_default();
    receipt_of(start.saturating_add(place))
}

/// The proof of an entry.
pub(crate) fn receipt_of(leaf: u64) -> Ask {
    get(format!("/v1/entries/{leaf}/receipt"))
}

/// Submits the next sealed certificate.
fn issue(stock: &Stock, serial: u64) -> Ask {
    let place = usize::try_from(serial).unwrap_or(usize::MAX);
    let body = stock.sealed.get(place).cloned().unwrap_or_default();
    let path = "/v1/certificates".to_owned();
    Ask { method: Method::POST, path, media_type: "application/jose", body, ..Ask::default() }
}

/// Says that something was taken from the papers that is not there.
fn against_a_rule(ask: Ask) -> Ask {
    let mut body = BytesMut::from(ask.body);
    body.truncate(body.len().saturating_sub(1));
    body.extend_from_slice(br#","suppliedFromPapers":["endUse"]}"#);
    Ask { body: body.freeze(), ..ask }
}

/// Where the declaration of a serial is.
pub(crate) fn declaration(serial: u64) -> String {
    format!("/v1/customs/declarations/{}", mrn(serial))
}

fn mrn(serial: u64) -> String {
    format!("26LT{serial:014}")
}

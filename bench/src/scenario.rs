//! What is asked. A scenario is a row here and a function that makes its next request.

use bytes::Bytes;
use hyper::Method;

use crate::stock::Stock;

/// A request to come.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// JSON, or nothing.
    pub(crate) body: Bytes,
}

/// What is asked, by whom, and what is a good answer.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Whose client certificate: a file in the register's `certs`.
    pub(crate) caller: &'static str,
    /// The next request; the serial is never given twice in a register's life.
    pub(crate) ask: fn(&Stock, u64) -> Ask,
    /// The status of a good answer.
    pub(crate) status: u16,
    /// What a good answer says: a fast refusal is no performance.
    pub(crate) says: &'static str,
    /// At full load it should reach this part of another scenario's rate.
    pub(crate) floor: Option<(&'static str, f64)>,
}

const CONFORMS: &str = "\"verdict\":\"conforms\"";

/// All of them; each after those it is compared to.
pub(crate) const ALL: [Scenario; 4] = [
    Scenario { name: "ping", caller: "customs", ask: ping, status: 204, says: "", floor: None },
    Scenario { name: "check", caller: "customs", ask: check, status: 200, says: CONFORMS, floor: None },
    Scenario {
        name: "reserve",
        caller: "customs",
        ask: reserve,
        status: 200,
        says: CONFORMS,
        floor: Some(("ping", 0.4)),
    },
    Scenario {
        name: "reserve_hot",
        caller: "customs",
        ask: reserve_hot,
        status: 200,
        says: CONFORMS,
        floor: Some(("reserve", 1.0 / 3.0)),
    },
];

/// The least a request can cost: TLS, HTTP, the caller.
fn ping(_: &Stock, _: u64) -> Ask {
    Ask { method: Method::GET, path: "/v1/ping".to_owned(), body: Bytes::new() }
}

/// Three goods items on one certificate; the next request asks about the next certificate.
fn check(stock: &Stock, serial: u64) -> Ask {
    let body = stock.declaration.text(stock.number(serial), &mrn(serial));
    Ask { method: Method::POST, path: "/v1/customs/checks".to_owned(), body }
}

/// The same three goods items, reserved.
fn reserve(stock: &Stock, serial: u64) -> Ask {
    let mrn = mrn(serial);
    let body = stock.declaration.text(stock.number(serial), &mrn);
    Ask { method: Method::PUT, path: format!("/v1/customs/declarations/{mrn}"), body }
}

/// Everybody draws on the same line.
fn reserve_hot(stock: &Stock, serial: u64) -> Ask {
    let mrn = mrn(serial);
    let body = stock.one_item.text(stock.number(0), &mrn);
    Ask { method: Method::PUT, path: format!("/v1/customs/declarations/{mrn}"), body }
}

fn mrn(serial: u64) -> String {
    format!("26LT{serial:014}")
}

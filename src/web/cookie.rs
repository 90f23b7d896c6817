//! The one cookie: the secrets of the sessions that this browser holds.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};

use crate::officer::{SESSIONS_IN_A_BROWSER_MAX, Secret};

/// Over HTTPS. Browsers take such a name only with `Secure`, without `Domain`, for the whole host: nobody beside or
/// below this host can plant a session.
const SECURE_NAME: &str = "__Host-endmark-officer";
/// Over plain HTTP on loopback, where browsers refuse `__Host-`.
const PLAIN_NAME: &str = "endmark-officer";

const fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The secrets that a request carries; a cookie in any other form holds none.
pub(super) fn secrets(request: &HttpRequest, secure: bool) -> Vec<Secret> {
    let wanted = name(secure);
    let headers = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let Some((_, value)) = pairs.find(|(name, _)| *name == wanted) else { return Vec::new() };
    let secrets: Option<Vec<Secret>> = value.split('.').take(SESSIONS_IN_A_BROWSER_MAX + 1).map(Secret::read).collect();
    secrets.filter(|secrets| secrets.len() <= SESSIONS_IN_A_BROWSER_MAX).unwrap_or_default()
}

/// The header that has the browser hold these secrets; none: forget the cookie.
pub(super) fn set(secrets: &[Secret], secure: bool) -> Option<HeaderValue> {
    let value: Vec<String> = secrets.iter().map(Secret::reveal).collect();
    let lasts = if secrets.is_empty() { "; Max-Age=0" } else { "" };
    let only = if secure { "; Secure" } else { "" };
    let text = format!("{}={}; Path=/; HttpOnly; SameSite=Strict{only}{lasts}", name(secure), value.join("."));
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::{secrets, set};
    use crate::officer::Secret;

    #[test]
    fn what_was_set_is_read_and_anything_else_is_nothing() {
        let held: Vec<Secret> = (0..5).map(|_| Secret::random().unwrap()).collect();
        for secure in [true, false] {
            let header = set(&held, secure).unwrap();
            let header = header.to_str().unwrap();
            assert_eq!(header.contains("; Secure") && header.starts_with("__Host-"), secure);
            assert!(header.contains("; HttpOnly; SameSite=Strict") && !header.contains("Domain"));
            let pair = header.split(';').next().unwrap();
            let sent = TestRequest::get().insert_header(("Cookie", format!("a=b; {pair}"))).to_http_request();
            assert_eq!(secrets(&sent, secure), held);
            assert_eq!(secrets(&sent, !secure), Vec::new(), "a plain cookie is none of an HTTPS page");
            for forged in [format!("{pair}."), format!("{pair}.{}", held[0].reveal()), pair.replace('.', "..")] {
                let sent = TestRequest::get().insert_header(("Cookie", forged.clone())).to_http_request();
                assert_eq!(secrets(&sent, secure), Vec::new(), "{forged}");
            }
        }
        assert!(set(&[], true).unwrap().to_str().unwrap().contains("Max-Age=0"));
    }
}

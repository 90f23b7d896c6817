//! The page for the hours without a network, and what it fetches while there is one (docs/OFFLINE.md).

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, get, web};
use askama::Template;
use serde_json::json;

use super::answer::reason_key;
use super::away::Away;
use super::files::has_decoder;
use super::page::page;
use super::session::Signed;
use crate::app::App;
use crate::words::Language;

/// The words that the script puts together.
const WORDS: [&str; 36] = [
    "answer-as-of",
    "answer-cannot-be-checked",
    "answer-code",
    "answer-genuine",
    "answer-genuine-not-usable",
    "answer-granted",
    "answer-not-genuine",
    "answer-why",
    "offline-as-of",
    "offline-control-conflict",
    "offline-control-other",
    "offline-control-refused",
    "offline-control-seen",
    "offline-control-waiting",
    "offline-good-until",
    "offline-grade-fresh",
    "offline-grade-missing",
    "offline-grade-stale",
    "offline-grade-unusable",
    "offline-lines-left-out",
    "offline-no-quantities",
    "offline-only-paper",
    "offline-printed",
    "offline-printed-facts",
    "offline-stale-warning",
    "paper-destination",
    "paper-end-user",
    "paper-goods",
    "paper-line",
    "paper-manufacturer",
    "paper-routing",
    "paper-validity",
    "page-again",
    "page-field",
    "page-no-answer",
    "page-scan",
];

/// The reasons that the script gives, as the register's, with their words.
const REASONS: [&str; 20] = [
    "nothingToRead",
    "notOfThisSystem",
    "numberMalformed",
    "numberMistyped",
    "tokenOtherSystem",
    "tokenTooLong",
    "tokenBase45",
    "tokenDeflate",
    "tokenBomb",
    "tokenCose",
    "tokenClaim",
    "tokenOtherRegister",
    "tokenKeyUnknown",
    "tokenSignatureInvalid",
    "tokenKeyRetired",
    "certificateRevoked",
    "certificateReplaced",
    "certificateSuspended",
    "certificateExpired",
    "certificateNotYetValid",
];

/// The reasons that only a device without a network has.
const OFFLINE_REASONS: [(&str, &str); 7] = [
    ("mrnOffline", "offline-reason-mrn"),
    ("manufacturerNotActive", "reason-manufacturer-not-active"),
    ("bundleMissing", "offline-reason-missing"),
    ("bundleUnusable", "offline-reason-unusable"),
    ("bundleIncomplete", "offline-reason-incomplete"),
    ("numberOffline", "offline-reason-number"),
    ("tokenKeyNotInBundle", "offline-reason-key"),
];

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    t: Language,
    words: Vec<(&'static str, String)>,
    has_decoder: bool,
}

impl OfflinePage {
    fn new(t: Language) -> Self {
        let words = WORDS.into_iter().map(|key| (key, t.say(key)));
        let reasons = REASONS.into_iter().map(|code| (code, t.say(&reason_key(code))));
        let offline = OFFLINE_REASONS.into_iter().map(|(code, key)| (code, t.say(key)));
        Self { t, words: words.chain(reasons).chain(offline).collect(), has_decoder: has_decoder() }
    }
}

/// The page as a device keeps it.
pub(super) fn rendered(t: Language) -> String {
    OfflinePage::new(t).render().unwrap_or_default()
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(session).service(bundle).service(show);
}

/// The page: the same for everybody, with nothing of the register in it, so that a device may keep it.
#[get("/officer/offline/{language}")]
async fn show(path: web::Path<String>) -> HttpResponse {
    match Language::from_code(&path) {
        Some(t) => page(StatusCode::OK, &OfflinePage::new(t)),
        None => HttpResponse::NotFound().finish(),
    }
}

fn answer(body: &serde_json::Value) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body.to_string())
}

/// Who is signed in: controls recorded on this device are sent by whoever recorded them.
#[get("/officer/offline/session")]
async fn session(signed: Signed) -> HttpResponse {
    answer(&json!({ "officer": signed.officer.id, "csrf": signed.csrf() }))
}

/// The bundle of now, and the keys of the log that verify it: over the connection that the page itself came over.
#[get("/officer/offline/bundle")]
async fn bundle(app: web::Data<App>, signed: Signed) -> Result<HttpResponse, Away> {
    let jws = app.offline_bundle().await.map_err(|error| Away::problem(error, &signed, signed.language))?;
    let keys: Vec<String> = app.context.log_keys.iter().take(1).map(ToString::to_string).collect();
    Ok(answer(&json!({ "jws": jws, "keys": keys })))
}

#[cfg(test)]
mod tests {
    use super::{OfflinePage, rendered};
    use crate::words::Language;

    #[test]
    fn every_word_of_the_page_is_said_in_every_language() {
        for t in Language::ALL {
            for (key, words) in OfflinePage::new(t).words {
                assert_ne!(key, words, "{t:?}");
                assert!(!words.starts_with("offline-") && !words.starts_with("reason-"), "{t:?}: {words}");
            }
            assert!(rendered(t).contains(&format!("<html lang=\"{}\">", t.code())));
        }
    }

    /// Every word that a script says is one that the page has.
    #[test]
    fn the_scripts_say_no_word_that_the_page_lacks() {
        let words: Vec<&str> = OfflinePage::new(Language::En).words.iter().map(|(key, _)| *key).collect();
        let scripts = [
            include_str!("../../officer/src/offline.js"),
            include_str!("../../officer/src/offline-answer.js"),
            include_str!("../../officer/src/offline-control.js"),
        ];
        let mut said = 0;
        for key in scripts.iter().flat_map(|script| script.split("say('").skip(1)) {
            let key = key.split('\'').next().unwrap();
            assert!(words.contains(&key), "{key}");
            said += 1;
        }
        assert!(said > 10, "{said}");
    }
}

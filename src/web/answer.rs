//! The answer on a paper alone, as a page.

use askama::Template;
use endmark_core::certificate::Certificate;
use endmark_core::check::StoredStatus;
use endmark_core::day;
use endmark_core::goods::Country;
use endmark_core::number::CertificateNumber;
use endmark_core::presented::Genuineness;
use time::OffsetDateTime;

use super::page::Bar;
use super::session::Signed;
use crate::app::App;
use crate::ledger::LineTotals;
use crate::store::StoreError;
use crate::store::certificate::{self, Found};
use crate::words::Language;
use crate::writer::PaperShown;

/// The key of the words for a reason code: several codes may mean the same to an officer.
pub(super) fn reason_key(code: &str) -> String {
    let key = match code {
        "nothingToRead" => "nothing",
        "notOfThisSystem" | "tokenOtherSystem" => "other-system",
        "numberMalformed" | "numberMistyped" => "number-misread",
        "tokenTooLong" | "tokenBase45" | "tokenDeflate" | "tokenBomb" | "tokenCose" | "tokenClaim" => "code-misread",
        "tokenKeyUnknown" | "tokenSignatureInvalid" => "code-forged",
        "tokenKeyRetired" => "code-key-retired",
        "tokenOtherRegister" | "otherRegister" => "other-register",
        "pdfTooLarge" | "photoTooLarge" => "file-too-large",
        "pdfMalformed" | "pdfTooManyStreams" | "pdfNothingAttached" => "pdf-nothing",
        "pdfSeveralAttached" => "pdf-several",
        "photoTooManyPixels" => "photo-too-large",
        "photoUnknownKind" | "photoDamaged" => "photo-damaged",
        "photoWithoutCode" => "photo-no-code",
        "numberUnknown" => "number-unknown",
        "neverAccepted" => "never-accepted",
        "sealRevoked" => "seal-revoked",
        "sealRevokedLater" => "seal-revoked-later",
        "sealUntrusted" => "seal-untrusted",
        "revocationListStale" => "list-stale",
        "manufacturerNotActive" => "manufacturer-not-active",
        "certificateCorrupt" | "certificateMissing" => "register-fault",
        "certificateRevoked" => "revoked",
        "certificateReplaced" => "replaced",
        "certificateSuspended" => "suspended",
        "certificateExpired" => "expired",
        "certificateExhausted" => "exhausted",
        "certificateNotYetValid" => "not-yet-valid",
        // Every other code is one of the seal's own form and signature.
        _ => "seal-invalid",
    };
    format!("reason-{key}")
}

/// A line, with what is left of it.
pub(super) struct LineRow {
    pub(super) line: u32,
    pub(super) code: String,
    pub(super) description: String,
    pub(super) granted: String,
    pub(super) available: String,
}

/// The page.
#[derive(Template)]
#[template(path = "answer.html")]
pub(super) struct AnswerPage {
    t: Language,
    bar: Bar,
    /// The class that colours it; the icon and the words say the same.
    tone: &'static str,
    icon: &'static str,
    headline: &'static str,
    number: String,
    only_a_number: bool,
    reasons: Vec<String>,
    /// Since when it may not be used, and why, as its manufacturer wrote it.
    since: String,
    facts: Vec<(&'static str, String)>,
    lines: Vec<LineRow>,
    statements: Vec<Statement>,
    as_of: String,
    entry: u64,
}

impl AnswerPage {
    pub(super) fn new(
        app: &App,
        t: Language,
        signed: &Signed,
        shown: PaperShown,
        only_a_number: bool,
        at: OffsetDateTime,
        entry: u64,
    ) -> Self {
        let (tone, icon, headline) = match (shown.answer.answer, shown.answer.stands) {
            (Genuineness::Genuine, true) => ("yes", "✔", "answer-genuine"),
            (Genuineness::Genuine, false) => ("no", "✖", "answer-genuine-not-usable"),
            (Genuineness::NotGenuine, _) => ("no", "✖", "answer-not-genuine"),
            (Genuineness::CannotBeChecked, _) => ("open", "?", "answer-cannot-be-checked"),
        };
        let mut reasons: Vec<String> = shown.answer.reasons.iter().map(|reason| reason_key(reason.code)).collect();
        reasons.dedup();
        let genuine = shown.answer.answer == Genuineness::Genuine;
        // What is not genuine lends no facts to the paper: nobody compares with what may be a fault.
        let certificate = shown.certificate.filter(|_| genuine);
        let ledger = shown.ledger.map(|ledger| ledger.lines).unwrap_or_default();
        Self {
            t,
            bar: Bar::of(signed),
            tone,
            icon,
            headline,
            number: shown.number.map(|number| number.to_string()).unwrap_or_default(),
            only_a_number: only_a_number && genuine,
            reasons,
            since: String::new(),
            facts: certificate.as_deref().map(facts).unwrap_or_default(),
            lines: certificate.as_deref().map(|certificate| rows(certificate, &ledger)).unwrap_or_default(),
            statements: certificate.as_deref().map(|certificate| statements(app, t, certificate)).unwrap_or_default(),
            as_of: super::when::said(t, at),
            entry,
        }
    }
}

impl AnswerPage {
    /// With what its manufacturer did: asked after the answer, so it is shown only where the answer says the same.
    pub(super) async fn with_standing(
        mut self,
        app: &App,
        number: Option<CertificateNumber>,
    ) -> Result<Self, StoreError> {
        let Some(number) = number else { return Ok(self) };
        let taken_back = |key: &str| self.reasons.iter().any(|reason| reason == key);
        let wanted = ["reason-revoked", "reason-suspended", "reason-replaced"].map(taken_back);
        if !wanted.contains(&true) {
            return Ok(self);
        }
        let key = app.context.keys.rows.clone();
        let found = app.readers.read(move |connection| certificate::standings(connection, &key, &[number])).await?;
        let Some((_, Found::Standing(standing))) = found.into_iter().next() else { return Ok(self) };
        self.since = match (&standing.status, wanted) {
            (StoredStatus::Revoked { reason, since }, [true, ..])
            | (StoredStatus::Suspended { reason, since }, [_, true, _]) => {
                format!("{}: {reason}", super::when::said(self.t, *since))
            }
            (StoredStatus::Replaced { by, since }, [.., true]) => {
                let by = by.map(|by| format!(": {by}")).unwrap_or_default();
                format!("{}{by}", super::when::said(self.t, *since))
            }
            _ => String::new(),
        };
        Ok(self)
    }
}

pub(super) fn facts(certificate: &Certificate) -> Vec<(&'static str, String)> {
    let route = |route: &Vec<Country>| route.iter().map(Country::as_str).collect::<Vec<_>>().join(" › ");
    let validity = certificate.validity;
    let mut facts = vec![
        ("paper-manufacturer", certificate.manufacturer.label()),
        ("paper-seller", certificate.seller.label()),
        ("paper-exporter", certificate.exporter.label()),
        ("paper-buyer", certificate.buyer.label()),
        ("paper-consignee", certificate.consignee.label()),
        ("paper-end-user", certificate.end_user.label()),
        ("paper-end-use", certificate.end_use.to_string()),
        ("paper-destination", certificate.destination_country.to_string()),
        ("paper-routing", certificate.routing.iter().map(route).collect::<Vec<_>>().join("; ")),
        ("paper-validity", format!("{} – {}", day::format(validity.from), day::format(validity.until))),
        ("paper-contract", format!("{}, {}", certificate.contract.number, day::format(certificate.contract.date))),
    ];
    if let Some(transport) = &certificate.transport {
        let all = transport.means.iter().chain(&transport.trailers).map(ToString::to_string);
        facts.push(("paper-means", all.collect::<Vec<_>>().join(", ")));
    }
    facts
}

pub(super) fn rows(certificate: &Certificate, ledger: &[LineTotals]) -> Vec<LineRow> {
    let row = |line: &endmark_core::certificate::Line| LineRow {
        line: line.line,
        code: line.commodity_code.to_string(),
        description: line.description.to_string(),
        granted: line.quantity.to_string(),
        available: ledger
            .iter()
            .find(|totals| totals.certificate_line_number == line.line)
            .map(|totals| format!("{} {}", totals.available, totals.unit_of_measure))
            .unwrap_or_default(),
    };
    certificate.lines.iter().map(row).collect()
}

/// A statement that the manufacturer confirmed.
pub(super) struct Statement {
    pub(super) name: String,
    /// What was sealed, and in which language.
    pub(super) words: String,
    pub(super) language: String,
    /// The same set in the officer's language, where it is another one and the register has it.
    pub(super) own: Option<String>,
}

pub(super) fn statements(app: &App, t: Language, certificate: &Certificate) -> Vec<Statement> {
    let sealed = &certificate.statements;
    let regimes = app.regimes();
    let Some(set) = regimes.statement_sets().iter().find(|set| set.digest() == sealed.digest) else {
        return Vec::new();
    };
    let sets = regimes.statement_sets().iter();
    let own = sets.filter(|_| set.language() != t.code()).find(|of| of.id() == set.id() && of.language() == t.code());
    let statement = |name: &str| {
        Some(Statement {
            name: name.to_owned(),
            words: set.statements().get(name)?.clone(),
            language: set.language().to_owned(),
            own: own.and_then(|own| own.statements().get(name)).cloned(),
        })
    };
    sealed.confirmed.iter().filter_map(|name| statement(name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::reason_key;
    use crate::words::Language;

    /// Every code of the API's tables has words in every language.
    #[test]
    fn every_reason_is_said_in_every_language() {
        let documented = include_str!("../../docs/API.md");
        let papers = documented.split("## Papers").nth(1).unwrap().split("## What is an entry").next().unwrap();
        let codes: Vec<&str> = papers.split('`').skip(1).step_by(2).collect();
        assert!(codes.len() > 40);
        for language in Language::ALL {
            for code in &codes {
                let key = reason_key(code);
                assert_ne!(language.say(&key), key, "{code} in {language:?}");
            }
        }
    }
}

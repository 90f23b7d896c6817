//! What to do about a finding. Core says it in English, for systems; officers read it in their language, by the code of
//! the finding. What a rule itself asks is data, and stands behind those words.

use endmark_core::verdict::{Finding, FindingCode as Code, Verdict};

use crate::words::Language;

/// What rules ask, each under a key, as they have it.
const ENGLISH: &str = include_str!("../../locales/en/remedy.ftl");

/// What to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Remedy {
    /// The officer's words; empty where the finding says it already.
    pub(super) words: String,
    /// What the rule itself asks.
    pub(super) detail: String,
    /// Whether the detail is not in the officer's language: a rule that was loaded is shown as it was loaded.
    pub(super) is_as_loaded: bool,
}

/// What an officer can do about a finding.
pub(super) fn remedy(t: Language, finding: &Finding, verdict: &Verdict) -> Remedy {
    let words = t.find(&format!("remedy-{}", finding.code.as_str())).unwrap_or_default();
    let detail = detail(finding, verdict).unwrap_or_default();
    match translated(t, &detail) {
        Some(detail) => Remedy { words, detail, is_as_loaded: false },
        None => Remedy { words, is_as_loaded: t != Language::En && !detail.is_empty(), detail },
    }
}

/// What the rule itself asks, as it was loaded.
fn detail(finding: &Finding, verdict: &Verdict) -> Option<String> {
    let said = finding.remedy.as_deref();
    match finding.code {
        Code::OtherDocumentRequired => {
            let law = finding.legal_basis.as_deref();
            let mut regimes = verdict.regimes.iter().filter(|regime| regime.legal_basis.as_deref() == law);
            let asked = regimes.find_map(|regime| regime.document.as_ref());
            asked.map(|asked| asked.document.clone()).or_else(|| said.map(str::to_owned))
        }
        Code::DescriptionDecides => {
            let entry = said?.strip_prefix("does the entry ").unwrap_or(said?);
            Some(entry.strip_suffix(" cover these goods? read its description").unwrap_or(entry).to_owned())
        }
        // Which entry the goods are listed under stands beside, as what is declared.
        Code::RequirementUnknown => said.map(|said| match said.split_once("): ") {
            Some((listed, what)) if listed.starts_with("listed as ") => what.to_owned(),
            _ => said.to_owned(),
        }),
        Code::DualUseUndeclared => said.map(str::to_owned),
        _ => None,
    }
}

/// The officer's words for what a rule that came with the program asks, word for word.
fn translated(t: Language, text: &str) -> Option<String> {
    let of_rules = |key: &str| key.starts_with("rule-") || key.starts_with("document-");
    let mut lines = ENGLISH.lines().filter_map(|line| line.split_once(" = "));
    lines.find(|(key, words)| of_rules(key) && *words == text).map(|(key, _)| t.say(key))
}

#[cfg(test)]
mod tests {
    use endmark_core::verdict::FindingCode;

    use super::translated;
    use crate::words::Language;

    /// Where nothing is to be done, or the finding says it.
    const SAID: [FindingCode; 4] = [
        FindingCode::CertificateCorrupt,
        FindingCode::CoveredByReservation,
        FindingCode::SealRevokedLater,
        FindingCode::PartyNameDiffers,
    ];

    #[test]
    fn every_finding_says_what_to_do_in_every_language() {
        for code in FindingCode::ALL {
            for language in Language::ALL {
                let said = language.find(&format!("remedy-{}", code.as_str()));
                assert_eq!(said.is_none(), SAID.contains(code), "{code:?} in {language:?}");
            }
        }
    }

    /// A rule that comes with the program and asks in words that nobody translated would be English on every page.
    #[test]
    fn what_the_rules_of_the_program_ask_is_said_in_every_language() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("regimes/rules");
        let mut seen = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for line in text.lines() {
                let Some((key, words)) = line.split_once(" = \"") else { continue };
                if key == "remedy" || key == "document" {
                    let words = words.trim_end_matches('"');
                    assert!(translated(Language::Lt, words).is_some_and(|said| said != words), "{words}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 10);
    }
}

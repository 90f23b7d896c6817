//! Everything that an officer can read has words in every language.

use endmark_core::consignment::Element;
use endmark_core::regime::Document;
use endmark_core::verdict::FindingCode;

use super::{answer, history, supplied};
use crate::entry::Kind;
use crate::officer::SessionRefused;
use crate::words::Language;
use crate::writer::ControlRefusal;

const OTHERS: [Language; 2] = [Language::Lt, Language::Pl];

/// The names that a file's `as_str` or `code` gives, and what stands in a table of the documents.
fn quoted<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(|after| after.split(['"', '`']).next())
}

#[track_caller]
fn is_said(t: Language, key: &str) {
    assert!(t.find(key).is_some(), "{key} in {t:?}");
}

#[test]
fn every_finding_and_every_element_is_said_in_every_language() {
    for t in Language::ALL {
        for code in FindingCode::ALL {
            is_said(t, &format!("finding-{}", code.as_str()));
        }
        for element in Element::ALL {
            is_said(t, &format!("element-{}", supplied::name(element)));
        }
    }
}

#[test]
fn every_kind_of_entry_and_every_decision_is_said_in_every_language() {
    let kinds: Vec<&str> = quoted(include_str!("../entry.rs"), " => \"").collect();
    assert!(kinds.len() > 30 && kinds.contains(&"paperChecked"), "{kinds:?}");
    let decisions = [
        "issued",
        "alreadyIssued",
        "refused",
        "done",
        "already",
        "reserved",
        "released",
        "deleted",
        "amended",
        "invalidated",
        "overridden",
        "turnedBack",
        "conforms",
        "doesNotConform",
        "cannotBeChecked",
        "genuine",
        "notGenuine",
        "held",
        "secondLook",
        "counted",
        "shown",
    ];
    for t in Language::ALL {
        for kind in &kinds {
            is_said(t, &format!("kind-{kind}"));
        }
        for decision in decisions {
            is_said(t, &format!("decision-{decision}"));
        }
    }
}

#[test]
fn every_reason_of_an_entry_is_said_in_every_language() {
    let documented = include_str!("../../docs/API.md");
    let papers = documented.split("## Papers").nth(1).unwrap().split("## What is an entry").next().unwrap();
    let papers: Vec<&str> = papers.split('`').skip(1).step_by(2).collect();
    let sessions = quoted(include_str!("../officer/session.rs"), " => \"");
    let acceptance = quoted(include_str!("../../core/src/acceptance/mod.rs"), " => \"");
    let others = [
        "versionSuperseded",
        "writeOffExists",
        "goodsHaveLeft",
        "nameTaken",
        "belowPresented",
        "anothersDeclaration",
        "anothersPresentation",
        "aboveRelease",
        "statusForbids",
        "notFound",
        "despiteRetention",
        "referenceTaken",
        "numberCollision",
        "controlConflict",
        "deviceClockAhead",
        "serialNumbersMissing",
        "tractorChanged",
        SessionRefused::LinkUsed.code(),
        ControlRefusal::SameOfficer.code(),
        ControlRefusal::IdTaken.code(),
        ControlRefusal::AlreadyAnswered.code(),
        ControlRefusal::AnotherMatter.code(),
    ];
    let all: Vec<&str> = sessions.chain(acceptance).chain(others).collect();
    assert!(papers.len() > 40 && all.len() > 30, "{all:?}");
    for t in Language::ALL {
        for code in &papers {
            let said = history::reason(t, Kind::PaperChecked, code);
            assert!(said != **code && said != answer::reason_key(code), "{code} in {t:?}");
        }
        for code in &all {
            let said = history::reason(t, Kind::CertificateSubmitted, code);
            let form = t.say("reason-seal-invalid");
            assert!(said != **code && said != form, "{code} in {t:?}: {said}");
        }
    }
}

/// An officer compares the paper with the screen, and a form with the history: another word would be another thing.
#[test]
fn one_thing_has_one_word_wherever_it_stands() {
    let parties = ["seller", "buyer", "exporter", "consignee", "endUser", "endUse"];
    let papers = ["seller", "buyer", "exporter", "consignee", "end-user", "end-use"];
    for t in Language::ALL {
        for (element, paper) in parties.into_iter().zip(papers) {
            assert_eq!(t.say(&format!("element-{element}")), t.say(&format!("paper-{paper}")), "{t:?}");
        }
        for result in ["released", "held"] {
            let decided = t.say(&format!("decision-{result}"));
            assert_eq!(t.say(&format!("offline-result-{result}")).to_lowercase(), decided, "{t:?}");
            let recorded = t.say(&format!("control-recorded-{result}"));
            assert!(recorded.ends_with(&decided), "{t:?}: {recorded}, {decided}");
        }
    }
}

/// A law that was changed is said as it stands, never in words of the old one.
#[test]
fn the_law_built_in_is_said_in_every_language_and_a_law_loaded_later_as_it_was_loaded() {
    let data = crate::law::built_in().unwrap();
    let laws: Vec<_> = data.documents().filter_map(Document::regime).map(|regime| regime.legal_basis.clone()).collect();
    assert!(laws.len() > 20);
    for law in &laws {
        assert_eq!(Language::En.law(law), **law);
        for t in OTHERS {
            assert_ne!(t.law(law), **law, "{t:?}");
        }
    }
    for t in Language::ALL {
        assert_eq!(t.law("Regulation (EU) 2031/1, Article 1"), "Regulation (EU) 2031/1, Article 1");
    }
}

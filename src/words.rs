//! The words people read, in their language: `locales/LANGUAGE/*.ftl` (Fluent). A language is added by a folder there
//! and a line here; a test compares the keys of all languages.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // The marks of direction that Fluent puts around values have no glyph on paper.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The law as regimes have it, each under a key.
const ENGLISH_LAW: &str = include_str!("../locales/en/law.ftl");

static ENGLISH: LanguageIdentifier = langid!("en");
static LITHUANIAN: LanguageIdentifier = langid!("lt");
static POLISH: LanguageIdentifier = langid!("pl");

/// A language that people read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Lithuanian.
    Lt,
    /// Polish.
    Pl,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::En, Self::Lt, Self::Pl];

    /// Its code (ISO 639-1).
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Lt => "lt",
            Self::Pl => "pl",
        }
    }

    /// The one with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self {
            Self::En => &ENGLISH,
            Self::Lt => &LITHUANIAN,
            Self::Pl => &POLISH,
        }
    }

    /// What stands under a key. A key that is nowhere is shown as it is: a fault, and a test finds it.
    pub fn say(self, key: &str) -> String {
        LOCALES.try_lookup(self.identifier(), key).unwrap_or_else(|| key.to_owned())
    }

    /// What stands under a key, where something does.
    pub fn find(self, key: &str) -> Option<String> {
        LOCALES.try_lookup(self.identifier(), key)
    }

    /// The words of a law. Laws are data and can be loaded: one that `law.ftl` does not have word for word is said as
    /// it was loaded, for an old translation of a new law would be wrong.
    pub fn law(self, text: &str) -> String {
        let mut lines = ENGLISH_LAW.lines().filter_map(|line| line.split_once(" = "));
        let key = lines.find(|(_, words)| *words == text).map(|(key, _)| key);
        key.map_or_else(|| text.to_owned(), |key| self.say(key))
    }

    /// What stands under a key for so many.
    pub fn say_count(self, key: &str, count: u64) -> String {
        self.say_with(key, [("count", FluentValue::from(count))])
    }

    /// What stands under a key, with values in it.
    pub fn say_with<'a>(self, key: &str, values: impl IntoIterator<Item = (&'static str, FluentValue<'a>)>) -> String {
        let values: HashMap<Cow<'static, str>, FluentValue<'a>> =
            values.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        LOCALES.try_lookup_with_args(self.identifier(), key, &values).unwrap_or_else(|| key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::Language;

    fn keys(language: Language) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language.code());
        let mut keys = BTreeSet::new();
        for file in std::fs::read_dir(folder).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let Some((key, _)) = line.split_once(" =") else { continue };
                if !line.starts_with([' ', '#']) {
                    assert!(keys.insert(key.to_owned()), "{key} stands twice in {language:?}");
                }
            }
        }
        keys
    }

    #[test]
    fn every_language_says_everything() {
        let english = keys(Language::En);
        assert!(english.len() > 30);
        for language in Language::ALL {
            assert_eq!(keys(language), english, "{language:?}");
            for key in &english {
                let values = [
                    "count", "value", "day", "month", "year", "time", "office", "at", "result", "left", "granted",
                    "country", "route",
                ]
                .map(|name| (name, 2.into()));
                assert_ne!(language.say_with(key, values), *key, "{language:?}");
            }
        }
    }

    /// A sentence that is the same in two languages was forgotten.
    #[test]
    fn no_language_repeats_a_sentence_of_another() {
        let values = || ["count", "value", "day", "month", "year", "time", "office", "at"].map(|name| (name, 2.into()));
        for key in keys(Language::En) {
            let english = Language::En.say_with(&key, values());
            let words = english.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 2);
            if words.count() < 3 {
                continue;
            }
            for t in [Language::Lt, Language::Pl] {
                assert_ne!(t.say_with(&key, values()), english, "{key} in {t:?}");
            }
        }
    }

    #[test]
    fn counts_follow_the_plural_rules_of_the_language() {
        let said: Vec<String> = [1, 2, 5].map(|n| Language::Pl.say_count("paper-code-shortened", n)).into();
        assert!(
            said[0].contains("1 pozycji") && said[1].contains("2 pozycji") && said[2].contains("5 pozycji"),
            "{said:?}"
        );
        let said: Vec<String> = [1, 2, 10].map(|n| Language::Lt.say_count("paper-code-shortened", n)).into();
        assert!(said[0].contains("1 eilutės") && said[1].contains("2 eilučių"), "{said:?}");
        assert!(said[2].contains("10 eilučių"), "{said:?}");
    }
}

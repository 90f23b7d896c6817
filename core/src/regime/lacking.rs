//! Lists that regimes need and nobody has loaded: what could be on them is unknown.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::{Document, DocumentKind, Regime, RegimeData};

/// A list that is not there.
#[derive(Debug, Clone)]
pub struct Lacking<'a> {
    /// Its name.
    pub list: &'a str,
    /// The regimes that need it.
    pub needed_by: Vec<&'a Regime>,
}

impl Lacking<'_> {
    /// Which goods a regime leaves open meanwhile: the codes that the list could have, or goods of every code.
    pub fn leaves_open(&self, regime: &Regime) -> String {
        match regime.goods.only_within.get(self.list) {
            Some(codes) => format!("goods of {}", codes.join(", ")),
            None => "goods of every code".to_owned(),
        }
    }
}

impl RegimeData {
    /// The lists that these regimes need and that are not loaded, in order.
    pub fn lacking<'a>(&self, regimes: impl IntoIterator<Item = &'a Regime>) -> Vec<Lacking<'a>> {
        let there: BTreeSet<&str> =
            self.documents().filter(|there| there.kind == DocumentKind::List).map(|there| there.id.as_str()).collect();
        let mut found: BTreeMap<&str, Vec<&Regime>> = BTreeMap::new();
        for regime in regimes {
            for list in regime.goods.lists.iter().filter(|list| !there.contains(list.as_str())) {
                found.entry(list).or_default().push(regime);
            }
        }
        found.into_iter().map(|(list, needed_by)| Lacking { list, needed_by }).collect()
    }

    /// The versions of regimes that count on a day or wait for theirs, without those that are over by then.
    pub fn not_over(&self, day: Date) -> Vec<&Regime> {
        let counts = |document: &&Document| {
            let newest_begun = self.versions(document.kind, &document.id).into_iter().rfind(|there| there.from <= day);
            document.from > day || newest_begun.is_some_and(|there| there.version == document.version)
        };
        let regimes = self.documents().filter(|there| there.kind == DocumentKind::Regime).filter(counts);
        regimes.filter_map(Document::regime).filter(|regime| regime.until.is_none_or(|until| until >= day)).collect()
    }
}

//! What the certificates of a consignment must confirm, and in whose words.

use std::sync::Arc;

use super::{Regime, Regimes, StatementSet};
use crate::certificate::Statements;
use crate::moment::Moment;

/// A regime's demand on the statements of a certificate.
#[derive(Debug, Clone)]
pub struct Demand(Arc<Regime>);

impl Demand {
    /// The demand of a regime.
    pub const fn of(regime: Arc<Regime>) -> Self {
        Self(regime)
    }

    /// The regime.
    pub fn regime(&self) -> &Regime {
        &self.0
    }

    /// The statements that are demanded and not confirmed.
    pub fn missing<'a>(&'a self, confirmed: &Statements) -> Vec<&'a str> {
        let lacks = |wanted: &&String| !confirmed.confirmed.iter().any(|there| there.as_str() == wanted.as_str());
        self.0.asks.statements.iter().filter(lacks).map(String::as_str).collect()
    }

    /// Whether the wording confirmed is accepted, letter by letter.
    pub fn accepts(&self, confirmed: &Statements, regimes: &Regimes) -> bool {
        self.accepted(regimes).any(|set| {
            set.id() == confirmed.set.as_str()
                && set.language() == confirmed.language.as_str()
                && set.digest() == confirmed.digest
        })
    }

    fn accepted<'r>(&'r self, regimes: &'r Regimes) -> impl Iterator<Item = &'r StatementSet> {
        let asks = &self.0.asks;
        let language =
            |set: &&StatementSet| asks.languages.is_empty() || asks.languages.iter().any(|l| l == set.language());
        let accepted = |set: &&StatementSet| asks.accepts.iter().any(|id| id == set.id());
        regimes.statement_sets().iter().filter(accepted).filter(language)
    }

    /// Both wordings, as an officer reads them: what is accepted, and what was confirmed.
    pub fn wordings(&self, confirmed: &Statements, regimes: &Regimes) -> (String, String) {
        let name = |set: &StatementSet| format!("{} ({}), SHA-256 {}", set.id(), set.language(), set.digest());
        let names: Vec<String> = self.accepted(regimes).map(name).collect();
        let same_language = self.accepted(regimes).find(|set| set.language() == confirmed.language.as_str());
        let text = same_language.or_else(|| self.accepted(regimes).next()).map_or("", |set| set.text().trim_end());
        let wanted = format!("{}\n{text}", names.join("; "));
        let known = regimes.statement_sets().iter().find(|set| set.digest() == confirmed.digest);
        let words = known.map_or("", |set| set.text().trim_end());
        let found = format!("{} ({}), SHA-256 {}\n{words}", confirmed.set, confirmed.language, confirmed.digest);
        (wanted.trim_end().to_owned(), found.trim_end().to_owned())
    }
}

impl Regimes {
    /// The demands of every regime in force: what a certificate is held against where none of those that speak says.
    pub fn demands(&self, moment: Moment) -> Vec<Demand> {
        let asks = |regime: &&Arc<Regime>| regime.asks.demands_a_certificate();
        self.in_force(moment.day).filter(asks).map(|regime| Demand(Arc::clone(regime))).collect()
    }
}

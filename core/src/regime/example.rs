//! An example of a regime file, or a row of a table of cases: a question in a few words, and what must come out.

use serde::Deserialize;
use serde_json::json;

use super::regime_file::Day;
use super::{Question, Regimes};
use crate::consignment::{self, Consignment, ConsignmentError};
use crate::goods::Condition;
use crate::moment::Moment;
use crate::verdict::Requirement;

/// A question with the answer that must come out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Example {
    /// What it shows.
    pub says: String,
    /// The day on which it is asked.
    on: Day,
    /// The data set; B1 where none is said.
    #[serde(default)]
    data_set: Option<String>,
    /// The office that asks.
    office: String,
    /// The office of exit, where it is named.
    #[serde(default)]
    exit: Option<String>,
    /// The procedure requested.
    #[serde(default)]
    procedure: Option<String>,
    /// The countries of routing.
    #[serde(default)]
    routing: Vec<String>,
    /// The country of destination.
    #[serde(default)]
    destination: Option<String>,
    /// The commodity code, 6 to 10 digits.
    code: String,
    /// New or used.
    #[serde(default)]
    condition: Option<Condition>,
    /// The mode of transport at the border.
    #[serde(default)]
    transport_mode: Option<u8>,
    /// The day of acceptance.
    #[serde(default)]
    accepted: Option<Day>,
    /// The day of the contract.
    #[serde(default)]
    contract: Option<Day>,
    /// Whether it is asked at the border.
    #[serde(default)]
    at_the_border: bool,
    /// Types of the documents declared.
    #[serde(default)]
    documents: Vec<String>,
    /// What must come out: `prohibited`, `certificate`, `other-document`, `unknown`, `not-required`, `silent`.
    #[serde(deserialize_with = "answer")]
    pub answer: String,
    /// Where that is written.
    #[serde(default)]
    pub source: String,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What was wanted.
    pub wanted: String,
    /// What was found.
    pub found: String,
}

impl Tried {
    /// Whether it came out as wanted.
    pub fn is_good(&self) -> bool {
        self.wanted == self.found
    }
}

fn answer<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    const ANSWERS: &[&str] = &["prohibited", "certificate", "other-document", "unknown", "not-required", "silent"];
    let text = String::deserialize(deserializer)?;
    if ANSWERS.contains(&text.as_str()) { Ok(text) } else { Err(serde::de::Error::unknown_variant(&text, ANSWERS)) }
}

/// The name of an answer in files.
const fn name(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::NotRequired => "not-required",
        Requirement::OtherDocumentRequired => "other-document",
        Requirement::Unknown => "unknown",
        Requirement::CertificateRequired => "certificate",
        Requirement::Prohibited => "prohibited",
    }
}

impl Example {
    /// Asks, and compares. With a regime's name: what that regime says; without: what all of them ask together.
    /// `Err`: the example itself cannot be read as a question.
    pub fn try_on(&self, regimes: &Regimes, regime: Option<&str>) -> Result<Tried, String> {
        let consignment = self.consignment()?;
        // Noon: an example speaks of days.
        let moment =
            Moment { at: self.on.0.with_hms(12, 0, 0).map_err(|e| e.to_string())?.assume_utc(), day: self.on.0 };
        let item = consignment.goods_items.first().ok_or("no item")?;
        let route = regimes.route(&consignment, moment);
        let contract = self.contract.map(|day| day.0);
        let asked = regimes.asking(Question { consignment: &consignment, route: &route, moment, contract }).of(item);
        let found = match regime {
            None => name(asked.requirement),
            Some(regime) => {
                let says = asked.statements.iter().filter(|statement| statement.regime == *regime);
                says.map(|statement| statement.requirement).max().map_or("silent", name)
            }
        };
        Ok(Tried { wanted: self.answer.clone(), found: found.to_owned() })
    }

    /// The question that it is; `Err`: what is wrong with it.
    pub(super) fn consignment(&self) -> Result<Consignment, String> {
        let part = |from: usize, to: usize| self.code.get(from..to).filter(|part| !part.is_empty());
        let mut code = json!({ "harmonizedSystemSubheadingCode": part(0, 6).ok_or("a code has at least 6 digits")? });
        if let Some(members) = code.as_object_mut() {
            for (member, digits) in [("combinedNomenclatureCode", part(6, 8)), ("taricCode", part(8, 10))] {
                members.extend(digits.map(|digits| (member.to_owned(), json!(digits))));
            }
        }
        let documents: Vec<_> = self.documents.iter().map(|kind| json!({ "type": kind })).collect();
        let mut item = json!({ "goodsItemNumber": 1, "commodityCode": code, "supportingDocuments": documents });
        let condition = self.condition.map(|condition| ("condition".to_owned(), json!(condition)));
        if let Some(members) = item.as_object_mut() {
            members.extend(condition);
        }
        let mut question = json!({
            "dataSet": self.data_set.as_deref().unwrap_or("B1"), "security": true, "office": self.office,
            "stage": if self.at_the_border { "border" } else { "start" },
            "countriesOfRouting": self.routing, "goodsItems": [item],
            "offices": self.exit.as_ref().map_or_else(|| json!({}), |exit| json!({ "exit": exit })),
        });
        if let Some(members) = question.as_object_mut() {
            let accepted = self.accepted.map(|day| crate::day::format(day.0));
            let mode = self.transport_mode.map(|mode| json!({ "mode": mode.to_string() }));
            let optional = [
                ("procedure", self.procedure.as_ref().map(|text| json!(text))),
                ("countryOfDestination", self.destination.as_ref().map(|text| json!(text))),
                ("acceptanceDate", accepted.map(|day| json!(day))),
                ("transport", mode),
            ];
            members.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        }
        consignment::parse(question.to_string().as_bytes()).map_err(|error| match error {
            // Its place is one in the JSON made here.
            ConsignmentError::Json(text) => text.split(" at line ").next().unwrap_or_default().to_owned(),
            ConsignmentError::TooLarge { .. } | ConsignmentError::Rule { .. } => error.to_string(),
        })
    }
}

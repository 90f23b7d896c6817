//! A regime as a file. docs/REGIMES.md explains every key to a lawyer; this is the same in Rust.

use serde::Deserialize;
use time::Date;

use super::Example;
use super::list_file::is_code;
use super::reading::{File, RegimeError};
use crate::goods::{Condition, Country};
use crate::verdict::Requirement;
use crate::words::Words;

/// A day as files write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Day(#[serde(with = "crate::day")] pub(super) Date);

/// Which date decides whether the regime is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GoverningDate {
    /// The day on which the question is asked: the goods are presented.
    Presentation,
    /// The day of acceptance of the declaration (15 09), where it is declared.
    Acceptance,
    /// The day of the contract.
    Contract,
}

/// How sure the rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Primary text or the authority's own page.
    High,
    /// A good secondary source.
    Medium,
    /// Weak.
    Low,
}

/// A customs procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Procedure {
    /// Requested procedure 10, 11, 21, 22, 23.
    Export,
    /// 31.
    ReExport,
    /// D1 or TIR.
    Transit,
}

/// Who must issue the document asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Issuer {
    /// Who made the goods.
    Manufacturer,
    /// Who exports them.
    Exporter,
    /// Who sells them.
    Seller,
    /// Who moves them, in whichever role.
    EconomicOperator,
}

/// What one document covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// The goods under all their declarations.
    Movement,
    /// One declaration.
    Declaration,
    /// One lorry.
    Truck,
    /// One consignment.
    Consignment,
    /// One contract.
    Contract,
    /// The company as a whole.
    Company,
}

/// What an element that the data set has, and that is empty, does to a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyElement {
    /// Worth a look.
    Warning,
    /// Nobody can tell.
    #[default]
    CannotBeChecked,
    /// A reason to refuse.
    DoesNotConform,
}

/// What another tractor than the certified one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeOfTractor {
    /// Worth a look.
    #[default]
    Warning,
    /// A reason to refuse.
    DoesNotConform,
}

/// A regime: one rule of one legal text, in one version.
#[derive(Debug, Clone)]
pub struct Regime {
    /// Its name, the same over all versions.
    pub id: Words,
    /// Its version.
    pub version: Words,
    /// What it is, in a line.
    pub title: String,
    /// `EU`, or the country whose rule it is.
    pub country: String,
    /// The first day on which this version is in force.
    pub from: Date,
    /// The last day, where there is one.
    pub until: Option<Date>,
    /// Which date decides whether it is in force.
    pub governing_date: GoverningDate,
    /// The law in words an officer can read aloud.
    pub legal_basis: Words,
    /// Where that was read.
    pub sources: Vec<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// What was looked for and not found.
    pub not_found: Vec<String>,
    /// When it comes into play.
    pub applies: Applies,
    /// For which goods.
    pub goods: Goods,
    /// What it then asks.
    pub asks: Asks,
    /// Examples, which `endmark regime test` runs.
    pub examples: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RegimeFile {
    regime: String,
    version: String,
    title: String,
    country: String,
    from: Day,
    until: Option<Day>,
    governing_date: GoverningDate,
    legal_basis: String,
    sources: Vec<String>,
    confidence: Confidence,
    #[serde(default)]
    not_found: Vec<String>,
    #[serde(default)]
    applies: Applies,
    goods: Goods,
    asks: Asks,
    #[serde(default)]
    example: Vec<Example>,
}

/// When a regime comes into play. What is not said does not matter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Applies {
    /// An office of one of these countries takes part, or the routing passes it.
    pub offices_of: Vec<Country>,
    /// None of these does.
    pub no_office_of: Vec<Country>,
    /// Export, re-export, transit.
    pub procedures: Vec<Procedure>,
    /// The way leads through one of these to another country.
    pub via: Vec<Country>,
    /// The goods are for one of these.
    pub destination: Vec<Country>,
    /// The goods are for a country outside the Union.
    pub destination_outside_union: bool,
    /// Modes of transport at the border (19 03): 1 sea, 2 rail, 3 road, 4 air, …
    pub transport_modes: Vec<u8>,
    /// New or used.
    pub condition: Option<Condition>,
    /// Asked at the border only.
    pub at_the_border_only: bool,
}

/// For which goods. Exactly one of `lists`, `all` and `dual-use`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Goods {
    /// Goods of one of these lists.
    pub lists: Vec<String>,
    /// All goods.
    pub all: bool,
    /// Dual-use goods, which no commodity code tells.
    pub dual_use: bool,
    /// Where a list could have entries at all, by code: a list that is not loaded leaves only these open.
    pub only_within: std::collections::BTreeMap<String, Vec<String>>,
}

/// What a regime asks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Asks {
    /// `prohibited`, `certificate`, `other-document` or `unknown`.
    #[serde(deserialize_with = "answer")]
    pub answer: Requirement,
    /// Who must issue the document.
    pub issuer: Option<Issuer>,
    /// Which document, in a few words.
    pub document: Option<String>,
    /// What would settle an unknown, or what to do.
    pub remedy: Option<Words>,
    /// The statements that must be confirmed.
    #[serde(default)]
    pub statements: Vec<String>,
    /// The statement sets whose wording is accepted.
    #[serde(default)]
    pub accepts: Vec<String>,
    /// The languages accepted; any where none is said.
    #[serde(default)]
    pub languages: Vec<String>,
    /// What one document covers.
    pub unit: Option<Unit>,
    /// Demands of form, in words.
    #[serde(default)]
    pub form: Vec<String>,
    /// What happens when it is missing, in words.
    pub if_missing: Option<String>,
    /// Whether a good certificate answers the question whichever way it goes.
    pub certificate_settles: Option<bool>,
    /// Types of document (12 03) that stand for a licence which may lift it; by their beginning.
    #[serde(default)]
    pub licences: Vec<String>,
    /// Types of document (12 03) that say the goods are not meant.
    #[serde(default)]
    pub settled_by: Vec<String>,
    /// What an empty element does.
    #[serde(default)]
    pub empty_element: EmptyElement,
    /// How far the net mass may lie from the certified one, in thousandths; a warning only where none is set.
    pub net_mass_tolerance_permille: Option<u32>,
    /// What another tractor than certified does.
    #[serde(default)]
    pub change_of_tractor: ChangeOfTractor,
    /// Within how many days proof of arrival is due.
    pub proof_of_arrival_days: Option<u32>,
}

impl Asks {
    /// Whether a good certificate answers the question whichever way it goes. Then asking it would only hold up an
    /// honest truck. It never answers a ban.
    pub fn is_settled_by_a_certificate(&self) -> bool {
        self.certificate_settles.unwrap_or(self.answer == Requirement::CertificateRequired)
            && self.answer != Requirement::Prohibited
    }

    /// Whether it says something of the manufacturer's certificate.
    pub fn demands_a_certificate(&self) -> bool {
        self.answer == Requirement::CertificateRequired || !self.statements.is_empty()
    }
}

fn answer<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Requirement, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Answer {
        Prohibited,
        Certificate,
        OtherDocument,
        Unknown,
    }
    Ok(match Answer::deserialize(deserializer)? {
        Answer::Prohibited => Requirement::Prohibited,
        Answer::Certificate => Requirement::CertificateRequired,
        Answer::OtherDocument => Requirement::OtherDocumentRequired,
        Answer::Unknown => Requirement::Unknown,
    })
}

/// A legal basis is read aloud; a list of sources is read by an auditor.
const BASIS_MAX: usize = 600;
const SEVERAL_MAX: usize = 200;

pub(super) fn parse(file: File<'_>) -> Result<Regime, RegimeError> {
    let read: RegimeFile = file.toml()?;
    let refused = |key: &str, problem: &str| Err(file.refused_key(key, format!("{key}: {problem}")));
    if read.country != "EU" && read.country.parse::<Country>().is_err() {
        return refused("country", "wanted EU or a country code such as LT");
    }
    if read.until.is_some_and(|until| until.0 < read.from.0) {
        return refused("until", "the last day lies before the first");
    }
    for (key, text) in [("title", &read.title), ("legal-basis", &read.legal_basis)] {
        if text.trim().is_empty() || text.chars().count() > BASIS_MAX {
            return refused(key, "wanted 1 to 600 characters");
        }
    }
    if read.sources.is_empty() {
        return refused("sources", "wanted at least one: where was the rule read?");
    }
    let (goods, asks) = (&read.goods, &read.asks);
    let ways = [goods.all, goods.dual_use, !goods.lists.is_empty()];
    if ways.into_iter().filter(|way| *way).count() != 1 {
        return Err(file.refused_table("goods", "wanted exactly one of lists, all = true and dual-use = true"));
    }
    if let Some(code) = goods.only_within.values().flatten().find(|code| !is_code(code)) {
        return Err(file.refused_table("goods.only-within", format!("{code:?} is no code of 2 to 10 digits")));
    }
    if let Some(list) = goods.only_within.keys().find(|list| !goods.lists.contains(list)) {
        return Err(file.refused_table("goods.only-within", format!("{list:?} is none of the lists")));
    }
    if asks.answer == Requirement::CertificateRequired && (asks.statements.is_empty() || asks.accepts.is_empty()) {
        return refused("answer", "a certificate confirms statements in a wording: say `statements` and `accepts`");
    }
    if asks.answer == Requirement::OtherDocumentRequired && (asks.issuer.is_none() || asks.document.is_none()) {
        return refused("answer", "say `issuer` and `document`: which document, by whom");
    }
    if asks.answer == Requirement::Unknown && asks.remedy.is_none() {
        return refused("answer", "say `remedy`: what would settle it");
    }
    if let Some(day) = asks.net_mass_tolerance_permille.filter(|permille| *permille > 1_000) {
        return refused("net-mass-tolerance-permille", &format!("{day} is more than the whole"));
    }
    let words = [&asks.licences, &asks.settled_by, &asks.form, &asks.accepts, &asks.statements, &goods.lists];
    if words.into_iter().any(|several| several.len() > SEVERAL_MAX) || read.example.len() > SEVERAL_MAX {
        return Err(file.refused(1, 1, format!("a list in a regime has at most {SEVERAL_MAX} members")));
    }
    for (nth, example) in read.example.iter().enumerate() {
        let unreadable = |why| file.refused_nth("example", nth, format!("this example is no question: {why}"));
        example.consignment().map_err(unreadable)?;
    }
    Ok(Regime {
        id: read.regime.into(),
        version: read.version.into(),
        title: read.title,
        country: read.country,
        from: read.from.0,
        until: read.until.map(|day| day.0),
        governing_date: read.governing_date,
        legal_basis: read.legal_basis.into(),
        sources: read.sources,
        confidence: read.confidence,
        not_found: read.not_found,
        applies: read.applies,
        goods: read.goods,
        asks: read.asks,
        examples: read.example,
    })
}

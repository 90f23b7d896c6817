//! The answer of a check: a verdict with its findings.

mod code;

pub use code::FindingCode;

use crate::consignment::Element;
use crate::number::CertificateNumber;
use crate::words::Words;

/// The three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// The consignment conforms.
    Conforms,
    /// Something needed could not be had; never a yes.
    CannotBeChecked,
    /// It does not conform.
    DoesNotConform,
}

/// What a finding does to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Worth knowing; no effect.
    Information,
    /// Worth a look; no effect.
    Warning,
    /// The question cannot be answered: cannotBeChecked.
    Open,
    /// A reason to refuse: doesNotConform.
    Hard,
}

/// One thing that a check found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What.
    pub code: FindingCode,
    /// With what effect.
    pub severity: Severity,
    /// At which goods item; absent for the whole consignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_item: Option<u32>,
    /// Against which certificate, as declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Against which of its lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Which element of the declaration it is about. Absent beside a party: the manufacturer (13 14), which no data set
    /// has as an element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<Element>,
    /// What was declared: codes, numbers, dates, names, never words of a language (docs/CHECK.md, "Both sides").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
    /// What is certified, or what the rule wants, in the same manner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certified: Option<String>,
    /// The law, where a regime speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<Words>,
    /// The CERTEX failure reason (01 to 11), where one exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certex_code: Option<String>,
    /// What would settle it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// A finding of the code's own severity, about the whole consignment.
    pub fn new(code: FindingCode) -> Self {
        Self {
            code,
            severity: code.severity(),
            goods_item: None,
            certificate: None,
            line: None,
            element: None,
            declared: None,
            certified: None,
            legal_basis: None,
            certex_code: code.certex().map(str::to_owned),
            remedy: None,
        }
    }

    /// About a goods item.
    #[must_use]
    pub fn item(mut self, goods_item: u32) -> Self {
        self.goods_item = Some(goods_item);
        self
    }

    /// About a certificate.
    #[must_use]
    pub fn certificate(mut self, number: impl ToString) -> Self {
        self.certificate = Some(number.to_string());
        self
    }

    /// About a line of it.
    #[must_use]
    pub const fn line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// Both sides.
    #[must_use]
    pub fn sides(mut self, declared: impl ToString, certified: impl ToString) -> Self {
        self.declared = Some(declared.to_string());
        self.certified = Some(certified.to_string());
        self
    }

    /// About an element of the declaration.
    #[must_use]
    pub const fn element(mut self, element: Element) -> Self {
        self.element = Some(element);
        self
    }

    /// What was declared, where there is nothing to hold against it.
    #[must_use]
    pub fn declared(mut self, declared: impl ToString) -> Self {
        self.declared = Some(declared.to_string());
        self
    }

    /// What is certified, where nothing is declared.
    #[must_use]
    pub fn certified(mut self, certified: impl ToString) -> Self {
        self.certified = Some(certified.to_string());
        self
    }

    /// The law.
    #[must_use]
    pub fn basis(mut self, legal_basis: impl Into<Words>) -> Self {
        self.legal_basis = Some(legal_basis.into());
        self
    }

    /// What would settle it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl ToString) -> Self {
        self.remedy = Some(remedy.to_string());
        self
    }

    /// With another effect than the code's own.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// What the regimes ask of a goods item, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Requirement {
    /// Nothing is asked.
    NotRequired,
    /// Another document than the manufacturer's is asked.
    OtherDocumentRequired,
    /// It cannot be told.
    Unknown,
    /// A manufacturer's certificate is asked.
    CertificateRequired,
    /// The movement is forbidden.
    Prohibited,
}

/// What one regime says of one goods item. Its law and its document stand once in the verdict, under `regimes`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RegimeStatement {
    /// The regime.
    pub regime: Words,
    /// Its version.
    pub regime_version: Words,
    /// What it asks.
    pub requirement: Requirement,
    /// The list that decided, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<Words>,
    /// The version of that list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_version: Option<Words>,
    /// The entry of the list that matched, as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_entry: Option<Words>,
    /// What would settle an unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Words>,
}

/// A document that a regime asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DocumentAsked {
    /// Which, in a few words.
    pub document: String,
    /// Who must issue it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What one of them covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<String>,
    /// Demands of form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<String>,
    /// What happens when it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_missing: Option<String>,
    /// Within how many days after exit proof of arrival is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_of_arrival_days: Option<u32>,
}

/// The verdict on one goods item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ItemVerdict {
    /// The goods item.
    pub goods_item_number: u32,
    /// Its answer.
    pub answer: Answer,
    /// What the regimes together ask.
    pub requirement: Requirement,
    /// What each regime says.
    pub regimes: Vec<RegimeStatement>,
}

/// Something that was not compared, because the data set has no such element or nothing stands in it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NotCompared {
    /// The element.
    pub element: Element,
    /// The goods item, for elements of an item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_item: Option<u32>,
    /// The certificate it would have been compared with.
    pub certificate: CertificateNumber,
    /// What the certificate says, for the officer to compare with the papers.
    pub certified: String,
}

/// A list or regime that the answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Its name.
    pub id: Words,
    /// Its version.
    pub version: Words,
}

/// A regime that came into play.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RegimeInPlay {
    /// Its name and version.
    #[serde(flatten)]
    pub source: Source,
    /// The law, in words an officer can read aloud, where the regime says something of the goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<Words>,
    /// The document that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentAsked>,
}

/// The answer of a check.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The answer for the whole consignment: the gravest of its items and of what concerns it as a whole.
    pub verdict: Answer,
    /// The moment it speaks of (RFC 3339, UTC).
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub as_of: time::OffsetDateTime,
    /// The items.
    pub items: Vec<ItemVerdict>,
    /// All findings, gravest first.
    pub findings: Vec<Finding>,
    /// What was not compared.
    pub not_compared: Vec<NotCompared>,
    /// What an officer supplied from the papers.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub supplied_from_papers: Vec<Element>,
    /// The regimes that came into play, with the law of those that say something.
    pub regimes: Vec<RegimeInPlay>,
    /// The lists they were judged on.
    pub lists: Vec<Source>,
    /// SHA-256 that stands for all regimes and lists as they were loaded (docs/REGIMES.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub edition: Option<crate::digest::Digest>,
}

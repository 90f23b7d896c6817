//! A document of the law's data: one file, of one of five kinds, in one version.

use std::sync::Arc;

use time::Date;

use super::reading::{File, RegimeError};
use super::{BorderOffices, DataSets, GoodsList, Regime, StatementSets, list_file, regime_file};
use crate::digest::Digest;

/// The longest file: half a million codes with their sources.
pub const TEXT_BYTES_MAX: usize = 32 << 20;
/// The longest TOML file: regimes are read by people.
const TOML_BYTES_MAX: usize = 256 << 10;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// A regime (TOML).
    Regime,
    /// A goods list (CSV).
    List,
    /// A statement set (TOML).
    Statements,
    /// The table of border offices (CSV).
    BorderOffices,
    /// The table of data sets (CSV).
    DataSets,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Regime, Self::List, Self::Statements, Self::BorderOffices, Self::DataSets];

    /// Its name on the command line and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Regime => "regime",
            Self::List => "list",
            Self::Statements => "statements",
            Self::BorderOffices => "border-offices",
            Self::DataSets => "data-sets",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What it says.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Regime(Arc<Regime>),
    List(Arc<GoodsList>),
    Statements(StatementSets),
    BorderOffices(BorderOffices),
    DataSets(DataSets),
}

/// A document that was read and found good.
#[derive(Debug, Clone)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// Its name; it stays the same over all versions.
    pub id: String,
    /// The version.
    pub version: String,
    /// The first day on which this version counts.
    pub from: Date,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its bytes.
    pub text: String,
    pub(super) content: Content,
}

impl Document {
    /// Reads a file. Its kind is said inside it; the name is for the error only.
    pub fn parse(name: &str, text: &str) -> Result<Self, RegimeError> {
        let file = File { name, text };
        let is_csv = text.starts_with('#')
            && text.lines().next().is_some_and(|first| {
                let said = first.trim_start_matches('#').trim_start();
                said.starts_with("list:") || said.starts_with("table:")
            });
        let bytes_max = if is_csv { TEXT_BYTES_MAX } else { TOML_BYTES_MAX };
        if text.len() > bytes_max {
            return Err(file.refused(1, 1, format!("the file has {} bytes; at most {bytes_max} are read", text.len())));
        }
        let (kind, id, version, from, content) = if is_csv { csv(file)? } else { toml(file)? };
        if !is_name(&version, 40) {
            return Err(
                file.refused_key("version", format!("{version:?} is no version: 1 to 40 letters, digits or .-"))
            );
        }
        Ok(Self { kind, id, version, from, digest: Digest::of(text.as_bytes()), text: text.to_owned(), content })
    }

    /// The regime, where it is one.
    pub fn regime(&self) -> Option<&Regime> {
        if let Content::Regime(regime) = &self.content { Some(regime) } else { None }
    }

    /// The goods list, where it is one.
    pub fn list(&self) -> Option<&GoodsList> {
        if let Content::List(list) = &self.content { Some(list) } else { None }
    }

    /// The statement set, where it is one.
    pub const fn statements(&self) -> Option<&StatementSets> {
        if let Content::Statements(sets) = &self.content { Some(sets) } else { None }
    }
}

type Read = (DocumentKind, String, String, Date, Content);

fn csv(file: File<'_>) -> Result<Read, RegimeError> {
    let head = file.head()?;
    let find = |name: &str| head.iter().find(|(_, there, _)| *there == name);
    let Some((line, _, table)) = find("table") else {
        let list = list_file::parse(file)?;
        let said = list.head();
        let (id, version, from) = (said.id.to_string(), said.version.to_string(), said.from);
        return Ok((DocumentKind::List, id, version, from, Content::List(Arc::new(list))));
    };
    let lacks = |name: &str| file.refused(*line, 1, format!("the head lacks `# {name}: …`"));
    let (_, _, version) = find("version").ok_or_else(|| lacks("version"))?;
    find("source").ok_or_else(|| lacks("source"))?;
    let (from_line, _, from) = find("from").ok_or_else(|| lacks("from"))?;
    let from = file.head_day(*from_line, from)?;
    let (kind, content) = match table.as_str() {
        "border-offices" => (DocumentKind::BorderOffices, Content::BorderOffices(BorderOffices::parse(file)?)),
        "data-sets" => (DocumentKind::DataSets, Content::DataSets(DataSets::parse(file)?)),
        other => {
            let problem = format!("no such table: {other:?}; there are border-offices and data-sets");
            return Err(file.refused(*line, 1, problem));
        }
    };
    Ok((kind, kind.as_str().to_owned(), version.clone(), from, content))
}

fn toml(file: File<'_>) -> Result<Read, RegimeError> {
    // Before the first table: `statements` is a key of a regime's `[asks]` too.
    let sets = |wanted: &str| {
        let mut top = file.text.lines().take_while(|line| !line.starts_with('['));
        top.any(|line| line.strip_prefix(wanted).is_some_and(|rest| rest.trim_start().starts_with('=')))
    };
    let (kind, id, version, from, content) = if sets("statements") {
        let set = StatementSets::parse(file)?;
        (DocumentKind::Statements, set.id.clone(), set.version.clone(), set.from, Content::Statements(set))
    } else if sets("regime") {
        let regime = regime_file::parse(file)?;
        let (id, version, from) = (regime.id.to_string(), regime.version.to_string(), regime.from);
        (DocumentKind::Regime, id, version, from, Content::Regime(Arc::new(regime)))
    } else {
        let problem = "this is no file of the law's data: it begins with `# list: NAME` or `# table: NAME` (CSV), or \
             sets `regime = …` or `statements = …` (TOML)";
        return Err(file.refused(1, 1, problem));
    };
    if !is_name(&id, 40) {
        let key = if kind == DocumentKind::Regime { "regime" } else { "statements" };
        return Err(file.refused_key(key, format!("{id:?} is no name: 1 to 40 letters, digits or .-")));
    }
    Ok((kind, id, version, from, content))
}

fn is_name(text: &str, length_max: usize) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    (1..=length_max).contains(&text.len()) && text.bytes().all(allowed)
}

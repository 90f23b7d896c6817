//! The law's data: every document in every version, none of them ever lost.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::document::Content;
use super::{Document, DocumentKind, Regime, RegimeError, StatementSet};
use crate::digest::Digest;

/// All documents, in the order in which they were loaded.
#[derive(Debug, Clone, Default)]
pub struct RegimeData {
    documents: Vec<Arc<Document>>,
}

/// Why documents are not added, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadRefused {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] RegimeError),
    /// It does not go with the others.
    #[error("{document}: {problem}")]
    Document {
        /// Which document.
        document: String,
        /// What is wrong and what to do.
        problem: String,
    },
}

impl RegimeData {
    /// Reads files given as (name, content).
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, LoadRefused> {
        let documents: Result<Vec<Document>, RegimeError> =
            files.iter().map(|(name, text)| Document::parse(name, text)).collect();
        Ok(Self::default().with(documents?)?.0)
    }

    /// The documents.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().map(AsRef::as_ref)
    }

    /// The documents, to be shared.
    pub fn shared(&self) -> &[Arc<Document>] {
        &self.documents
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// A document by kind, name and version.
    pub fn document(&self, kind: DocumentKind, id: &str, version: &str) -> Option<&Document> {
        self.documents().find(|there| there.kind == kind && there.id == id && there.version == version)
    }

    /// The versions of a document, in the order in which they count.
    pub fn versions(&self, kind: DocumentKind, id: &str) -> Vec<&Document> {
        let mut versions: Vec<&Document> =
            self.documents().filter(|there| there.kind == kind && there.id == id).collect();
        versions.sort_by_key(|document| document.from);
        versions
    }

    /// With more documents; gives those that were not there yet. All or none.
    pub fn with(&self, more: Vec<Document>) -> Result<(Self, Vec<Arc<Document>>), LoadRefused> {
        let mut data = self.clone();
        let mut added: Vec<Arc<Document>> = Vec::new();
        for document in more {
            match data.document(document.kind, &document.id, &document.version) {
                Some(there) if there.digest == document.digest => continue,
                Some(_) => {
                    let problem = "this version is there already with another content; a version never changes: give \
                                   the new content a version of its own";
                    return Err(refused(&document, problem));
                }
                None => {}
            }
            let rival = |there: &&Arc<Document>| {
                there.kind == document.kind && there.id == document.id && there.from == document.from
            };
            if let Some(rival) = added.iter().find(rival) {
                let problem = format!("version {} of the same load counts from the same day", rival.version);
                return Err(refused(&document, problem));
            }
            data.texts_stay(&document)?;
            let document = Arc::new(document);
            data.documents.push(Arc::clone(&document));
            added.push(document);
        }
        data.wordings_are_there()?;
        Ok((data, added))
    }

    /// With a document that was checked when it was loaded.
    #[must_use]
    pub fn followed_by(mut self, document: Document) -> Self {
        self.documents.push(Arc::new(document));
        self
    }

    /// Manufacturers have sealed the digest of a text: it never changes under the same name and language.
    fn texts_stay(&self, new: &Document) -> Result<(), LoadRefused> {
        let Content::Statements(new_set) = &new.content else { return Ok(()) };
        for old in self.versions(DocumentKind::Statements, &new.id) {
            let Content::Statements(old_set) = &old.content else { continue };
            for text in &old_set.texts {
                let now = new_set.texts.iter().find(|there| there.language() == text.language());
                if now.is_none_or(|now| now.digest() != text.digest()) {
                    let problem = format!(
                        "the text in {:?} of version {} is gone or changed; manufacturers have sealed it: give new \
                         words a set of their own",
                        text.language(),
                        old.version
                    );
                    return Err(refused(new, problem));
                }
            }
        }
        Ok(())
    }

    /// A regime accepts only wordings that are there and that have every statement it demands.
    fn wordings_are_there(&self) -> Result<(), LoadRefused> {
        let sets = self.statement_sets();
        for document in self.documents() {
            let Content::Regime(regime) = &document.content else { continue };
            for id in &regime.asks.accepts {
                let texts: Vec<&StatementSet> = sets.iter().filter(|set| set.id() == id).collect();
                if texts.is_empty() {
                    let problem = format!("it accepts the statement set {id:?}, which is not there: load it too");
                    return Err(refused(document, problem));
                }
                if let Some(text) = texts.iter().find(|text| lacks(text, regime)) {
                    let problem = format!(
                        "it accepts {id:?}, whose text in {:?} has not every statement of {}",
                        text.language(),
                        regime.asks.statements.join(", ")
                    );
                    return Err(refused(document, problem));
                }
            }
        }
        Ok(())
    }

    /// The statement sets, each in its newest version, by name and language; whether a regime takes them.
    pub fn statement_sets(&self) -> Vec<StatementSet> {
        let mut newest: BTreeMap<&str, &Document> = BTreeMap::new();
        for document in self.documents().filter(|there| there.kind == DocumentKind::Statements) {
            let there = newest.entry(&document.id).or_insert(document);
            if there.from <= document.from {
                *there = document;
            }
        }
        let accepted = |id: &str| {
            let mut regimes = self.documents().filter_map(Document::regime);
            regimes.any(|regime| regime.asks.demands_a_certificate() && regime.asks.accepts.iter().any(|set| set == id))
        };
        let mut sets = Vec::new();
        for document in newest.into_values() {
            if let Content::Statements(set) = &document.content {
                let accepted = accepted(&set.id);
                sets.extend(set.texts.iter().map(|text| text.clone().with_accepted(accepted)));
            }
        }
        sets
    }

    /// SHA-256 over a line a document, `KIND ID VERSION SHA-256` with tabs between, in order: it stands for all of
    /// them, in whichever order they were loaded.
    pub fn edition(&self) -> Digest {
        let mut lines: Vec<String> = self.documents().map(line).collect();
        lines.sort_unstable();
        Digest::of(lines.concat().as_bytes())
    }

    /// Without one of its lists: for asking what then can no longer be told.
    #[must_use]
    pub fn without_list(mut self, id: &str) -> Self {
        self.documents.retain(|there| there.kind != DocumentKind::List || there.id != id);
        self
    }
}

fn line(document: &Document) -> String {
    let mut line = String::new();
    let kind = document.kind.as_str();
    let _ = writeln!(line, "{kind}\t{}\t{}\t{}", document.id, document.version, document.digest);
    line
}

fn lacks(text: &StatementSet, regime: &Regime) -> bool {
    regime.asks.statements.iter().any(|statement| !text.statements().contains_key(statement))
}

fn refused(document: &Document, problem: impl ToString) -> LoadRefused {
    let document = format!("{} {}, version {}", document.kind.as_str(), document.id, document.version);
    LoadRefused::Document { document, problem: problem.to_string() }
}

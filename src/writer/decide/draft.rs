//! What a command came to: what its entry will say, its evidence and its reply.

use std::borrow::Cow;

use endmark_core::digest::Digest;
use endmark_core::verdict::Source;
use serde_json::Value;

use crate::entry::Kind;
use crate::writer::Reply;

/// What an entry will say.
pub(in crate::writer) struct Draft {
    pub(in crate::writer) kind: Kind,
    pub(in crate::writer) organisation: String,
    pub(in crate::writer) certificates: Vec<String>,
    pub(in crate::writer) digest: Option<Digest>,
    pub(in crate::writer) declaration: Option<String>,
    pub(in crate::writer) office: Option<String>,
    pub(in crate::writer) subject: Option<String>,
    pub(in crate::writer) change: Option<&'static str>,
    pub(in crate::writer) previous: Option<String>,
    pub(in crate::writer) role: &'static str,
    /// The officer who asks, or whom the caller names.
    pub(in crate::writer) officer: Option<Person>,
    pub(in crate::writer) erased: Vec<u64>,
    pub(in crate::writer) decision: &'static str,
    pub(in crate::writer) reasons: Vec<Cow<'static, str>>,
    pub(in crate::writer) regimes: Vec<Source>,
    pub(in crate::writer) lists: Vec<Source>,
    pub(in crate::writer) counts: Vec<(&'static str, u64)>,
    pub(in crate::writer) ledger: Option<Value>,
}

/// An officer; the entry holds a pseudonym either way.
#[derive(Debug, Clone)]
pub(in crate::writer) enum Person {
    /// As the caller names one.
    Named(String),
    /// By the id of the registry.
    Registered(String),
}

impl Draft {
    pub(in crate::writer) const fn new(kind: Kind, organisation: String, decision: &'static str) -> Self {
        Self {
            kind,
            organisation,
            certificates: Vec::new(),
            digest: None,
            declaration: None,
            office: None,
            subject: None,
            change: None,
            previous: None,
            role: "service",
            officer: None,
            erased: Vec::new(),
            decision,
            reasons: Vec::new(),
            regimes: Vec::new(),
            lists: Vec::new(),
            counts: Vec::new(),
            ledger: None,
        }
    }
}

/// A decision: its entry, its evidence, its reply.
pub(in crate::writer) struct Decision {
    pub(in crate::writer) draft: Draft,
    pub(in crate::writer) evidence: Option<Vec<u8>>,
    /// Rows that the entry names only by their digest.
    pub(in crate::writer) rows: Vec<(&'static str, Vec<u8>)>,
    pub(in crate::writer) reply: Reply,
}

impl Decision {
    pub(in crate::writer) const fn new(draft: Draft, evidence: Option<Vec<u8>>, reply: Reply) -> Self {
        Self { draft, evidence, rows: Vec::new(), reply }
    }
}

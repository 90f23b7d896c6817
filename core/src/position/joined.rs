//! How declarations of one movement name each other: previous documents (12 01), item by item.

use std::collections::{BTreeMap, BTreeSet};

use crate::consignment::{Consignment, Document};
use crate::reference::Mrn;

/// Types of previous documents that name a declaration by its MRN (code list CL214): transit T, T1, T2, export,
/// TIR carnet, and the plain MRN.
const DECLARATIONS: [&str; 6] = ["N820", "N821", "N822", "N830", "N952", "NMRN"];

/// A declaration named as previous document; all its goods items, or one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Previous {
    /// Its MRN.
    #[serde(rename = "mrn")]
    pub declaration: Mrn,
    /// Its goods item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
}

impl Previous {
    /// All its goods items.
    pub(super) const fn whole(declaration: Mrn) -> Self {
        Self { declaration, item: None }
    }
}

/// The previous declarations of a declaration.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Joined {
    /// Of the whole declaration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whole: Vec<Previous>,
    /// Of single goods items.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<u32, Vec<Previous>>,
}

fn previous(document: &Document, own: &Mrn) -> Option<Previous> {
    if !DECLARATIONS.contains(&document.kind.as_str()) {
        return None;
    }
    let declaration: Mrn = document.reference.as_ref()?.as_str().parse().ok()?;
    (declaration != *own).then_some(Previous { declaration, item: document.goods_item_number })
}

impl Joined {
    /// What a consignment names; a declaration never precedes itself.
    pub fn of(consignment: &Consignment, own: &Mrn) -> Self {
        let read = |documents: &[Document]| -> Vec<Previous> {
            documents.iter().filter_map(|document| previous(document, own)).collect()
        };
        let items = consignment.goods_items.iter().map(|item| (item.goods_item_number, read(&item.previous_documents)));
        Self {
            whole: read(&consignment.previous_documents),
            items: items.filter(|(_, named)| !named.is_empty()).collect(),
        }
    }

    /// What one item names: its own documents first, then those of the whole declaration.
    pub fn of_item(&self, item: u32) -> impl Iterator<Item = &Previous> {
        self.items.get(&item).into_iter().flatten().chain(&self.whole)
    }

    /// What either names.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let more = |there: &mut Vec<Previous>, new: &[Previous]| {
            let known: BTreeSet<Previous> = there.iter().cloned().collect();
            there.extend(new.iter().filter(|previous| !known.contains(previous)).cloned());
        };
        more(&mut self.whole, &other.whole);
        for (item, new) in &other.items {
            more(self.items.entry(*item).or_default(), new);
        }
        self
    }

    /// Everything named.
    pub fn named(&self) -> impl Iterator<Item = &Previous> {
        self.items.values().flatten().chain(&self.whole)
    }
}

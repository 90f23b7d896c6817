//! Documents that settle a question: Y901 and licences (EUCDM 12 03, 12 04).

use super::Asks;
use crate::consignment::{Consignment, Document, GoodsItem};

/// The documents declared for an item: its own and the consignment's.
fn declared<'a>(consignment: &'a Consignment, item: &'a GoodsItem) -> impl Iterator<Item = &'a Document> {
    consignment.supporting_documents.iter().chain(&item.supporting_documents)
}

/// Whether a document says that the goods are not meant.
pub(super) fn settled(asks: &Asks, consignment: &Consignment, item: &GoodsItem) -> bool {
    declared(consignment, item).any(|document| asks.settled_by.iter().any(|kind| kind == document.kind.as_str()))
}

/// The licence declared that may lift it. A bare code counts: it is the officer who asks for what it stands for.
pub(super) fn licence<'a>(asks: &Asks, consignment: &'a Consignment, item: &'a GoodsItem) -> Option<&'a Document> {
    let licence = |document: &&Document| asks.licences.iter().any(|kind| document.kind.as_str().starts_with(kind));
    declared(consignment, item).find(licence)
}

//! Documents that settle a question: Y901 and licences (EUCDM 12 03, 12 04).

use crate::consignment::{Consignment, Document, GoodsItem};

/// "Not on the dual-use list."
const NOT_DUAL_USE: &str = "Y901";

/// The documents declared for an item: its own and the consignment's.
fn declared<'a>(consignment: &'a Consignment, item: &'a GoodsItem) -> impl Iterator<Item = &'a Document> {
    consignment.supporting_documents.iter().chain(&item.supporting_documents)
}

/// Licence codes of the X060 series (customs conventions, "12 03 / 12 04").
fn is_licence(document: &Document) -> bool {
    document.kind.as_str().starts_with("X06")
}

pub(super) fn is_declared_not_dual_use(consignment: &Consignment, item: &GoodsItem) -> bool {
    declared(consignment, item).any(|document| document.kind.as_str() == NOT_DUAL_USE)
}

/// The licence declared. A bare code counts: it is the officer who asks for what it stands for.
pub(super) fn licence<'a>(consignment: &'a Consignment, item: &'a GoodsItem) -> Option<&'a Document> {
    declared(consignment, item).find(|document| is_licence(document))
}

//! The operator loads regimes: every document is there from the same entry on, or none is.

use endmark_core::regime::{Document, DocumentKind, RegimeData};
use endmark_core::verdict::Source;

use super::{Decision, Draft, OPERATOR, RegistryRow, View};
use crate::entry::Kind;
use crate::writer::Reply;

/// An entry names so many documents; the edition stands for all of them.
const NAMED_MAX: usize = 200;

pub(super) fn load(documents: &[Document], view: &mut View<'_>, leaf: u64) -> Decision {
    let mut draft = Draft::new(Kind::RegimeLoaded, OPERATOR.to_owned(), "refused");
    draft.change = Some("loaded");
    let outcome = if view.registry.is_whole() { added(documents, view) } else { Err(super::registry::not_whole()) };
    let reply = match outcome {
        Err(why) => Reply::NotChanged(why),
        Ok((data, new)) => {
            draft.decision = "done";
            let edition = data.edition();
            draft.digest = Some(edition);
            draft.subject = Some(edition.to_string());
            let named = new.iter().take(NAMED_MAX);
            for document in named {
                let source = Source { id: document.id.as_str().into(), version: document.version.as_str().into() };
                match document.kind {
                    DocumentKind::List => draft.lists.push(source),
                    DocumentKind::Regime
                    | DocumentKind::Statements
                    | DocumentKind::BorderOffices
                    | DocumentKind::DataSets => draft.regimes.push(source),
                }
            }
            view.registry_rows.push(RegistryRow::Regimes(new, edition, leaf));
            Reply::Changed
        }
    };
    Decision::new(draft, None, reply)
}

type Added = (RegimeData, Vec<std::sync::Arc<Document>>);

/// Before the first load only the files built into the program are there: they are loaded with it, so that nothing
/// they say is lost.
fn added(documents: &[Document], view: &View<'_>) -> Result<Added, String> {
    let regimes = view.registry.regimes();
    if let Some(fault) = regimes.fault() {
        return Err(format!("the regimes were changed outside the service ({fault}): restore the database first"));
    }
    let (data, mut new) = regimes.data().with(documents.to_vec()).map_err(|error| error.to_string())?;
    if !view.registry.has_loaded_regimes() {
        let mut all: Vec<_> = regimes.data().shared().to_vec();
        all.append(&mut new);
        return Ok((data, all));
    }
    if new.is_empty() {
        return Err("every one of these documents is loaded already".to_owned());
    }
    Ok((data, new))
}

//! What entries say of certificates, declarations, presentations and the registry.

use endmark_core::check::StoredStatus;
use endmark_core::manufacturer::Organisation;
use endmark_core::number::CertificateNumber;
use endmark_core::reference::Office;
use time::OffsetDateTime;

use super::{Problem, Replayed, request, wrong};
use crate::entry::{Kind, Logged};
use crate::store::certificate::Standing;
use crate::store::ledger::{Declaration, Presence, Presentation, Status};
use crate::store::{Connection, log};

/// Whom the last event of a claim concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) office: Office,
    pub(crate) at: OffsetDateTime,
    pub(crate) leaf: u64,
}

pub(super) fn organisation(entry: &Logged) -> Result<Organisation, Problem> {
    entry.organisation.parse().map_err(|error| wrong(format!("organisation {}: {error}", entry.organisation)))
}

pub(super) fn office(entry: &Logged) -> Result<Office, Problem> {
    let named = entry.office.as_deref().ok_or_else(|| wrong("it names no office"))?;
    named.parse().map_err(|error| wrong(format!("office {named}: {error}")))
}

impl Replayed {
    /// A certificate was accepted.
    pub(super) fn issued(
        &mut self,
        number: CertificateNumber,
        reference: &impl ToString,
        entry: &Logged,
    ) -> Result<(), Problem> {
        let standing = Standing {
            number,
            organisation: organisation(entry)?,
            reference: reference.to_string(),
            digest: entry.digest.ok_or_else(|| wrong("it names no digest"))?,
            accepted_at: entry.at,
            leaf: entry.leaf,
            status: StoredStatus::Valid,
            status_leaf: entry.leaf,
        };
        self.certificates.insert(number, standing);
        for replaced in entry.certificates.iter().skip(1) {
            let old: CertificateNumber = replaced.parse().map_err(wrong)?;
            self.stands(old, StoredStatus::Replaced { by: Some(number), since: entry.at }, entry.leaf)?;
        }
        Ok(())
    }

    fn stands(&mut self, number: CertificateNumber, status: StoredStatus, leaf: u64) -> Result<(), Problem> {
        let there = self.certificates.get_mut(&number).ok_or_else(|| wrong(format!("{number} was never issued")))?;
        (there.status, there.status_leaf) = (status, leaf);
        Ok(())
    }

    /// Notes what an entry changed beside the ledger, and whom its changes of the ledger concern.
    pub(super) fn note(&mut self, connection: &mut Connection, entry: &Logged) -> Result<(), Problem> {
        let changed = self.position.keep();
        self.line_leaves.extend(changed.lines.iter().map(|line| (*line, entry.leaf)));
        if entry.kind != Kind::CertificateSubmitted && !changed.claims.is_empty() {
            let (own, office) = (entry.mrn()?, office(entry)?);
            for key in changed.claims {
                let event = match self.events.get(&key) {
                    _ if self.position.claim(&key).is_none() => {
                        self.events.remove(&key);
                        continue;
                    }
                    // A neighbour that took over what it leaned on keeps its own office and time.
                    Some(old) if key.item.declaration != own => Event { leaf: entry.leaf, ..old.clone() },
                    _ => Event { office: office.clone(), at: entry.at, leaf: entry.leaf },
                };
                self.events.insert(key, event);
            }
        }
        match (entry.kind, entry.decision.as_str()) {
            (Kind::CertificateSuspended, "done") => {
                let status = StoredStatus::Suspended { reason: reason(connection, entry)?, since: entry.at };
                self.stands(entry.number()?, status, entry.leaf)
            }
            (Kind::CertificateResumed, "done") => self.stands(entry.number()?, StoredStatus::Valid, entry.leaf),
            (Kind::CertificateRevoked, "done") => {
                let status = StoredStatus::Revoked { reason: reason(connection, entry)?, since: entry.at };
                self.stands(entry.number()?, status, entry.leaf)
            }
            (Kind::DeclarationReserved, "reserved") => self.held(entry, false),
            (Kind::DeclarationOverridden, "overridden") => self.held(entry, true),
            (Kind::DeclarationReleased, "released") => {
                let mrn = entry.mrn()?;
                let reserved = Status::of_claims(&self.position, &mrn) == Status::PartlyReleased;
                self.moves(entry, if reserved { Status::PartlyReleased } else { Status::Released })
            }
            (Kind::ReservationDeleted, "deleted") => self.moves(entry, Status::Deleted),
            (Kind::DeclarationCorrected, "invalidated") => self.moves(entry, Status::Invalidated),
            (Kind::DeclarationCorrected, "amended") => {
                let status = Status::of_corrected(&self.position, &entry.mrn()?);
                self.moves(entry, status)
            }
            (Kind::GoodsPresented, "conforms" | "cannotBeChecked" | "doesNotConform") => {
                self.presented(connection, entry)
            }
            (Kind::GoodsTurnedBack, "turnedBack") => self.turned_back(entry),
            (Kind::ControlRecorded, "released" | "held" | "secondLook") => self.controlled(entry),
            (Kind::LegalHoldChanged | Kind::OfficerInvited, "done") => {
                self.last_change(entry);
                Ok(())
            }
            // A link notes every use of it, the refused ones too.
            (Kind::OfficerSignedIn, _) if entry.change.as_deref() == Some("byLink") => {
                let link = entry.subject.clone().ok_or_else(|| wrong("it names no link"))?;
                self.registry.insert((Kind::OfficerInvited, link), entry.leaf);
                Ok(())
            }
            (kind, "done") if kind.changes_the_registry() => {
                self.registry_changes = self.registry_changes.saturating_add(1);
                self.last_change(entry);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn held(&mut self, entry: &Logged, by_hand: bool) -> Result<(), Problem> {
        let mrn = entry.mrn()?;
        let before = self.declarations.get(&mrn);
        let begun = before.filter(|before| before.status.is_active()).map(|before| before.since);
        let declaration = Declaration {
            organisation: organisation(entry)?,
            version: entry.member("version")?.ok_or_else(|| wrong("it names no version"))?,
            status: Status::of_claims(&self.position, &mrn),
            office: office(entry)?,
            confidential: entry.member("confidential")?.unwrap_or(false),
            overridden: by_hand || before.is_some_and(|before| before.overridden),
            joined: entry.member("joined")?.unwrap_or_default(),
            since: begun.unwrap_or(entry.at),
            leaf: entry.leaf,
            mrn: mrn.clone(),
        };
        self.declarations.insert(mrn, declaration);
        Ok(())
    }

    fn moves(&mut self, entry: &Logged, status: Status) -> Result<(), Problem> {
        let (mrn, office) = (entry.mrn()?, office(entry)?);
        let held = self.declarations.get_mut(&mrn).ok_or_else(|| wrong(format!("{mrn} was never reserved")))?;
        (held.status, held.office, held.leaf) = (status, office, entry.leaf);
        held.version = entry.member::<u32>("version")?.unwrap_or_default().max(held.version);
        Ok(())
    }

    fn presented(&mut self, connection: &mut Connection, entry: &Logged) -> Result<(), Problem> {
        let id: String = entry.member("presentation")?.ok_or_else(|| wrong("it names no presentation"))?;
        if entry.member("stands")?.unwrap_or(false) {
            return Ok(());
        }
        let presented = Presentation {
            mrn: entry.mrn()?,
            id: id.clone(),
            organisation: organisation(entry)?,
            office: office(entry)?,
            presence: if entry.decision == "conforms" { Presence::Passed } else { Presence::NotPassed },
            means: entry.member("means")?.unwrap_or_default(),
            goods: request::presented(connection, entry)?,
            at: entry.at,
            leaf: entry.leaf,
        };
        self.presentations.insert((entry.mrn()?, id), presented);
        Ok(())
    }

    fn turned_back(&mut self, entry: &Logged) -> Result<(), Problem> {
        let id: String = entry.member("presentation")?.ok_or_else(|| wrong("it names no presentation"))?;
        let key = (entry.mrn()?, id);
        let there = self.presentations.get_mut(&key).ok_or_else(|| wrong("nothing was presented under this name"))?;
        // Entries of versions before do not close the name.
        let closed = entry.member("closed")?.unwrap_or(false);
        there.presence = if closed { Presence::TurnedBack } else { Presence::NotPassed };
        there.leaf = entry.leaf;
        Ok(())
    }

    fn last_change(&mut self, entry: &Logged) {
        let subject = entry.subject.clone().unwrap_or_default();
        if let Some(previous) = &entry.previous {
            self.registry.insert((entry.kind, previous.clone()), entry.leaf);
        }
        if entry.change.as_deref() == Some("removed") {
            self.registry.remove(&(entry.kind, subject));
        } else {
            self.registry.insert((entry.kind, subject), entry.leaf);
        }
    }
}

/// The reason given; nothing where it was erased.
fn reason(connection: &mut Connection, entry: &Logged) -> Result<String, Problem> {
    let kept = log::evidence_of(connection, entry.leaf)?;
    let kept = kept.filter(|kept| entry.evidence == Some(kept.digest()));
    Ok(kept.map(|kept| String::from_utf8_lossy(&kept.body).into_owned()).unwrap_or_default())
}

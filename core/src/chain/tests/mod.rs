mod admission;
mod list;
mod path;
pub(crate) mod pki;
mod profile;
mod property;
mod revocation;

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use self::pki::{Draft, Key, ListDraft, NOON, common_name, name};
use super::{Anchor, ChainError, RevocationList, Trust, VerifiedPath};

/// A root, an issuer below it and a manufacturer, as drafts that a test may spoil.
struct Pki {
    root: Key,
    issuer: Key,
    seal: Key,
    root_draft: Draft,
    issuer_draft: Draft,
    seal_draft: Draft,
}

impl Pki {
    fn new() -> Self {
        let (root, issuer, seal) = (Key::new(), Key::new(), Key::new());
        let manufacturer = name(&[
            (&[0x55, 4, 6], "LT"),
            (&[0x55, 4, 10], "Pakavimo mašinos"),
            (&[0x55, 4, 97], "NTRLT-123456789"),
            (&[0x55, 4, 3], "Seal"),
        ]);
        Self {
            root_draft: Draft::issuer(common_name("Root"), &root, common_name("Root"), &root),
            issuer_draft: Draft::issuer(common_name("Issuer"), &issuer, common_name("Root"), &root),
            seal_draft: Draft::seal(manufacturer, &seal, common_name("Issuer"), &issuer),
            root,
            issuer,
            seal,
        }
    }

    fn anchor(&self) -> Anchor {
        Anchor::from_der(&self.root_draft.signed_by(&self.root)).unwrap()
    }

    fn chain(&self) -> [CertificateDer<'static>; 2] {
        [self.seal_draft.signed_by(&self.issuer), self.issuer_draft.signed_by(&self.root)]
    }

    fn trust(&self) -> Trust {
        Trust::new(vec![self.anchor()], Vec::new())
    }

    fn path(&self) -> Result<VerifiedPath, ChainError> {
        self.path_at(NOON)
    }

    fn path_at(&self, at: OffsetDateTime) -> Result<VerifiedPath, ChainError> {
        self.trust().path(&self.chain(), at)
    }

    fn code(&self) -> &'static str {
        self.path().unwrap_err().code()
    }

    /// Empty lists of root and issuer.
    fn root_list(&self) -> ListDraft {
        ListDraft::new(common_name("Root"), &self.root)
    }

    fn issuer_list(&self) -> ListDraft {
        ListDraft::new(common_name("Issuer"), &self.issuer)
    }
}

fn list(draft: &ListDraft, key: &Key) -> RevocationList {
    RevocationList::from_der(&draft.signed_by(key)).unwrap()
}

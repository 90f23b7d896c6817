//! What is held up or asked, read and prepared for the writer: for the API and for the officers' pages alike.

use std::collections::BTreeSet;
use std::sync::Arc;

use endmark_core::certificate;
use endmark_core::check::cited_numbers;
use endmark_core::consignment::{Consignment, Stage};
use endmark_core::presented::Presented;
use endmark_core::reference::Mrn;
use serde_json::json;

use super::App;
use super::prepare::ForWriter;
use crate::reading::{self, Read, ReadError};
use crate::store::{RowKey, StoreError};
use crate::writer::{CheckRequest, PaperRequest};

/// The photos that are decoded at once: each may take hundreds of megabytes.
pub(super) const PHOTOS_AT_ONCE: usize = 2;

/// What was held up.
#[derive(Debug, Clone)]
pub enum HeldUp {
    /// A paper, with what is kept of it as evidence.
    Paper(Presented, serde_json::Value),
    /// A declaration's number.
    Declaration(Mrn),
}

impl App {
    /// Reads bytes of any kind; photos in turn, and away from the threads that answer others.
    pub async fn read_paper(&self, bytes: Vec<u8>) -> Result<HeldUp, ReadError> {
        let turn = self.photo_turns.acquire().await;
        // A decoder that panics has met a photo it cannot read: that one is refused, and nothing else stops.
        let read = tokio::task::spawn_blocking(move || reading::read(&bytes)).await;
        drop(turn);
        let read = read.unwrap_or(Err(ReadError::Unknown))?;
        Ok(self.verified_by_itself(read))
    }

    fn verified_by_itself(&self, read: Read) -> HeldUp {
        let kept = |kind: &str, text: String| json!({ "kind": kind, "text": text });
        match read {
            Read::Declaration(mrn) => HeldUp::Declaration(mrn),
            Read::Number(number) => HeldUp::Paper(Presented::Number(number), kept("number", number.to_string())),
            Read::Code(text, unverified) => {
                let presented = match unverified.verify(self.origin(), self.token.keys()) {
                    Ok(token) => Presented::Code(Box::new(token)),
                    Err(error) => Presented::RefusedCode(error),
                };
                HeldUp::Paper(presented, kept("code", text))
            }
            Read::Seal(jws, unverified) => {
                let presented = match unverified.verify() {
                    Ok(sealed) => {
                        let register = certificate::parse(sealed.payload()).map(|payload| payload.register.to_string());
                        Presented::Seal(Box::new(sealed), register.unwrap_or_default())
                    }
                    Err(error) => Presented::RefusedSeal(error),
                };
                HeldUp::Paper(presented, kept("jws", jws))
            }
        }
    }

    /// A paper ready for the writer, with what stands under its number now.
    pub async fn prepare_paper(
        &self,
        presented: &Presented,
        evidence: &serde_json::Value,
    ) -> Result<PaperRequest, StoreError> {
        let registry = self.registry();
        let numbers: BTreeSet<_> = presented.number().into_iter().collect();
        let mut prepared = self.verified.prepare(&self.readers, &self.context.recall, &registry, numbers).await?;
        let prepared = presented.number().and_then(|number| prepared.remove(&number));
        let (presented, evidence) = (presented.clone(), evidence.clone());
        Ok(PaperRequest { presented, prepared, epoch: registry.epoch, evidence })
    }

    /// A question about a consignment ready for the writer: the certificates cited are verified from their bytes, now or
    /// earlier in this process.
    pub async fn prepare_check(
        &self,
        body: &Arc<[u8]>,
        consignment: &Arc<Consignment>,
        is_precheck: bool,
    ) -> Result<CheckRequest, StoreError> {
        let registry = self.registry();
        let (recall, numbers) = (&self.context.recall, cited_numbers(consignment));
        let ForWriter { prepared, to_keep } =
            self.verified.prepare_for_writer(&self.readers, recall, &registry, numbers).await?;
        let (body, consignment) = (Arc::clone(body), Arc::clone(consignment));
        let means = means(&consignment, &self.context.keys.rows);
        Ok(CheckRequest { body, consignment, prepared, to_keep, epoch: registry.epoch, precheck: is_precheck, means })
    }
}

/// The most plates and containers that are kept of goods at the border, and how much of the digest of each.
const MEANS_MAX: usize = 20;
const MEANS_DIGITS: usize = 16;

/// By which truck goods came to the border, as keyed digests: an entry is never erased, so it holds no plates.
pub(crate) fn means(consignment: &Consignment, key: &RowKey) -> Vec<String> {
    let Some(transport) = consignment.transport.as_ref().filter(|_| consignment.stage == Stage::Border) else {
        return Vec::new();
    };
    let digests = transport.identities().into_iter().take(MEANS_MAX).map(|plate| {
        let mut digest = key.digest("means", plate.as_bytes());
        digest.truncate(MEANS_DIGITS);
        digest
    });
    digests.collect()
}

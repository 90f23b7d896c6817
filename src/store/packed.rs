//! Evidence as it lies in the database: LZ4, with a dictionary of what every question and answer says.
//!
//! Most of it is the same from one consignment to the next: names of members, regimes, their legal bases. A check's
//! 7 KiB become 1 KiB, in less time than it takes to write the difference.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::{BigInt, Binary};
use lz4_flex::block::{compress_into_with_dict, decompress_into_with_dict, get_maximum_output_size};

/// The first byte of a packed body: which dictionary it was packed with. Evidence itself is JSON, a JWS or a reason in
/// words, which do not begin so; one that does is packed, however short.
const WITH_DICTIONARY_1: u8 = 1;

/// Dictionaries stay as they are for as long as there are registers: what was packed is unpacked with the same bytes.
static DICTIONARY_1: &[u8] = include_bytes!("evidence-1.dict");

/// The length of the frame: the dictionary, and the length of what was packed (little-endian).
pub(super) const FRAME: usize = 5;

/// The longest evidence that is packed, several times what a request may bring: what claims more is not believed.
const BODY_MAX: usize = 64 * 1024 * 1024;

/// A byte of LZ4 stands for at most 255: a frame that claims more was not written by the service.
const RATIO_MAX: usize = 255;

/// Shorter bodies are not packed: there is nothing to win.
const LEAST: usize = 256;

/// A body as it is stored.
pub(super) fn pack(body: Vec<u8>) -> Vec<u8> {
    let is_frame = body.first() == Some(&WITH_DICTIONARY_1);
    let is_packed = is_frame || (LEAST..=BODY_MAX).contains(&body.len());
    let Some(length) = u32::try_from(body.len()).ok().filter(|_| is_packed) else { return body };
    let mut packed = vec![0; FRAME.saturating_add(get_maximum_output_size(body.len()))];
    let Some((frame, block)) = packed.split_at_mut_checked(FRAME) else { return body };
    let [which, claimed @ ..] = frame else { return body };
    *which = WITH_DICTIONARY_1;
    claimed.copy_from_slice(&length.to_le_bytes());
    match compress_into_with_dict(&body, block, DICTIONARY_1) {
        Ok(written) if is_frame || written.saturating_add(FRAME) < body.len() => {
            packed.truncate(written.saturating_add(FRAME));
            packed
        }
        _ => body,
    }
}

/// A stored body as it was. What cannot be unpacked was changed outside the service: it stays as found, and its digest
/// is another than its entry says.
pub(super) fn unpack(stored: Vec<u8>) -> Vec<u8> {
    unpacked(&stored).unwrap_or(stored)
}

fn unpacked(stored: &[u8]) -> Option<Vec<u8>> {
    let (frame, block) = stored.split_at_checked(FRAME)?;
    let mut body = vec![0; claimed(frame, block.len())?];
    let written = decompress_into_with_dict(block, &mut body, DICTIONARY_1).ok()?;
    (written == body.len()).then_some(body)
}

/// What a frame says of its length, where that can be.
fn claimed(frame: &[u8], block: usize) -> Option<usize> {
    let [WITH_DICTIONARY_1, length @ ..] = frame else { return None };
    let length = usize::try_from(u32::from_le_bytes(length.try_into().ok()?)).ok()?;
    (length <= block.saturating_mul(RATIO_MAX).min(BODY_MAX)).then_some(length)
}

/// Of a stored body what [`length`] needs: its length and its frame.
pub(super) fn lengths() -> (SqlLiteral<BigInt>, SqlLiteral<Binary>) {
    (sql("CAST(length(body) AS BIGINT)"), sql("substr(body, 1, 5)"))
}

/// How long a stored body is when it is unpacked, from its frame and its stored length.
pub(super) fn length(frame: &[u8], stored: i64) -> i64 {
    let block = usize::try_from(stored).unwrap_or_default().saturating_sub(FRAME);
    claimed(frame, block).and_then(|length| i64::try_from(length).ok()).unwrap_or(stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn question(goods: usize) -> Vec<u8> {
        let item = r#"{"citations":[],"countryOfOrigin":"DE","description":"Filling machine","goodsItemNumber":1}"#;
        format!(r#"{{"request":{{"goodsItems":[{}]}}}}"#, vec![item; goods].join(",")).into_bytes()
    }

    #[test]
    fn a_question_is_packed_and_comes_back() {
        for goods in [1, 3, 10_000] {
            let body = question(goods);
            let stored = pack(body.clone());
            assert_eq!(stored.len() < body.len(), body.len() >= LEAST);
            assert_eq!(
                length(stored.get(..FRAME).unwrap(), i64::try_from(stored.len()).unwrap()),
                i64::try_from(body.len()).unwrap()
            );
            assert_eq!(unpack(stored), body);
        }
    }

    /// With other bytes nothing that was packed before could be read.
    #[test]
    fn the_dictionary_stays_as_it_is() {
        let digest = endmark_core::digest::Digest::of(DICTIONARY_1);
        assert_eq!(digest.to_string(), "f5729a5855c03b1b4f03ff10f123b1f7d3016b57469bb2762a164eaab4ab8b97");
        let stored = hex::decode(concat!(
            "0130010000091d1601460615492411089f14015f1403fc150f0b1409c046696c6c696e67206d616368",
            "bc15075a0905171500af010f5c009f603a317d5d7d7d"
        ))
        .unwrap();
        assert_eq!(unpack(stored), question(3));
    }

    #[test]
    fn evidence_of_older_versions_is_read_as_it_lies() {
        let body = question(10);
        assert_eq!(unpack(body.clone()), body);
        assert_eq!(length(&body[..FRAME], 900), 900);
    }

    #[test]
    fn a_frame_that_claims_too_much_takes_no_memory() {
        let stored = [&[WITH_DICTIONARY_1][..], &u32::MAX.to_le_bytes(), &[0; 8]].concat();
        assert_eq!(unpack(stored.clone()), stored);
    }

    proptest! {
        #[test]
        fn anything_comes_back(body in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            prop_assert_eq!(unpack(pack(body.clone())), body);
        }

        #[test]
        fn anything_found_is_read(mut stored in proptest::collection::vec(any::<u8>(), 0..600)) {
            stored.insert(0, WITH_DICTIONARY_1);
            let claimed = i64::try_from(unpack(stored.clone()).len()).unwrap();
            prop_assert!(claimed <= i64::try_from(stored.len() * RATIO_MAX).unwrap());
        }
    }
}

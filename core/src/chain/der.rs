//! The little DER that is needed to hand signed bytes on exactly as they are.

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;

/// What is signed, how, and the signature, of a certificate or a revocation list (RFC 5280, 4.1 and 5.1).
pub(super) struct Signed<'a> {
    /// The signed bytes with their tag and length.
    pub(super) message: &'a [u8],
    /// The content of the `AlgorithmIdentifier`, without tag and length.
    pub(super) algorithm: &'a [u8],
    /// The signature.
    pub(super) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let (outer, &[]) = element(der, SEQUENCE)? else { return None };
        let (body, rest) = element(outer, SEQUENCE)?;
        let message = outer.get(..outer.len().checked_sub(rest.len())?)?;
        let (algorithm, rest) = element(rest, SEQUENCE)?;
        let (bits, &[]) = element(rest, BIT_STRING)? else { return None };
        let (0, signature) = bits.split_first()? else { return None };
        (!body.is_empty()).then_some(Self { message, algorithm, signature })
    }
}

/// The content of the first element and what follows it; lengths in their shortest form (X.690, 10.1), up to 4 bytes.
fn element(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = input.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes.iter().fold(0_u64, |length, byte| (length << 8) | u64::from(*byte));
            let shortest = length > 0x7f && bytes.first() != Some(&0);
            (usize::try_from(length).ok().filter(|_| shortest)?, rest)
        }
        _ => return None,
    };
    if found == tag { rest.split_at_checked(length) } else { None }
}

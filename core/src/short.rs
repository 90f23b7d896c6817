//! The short form of values, for what a process writes down for itself (see [`crate::certificate::ShortForm`]): borsh. Each
//! value is read through its own rules; those of the whole document are vouched for by the digest of the short form.

use std::fmt::Display;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use time::Date;

use crate::digest::Digest;
use crate::goods::{CodePart, CommodityCode, Country, Decimal, Unit};
use crate::number::CertificateNumber;
use crate::party::{Identifier, Scheme};
use crate::text::Text;

fn refused(why: impl Display) -> Error {
    Error::new(ErrorKind::InvalidData, why.to_string())
}

fn read_text<T: FromStr<Err: Display>, R: Read>(reader: &mut R) -> Result<T> {
    String::deserialize_reader(reader)?.parse().map_err(refused)
}

/// Gives types that read with `FromStr` and show with `as_str` their short form.
macro_rules! by_text {
    ($($type:ty),+) => {$(
        impl BorshSerialize for $type {
            fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
                self.as_str().serialize(writer)
            }
        }

        impl BorshDeserialize for $type {
            fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
                read_text(reader)
            }
        }
    )+};
}
by_text!(Country, Unit, CodePart<6>, CodePart<2>);

impl<const MAX: usize> BorshSerialize for Text<MAX> {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.as_str().serialize(writer)
    }
}

impl<const MAX: usize> BorshDeserialize for Text<MAX> {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        read_text(reader)
    }
}

impl BorshSerialize for Decimal {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.millionths().serialize(writer)
    }
}

impl BorshDeserialize for Decimal {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let millionths = i128::deserialize_reader(reader)?;
        Self::from_millionths(millionths).ok_or_else(|| refused("no decimal"))
    }
}

impl BorshSerialize for Digest {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.as_bytes().serialize(writer)
    }
}

impl BorshDeserialize for Digest {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        <[u8; 32]>::deserialize_reader(reader).map(Self::from)
    }
}

impl BorshSerialize for CertificateNumber {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.as_bytes().serialize(writer)
    }
}

impl BorshDeserialize for CertificateNumber {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        <[u8; 10]>::deserialize_reader(reader).map(Self::from)
    }
}

impl BorshSerialize for CommodityCode {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.parts().serialize(writer)
    }
}

impl BorshDeserialize for CommodityCode {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let (subheading, cn, taric) = BorshDeserialize::deserialize_reader(reader)?;
        Self::of_parts(subheading, cn, taric).map_err(refused)
    }
}

impl BorshSerialize for Identifier {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.scheme().serialize(writer)?;
        self.value().serialize(writer)
    }
}

impl BorshDeserialize for Identifier {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let (scheme, value) = <(Scheme, String)>::deserialize_reader(reader)?;
        Self::new(scheme, &value).map_err(refused)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "borsh asks for this signature")]
pub(crate) fn write_day<W: Write>(day: &Date, writer: &mut W) -> Result<()> {
    day.to_julian_day().serialize(writer)
}

pub(crate) fn read_day<R: Read>(reader: &mut R) -> Result<Date> {
    Date::from_julian_day(i32::deserialize_reader(reader)?).map_err(refused)
}

//! The claims in CBOR, and back. Reading is strict: every key known and once, every value in its one form.

use coset::cbor::Value;
use time::OffsetDateTime;

use super::{CERTIFICATE_CLAIM, Claims, TokenError, TokenLine, TokenParty};
use crate::certificate::Validity;
use crate::day;
use crate::goods::{CommodityCode, Country, Quantity};
use crate::party::{Identifier, Scheme};

/// `iss` and `iat` of RFC 8392.
const ISS: i64 = 1;
const IAT: i64 = 6;
/// The longest name of a party, in characters (as in the certificate).
const NAME_CHARS_MAX: usize = 140;

fn text(value: impl ToString) -> Value {
    Value::Text(value.to_string())
}

fn integer(value: i64) -> Value {
    Value::from(value)
}

fn party(party: &TokenParty) -> Value {
    let optional = |text: Option<String>| text.map_or(Value::Null, Value::Text);
    let identifier = party.identifier.as_ref().map(ToString::to_string);
    Value::Array(vec![optional(identifier), optional(party.name.clone())])
}

fn line(line: &TokenLine) -> Value {
    let TokenLine { line, commodity_code, quantity } = line;
    Value::Array(vec![integer((*line).into()), text(commodity_code), text(quantity.value), text(quantity.unit)])
}

/// The claims as they are signed: keys in order, shortest forms.
pub(super) fn value(claims: &Claims) -> Value {
    let route = |route: &Vec<Country>| Value::Text(route.iter().map(Country::as_str).collect());
    let members = [
        Value::Bytes(claims.digest.as_bytes().to_vec()),
        party(&claims.manufacturer),
        party(&claims.end_user),
        text(claims.destination),
        Value::Array(claims.routing.iter().map(route).collect()),
        integer(claims.routes_total.into()),
        Value::Array(vec![text(day::format(claims.validity.from)), text(day::format(claims.validity.until))]),
        Value::Array(claims.lines.iter().map(line).collect()),
        integer(claims.lines_total.into()),
    ];
    let numbered = (1..).map(integer).zip(members).collect();
    Value::Map(vec![
        (integer(ISS), text(&claims.register)),
        (integer(IAT), integer(claims.issued_at.unix_timestamp())),
        (integer(CERTIFICATE_CLAIM), Value::Map(numbered)),
    ])
}

/// The values of a map that has exactly these integer keys, in this order.
fn members<const N: usize>(value: Value, keys: [i64; N], claim: &'static str) -> Result<[Value; N], TokenError> {
    let refused = || TokenError::Claim { claim };
    let Value::Map(pairs) = value else { return Err(refused()) };
    let fits = pairs.len() == N && pairs.iter().zip(keys).all(|((key, _), wanted)| *key == integer(wanted));
    if !fits {
        return Err(refused());
    }
    let values: Vec<Value> = pairs.into_iter().map(|(_, value)| value).collect();
    values.try_into().map_err(|_| refused())
}

fn items(value: Value, claim: &'static str) -> Result<Vec<Value>, TokenError> {
    value.into_array().map_err(|_| TokenError::Claim { claim })
}

fn parsed<T: std::str::FromStr>(value: &Value, claim: &'static str) -> Result<T, TokenError> {
    value.as_text().and_then(|text| text.parse().ok()).ok_or(TokenError::Claim { claim })
}

fn whole<T: TryFrom<i128>>(value: &Value, claim: &'static str) -> Result<T, TokenError> {
    let number = value.as_integer().map(i128::from);
    number.and_then(|number| T::try_from(number).ok()).ok_or(TokenError::Claim { claim })
}

fn read_identifier(text: &str) -> Option<Identifier> {
    let (scheme, value) = text.split_once(' ')?;
    let schemes = [Scheme::Eori, Scheme::Vat, Scheme::Ntr, Scheme::Lei, Scheme::Tcn];
    let scheme = schemes.into_iter().find(|known| known.as_str() == scheme)?;
    Identifier::new(scheme, value).ok()
}

fn read_party(value: Value, claim: &'static str) -> Result<TokenParty, TokenError> {
    let refused = || TokenError::Claim { claim };
    let parts: [Value; 2] = items(value, claim)?.try_into().map_err(|_| refused())?;
    let [identifier, name] = parts;
    let there = |value: &Value| !value.is_null();
    let read_name = |name: Value| parsed::<crate::text::Text<NAME_CHARS_MAX>>(&name, claim);
    let identifier = Some(identifier).filter(there);
    let identifier =
        identifier.map(|found| found.as_text().and_then(read_identifier).ok_or_else(refused)).transpose()?;
    let name = Some(name).filter(there).map(read_name).transpose()?.map(|name| name.to_string());
    Ok(TokenParty { identifier, name })
}

fn read_route(value: &Value) -> Result<Vec<Country>, TokenError> {
    let refused = || TokenError::Claim { claim: "routing" };
    let text = value.as_text().ok_or_else(refused)?;
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || pairs.is_empty() {
        return Err(refused());
    }
    pairs.iter().map(|pair| std::str::from_utf8(pair).ok()?.parse().ok()).collect::<Option<_>>().ok_or_else(refused)
}

fn read_code(text: &str) -> Option<CommodityCode> {
    let (hs, rest) = text.split_at_checked(6)?;
    let part = |text: Option<&str>| text.map(str::parse).transpose().ok();
    let (cn, taric) = match rest.len() {
        0 => (None, None),
        2 => (Some(rest), None),
        4 => (rest.get(..2), rest.get(2..)),
        _ => return None,
    };
    Some(CommodityCode {
        harmonized_system_subheading_code: hs.parse().ok()?,
        combined_nomenclature_code: part(cn)?,
        taric_code: part(taric)?,
    })
}

fn read_line(value: Value) -> Result<TokenLine, TokenError> {
    let claim = "lines";
    let refused = || TokenError::Claim { claim };
    let parts: [Value; 4] = items(value, claim)?.try_into().map_err(|_| refused())?;
    let [line, code, amount, unit] = parts;
    Ok(TokenLine {
        line: whole(&line, claim)?,
        commodity_code: code.as_text().and_then(read_code).ok_or_else(refused)?,
        quantity: Quantity { value: parsed(&amount, claim)?, unit: parsed(&unit, claim)? },
    })
}

/// Reads what [`value`] writes, and nothing else.
pub(super) fn read(claims: Value) -> Result<Claims, TokenError> {
    let [iss, iat, certificate] = members(claims, [ISS, IAT, CERTIFICATE_CLAIM], "claims")?;
    let keys = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    let [digest, manufacturer, end_user, destination, routing, routes_total, validity, lines, lines_total] =
        members(certificate, keys, "certificate")?;
    let refused = |claim| TokenError::Claim { claim };
    let digest = digest.as_bytes().and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    let days = items(validity, "validity")?;
    let [from, until] = days.as_slice() else { return Err(refused("validity")) };
    let a_day = |value: &Value| value.as_text().and_then(day::parse).ok_or(refused("validity"));
    let read = Claims {
        register: parsed(&iss, "iss")?,
        issued_at: OffsetDateTime::from_unix_timestamp(whole(&iat, "iat")?).map_err(|_| refused("iat"))?,
        digest: digest.ok_or(refused("digest"))?.into(),
        manufacturer: read_party(manufacturer, "manufacturer")?,
        end_user: read_party(end_user, "endUser")?,
        destination: parsed(&destination, "destination")?,
        routing: items(routing, "routing")?.iter().map(read_route).collect::<Result<_, _>>()?,
        routes_total: whole(&routes_total, "routing")?,
        validity: Validity { from: a_day(from)?, until: a_day(until)? },
        lines: items(lines, "lines")?.into_iter().map(read_line).collect::<Result<_, _>>()?,
        lines_total: whole(&lines_total, "lines")?,
    };
    // Fewer than are listed cannot be the number of all.
    let counted = |listed: usize, total: u32| u32::try_from(listed).is_ok_and(|listed| listed <= total);
    if counted(read.lines.len(), read.lines_total) && counted(read.routing.len(), read.routes_total) {
        Ok(read)
    } else {
        Err(refused("lines"))
    }
}

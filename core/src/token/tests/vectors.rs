//! The codes that every reader is held against: `officer/test/token-vectors.json`. The browser's reader runs the same
//! file, so the two cannot drift apart. ES256 signs differently each time: the file is written anew only on request.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers, and a test that overflows fails")]

use std::path::Path;

use serde_json::{Value, json};

use super::*;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../officer/test/token-vectors.json");

/// What a reader finds, in the words of docs/TOKEN.md.
fn found(code: &str, register: &str, keys: &TokenKeys) -> Value {
    let claims = match parse(code).and_then(|token| token.verify(register, keys)) {
        Ok(token) => token.claims().clone(),
        Err(error) => return json!({ "refused": error.code() }),
    };
    let party = |party: &TokenParty| json!({ "identifier": party.identifier.as_ref().map(ToString::to_string), "name": party.name });
    let route = |route: &Vec<crate::goods::Country>| route.iter().map(ToString::to_string).collect::<Vec<_>>();
    let line = |line: &TokenLine| {
        json!({ "line": line.line, "commodityCode": line.commodity_code.to_string(),
                "quantity": line.quantity.value.to_string(), "unit": line.quantity.unit.to_string() })
    };
    json!({
        "number": claims.number(), "digest": claims.digest, "register": claims.register,
        "issuedAt": claims.issued_at.unix_timestamp(),
        "manufacturer": party(&claims.manufacturer), "endUser": party(&claims.end_user),
        "destination": claims.destination.to_string(), "routing": claims.routing.iter().map(route).collect::<Vec<_>>(),
        "routesTotal": claims.routes_total, "from": crate::day::format(claims.validity.from),
        "until": crate::day::format(claims.validity.until), "lines": claims.lines.iter().map(line).collect::<Vec<_>>(),
        "linesTotal": claims.lines_total,
    })
}

fn cases(signer: &Signer, old: &Signer, foreign: &Signer) -> Vec<(&'static str, String)> {
    let code = signer.write(&certificate(&document()));
    let bytes = opened(&code);
    let mut elsewhere = document();
    elsewhere["register"] = json!("other.example/endmark");
    let mut cyrillic = document();
    cyrillic["endUser"]["name"] = json!("ТОО «Караганда Пак»");
    let draft = draft(&certificate(&document()), digest(), NOON, signer.key().id(), SHORTENINGS[0]).unwrap();
    let forged = (0..8).find_map(|_| draft.code(&foreign.sign(&draft.to_sign())).ok()).unwrap();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = bytes.clone();
        change(&mut changed);
        closed(&changed)
    };
    let deflated = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut deflated = base45::decode(code.strip_prefix(PREFIX).unwrap()).unwrap();
        change(&mut deflated);
        format!("{PREFIX}{}", base45::encode(&deflated))
    };
    let begin = |length: usize| code.get(..PREFIX.len() + length).unwrap().to_owned();
    let end = bytes.len() - 1;
    let destination = bytes.windows(3).position(|found| found == b"bKZ").unwrap();
    vec![
        ("good", code.clone()),
        ("good, with white space around it", format!(" {code}\r\n")),
        ("good, ten lines of twelve", signer.write(&certificate(&with_lines(12)))),
        ("good, a name in Cyrillic", signer.write(&certificate(&cyrillic))),
        ("another register's", signer.write(&certificate(&elsewhere))),
        ("under a key that is not the register's", foreign.write(&certificate(&document()))),
        ("under a retired key", old.write(&certificate(&document()))),
        ("forged in the name of a key", forged),
        ("a bit of the signature flipped", changed(&|bytes| bytes[end] ^= 1)),
        ("the destination changed", changed(&|bytes| bytes[destination + 1] = b'U')),
        ("a destination that is no country", changed(&|bytes| bytes[destination + 1] = b'k')),
        ("truncated in the text", begin(300)),
        ("truncated within three characters", begin(301)),
        ("truncated in the stream", deflated(&|bytes| bytes.truncate(bytes.len() - 9))),
        ("a byte behind the stream", deflated(&|bytes| bytes.push(0))),
        ("a byte of the stream flipped", deflated(&|bytes| bytes[40] ^= 0x55)),
        ("a byte behind the signature", changed(&|bytes| bytes.push(0))),
        ("another spelling of the tag", changed(&|bytes| drop(bytes.splice(..1, [0xd8, 18])))),
        ("no tag", changed(&|bytes| drop(bytes.drain(..1)))),
        ("a deflate bomb", closed(&vec![0; 400_000])),
        ("nothing inside", closed(b"")),
        ("not CBOR inside", closed(b"an end-destination certificate")),
        ("longer than any", format!("{PREFIX}{}", "0".repeat(CODE_CHARS_MAX))),
        ("a letter that base45 has not", format!("{PREFIX}abc")),
        ("three characters beyond two bytes", format!("{PREFIX}:::")),
        ("of another system", "HC1:6BFOXN".to_owned()),
        ("an address", "https://evil.example/EDC1:".to_owned()),
        ("empty", String::new()),
    ]
}

fn written() -> Value {
    let (signer, old, foreign) = (Signer::new(), Signer::new(), Signer::new());
    let mut keys = TokenKeys { keys: vec![old.key(), signer.key()] };
    keys.keys[0].retired_at = Some(NOON);
    let cases = cases(&signer, &old, &foreign).into_iter();
    let cases: Vec<Value> =
        cases.map(|(name, code)| json!({ "name": name, "found": found(&code, ORIGIN, &keys), "code": code })).collect();
    json!({ "register": ORIGIN, "keys": keys, "cases": cases })
}

#[test]
fn every_reader_finds_the_same_in_the_same_codes() {
    if std::env::var_os("ENDMARK_WRITE_VECTORS").is_some() {
        std::fs::write(Path::new(FILE), serde_json::to_string_pretty(&written()).unwrap() + "\n").unwrap();
    }
    let file: Value = serde_json::from_slice(&std::fs::read(FILE).unwrap()).unwrap();
    let keys: TokenKeys = serde_json::from_value(file["keys"].clone()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    for case in cases {
        assert_eq!(found(case["code"].as_str().unwrap(), ORIGIN, &keys), case["found"], "{}", case["name"]);
    }
    // The file has every case that can be written, and every refusal that there is.
    let fresh = written();
    let shape = |file: &Value| -> Vec<(Value, Value)> {
        file["cases"].as_array().unwrap().iter().map(|c| (c["name"].clone(), c["found"]["refused"].clone())).collect()
    };
    assert_eq!(shape(&fresh), shape(&file));
    let refusals: std::collections::BTreeSet<&str> =
        cases.iter().filter_map(|c| c["found"]["refused"].as_str()).collect();
    assert_eq!(refusals.len(), 11, "{refusals:?}");
}

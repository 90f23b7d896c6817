//! The cases, in the order of the demo's time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use serde_json::json;
use time::Duration;

use super::case::{Case, Played};
use super::document::{Edit, one_item};
use super::life::live;
use super::player::{CANNOT, CONFORMS, Player, refusal, refused_case};
use super::world::{Seal, World};
use crate::cli::Failed;

/// Plays all cases and hands each on as it is done.
pub async fn play(world: &World, mut done: impl FnMut(&Played)) -> Result<Vec<Played>, Failed> {
    let mut player = Player::new(world, &mut done)?;
    player.leave_documents(&world.dir).await?;
    conforming(&mut player).await?;
    declarations(&mut player).await?;
    law(&mut player).await?;
    certificates(&mut player).await?;
    seals(&mut player).await?;
    live(&mut player).await?;
    later(&mut player).await?;
    Ok(player.played())
}

async fn conforming(player: &mut Player<'_>) -> Result<(), Failed> {
    let good = player.issue(&[]).await?;
    let case = |name| Case { name, expected: CONFORMS, finding: "" };
    player.declared(case("everything right"), &good, &[]).await?;
    let items = ["a filling line of 8422 30", "fork-lift trucks of 8427 20", "cable of 8544 49"];
    for (position, name) in items.into_iter().enumerate() {
        player.ask(case(name), None, &one_item(&good, position, &[])?).await?;
    }
    let absent = Case { finding: "notCompared:seller", ..case("the seller is absent, since B1 has none") };
    player.declared(absent, &good, &[]).await
}

/// What the regimes say where nothing is cited: nothing, another document, unknown.
async fn law(player: &mut Player<'_>) -> Result<(), Failed> {
    let none = ("/goodsItems/0/citations", json!([]));
    let code = |hs: &str, cn: &str| {
        let code = json!({ "harmonizedSystemSubheadingCode": hs, "combinedNomenclatureCode": cn });
        ("/goodsItems/0/commodityCode", code)
    };
    let free = [none.clone(), code("220110", "11")];
    let case = Case { name: "mineral water: nothing is required", expected: CONFORMS, finding: "" };
    player.ask(case, None, &one_item("", 0, &free)?).await?;
    let turkey = ("/countriesOfRouting", json!(["LT", "PL", "BG", "TR", "GE", "AZ", "KZ"]));
    let clause = [none.clone(), code("854231", "90"), turkey];
    let case = Case {
        name: "microprocessors by Turkey: another document, of the exporter",
        expected: CONFORMS,
        finding: "otherDocumentRequired",
    };
    player.ask(case, None, &one_item("", 0, &clause)?).await?;
    let riga = [
        none,
        ("/countriesOfRouting", json!(["LV", "RU", "KZ"])),
        ("/office", json!("LV000210")),
        ("/offices", json!({ "export": "LV000210" })),
    ];
    let case =
        Case { name: "from Riga via Russia: customs decides on risk", expected: CANNOT, finding: "requirementUnknown" };
    player.ask(case, None, &one_item("", 0, &riga)?).await
}

/// A good certificate; the declaration says something else.
async fn declarations(player: &mut Player<'_>) -> Result<(), Failed> {
    let good = player.issue(&[]).await?;
    let code = |hs: &str, cn: &str| json!({ "harmonizedSystemSubheadingCode": hs, "combinedNomenclatureCode": cn });
    let none = json!([]);
    let stranger = json!({ "name": "TOO Shymkent Trade",
        "identifiers": [{ "scheme": "TCN", "value": "KZ-990140009999" }] });
    let cases: [(&'static str, &'static str, Vec<Edit<'_>>); 8] = [
        (
            "nothing cited",
            "certificateMissing",
            vec![
                ("/goodsItems/0/citations", none.clone()),
                ("/goodsItems/1/citations", none.clone()),
                ("/goodsItems/2/citations", none.clone()),
            ],
        ),
        (
            "other destination",
            "destinationMismatch",
            vec![
                ("/countryOfDestination", json!("KG")),
                ("/countriesOfRouting", json!(["LT", "BY", "RU", "KZ", "KG"])),
            ],
        ),
        (
            "a country on the route that was not certified",
            "routingCountryNotCertified",
            vec![("/countriesOfRouting", json!(["LT", "BY", "RU", "UZ", "KZ"]))],
        ),
        (
            "Belarus left out, but a Belarusian border office declared",
            "routingOfficeContradicts",
            vec![("/countriesOfRouting", json!(["LT", "RU", "KZ"])), ("/offices/exitForTransit", json!(["BY112301"]))],
        ),
        ("other consignee", "partyMismatch", vec![("/parties/consignee", stranger)]),
        ("other commodity code", "commodityCodeMismatch", vec![("/goodsItems/0/commodityCode", code("842240", "00"))]),
        (
            "quantity over",
            "quantityExceeded",
            vec![
                ("/goodsItems/1/citations/0/quantity/value", json!("7")),
                ("/goodsItems/1/supplementaryUnits/value", json!("7")),
            ],
        ),
        (
            "used goods on a certificate for new",
            "conditionMismatch",
            vec![("/goodsItems/1/condition", json!("used")), ("/suppliedFromPapers", json!(["condition"]))],
        ),
    ];
    for (name, finding, edits) in cases {
        player.declared(refused_case(name, finding), &good, &edits).await?;
    }
    let open = |name, finding| Case { name, expected: CANNOT, finding };
    let metres = [("/goodsItems/2/citations/0/quantity", json!({ "value": "800", "unit": "MTR" }))];
    player.declared(open("a unit that cannot be compared", "unitNotComparable"), &good, &metres).await?;
    let undeclared = [("/supportingDocuments", none)];
    player.declared(open("no Y901 and no licence", "dualUseUndeclared"), &good, &undeclared).await
}

/// A good declaration; the certificate is not what it needs.
async fn certificates(player: &mut Player<'_>) -> Result<(), Failed> {
    let processors = json!({ "harmonizedSystemSubheadingCode": "854231", "combinedNomenclatureCode": "90" });
    let prohibited = player.issue(&[("/lines/0/commodityCode", processors.clone())]).await?;
    let case = refused_case("a perfect certificate for 8542 31 via Russia", "prohibited");
    player.declared(case, &prohibited, &[("/goodsItems/0/commodityCode", processors)]).await?;

    let nobodys = CertificateNumber::of(&Digest::of(b"no certificate has this signing input")).to_string();
    player.declared(refused_case("unknown number", "certificateUnknown"), &nobodys, &[]).await?;
    let good = player.issue(&[]).await?;
    let mistyped = refused_case("mistyped number", "certificateNumberMistyped");
    player.declared(mistyped, &two_characters_swapped(&good), &[]).await?;
    for (name, finding, change) in
        [("revoked", "certificateRevoked", "revocation"), ("suspended", "certificateSuspended", "suspension")]
    {
        let number = player.issue(&[]).await?;
        player.change(&number, change).await?;
        player.declared(refused_case(name, finding), &number, &[]).await?;
    }
    let sealed: [(&'static str, &'static str, Edit<'_>); 5] = [
        ("not yet valid", "certificateNotYetValid", ("/validity/from", json!("2026-04-01"))),
        ("a statement missing", "statementMissing", ("/statements/confirmed", json!(["S1", "S3"]))),
        ("another statement wording", "statementWordingNotAccepted", ("/statements/digest", json!("5f".repeat(32)))),
        ("sealed for another register", "otherRegister", ("/register", json!("register.example/another"))),
        (
            "goods outside the maker's vetted scope",
            "outsideScope",
            ("/lines/1/commodityCode", json!({ "harmonizedSystemSubheadingCode": "846229" })),
        ),
    ];
    for (name, finding, edit) in sealed {
        let submitted = player.submit(Seal::Maker, &[edit], None).await?;
        player.submitted(refused_case(name, finding), submitted).await?;
    }
    Ok(())
}

/// The seal is not what it should be.
async fn seals(player: &mut Player<'_>) -> Result<(), Failed> {
    for (name, finding, by) in [
        ("the supplier's seal on the manufacturer's name", "sealNotTheManufacturers", Seal::Supplier),
        ("a seal certificate revoked before acceptance", "sealRevoked", Seal::Revoked),
        ("a seal from an unknown anchor", "sealUntrusted", Seal::Foreign),
    ] {
        let submitted = player.submit(by, &[], None).await?;
        player.submitted(refused_case(name, finding), submitted).await?;
    }
    let trader = json!({ "name": "UAB Baltijos pakavimo sistemos",
        "identifiers": [{ "scheme": "NTR", "value": "LT-304567891" }] });
    let payload = player.payload(&[("/manufacturer", trader)])?;
    let (number, jws) = player.world.seal(Seal::Supplier, &payload, None)?;
    let refused = refusal(&player.world.trader.submit(&jws).await?);
    let case = refused_case("a trader registered as no manufacturer", "manufacturerNotRegistered");
    player.submitted(case, (number, refused)).await?;

    let payload = player.payload(&[])?;
    let (number, jws) = player.world.seal(Seal::Maker, &payload, None)?;
    let submitted = player.submit_jws(number, &six_trucks_become_nine(&jws)?).await?;
    player.submitted(refused_case("one byte of the payload changed", "sealSignatureInvalid"), submitted).await?;

    let early = player.world.clock.now().checked_sub(Duration::hours(25));
    let submitted = player.submit(Seal::Maker, &[], early).await?;
    player.submitted(refused_case("back-dated iat", "sealTimeOutOfRange"), submitted).await
}

/// Days pass.
async fn later(player: &mut Player<'_>) -> Result<(), Failed> {
    let (short, refused) = player.submit(Seal::Short, &[], None).await?;
    if let Some(reason) = refused {
        return Err(format!("{short} was refused: {reason}").into());
    }
    let ending = player.issue(&[("/validity/until", json!("2026-03-19"))]).await?;
    let good = player.issue(&[]).await?;
    player.world.days_pass(4);
    let conforms = Case { name: "the seal certificate expired after acceptance", expected: CONFORMS, finding: "" };
    player.declared(conforms, &short, &[]).await?;
    player.declared(refused_case("expired", "certificateExpired"), &ending, &[]).await?;
    player.world.days_pass(4);
    let open = |name, finding| Case { name, expected: CANNOT, finding };
    player.declared(open("a stale revocation list", "revocationListStale"), &good, &[]).await?;
    player.world.refresh_list(2, Duration::days(60))?;
    player.world.days_pass(31);
    // What may have been added to the transit bans since then, this register cannot know.
    let case = open("a list not loaded: the amendments since April", "requirementUnknown");
    player.declared(case, &good, &[]).await
}

/// Two neighbouring characters swapped, as a tired officer does.
fn two_characters_swapped(number: &str) -> String {
    let mut characters: Vec<char> = number.chars().collect();
    let pairs = characters.windows(2).enumerate().skip(4);
    let swap = pairs.into_iter().find_map(|(position, pair)| match pair {
        [a, b] if a != b && *a != '-' && *b != '-' => Some(position),
        _ => None,
    });
    if let Some(position) = swap {
        characters.swap(position, position.saturating_add(1));
    }
    characters.into_iter().collect()
}

/// One byte of the payload changed; header and signature stay.
fn six_trucks_become_nine(jws: &str) -> Result<String, Failed> {
    let mut parts = jws.split('.');
    let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("the JWS has not three parts".into());
    };
    let changed = String::from_utf8(URL_SAFE_NO_PAD.decode(payload)?)?.replacen("\"6\"", "\"9\"", 1);
    Ok(format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(changed)))
}

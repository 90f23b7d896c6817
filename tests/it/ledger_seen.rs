//! What is seen of the ledger: by customs, by manufacturers as far as they may, and on the command line.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::time::Duration;

use endmark::client::Client;
use endmark::webhook::{Secret, State, Webhook, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::ledger::{delete, good, issue, many_movements, mrn, put, quantities, reason, release, totals, trucks};
use crate::support::{On, Register, findings, on_both_databases, problem};

on_both_databases!(
    the_changes_feed_names_every_certificate_a_command_touched
    certificates_used_in_a_period_stay_listed
    a_stale_reservation_is_reported_and_never_dropped
    a_webhook_tells_of_use_as_far_as_the_policy_goes
    disclosure_settings_show_declaration_and_office_only_where_they_say_so
    a_manufacturer_pages_through_uses_without_gaps_where_holds_are_confidential
    status_changes_between_reserve_and_release_are_outcome_04
    parties_that_differ_are_reason_09
);

async fn the_changes_feed_names_every_certificate_a_command_touched(on: On) {
    let register = Register::start(on).await;
    let (a, b) = (many_movements(&register, "S-1").await, many_movements(&register, "S-2").await);
    let (first, next) = feed(&register, "").await;
    good(&put(&register, &mrn(1), &trucks(&a, "4")).await);
    let mut amended = trucks(&b, "3");
    amended["declarationVersion"] = json!(2);
    good(&put(&register, &mrn(1), &amended).await);
    assert_eq!(reason(&put(&register, &mrn(2), &trucks(&b, "4")).await), "05");
    let mut payload = register.payload("S-3");
    payload["replaces"] = json!(b);
    let heir = issue(&register, &payload).await;
    let deleted = delete(&register, &mrn(1)).await;
    let ledger = good(&deleted)["ledger"].as_array().unwrap();
    let left: Value = ledger.iter().map(|of| (of["certificate"].as_str().unwrap(), totals(of)[2].clone())).collect();
    assert_eq!(left, json!({ b.as_str(): "0", heir.as_str(): "9" }), "three went back to the old one and on");
    let issued = |numbers: Value| (json!(["certificateSubmitted", null]), names(&numbers));
    let held = |numbers: Value| (json!(["declarationReserved", mrn(1)]), names(&numbers));
    let gone = (json!(["reservationDeleted", mrn(1)]), names(&json!([b, heir])));
    let (second, last) = feed(&register, &format!("?after={next}")).await;
    assert_eq!(first, [issued(json!([a])), issued(json!([b]))]);
    assert_eq!(second, [held(json!([a])), held(json!([a, b])), issued(json!([heir, b])), gone]);
    assert_eq!(feed(&register, &format!("?after={last}")).await, (Vec::new(), last.clone()));
    assert_eq!(feed(&register, "").await, ([first, second].concat(), last), "no gap, and nothing twice");
    let beyond = register.world.customs.get("/v1/customs/changes?after=18446744073709551615").await.unwrap();
    assert_eq!(problem(&beyond), "400 parameter-malformed");
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn certificates_used_in_a_period_stay_listed(on: On) {
    let register = Register::start(on).await;
    let (a, b) = (many_movements(&register, "S-4").await, many_movements(&register, "S-5").await);
    good(&put(&register, &mrn(1), &trucks(&a, "2")).await);
    good(&put(&register, &mrn(2), &trucks(&b, "2")).await);
    register.world.days_pass(2);
    assert_eq!(good(&delete(&register, &mrn(2)).await)["outcome"], "01");
    register.world.days_pass(1);
    assert_eq!(good(&release(&register, &mrn(1)).await)["outcome"], "01");
    let used =
        |from: u8, until: u8| format!("/v1/customs/certificates?usedFrom=2026-03-{from}&usedUntil=2026-03-{until}");
    for (day, wanted) in [(15, json!([])), (16, json!([a, b])), (18, json!([])), (19, json!([a]))] {
        let (body, next) = page(&register.world.customs, &used(day, day)).await;
        assert_eq!((names(&body["certificates"]), next), (names(&wanted), None), "{day}");
    }
    let (one, next) = page(&register.world.customs, &format!("{}&limit=1", used(16, 16))).await;
    let (rest, end) = page(&register.world.customs, &next.expect("there is more")).await;
    assert_eq!((&one["certificates"], &rest["certificates"], end), (&json!([a]), &json!([b]), None));
    for bad in [used(17, 16), used(32, 33), used(16, 17).replace('-', ".")] {
        assert_eq!(problem(&register.world.customs.get(&bad).await.unwrap()), "400 parameter-malformed", "{bad}");
    }
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_stale_reservation_is_reported_and_never_dropped(on: On) {
    let mut register = Register::start(on).await;
    register.world.settings.limits.stale_after_days = 3;
    let register = register.restart().await;
    let number = many_movements(&register, "S-6").await;
    good(&put(&register, &mrn(1), &trucks(&number, "3")).await);
    good(&put(&register, &mrn(2), &trucks(&number, "1")).await);
    good(&release(&register, &mrn(2)).await);
    let stale = async || page(&register.world.customs, "/v1/customs/stale-reservations").await.0;
    register.world.days_pass(3);
    assert_eq!(stale().await, json!({ "declarations": [], "more": false }), "three days are not more than three");
    good(&put(&register, &mrn(1), &trucks(&number, "3")).await);
    register.world.days_pass(1);
    let found = stale().await;
    let told = ["mrn", "stale", "status", "reservedAt"].map(|name| &found["declarations"][0][name]);
    let wanted = json!([[mrn(1), true, "reserved", "2026-03-16T09:00:00Z"], 1]);
    assert_eq!(json!([told, found["declarations"].as_array().unwrap().len()]), wanted, "as old as before");
    assert_eq!(totals(&quantities(&register, &number).await), ["3", "1", "2"], "it holds what it held");
    let released = release(&register, &mrn(1)).await;
    assert_eq!((&good(&released)["outcome"], &released.body["declaration"]["stale"]), (&json!("01"), &json!(false)));
    assert_eq!(stale().await, json!({ "declarations": [], "more": false }));
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_webhook_tells_of_use_as_far_as_the_policy_goes(on: On) {
    let mut register = Register::start(on).await;
    register.world.settings.webhooks.allow_private = true;
    register = register.restart().await;
    let (url, mut got) = receiver(5);
    let (id, organisation, secret) = (new_id("whk").unwrap(), "muster".parse().unwrap(), Secret::random().unwrap());
    let webhook = Webhook { id, organisation, url: url.parse().unwrap(), secret, state: State::Active };
    let change = endmark::writer::RegistryChange::AddWebhook(Box::new(webhook));
    endmark::cli::operator_change(&register.world.settings, change).unwrap();
    let number = many_movements(&register, "S-7").await;
    // Five calls are taken: one too many would stand in the place of one that is awaited.
    let mut message = async || tokio::time::timeout(Duration::from_secs(20), got.recv()).await.unwrap().unwrap();
    let told = |event: &str, [quantity, used, available]: [&str; 3]| {
        let line = json!({ "line": 2, "unit": "NAR", "quantity": quantity, "used": used, "available": available });
        let data = json!({ "certificate": number, "event": event, "day": "2026-03-16", "lines": [line] });
        json!({ "type": "certificate.used", "timestamp": "2026-03-16T09:00:00Z", "data": data })
    };
    good(&put(&register, &mrn(1), &trucks(&number, "4")).await);
    assert_eq!(message().await, told("reserved", ["4", "4", "2"]));
    good(&put(&register, &format!("{}?confidential=true", mrn(2)), &trucks(&number, "1")).await);
    good(&put(&register, &mrn(3), &trucks(&number, "1")).await);
    assert_eq!(message().await, told("reserved", ["1", "5", "1"]), "as if the confidential one were not there");
    good(&release(&register, &mrn(2)).await);
    assert_eq!(totals(&good(&release(&register, &mrn(1)).await)["ledger"][0]), ["1", "5", "0"]);
    assert_eq!(message().await, told("released", ["4", "5", "1"]));
    good(&delete(&register, &mrn(3)).await);
    assert_eq!(message().await, told("deleted", ["0", "4", "2"]));
    // MRN and office only where the operator decided so.
    register.world.settings.disclosure.declaration = true;
    register.world.settings.disclosure.customs_office = true;
    register = register.restart().await;
    good(&put(&register, &mrn(4), &trucks(&number, "1")).await);
    let mut all = told("reserved", ["1", "5", "1"]);
    all["data"].as_object_mut().unwrap().extend([
        ("declaration".to_owned(), json!(mrn(4))),
        ("customsOffice".to_owned(), json!(trucks(&number, "1")["office"])),
    ]);
    assert_eq!(message().await, all);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn disclosure_settings_show_declaration_and_office_only_where_they_say_so(on: On) {
    let mut register = Register::start(on).await;
    let number = many_movements(&register, "S-8").await;
    good(&put(&register, &mrn(1), &trucks(&number, "2")).await);
    let config = register.place.dir().join("endmark.toml");
    let (written, mrn, office) = (std::fs::read_to_string(&config).unwrap(), mrn(1), "LTVR1000");
    let cases = [
        ("", json!({})),
        ("declaration = true", json!({ "declaration": mrn })),
        ("customs_office = true", json!({ "customsOffice": office })),
        ("declaration = true\ncustoms_office = true", json!({ "declaration": mrn, "customsOffice": office })),
    ];
    for (policy, more) in cases {
        std::fs::write(&config, format!("{written}\n[disclosure]\n{policy}\n")).unwrap();
        register.world.settings = endmark::config::Settings::read(&config).unwrap();
        register = register.restart().await;
        let mut wanted = json!({ "line": 2, "quantity": "2", "day": "2026-03-16", "event": "reserved" });
        wanted.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (usage, _) = page(&register.world.maker, &format!("/v1/certificates/{number}/usage")).await;
        assert_eq!(usage["used"], json!([wanted]), "{policy}");
    }
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_manufacturer_pages_through_uses_without_gaps_where_holds_are_confidential(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "S-9").await;
    good(&put(&register, &mrn(1), &trucks(&number, "1")).await);
    good(&put(&register, &format!("{}?confidential=true", mrn(2)), &trucks(&number, "2")).await);
    good(&put(&register, &mrn(3), &trucks(&number, "3")).await);
    let (first, next) = page(&register.world.maker, &format!("/v1/certificates/{number}/usage?limit=1")).await;
    let (second, end) = page(&register.world.maker, &next.expect("there is another")).await;
    for (body, quantity) in [(first, "1"), (second, "3")] {
        let used = json!({ "line": 2, "quantity": quantity, "day": "2026-03-16", "event": "reserved" });
        assert_eq!(body["used"], json!([used]));
        assert_eq!(json!([body["lines"][1]["used"], body["lines"][1]["available"]]), json!(["4", "2"]));
    }
    assert_eq!(end, None, "no page with nothing on it");
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn status_changes_between_reserve_and_release_are_outcome_04(on: On) {
    let register = Register::start(on).await;
    let (suspended, replaced) = (many_movements(&register, "S-10").await, many_movements(&register, "S-11").await);
    good(&put(&register, &mrn(1), &trucks(&suspended, "2")).await);
    good(&put(&register, &mrn(2), &trucks(&replaced, "2")).await);
    let (path, why) = (format!("/v1/certificates/{suspended}/suspension"), br#"{"reason":"a test"}"#.to_vec());
    good(&register.world.maker.send(Method::PUT, &path, Some(("application/json", why))).await.unwrap());
    let mut payload = register.payload("S-12");
    payload["replaces"] = json!(replaced);
    issue(&register, &payload).await;
    for (name, number, left) in [(1, suspended, "4"), (2, replaced, "0")] {
        let released = release(&register, &mrn(name)).await;
        assert_eq!(good(&released)["outcome"], "04", "{:#}", released.body);
        assert_eq!(good(&release(&register, &mrn(name)).await)["outcome"], "03", "written off");
        assert_eq!(totals(&quantities(&register, &number).await), ["0", "2", left]);
    }
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn parties_that_differ_are_reason_09(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "S-13").await;
    for (element, scheme, value) in [("consignee", "TCN", "KZ-990140009999"), ("exporter", "EORI", "LT999999999")] {
        let mut asked = trucks(&number, "2");
        asked["parties"][element] = json!({ "identifiers": [{ "scheme": scheme, "value": value }] });
        let refused = put(&register, &mrn(1), &asked).await;
        assert_eq!((reason(&refused), &refused.body["failedItem"]), ("09", &Value::Null), "{:#}", refused.body);
        assert!(findings(&refused.body["verdict"]).contains(&"partyMismatch"), "{element}");
    }
    assert_eq!(totals(&good(&put(&register, &mrn(1), &trucks(&number, "2")).await)["ledger"][0]), ["2", "0", "4"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

#[actix_web::test]
async fn endmark_ledger_show_prints_the_position_and_a_bar() {
    let register = Register::start(On::Sqlite).await;
    let number = many_movements(&register, "S-14").await;
    good(&put(&register, &mrn(1), &trucks(&number, "3")).await);
    good(&release(&register, &mrn(1)).await);
    good(&put(&register, &mrn(2), &trucks(&number, "1")).await);
    let known = quantities(&register, &number).await;
    let place = register.stop().await;
    let show = |more: &[&str]| {
        let mut endmark = std::process::Command::new(env!("CARGO_BIN_EXE_endmark"));
        endmark.current_dir(place.dir()).args(["ledger", "show", number.as_str(), "--config", "endmark.toml"]);
        String::from_utf8(endmark.args(more).output().unwrap().stdout).unwrap()
    };
    // Of forty characters half is consumed, a sixth reserved (rounded up), the rest left; of the cable all is left.
    let bar = ["#".repeat(20), "=".repeat(7), ".".repeat(13)].concat();
    let printed = show(&[]).split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        format!(" 2 NAR 6 3 1 2 [{bar}] "),
        format!(" 3 TNE 1.5 0 0 1.5 [{}] ", ".".repeat(40)),
        format!(" {} 2 2 3 consumed LTVR1000 2026-03-16T09:00:00Z ", mrn(1)),
        format!(" {} 2 2 1 reserved LTVR1000 2026-03-16T09:00:00Z", mrn(2)),
    ] {
        assert!(printed.contains(&wanted), "{wanted} is not in {printed}");
    }
    let told: Value = serde_json::from_str(&show(&["--json"])).unwrap();
    assert_eq!((totals(&told), told), (["1", "3", "2"].map(String::from), known));
    crate::support::ledger_and_log_agree(&place);
}

/// A page, and the address of the next one as its `Link` says.
async fn page(client: &Client, path: &str) -> (Value, Option<String>) {
    let answered = client.get(path).await.unwrap();
    assert_eq!(answered.status, 200, "{path}: {}", answered.body);
    let link = client.headers(path).await.unwrap().get("link").map(|link| link.to_str().unwrap().to_owned());
    let next = link.map(|link| link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned());
    (answered.body, next)
}

/// The feed: type, declaration and certificates of each change; and the leaf to go on after.
async fn feed(register: &Register, query: &str) -> (Vec<(Value, BTreeSet<String>)>, Value) {
    let (body, _) = page(&register.world.customs, &format!("/v1/customs/changes{query}")).await;
    assert_eq!(body["more"], false);
    let told = |change: &Value| (json!([change["type"], change["declaration"]]), names(&change["certificates"]));
    (body["changes"].as_array().unwrap().iter().map(told).collect(), body["next"].clone())
}

fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|number| number.as_str().unwrap().to_owned()).collect()
}

/// The manufacturer's side: its address, and the bodies of so many calls, each answered with 204.
fn receiver(calls: usize) -> (String, UnboundedReceiver<Value>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (send, got) = unbounded_channel();
    std::thread::spawn(move || {
        for line in listener.incoming().take(calls) {
            let (mut line, mut text, mut buffer) = (line.unwrap(), String::new(), [0; 4_096]);
            let body = loop {
                let Ok(read @ 1..) = line.read(&mut buffer) else { return };
                text.push_str(&String::from_utf8_lossy(&buffer[..read]));
                let body = text.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str(body));
                let Some(Ok(body)) = body else { continue };
                break body;
            };
            line.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
            let _ = send.send(body);
        }
    });
    (url, got)
}

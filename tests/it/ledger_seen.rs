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
use crate::support::{On, Register, on_both_databases, problem};

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
    let left = ledger.iter().map(|of| (of["certificate"].as_str().unwrap(), totals(of)[2].clone()));
    let wanted = [(b.as_str(), "0".to_owned()), (heir.as_str(), "9".to_owned())];
    assert_eq!(left.collect::<BTreeSet<_>>(), BTreeSet::from(wanted), "three went back to the old one and on");
    let issued = |numbers: &[&String]| (json!(["certificateSubmitted", null]), set(numbers));
    let step = |kind: &str, numbers: &[&String]| (json!([kind, mrn(1)]), set(numbers));
    let (held, gone) = ("declarationReserved", "reservationDeleted");
    let wanted = [step(held, &[&a]), step(held, &[&a, &b]), issued(&[&heir, &b]), step(gone, &[&b, &heir])];
    let (second, last) = feed(&register, &format!("?after={next}")).await;
    assert_eq!((first.as_slice(), second.as_slice()), ([issued(&[&a]), issued(&[&b])].as_slice(), wanted.as_slice()));
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
    let customs = &register.world.customs;
    let path = "/v1/customs/certificates";
    let used = |from: u8, until: u8| format!("{path}?usedFrom=2026-03-{from:02}&usedUntil=2026-03-{until:02}");
    let cases = [(16, 16, set(&[&a, &b])), (19, 19, set(&[&a])), (17, 18, set(&[])), (1, 15, set(&[]))];
    for (from, until, wanted) in cases {
        let (body, next) = page(customs, &used(from, until)).await;
        assert_eq!((names(&body["certificates"]), next), (wanted, None), "{from} to {until}");
    }
    let (one, next) = page(customs, &format!("{}&limit=1", used(16, 16))).await;
    let (rest, end) = page(customs, &next.expect("there is more")).await;
    assert_eq!((names(&one["certificates"]), names(&rest["certificates"]), end), (set(&[&a]), set(&[&b]), None));
    let never = used(16, 31).replace("Until=2026-03", "Until=9999-12");
    for nonsense in [used(17, 16), used(32, 33), used(16, 17).replace('-', "."), never] {
        assert_eq!(problem(&customs.get(&nonsense).await.unwrap()), "400 parameter-malformed", "{nonsense}");
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
    // Sent again it is as old as before.
    good(&put(&register, &mrn(1), &trucks(&number, "3")).await);
    register.world.days_pass(1);
    let found = stale().await;
    let told = found["declarations"].as_array().unwrap().iter();
    let told: Vec<_> = told.map(|of| ["mrn", "stale", "status", "reservedAt"].map(|name| of[name].clone())).collect();
    assert_eq!(json!(told), json!([[mrn(1), true, "reserved", "2026-03-16T09:00:00Z"]]));
    assert_eq!(totals(&quantities(&register, &number).await), ["3", "1", "2"], "it holds what it held");
    let released = release(&register, &mrn(1)).await;
    assert_eq!((&good(&released)["outcome"], &released.body["declaration"]["stale"]), (&json!("01"), &json!(false)));
    assert_eq!(totals(&released.body["ledger"][0]), ["0", "4", "2"]);
    assert_eq!(stale().await, json!({ "declarations": [], "more": false }));
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_webhook_tells_of_use_as_far_as_the_policy_goes(on: On) {
    let mut register = Register::start(on).await;
    register.world.settings.webhooks.allow_private = true;
    let register = register.restart().await;
    let (url, mut got) = receiver(4);
    let (id, organisation, secret) = (new_id("whk").unwrap(), "muster".parse().unwrap(), Secret::random().unwrap());
    let webhook = Webhook { id, organisation, url: url.parse().unwrap(), secret, state: State::Active };
    let change = endmark::writer::RegistryChange::AddWebhook(Box::new(webhook));
    endmark::cli::operator_change(&register.world.settings, change).unwrap();
    let number = many_movements(&register, "S-7").await;
    // Four calls are taken: one too many would stand in the place of one that is awaited.
    let mut message = async || tokio::time::timeout(Duration::from_secs(20), got.recv()).await.unwrap().unwrap();
    let told = |(at, day): (&str, &str), event: &str, [quantity, used, available]: [&str; 3]| {
        let line = json!({ "line": 2, "unit": "NAR", "quantity": quantity, "used": used, "available": available });
        let data = json!({ "certificate": number, "event": event, "day": day, "lines": [line] });
        json!({ "type": "certificate.used", "timestamp": at, "data": data })
    };
    let morning = ("2026-03-16T09:00:00Z", "2026-03-16");
    good(&put(&register, &mrn(1), &trucks(&number, "4")).await);
    assert_eq!(message().await, told(morning, "reserved", ["4", "4", "2"]));
    good(&put(&register, &format!("{}?confidential=true", mrn(2)), &trucks(&number, "1")).await);
    good(&put(&register, &mrn(3), &trucks(&number, "1")).await);
    assert_eq!(message().await, told(morning, "reserved", ["1", "5", "1"]), "as if the confidential one were not there");
    good(&release(&register, &mrn(2)).await);
    assert_eq!(totals(good(&release(&register, &mrn(1)).await)["ledger"].get(0).unwrap()), ["1", "5", "0"]);
    assert_eq!(message().await, told(morning, "released", ["4", "5", "1"]));
    // Half past ten in the evening in UTC is the next day in Vilnius.
    register.world.clock.advance(Duration::from_secs(13 * 3_600 + 1_800));
    good(&delete(&register, &mrn(3)).await);
    assert_eq!(message().await, told(("2026-03-16T22:30:00Z", "2026-03-17"), "deleted", ["0", "4", "2"]));
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
        ("[disclosure]\ndeclaration = true", json!({ "declaration": mrn })),
        ("[disclosure]\ncustoms_office = true", json!({ "customsOffice": office })),
        ("disclosure = { declaration = true, customs_office = true }", json!({ "declaration": mrn, "customsOffice": office })),
    ];
    for (section, more) in cases {
        std::fs::write(&config, format!("{written}\n{section}\n")).unwrap();
        register.world.settings = endmark::config::Settings::read(&config).unwrap();
        register = register.restart().await;
        let mut wanted = json!({ "line": 2, "quantity": "2", "day": "2026-03-16", "event": "reserved" });
        wanted.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (usage, _) = page(&register.world.maker, &format!("/v1/certificates/{number}/usage")).await;
        assert_eq!(usage["used"], json!([wanted]), "{section}");
    }
    crate::support::ledger_and_log_agree(&register.stop().await);
}

//! Controls on the officers' pages: the same one once, and a conflict where officers look.

use serde_json::json;
use time::Duration;

use crate::browser::{Page, somebody};
use crate::officer_goods::{MRN, at_the_border, send};
use crate::support::{On, ledger_and_log_agree, on_both_databases};

on_both_databases!(
    a_control_sent_again_after_back_is_the_same_control
    a_conflict_that_a_device_brings_later_is_on_the_first_page_of_both_offices
);

async fn a_control_sent_again_after_back_is_the_same_control(on: On) {
    let (register, browser, _) = at_the_border(on, "C-1").await;
    let form = browser.get(&format!("/officer/control?declaration={MRN}&entry=3")).await;
    assert!(!form.html.contains("recorded from this form"), "{}", form.html);
    let sent = async |form: &Page, result| {
        let id = form.field("id");
        let fields = [("id", id.as_str()), ("declaration", MRN), ("entry", "3"), ("result", result)];
        send(&browser, "/officer/controls", &fields).await
    };
    sent(&form, "held").await.is(200, &["Recorded: held"]);
    // Back opens the form's address once more: nothing of it is kept by the browser.
    let back = browser.get(&form.address).await;
    back.is(
        200,
        &["A control was recorded from this form", "Recorded: held", "16 March 2026", "Record a further control"],
    );
    sent(&back, "held").await.is(200, &["nothing is recorded twice"]);
    // Nothing typed is lost over it: sent again from there it would be another control.
    let taken = sent(&back, "released").await;
    taken.is(409, &["another report was recorded from this form", "value=\"released\" checked", MRN]);
    assert_ne!(taken.field("id"), back.field("id"));
    let decisions = |entry: &serde_json::Value| entry["decision"].as_str().unwrap().to_owned();
    let recorded: Vec<String> = register.entries("controlRecorded").iter().map(decisions).collect();
    assert_eq!(recorded, ["held", "already", "refused"]);
    // A further control of the same goods begins with a form of its own.
    let link = back.html.split("<a class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let further = browser.get(&link.replace("&#38;", "&").replace("&amp;", "&")).await;
    further.is(200, &[MRN]);
    assert_eq!(further.field("entry"), "3");
    sent(&further, "released").await.is(200, &["Recorded: released"]);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_conflict_that_a_device_brings_later_is_on_the_first_page_of_both_offices(on: On) {
    let (register, browser, number) = at_the_border(on, "C-2").await;
    let ona = register.signed_in(&somebody("Ona Petraitė", "LTKR3000")).await;
    let id = ona.get(&format!("/officer/control?certificate={number}")).await.field("id");
    let fields = [("id", id.as_str()), ("certificate", number.as_str()), ("result", "released")];
    send(&ona, "/officer/controls", &fields).await.is(200, &["Recorded: released"]);
    let title = "Controlled elsewhere too, and no movement explains it";
    assert!(!ona.get("/officer").await.html.contains(title), "one control meets nothing");
    // Recorded without a network an hour ago, and sent now by the page's script: nobody sees that answer.
    let csrf = browser.get("/officer").await.field("csrf");
    let report = json!({
        "id": "0b9c2f6e-1d1e-4f6e-9b1f-7f0a3c1d2e40", "certificate": number, "result": "held",
        "offline": true, "recordedAt": "2026-03-16T08:00:00.000Z"
    });
    let body = Some(("application/json", report.to_string().into_bytes()));
    let headers = [("x-endmark-csrf", csrf.as_str())];
    let sent = browser.send(reqwest::Method::POST, "/officer/offline/controls", &headers, body).await;
    sent.is(201, &["\"conflicts\":["]);
    let both = ["LTVR1000, 16 March 2026, 08:00:00 UTC: held", "LTKR3000, 16 March 2026, 09:00:00 UTC: released"];
    for at in [&browser, &ona] {
        at.get("/officer").await.is(200, &[title, &number, both[0], both[1]]);
    }
    let elsewhere = register.signed_in(&somebody("Jonas", "LTLR9000")).await;
    assert!(!elsewhere.get("/officer").await.html.contains(title), "no control of this office");
    register.world.clock.advance(Duration::hours(25).unsigned_abs());
    let next_day = register.signed_in(&somebody("Vytas", "LTVR1000")).await;
    assert!(!next_day.get("/officer").await.html.contains(title), "of yesterday");
    ledger_and_log_agree(&register.stop().await);
}

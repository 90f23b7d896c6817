//! Controls on the officers' pages: the same one once, and a conflict where officers look.

use crate::browser::{Page, somebody};
use crate::officer_goods::{MRN, at_the_border, send};
use crate::support::{On, ledger_and_log_agree, on_both_databases};

on_both_databases!(
    a_control_sent_again_after_back_is_the_same_control
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
    sent(&back, "released").await.is(409, &["another report was recorded from this form"]);
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

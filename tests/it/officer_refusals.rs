//! What officers read when something was refused, or failed: why, where, and still signed in.

use serde_json::json;

use crate::browser::{Page, somebody};
use crate::ledger::{delete, good, many_movements, mrn, put, trucks};
use crate::ledger_border::{border, conforms, present};
use crate::officer_goods::{MRN, ask, at_the_border, send};
use crate::support::{On, Register, consignment, ledger_and_log_agree, on_both_databases, sql};

on_both_databases!(
    an_officer_sees_why_customs_was_refused_and_at_which_item
    a_refusal_because_goods_have_left_says_so
    a_step_that_was_refused_says_why_in_the_history
    a_page_about_a_fault_keeps_the_bar
    a_drop_down_that_is_refused_is_marked_as_such
    an_entry_is_kept_as_a_file_with_a_name_of_its_own
);

/// What stands under a heading, to the end of its section.
#[track_caller]
fn section<'a>(page: &'a Page, heading: &str) -> &'a str {
    let after = page.html.split(heading).nth(1);
    after.unwrap_or_else(|| panic!("{heading}:\n{}", page.html)).split("</section>").next().unwrap()
}

async fn an_officer_sees_why_customs_was_refused_and_at_which_item(on: On) {
    let (register, browser, number) = at_the_border(on, "R-1").await;
    // A replacement that wants more than there is: what was reserved before still counts.
    let mut more = consignment(&number);
    more["declarationVersion"] = json!(2);
    more["goodsItems"][1]["supplementaryUnits"]["value"] = json!("7");
    more["goodsItems"][1]["citations"][0]["quantity"]["value"] = json!("7");
    let refused = put(&register, MRN, &more).await;
    assert_eq!((refused.status.as_u16(), &refused.body["failureReason"]), (409, &json!("05")), "{}", refused.body);
    let page = ask(&browser, "en", MRN).await;
    let why = section(
        &page,
        "What customs asked last about this declaration was refused. What was reserved or released before still counts.",
    );
    for words in ["16 March 2026", "LTVR1000", "More than the certificate grants or has left.", "Goods item 2", "7 NAR"]
    {
        assert!(why.contains(words), "{words}: {why}");
    }
    ask(&browser, "lt", MRN).await.is(200, &["Paskutinis muitinės prašymas dėl šios deklaracijos atmestas"]);
    // One that was never reserved; and of what was erased the reasons stay.
    let other = "26LTVR1000EX000018";
    more["reference"]["value"] = json!(other);
    assert_eq!(put(&register, other, &more).await.status, 409);
    let page = ask(&browser, "en", other).await;
    assert!(section(&page, "Not reserved: why customs was refused").contains("Goods item 2"), "{}", page.html);
    let leaf = register.entries("declarationReserved").pop().unwrap()["leaf"].as_u64().unwrap();
    crate::audit_archive::erase(&register.world.settings, vec![leaf]).unwrap();
    let page = ask(&browser, "en", other).await;
    let why = section(&page, "Not reserved: why customs was refused");
    assert!(why.contains("More than the certificate grants or has left."), "{}", page.html);
    // The history says it of each.
    let history = page.html.split("What happened").nth(1).unwrap();
    assert!(history.contains("<li>More than the certificate grants or has left.</li>"), "{history}");
    // What a later reservation settles is of the past.
    let mut settled = consignment(&number);
    settled["declarationVersion"] = json!(3);
    good(&put(&register, MRN, &settled).await);
    let page = ask(&browser, "en", MRN).await;
    assert!(!page.html.contains("What customs asked last about this declaration was refused"), "{}", page.html);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_refusal_because_goods_have_left_says_so(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "R-2").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    conforms(&present(&register, &mrn(1), "truck-1", &border(trucks(&number, "4"), "LTVR1000", "AAA111")).await);
    let mut smaller = trucks(&number, "3");
    smaller["declarationVersion"] = json!(2);
    let refused = put(&register, &mrn(1), &smaller).await;
    assert_eq!((refused.status.as_u16(), &refused.body["failureReason"]), (409, &json!("06")), "{}", refused.body);
    let browser = register.signed_in(&somebody("Rūta Kazlauskienė", "LTVR1000")).await;
    let page = ask(&browser, "en", &mrn(1)).await;
    let why = section(&page, "What customs asked last about this declaration was refused");
    assert!(why.contains("Goods of it have left at the border already."), "{}", page.html);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_step_that_was_refused_says_why_in_the_history(on: On) {
    let (register, browser, _) = at_the_border(on, "R-6").await;
    good(&delete(&register, MRN).await);
    assert_eq!(good(&delete(&register, MRN).await)["outcome"], "02");
    let page = ask(&browser, "en", MRN).await;
    let history = page.html.split("What happened").nth(1).unwrap();
    let why = ["Reservation deleted: refused", "<li>There was nothing that this could be done to.</li>"];
    assert!(why.iter().all(|words| history.contains(words)), "{history}");
    register.stop().await;
}

async fn a_page_about_a_fault_keeps_the_bar(on: On) {
    let (register, browser, number) = at_the_border(on, "R-3").await;
    let bar = ["Rūta Kazlauskienė, LTVR1000", "Sign out"];
    send(&browser, "/officer/goods", &[("entry", "999999")]).await.is(404, &bar);
    let csrf = browser.get("/officer").await.field("csrf");
    sql(&register.place, "ALTER TABLE head RENAME TO gone");
    let page = crate::officer_pages::send_form(&browser, &csrf, "lt", &number, None).await;
    sql(&register.place, "ALTER TABLE gone RENAME TO head");
    assert!([500, 503].contains(&page.status), "{}", page.html);
    page.shows(&["<html lang=\"lt\">", bar[0], "Atsijungti"]);
    register.stop().await;
}

async fn a_drop_down_that_is_refused_is_marked_as_such(on: On) {
    let (register, browser, number) = at_the_border(on, "R-4").await;
    let marked = "aria-invalid=\"true\" aria-describedby=\"wrong\"";
    let mut goods = vec![("certificate", number.as_str()), ("line", "1"), ("code", "84223000"), ("quantity", "1")];
    goods.extend([("unit", "NAR"), ("destination", "KZ"), ("data-set", "X9"), ("mode", "3")]);
    let page = send(&browser, "/officer/goods", &goods).await;
    page.is(400, &[&format!("name=\"data-set\" {marked}"), "Choose one."]);
    let id = browser.get(&format!("/officer/control?certificate={number}")).await.field("id");
    let control = [("id", id.as_str()), ("certificate", number.as_str()), ("result", "perhaps")];
    let page = send(&browser, "/officer/controls", &control).await;
    page.is(400, &[&format!("<fieldset role=\"radiogroup\" {marked}"), "Choose one."]);
    let entry = ask(&browser, "en", MRN).await.field("entry");
    let supplied = [("entry", entry.as_str()), ("element-condition-1", "broken")];
    let page = send(&browser, "/officer/goods", &supplied).await;
    page.is(400, &[&format!("name=\"element-condition-1\" {marked}"), "Choose one."]);
    register.stop().await;
}

async fn an_entry_is_kept_as_a_file_with_a_name_of_its_own(on: On) {
    let (register, browser, _) = at_the_border(on, "R-5").await;
    let leaf = register.entries("declarationReserved")[0]["leaf"].as_u64().unwrap();
    let file = browser.get(&format!("/officer/entries/{leaf}/receipt")).await;
    file.is(200, &["c2sp.org/tlog-proof"]);
    let named = file.headers.get("content-disposition").map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(named, Some(format!("attachment; filename=\"endmark-entry-{leaf}.json\"")));
    assert_eq!(file.headers.get("content-type").unwrap(), "application/json");
    register.stop().await;
}

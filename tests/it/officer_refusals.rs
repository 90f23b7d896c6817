//! What officers read when something was refused, or failed: why, where, and still signed in.

use serde_json::json;

use crate::browser::{Page, somebody};
use crate::ledger::{good, many_movements, mrn, put, trucks};
use crate::ledger_border::{border, conforms, present};
use crate::officer_goods::{MRN, ask, at_the_border};
use crate::support::{On, Register, consignment, ledger_and_log_agree, on_both_databases};

on_both_databases!(
    an_officer_sees_why_customs_was_refused_and_at_which_item
    a_refusal_because_goods_have_left_says_so
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
    let why = section(&page, "The newest reservation was refused. What was reserved before still counts.");
    for words in ["16 March 2026", "LTVR1000", "More than the certificate grants or has left.", "Goods item 2", "7 NAR"]
    {
        assert!(why.contains(words), "{words}: {why}");
    }
    ask(&browser, "lt", MRN).await.is(200, &["Naujausias rezervavimas atmestas"]);
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
    assert!(!page.html.contains("The newest reservation was refused"), "{}", page.html);
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
    let why = section(&page, "The newest reservation was refused");
    assert!(why.contains("Goods of it have left at the border already."), "{}", page.html);
    ledger_and_log_agree(&register.stop().await);
}

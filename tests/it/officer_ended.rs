//! Nobody is signed in any more: the page says why, in the language of whoever was.

use endmark::words::Language;
use endmark::writer::RegistryChange;

use crate::browser::{Browser, somebody};
use crate::support::{On, Register, on_both_databases};

on_both_databases!(
    signing_out_says_so_in_the_officers_language
    a_session_that_ended_says_why
);

fn minutes_pass(register: &Register, minutes: u64) {
    register.world.clock.advance(std::time::Duration::from_secs(minutes * 60));
}

async fn signing_out_says_so_in_the_officers_language(on: On) {
    let register = Register::start(on).await;
    let mut ruta = somebody("Rūta", "LTVR1000");
    ruta.language = Language::Lt;
    register.add_officer(&ruta).await;
    let browser = Browser::new(&register);
    let start = browser.enter(&register.link(&ruta), "").await;
    start.is(200, &["<html lang=\"lt\">"]);
    let left = browser.post("/officer/leave", &[("csrf", &start.field("csrf"))]).await;
    left.is(403, &["<html lang=\"lt\">", "Jūs atsijungėte."]);
    let nobody = Browser::new(&register).get("/officer").await;
    nobody.is(403, &["<html lang=\"en\">"]);
    assert!(!nobody.html.contains("role=\"alert\""), "nothing ended: {}", nobody.html);
    register.stop().await;
}

async fn a_session_that_ended_says_why(on: On) {
    let register = Register::start(on).await;
    let mut ruta = somebody("Rūta", "LTVR1000");
    ruta.language = Language::Pl;
    register.add_officer(&ruta).await;
    let in_a_browser = async |pin| {
        let browser = Browser::new(&register);
        browser.enter(&register.link(&ruta), pin).await.is(200, &["Rūta"]);
        browser
    };
    // Left alone, with a PIN and without.
    let (without, with) = (in_a_browser("").await, in_a_browser("271828").await);
    minutes_pass(&register, 15);
    let idle = ["<html lang=\"pl\">", "Przez pewien czas o nic tu nie pytano"];
    without.get("/officer").await.is(403, &idle);
    with.get("/officer").await.is(403, &idle);
    with.get("/officer?language=en").await.is(403, &["Nothing was asked here for a while", "Go on with your PIN"]);
    // In use, and over after a shift.
    let shift = in_a_browser("").await;
    for _ in 0..72 {
        minutes_pass(&register, 10);
        shift.get("/officer").await;
    }
    shift.get("/officer").await.is(403, &["<html lang=\"pl\">", "Sesja trwała całą zmianę"]);
    // Ended elsewhere: signed out in another window, then by the operator.
    let (one, removed) = (in_a_browser("").await, in_a_browser("").await);
    let copy = Browser::new(&register);
    copy.set_cookie(&one.cookie());
    let csrf = one.get("/officer").await.field("csrf");
    one.post("/officer/leave", &[("csrf", &csrf)]).await.is(403, &["Wylogowano."]);
    copy.get("/officer?language=en").await.is(403, &["This session is over"]);
    register.operator(RegistryChange::RemoveOfficer(ruta.id.clone()));
    register.until(|registry| registry.registered_officer(&ruta.id).is_none()).await;
    removed.get("/officer?language=en").await.is(403, &["This session is over"]);
    register.stop().await;
}

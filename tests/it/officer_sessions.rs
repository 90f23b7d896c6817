//! Who an officer is: links, sessions, PINs, client certificates; and everything that must not sign anybody in.

use endmark::officer::OfficerCertificate;
use endmark::writer::RegistryChange;
use time::Duration;

use crate::browser::{Browser, somebody};
use crate::support::{On, Register, faults, ledger_and_log_agree, on_both_databases, sql, stranger};

on_both_databases!(
    a_link_signs_one_officer_in_once_and_looking_does_not_use_it_up
    of_two_who_use_one_link_at_once_one_gets_in
    an_expired_link_signs_nobody_in
    a_link_that_was_found_does_not_fill_the_log
    a_session_of_a_removed_officer_is_over_on_an_open_connection
    a_suspended_officers_session_does_not_come_back
    a_forged_or_foreign_cookie_is_nobody
    a_form_without_the_sessions_token_is_not_carried_out
    a_session_left_alone_is_over_and_no_session_outlasts_a_shift
    a_colleague_takes_over_with_a_pin_and_the_log_names_both
    five_wrong_pins_end_the_session
    a_supervisor_invites_colleagues_of_the_same_office_only
    signing_out_ends_the_session_for_whoever_copied_the_cookie
    an_officer_has_a_bounded_number_of_sessions
    rows_of_officers_links_and_sessions_edited_in_sql_sign_nobody_in
    a_client_certificate_signs_its_officer_in_and_the_cookie_alone_does_not
    an_officers_paper_check_names_office_role_and_pseudonym
    only_customs_organisations_have_officers
);

const PIN: &str = "271828";

fn minutes_pass(register: &Register, minutes: u64) {
    register.world.clock.advance(std::time::Duration::from_secs(minutes * 60));
}

async fn a_link_signs_one_officer_in_once_and_looking_does_not_use_it_up(on: On) {
    let register = Register::start(on).await;
    let ruta = somebody("Rūta Kazlauskienė", "LTVR1000");
    register.add_officer(&ruta).await;
    let link = register.link(&ruta);
    let nobody = Browser::new(&register);
    nobody.get("/officer").await.is(403, &["Sign in"]);
    let path = link.strip_prefix(nobody.base()).unwrap();
    for _ in 0..3 {
        nobody.get(path).await.is(200, &["signs you in once"]);
    }
    let browser = Browser::new(&register);
    browser.enter(&link, "").await.is(200, &["Rūta Kazlauskienė, LTVR1000", "Is this paper genuine?"]);
    // Somebody else found it.
    let thief = Browser::new(&register);
    let page = thief.enter(&link, "").await;
    page.is(410, &["This link was used already"]);
    assert!(!page.html.contains("Rūta"), "whose it was is not told");
    assert_eq!(thief.cookie(), "");
    browser.get("/officer").await.is(200, &["Rūta Kazlauskienė"]);
    let tried: Vec<_> = register.entries("officerSignedIn");
    let said = |entry: &serde_json::Value| format!("{} {} {}", entry["decision"], entry["change"], entry["reasons"]);
    let said: Vec<String> = tried.iter().map(said).collect();
    assert_eq!(said, ["\"done\" \"byLink\" null", "\"refused\" \"byLink\" [\"linkUsed\"]"]);
    for entry in &tried {
        assert_eq!(entry["officer"], ruta.id.as_str());
        assert_eq!((&entry["office"], &entry["organisation"]), (&"LTVR1000".into(), &"lt-customs".into()));
        assert!(!entry.to_string().contains("Rūta"), "the log knows no names");
    }
    let secret = link.rsplit('/').next().unwrap();
    let place = register.stop().await;
    ledger_and_log_agree(&place);
    if matches!(on, On::Sqlite) {
        let database = std::fs::read(place.dir().join("endmark.sqlite")).unwrap();
        assert!(!database.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "the secret is nowhere");
    }
}

async fn of_two_who_use_one_link_at_once_one_gets_in(on: On) {
    let register = Register::start(on).await;
    let ruta = somebody("Rūta", "LTVR1000");
    register.add_officer(&ruta).await;
    let link = register.link(&ruta);
    let browsers: Vec<Browser> = (0..6).map(|_| Browser::new(&register)).collect();
    let tries = browsers.iter().map(|browser| browser.enter(&link, ""));
    let pages = futures_util::future::join_all(tries).await;
    let mut statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410, 410, 410, 410, 410]);
    let signed_in = browsers.iter().filter(|browser| !browser.cookie().is_empty()).count();
    assert_eq!(signed_in, 1);
    let place = register.stop().await;
    ledger_and_log_agree(&place);
}

async fn an_expired_link_signs_nobody_in(on: On) {
    let register = Register::start(on).await;
    let ruta = somebody("Rūta", "LTVR1000");
    register.add_officer(&ruta).await;
    let link = register.link(&ruta);
    minutes_pass(&register, 15);
    let browser = Browser::new(&register);
    browser.enter(&link, "").await.is(410, &["The time of this link is over"]);
    // A PIN that is none uses no link up.
    let link = register.link(&ruta);
    browser.enter(&link, "12").await.is(400, &["A PIN has 6 to 12 digits"]);
    browser.enter(&link, "").await.is(200, &["Is this paper genuine?"]);
    register.stop().await;
}

async fn a_link_that_was_found_does_not_fill_the_log(on: On) {
    let register = Register::start(on).await;
    let ruta = somebody("Rūta", "LTVR1000");
    register.add_officer(&ruta).await;
    let link = register.link(&ruta);
    let browser = Browser::new(&register);
    browser.enter(&link, "").await.is(200, &[]);
    let thief = Browser::new(&register);
    for _ in 0..5 {
        thief.enter(&link, "").await.is(410, &[]);
    }
    let before = register.checkpoint().await;
    thief.enter(&link, "").await.is(403, &["This link is not known"]);
    let made_up = format!("{}/officer/enter/{}", thief.base(), "A".repeat(43));
    thief.enter(&made_up, "").await.is(403, &["This link is not known"]);
    thief.get("/officer/enter/short").await.is(404, &["This link is not known"]);
    assert_eq!(register.checkpoint().await, before, "what nobody knows is counted, not logged");
    let mut last = 0;
    for _ in 0..80 {
        last = thief.post("/officer/enter", &[("secret", &"A".repeat(43))]).await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429, "nobody tries for ever");
    browser.get("/officer").await.is(200, &[]);
    let counted = register.world.running.app.turned_away.ever();
    assert!(counted.iter().any(|(cause, count)| *cause == "notSignedIn" && *count > 2), "{counted:?}");
    register.stop().await;
}

async fn a_session_of_a_removed_officer_is_over_on_an_open_connection(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("S-1").await;
    let ruta = somebody("Rūta", "LTVR1000");
    let browser = register.signed_in(&ruta).await;
    let csrf = browser.get("/officer").await.field("csrf");
    register.operator(RegistryChange::RemoveOfficer(ruta.id.clone()));
    register.until(|registry| registry.registered_officer(&ruta.id).is_none()).await;
    browser.get("/officer").await.is(403, &["Sign in"]);
    let page = crate::officer_pages::send_form(&browser, &csrf, "en", &number, None).await;
    page.is(403, &["Sign in"]);
    assert!(register.entries("paperChecked").is_empty());
    let changed = register.entries("officerChanged");
    assert_eq!(changed.iter().map(|entry| entry["change"].as_str().unwrap()).collect::<Vec<_>>(), ["added", "removed"]);
    let place = register.stop().await;
    ledger_and_log_agree(&place);
}

async fn a_suspended_officers_session_does_not_come_back(on: On) {
    let register = Register::start(on).await;
    let ruta = somebody("Rūta", "LTVR1000");
    let browser = register.signed_in(&ruta).await;
    let unused = register.link(&ruta);
    for active in [false, true] {
        register.operator(RegistryChange::SetOfficerActive { id: ruta.id.clone(), active });
        register.until(|registry| registry.officer(&ruta.id).is_some() == active).await;
        browser.get("/officer").await.is(403, &["Sign in"]);
        if !active {
            Browser::new(&register).enter(&unused, "").await.is(403, &["You may not sign in at the moment"]);
        }
    }
    Browser::new(&register).enter(&unused, "").await.is(200, &["Rūta"]);
    let place = register.stop().await;
    ledger_and_log_agree(&place);
}

async fn a_forged_or_foreign_cookie_is_nobody(on: On) {
    let register = Register::start(on).await;
    let browser = register.signed_in(&somebody("Rūta", "LTVR1000")).await;
    let good = browser.cookie();
    let (name, value) = good.split_once('=').unwrap();
    let other = register.signed_in(&somebody("Jonas", "LTVR1000")).await.cookie();
    let rest: String = value.chars().skip(1).collect();
    let flipped = format!("{}{rest}", if value.starts_with('A') { "B" } else { "A" });
    for forged in [
        format!("{name}={flipped}"),
        format!("{name}={}", "A".repeat(43)),
        format!("{name}="),
        format!("{name}={}", ["A".repeat(43), value.to_owned()].join(",")),
        format!("{name}={}", vec![value; 400].join(".")),
        format!("__Host-{name}={value}"),
        format!("{name}={rest}"),
    ] {
        browser.set_cookie(&forged);
        browser.get("/officer").await.is(403, &["Sign in"]);
    }
    // A session brought along from elsewhere does not become the one that signs in: every session begins anew.
    let fixed = Browser::new(&register);
    fixed.set_cookie(&other);
    let jonas = somebody("Jonas II", "LTVR1000");
    register.add_officer(&jonas).await;
    fixed.enter(&register.link(&jonas), "").await.is(200, &["Jonas II"]);
    assert!(!fixed.cookie().contains(other.split_once('=').unwrap().1));
    register.stop().await;
}

async fn a_form_without_the_sessions_token_is_not_carried_out(on: On) {
    let register = Register::start(on).await;
    let ruta = register.signed_in(&somebody("Rūta", "LTVR1000")).await;
    let jonas = register.signed_in(&somebody("Jonas", "LTVR1000")).await;
    let (own, others) = (ruta.get("/officer").await.field("csrf"), jonas.get("/officer").await.field("csrf"));
    for wrong in ["", "AAAA"] {
        ruta.post("/officer/leave", &[("csrf", wrong)]).await.is(403, &["Another website made your browser send this"]);
    }
    // A tab that was open when the officer changed is no other website.
    let changed = ruta.post("/officer/leave", &[("csrf", &others)]).await;
    changed.is(403, &["Somebody else signed in here since this page was opened", "Rūta, LTVR1000"]);
    let elsewhere = [("Origin", "https://evil.example")];
    let foreign = ruta.post_from("/officer/leave", &[("csrf", &others)], &elsewhere).await;
    foreign.is(403, &["Another website made your browser send this"]);
    ruta.post("/officer/leave", &[]).await.is(400, &[]);
    for headers in [[("Origin", "https://evil.example")], [("Origin", "null")], [("Sec-Fetch-Site", "same-site")]] {
        ruta.post_from("/officer/leave", &[("csrf", &own)], &headers).await.is(403, &[]);
    }
    ruta.get("/officer").await.is(200, &["Rūta"]);
    // Nor can another site sign somebody in with a link of its own.
    let kazys = somebody("Kazys", "LTVR1000");
    register.add_officer(&kazys).await;
    let link = register.link(&kazys);
    let secret = link.rsplit('/').next().unwrap();
    let foreign = [("Origin", "https://evil.example")];
    ruta.post_from("/officer/enter", &[("secret", secret)], &foreign).await.is(403, &[]);
    ruta.get("/officer").await.is(200, &["Rūta"]);
    register.stop().await;
}

async fn a_session_left_alone_is_over_and_no_session_outlasts_a_shift(on: On) {
    let register = Register::start(on).await;
    let ruta = somebody("Rūta", "LTVR1000");
    let browser = register.signed_in(&ruta).await;
    minutes_pass(&register, 14);
    browser.get("/officer").await.is(200, &["Rūta"]);
    minutes_pass(&register, 14);
    browser.get("/officer").await.is(200, &["Rūta"]);
    minutes_pass(&register, 15);
    browser.get("/officer").await.is(403, &["Sign in"]);
    // With a PIN it can be had back.
    browser.enter(&register.link(&ruta), PIN).await.is(200, &["Rūta"]);
    minutes_pass(&register, 15);
    browser.get("/officer").await.is(403, &["Go on with your PIN", "Rūta"]);
    browser.post("/officer/change", &[("officer", &ruta.id), ("pin", PIN)]).await.is(200, &["Rūta", "genuine"]);
    // In use all the time, and over after twelve hours all the same; the PIN lengthens nothing.
    for _ in 0..71 {
        minutes_pass(&register, 10);
        browser.get("/officer").await;
    }
    let page = browser.get("/officer").await;
    page.is(403, &["Sign in"]);
    assert!(!page.html.contains("Go on with your PIN"), "{}", page.html);
    register.stop().await;
}

async fn a_colleague_takes_over_with_a_pin_and_the_log_names_both(on: On) {
    let register = Register::start(on).await;
    let (ruta, jonas) = (somebody("Rūta", "LTVR1000"), somebody("Jonas", "LTVR1000"));
    register.add_officer(&ruta).await;
    register.add_officer(&jonas).await;
    let desk = Browser::new(&register);
    desk.enter(&register.link(&ruta), PIN).await.is(200, &["Rūta"]);
    let alone = desk.cookie();
    desk.enter(&register.link(&jonas), "314159").await.is(200, &["Jonas"]);
    // Rūta's session waits for her PIN, wherever its cookie is: it does not act.
    let copy = Browser::new(&register);
    copy.set_cookie(&alone);
    copy.get("/officer").await.is(403, &["Go on with your PIN"]);
    desk.get("/officer/change").await.is(200, &["Rūta"]);
    desk.post("/officer/change", &[("officer", &ruta.id), ("pin", "314159")]).await.is(403, &["The PIN is wrong"]);
    desk.get("/officer").await.is(200, &["Jonas"]);
    desk.post("/officer/change", &[("officer", &ruta.id), ("pin", PIN)]).await.is(200, &["Rūta, LTVR1000"]);
    desk.post("/officer/change", &[("officer", &jonas.id), ("pin", "314159")]).await.is(200, &["Jonas, LTVR1000"]);
    // What was brought back has a new secret each time.
    copy.get("/officer").await.is(403, &["Sign in"]);
    let said: Vec<_> = register
        .entries("officerSignedIn")
        .into_iter()
        .map(|entry| {
            let person = |id: &serde_json::Value| match id.as_str() {
                Some(id) if id == ruta.id => "Rūta",
                Some(id) if id == jonas.id => "Jonas",
                _ => "nobody",
            };
            let (who, before) = (person(&entry["officer"]), person(&entry["previous"]));
            format!(
                "{who} {} {} after {before}",
                entry["change"].as_str().unwrap(),
                entry["decision"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            "Rūta byLink done after nobody",
            "Jonas byLink done after Rūta",
            "Rūta byPin refused after nobody",
            "Rūta byPin done after Jonas",
            "Jonas byPin done after Rūta",
        ]
    );
    let place = register.stop().await;
    ledger_and_log_agree(&place);
}

async fn five_wrong_pins_end_the_session(on: On) {
    let register = Register::start(on).await;
    let ruta = somebody("Rūta", "LTVR1000");
    register.add_officer(&ruta).await;
    let browser = Browser::new(&register);
    browser.enter(&register.link(&ruta), PIN).await.is(200, &["Rūta"]);
    minutes_pass(&register, 20);
    for _ in 0..5 {
        browser.post("/officer/change", &[("officer", &ruta.id), ("pin", "000000")]).await.is(403, &["PIN is wrong"]);
    }
    browser.post("/officer/change", &[("officer", &ruta.id), ("pin", PIN)]).await.is(403, &["This session is over"]);
    assert_eq!(register.entries("officerSignedIn").len(), 6);
    register.stop().await;
}

async fn a_supervisor_invites_colleagues_of_the_same_office_only(on: On) {
    let register = Register::start(on).await;
    let mut head = somebody("Rūta", "LTVR1000");
    head.supervisor = true;
    let (jonas, far) = (somebody("Jonas", "LTVR1000"), somebody("Ona", "LTKR1000"));
    let desk = register.signed_in(&head).await;
    let plain = register.signed_in(&jonas).await;
    register.add_officer(&far).await;
    let page = desk.get("/officer/invite").await;
    page.is(200, &["Jonas"]);
    assert!(!page.html.contains("Ona"), "only colleagues of the office are shown");
    let csrf = page.field("csrf");
    let made = desk.post("/officer/invite", &[("csrf", &csrf), ("officer", &jonas.id)]).await;
    made.is(200, &["It works once, until", "16 March 2026, 09:15:00 UTC"]);
    let link = made.html.split("readonly value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for other in [far.id.as_str(), "ofc_nobody", "", "<script>"] {
        let page = desk.post("/officer/invite", &[("csrf", &csrf), ("officer", other)]).await;
        page.is(403, &["active colleagues of your own office only"]);
        assert!(!page.html.contains("/officer/enter/"), "{}", page.html);
    }
    plain.get("/officer/invite").await.is(403, &["Only supervisors invite colleagues."]);
    plain.get("/officer/entries").await.is(403, &["Only supervisors search the log."]);
    for path in ["/officer/entries/999999", "/officer/entries/abc"] {
        let page = plain.get(path).await;
        page.is(404, &["There is no such entry in the log"]);
        assert!(!page.html.contains("has a fault"), "{}", page.html);
    }
    let own = plain.get("/officer").await.field("csrf");
    plain.post("/officer/invite", &[("csrf", &own), ("officer", &head.id)]).await.is(403, &[]);
    let phone = Browser::new(&register);
    phone.enter(&link, "").await.is(200, &["Jonas, LTVR1000"]);
    for _ in 0..5 {
        desk.post("/officer/invite", &[("csrf", &csrf), ("officer", &jonas.id)]).await.is(200, &[]);
    }
    desk.post("/officer/invite", &[("csrf", &csrf), ("officer", &jonas.id)]).await.is(403, &["Five links"]);
    let reasons: Vec<String> = register
        .entries("officerInvited")
        .iter()
        .filter(|entry| entry["role"] == "officer")
        .map(|entry| entry["reasons"][0].as_str().unwrap_or("made").to_owned())
        .collect();
    let mut wanted = vec!["made", "anotherOffice", "anotherOffice", "anotherOffice", "anotherOffice", "notASupervisor"];
    wanted.extend(["made"; 5]);
    wanted.push("tooManyLinks");
    assert_eq!(reasons, wanted);
    let place = register.stop().await;
    ledger_and_log_agree(&place);
}

async fn signing_out_ends_the_session_for_whoever_copied_the_cookie(on: On) {
    let register = Register::start(on).await;
    let browser = register.signed_in(&somebody("Rūta", "LTVR1000")).await;
    let copy = Browser::new(&register);
    copy.set_cookie(&browser.cookie());
    let csrf = browser.get("/officer").await.field("csrf");
    browser.post("/officer/leave", &[("csrf", &csrf)]).await.is(403, &["Sign in"]);
    assert_eq!(browser.cookie(), "");
    copy.get("/officer").await.is(403, &["Sign in"]);
    assert_eq!(register.entries("officerSignedOut").len(), 1);
    register.stop().await;
}

async fn an_officer_has_a_bounded_number_of_sessions(on: On) {
    let register = Register::start(on).await;
    let ruta = somebody("Rūta", "LTVR1000");
    let first = register.signed_in(&ruta).await;
    let mut others = Vec::new();
    for _ in 0..5 {
        minutes_pass(&register, 1);
        let browser = Browser::new(&register);
        browser.enter(&register.link(&ruta), "").await.is(200, &["Rūta"]);
        others.push(browser);
    }
    first.get("/officer").await.is(403, &["Sign in"]);
    for browser in &others {
        browser.get("/officer").await.is(200, &["Rūta"]);
    }
    register.stop().await;
}

async fn rows_of_officers_links_and_sessions_edited_in_sql_sign_nobody_in(on: On) {
    let register = Register::start(on).await;
    let (ruta, jonas) = (somebody("Rūta", "LTVR1000"), somebody("Jonas", "LTVR1000"));
    let browser = register.signed_in(&ruta).await;
    register.add_officer(&jonas).await;
    let link = register.link(&jonas);
    sql(&register.place, &format!("UPDATE officer_session SET officer = '{}'", jonas.id));
    browser.get("/officer").await.is(403, &["Sign in"]);
    sql(&register.place, "UPDATE officer_link SET until_micros = until_micros + 1 WHERE used_micros IS NULL");
    browser.enter(&link, "").await.is(403, &["This link is not known"]);
    sql(&register.place, "UPDATE officer SET supervisor = 1 WHERE name = 'Rūta'");
    let register = register.restart().await;
    assert!(register.world.running.app.registry().registered_officer(&ruta.id).is_none());
    let place = register.stop().await;
    let found = faults(&place);
    for (what, id) in [("officerChanged", &ruta.id), ("officerInvited", &jonas.id)] {
        assert!(found.iter().any(|fault| fault.contains(what) && fault.contains(id.as_str())), "{found:#?}");
    }
    assert_eq!(found.len(), 2, "{found:#?}");
}

async fn a_client_certificate_signs_its_officer_in_and_the_cookie_alone_does_not(on: On) {
    let place = on.place();
    let mut register = Register { world: endmark::demo::World::make(&place).await.unwrap(), place };
    let dir = register.place.dir().to_owned();
    register.world.settings.web.certificate = Some(dir.join("tls/server.pem"));
    register.world.settings.web.key = Some(dir.join("tls/server.key"));
    let register = register.restart().await;
    let issued = stranger();
    let mut ruta = somebody("Rūta", "LTVR1000");
    let certificate: OfficerCertificate = endmark::cli::officer_certificate(issued.certificate.as_bytes()).unwrap();
    let fingerprint = certificate.fingerprint;
    ruta.certificate = Some(certificate);
    register.add_officer(&ruta).await;
    let browser = Browser::with_certificate(&register, Some(&issued));
    assert!(browser.base().starts_with("https://"));
    browser.get("/officer").await.is(403, &["With the certificate of this browser", "Sign in as Rūta"]);
    browser.post("/officer/certificate", &[("pin", "")]).await.is(200, &["Rūta, LTVR1000"]);
    let cookie = browser.cookie();
    assert!(cookie.starts_with("__Host-endmark-officer="), "{cookie}");
    let entry = register.entries("officerSignedIn").pop().unwrap();
    assert_eq!((&entry["change"], &entry["client"]), (&"byCertificate".into(), &fingerprint.to_string().into()));
    // A cookie that was stolen is nothing without the key.
    let thief = Browser::new(&register);
    thief.set_cookie(&cookie);
    thief.get("/officer").await.is(403, &["Sign in"]);
    let stranger = Browser::with_certificate(&register, Some(&crate::support::stranger()));
    stranger.get("/officer").await.is(403, &["No officer is known by the certificate"]);
    stranger.post("/officer/certificate", &[]).await.is(403, &["No officer is known"]);
    thief.post("/officer/certificate", &[]).await.is(403, &["shows no certificate"]);
    // Links work here too.
    thief.set_cookie("");
    thief.enter(&register.link(&ruta), "").await.is(200, &["Rūta"]);
    // The certificate of an officer opens no door for systems, and cannot be registered for one.
    let system = register.client(&issued);
    assert_eq!(system.get("/v1/ping").await.unwrap().status, 403);
    register.stop().await;
}

async fn an_officers_paper_check_names_office_role_and_pseudonym(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("S-2").await;
    let ruta = somebody("Rūta", "LTVR1000");
    let browser = register.signed_in(&ruta).await;
    let csrf = browser.get("/officer").await.field("csrf");
    let page = crate::officer_pages::send_form(&browser, &csrf, "en", &number, None).await;
    page.is(200, &["Genuine"]);
    let entry = register.entries("paperChecked").pop().unwrap();
    assert_eq!(entry["role"], "officer");
    assert_eq!(entry["officer"], ruta.id.as_str());
    assert_eq!((&entry["office"], &entry["organisation"]), (&"LTVR1000".into(), &"lt-customs".into()));
    // The receipt is for the officer's own organisation.
    let leaf = entry["leaf"].as_u64().unwrap();
    page.shows(&[&format!("/officer/entries/{leaf}?")]);
    browser.get(&format!("/officer/entries/{leaf}")).await.is(200, &[&format!("/officer/entries/{leaf}/receipt")]);
    browser.get(&format!("/officer/entries/{leaf}/receipt")).await.is(200, &["paperChecked", "proof"]);
    browser.get("/officer/entries/0/receipt").await.is(404, &[]);
    Browser::new(&register).get(&format!("/officer/entries/{leaf}/receipt")).await.is(403, &["Sign in"]);
    let place = register.stop().await;
    ledger_and_log_agree(&place);
}

async fn only_customs_organisations_have_officers(on: On) {
    let register = Register::start(on).await;
    let refused = |change| endmark::cli::operator_change(&register.world.settings, change).unwrap_err().to_string();
    for organisation in ["muster", "lt-custom"] {
        let mut somebody = somebody("Rūta", "LTVR1000");
        somebody.organisation = organisation.parse().unwrap();
        let why = refused(RegistryChange::AddOfficer(Box::new(somebody)));
        assert!(why.contains("is no customs organisation"), "{why}");
    }
    let ruta = somebody("Rūta", "LTVR1000");
    register.add_officer(&ruta).await;
    let why = refused(RegistryChange::AddOfficer(Box::new(ruta.clone())));
    assert!(why.contains("registered already"), "{why}");
    let customs = std::fs::read(register.place.dir().join("certs/customs.pem")).unwrap();
    let mut jonas = somebody("Jonas", "LTVR1000");
    jonas.certificate = Some(endmark::cli::officer_certificate(&customs).unwrap());
    let why = refused(RegistryChange::AddOfficer(Box::new(jonas)));
    assert!(why.contains("is a system's"), "{why}");
    let why = refused(RegistryChange::RemoveOfficer("ofc_nobody".to_owned()));
    assert!(why.contains("no officer ofc_nobody"), "{why}");
    let unknown = endmark::cli::officer_link(&register.world.settings, "ofc_nobody", Duration::minutes(15));
    assert!(unknown.unwrap_err().to_string().contains("not active"));
    register.stop().await;
}

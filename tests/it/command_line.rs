//! The command line, as an operator, a manufacturer and an officer use it; and seals made by `openssl`.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{On, Register, consignment};

fn endmark(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_endmark")).current_dir(folder).args(arguments).output().unwrap()
}

/// Runs a command that must end with `code`; gives its JSON.
fn json(folder: &Path, code: i32, arguments: &[&str]) -> Value {
    let output = endmark(folder, &[arguments, &["--json"]].concat());
    let text = String::from_utf8_lossy(if code == 2 { &output.stderr } else { &output.stdout }).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text} {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
}

#[test]
fn init_never_overwrites_a_register_and_every_operator_command_is_an_entry() {
    let place = On::Sqlite.place();
    let folder = place.dir();
    json(folder, 0, &["init", "reg", "--origin", "register.test/endmark"]);
    let again = json(folder, 2, &["init", "reg"]);
    assert!(again["error"].as_str().unwrap().contains("never overwrites"), "{again}");
    json(folder, 0, &["pki", "anchor", "certs/anchor", "--name", "Test anchor"]);
    json(folder, 0, &["pki", "client", "certs/customs", "--name", "Customs"]);
    let config = ["--config", "reg/endmark.toml"];
    let entry = |arguments: &[&str]| json(folder, 0, &[arguments, &config].concat())["entry"].as_u64().unwrap();
    assert_eq!(entry(&["anchor", "add", "certs/anchor.pem"]), 1, "entry 0 made the register");
    json(folder, 0, &["pki", "crl", "certs/anchor.crl", "--anchor", "certs/anchor", "--number", "1"]);
    assert_eq!(entry(&["crl", "load", "certs/anchor.crl"]), 2);
    let manufacturer =
        ["manufacturer", "add", "maker", "--name", "Maker GmbH", "--identifier", "NTR:DE-HRB1", "--scope", "84"];
    let nobody = ["client", "add", "certs/customs.pem", "--organisation", "maker", "--grant", "manufacturer"];
    let refused = json(folder, 2, &[nobody.as_slice(), &config].concat());
    assert!(refused["error"].as_str().unwrap().contains("endmark manufacturer add maker"), "{refused}");
    assert_eq!(entry(&manufacturer), 3);
    assert_eq!(entry(&["manufacturer", "suspend", "maker"]), 4);
    assert_eq!(entry(&["manufacturer", "resume", "maker"]), 5);
    let grants = ["client", "add", "certs/customs.pem", "--organisation", "customs", "--grant", "customs:read"];
    assert_eq!(entry(&grants), 6);
    let clients = json(folder, 0, &[&["client", "list"], config.as_slice()].concat());
    let fingerprint = clients[0]["fingerprint"].as_str().unwrap();
    assert_eq!(entry(&["client", "revoke", fingerprint]), 7);
    let anchors = json(folder, 0, &[&["anchor", "list"], config.as_slice()].concat());
    assert_eq!(entry(&["anchor", "distrust", anchors[0]["fingerprint"].as_str().unwrap()]), 8);
    let manufacturers = json(folder, 0, &[&["manufacturer", "list"], config.as_slice()].concat());
    assert_eq!(manufacturers[0]["status"], "active");
    // The same again is refused, with the reason.
    let refused = json(folder, 2, &[manufacturer.as_slice(), &config].concat());
    assert!(refused["error"].as_str().unwrap().contains("registered already"), "{refused}");
}

#[test]
fn an_officer_is_registered_invited_and_removed_and_a_link_is_shown_once() {
    let place = On::Sqlite.place();
    let folder = place.dir();
    json(folder, 0, &["init", "reg"]);
    json(folder, 0, &["pki", "client", "certs/customs", "--name", "Customs"]);
    json(folder, 0, &["pki", "client", "certs/ruta", "--name", "Ruta"]);
    let run = |code, arguments: &[&str]| json(folder, code, &[arguments, &["--config", "reg/endmark.toml"]].concat());
    let add = |code| {
        let person = ["officer", "add", "--name", "Rūta Kazlauskienė", "--office", "LTVR1000", "--language", "lt"];
        let rest = ["--organisation", "lt-customs", "--supervisor", "--certificate", "certs/ruta.pem"];
        run(code, &[person.as_slice(), &rest].concat())
    };
    let refused = add(2);
    assert!(refused["error"].as_str().unwrap().contains("no customs organisation"), "{refused}");
    run(0, &["client", "add", "certs/customs.pem", "--organisation", "lt-customs", "--grant", "customs:read"]);
    let id = add(0)["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("ofc_"), "{id}");
    let again = add(2);
    assert!(again["error"].as_str().unwrap().contains(&id), "one certificate is one person's: {again}");
    let listed = run(0, &["officer", "list"]);
    assert_eq!(listed[0]["name"], "Rūta Kazlauskienė");
    assert_eq!((&listed[0]["supervisor"], &listed[0]["status"]), (&true.into(), &"active".into()));
    let invited = run(0, &["officer", "invite", &id, "--valid", "2h"]);
    assert!(invited["link"].as_str().unwrap().starts_with("http://127.0.0.1:8080/officer/enter/"), "{invited}");
    run(0, &["officer", "suspend", &id]);
    let refused = run(2, &["officer", "invite", &id]);
    assert!(refused["error"].as_str().unwrap().contains("not active"), "{refused}");
    run(0, &["officer", "resume", &id]);
    run(0, &["officer", "remove", &id]);
    assert_eq!(run(0, &["officer", "list"]), Value::Array(Vec::new()));
    let gone = run(2, &["officer", "remove", &id]);
    assert!(gone["error"].as_str().unwrap().contains("no officer"), "{gone}");
    assert_eq!(run(0, &["audit", "verify"])["faults"], Value::Array(Vec::new()));
}

#[test]
fn a_webhook_shows_its_secret_once_and_leads_where_it_is_safe() {
    let place = On::Sqlite.place();
    let folder = place.dir();
    json(folder, 0, &["init", "reg"]);
    let config = ["--config", "reg/endmark.toml"];
    let run = |code, arguments: &[&str]| json(folder, code, &[arguments, &config].concat());
    let add = |code, url| run(code, &["webhook", "add", "--organisation", "maker", "--url", url]);
    let nobody = add(2, "https://erp.maker.example/endmark");
    assert!(nobody["error"].as_str().unwrap().contains("no manufacturer maker"), "{nobody}");
    run(0, &["manufacturer", "add", "maker", "--name", "Maker", "--identifier", "NTR:DE-HRB1", "--scope", "84"]);
    let plain = add(2, "http://erp.maker.example/endmark");
    assert!(plain["error"].as_str().unwrap().contains("webhooks.allow_private"), "{plain}");
    let added = add(0, "https://erp.maker.example/endmark");
    let (id, secret) = (added["id"].as_str().unwrap(), added["secret"].as_str().unwrap());
    assert!(id.starts_with("whk_") && secret.starts_with("whsec_"), "{added}");
    let listed = run(0, &["webhook", "list"]);
    assert_eq!((&listed[0]["id"], &listed[0]["status"]), (&added["id"], &"active".into()));
    assert!(!listed.to_string().contains(secret), "{listed}");
    for _ in 1..8 {
        add(0, "https://erp.maker.example/endmark");
    }
    let too_many = add(2, "https://erp.maker.example/endmark");
    assert!(too_many["error"].as_str().unwrap().contains("8 webhooks"), "{too_many}");
    run(0, &["webhook", "remove", id]);
    let again = run(2, &["webhook", "remove", id]);
    assert!(again["error"].as_str().unwrap().contains(id), "{again}");
}

#[test]
fn settings_that_cannot_be_used_name_the_key_the_value_and_the_fix() {
    let place = On::Sqlite.place();
    let folder = place.dir();
    json(folder, 0, &["init", "reg"]);
    let text = std::fs::read_to_string(folder.join("reg/endmark.toml")).unwrap();
    for (from, to, wanted) in [
        ("Europe/Vilnius", "Europe/Vilna", ["time_zone", "Europe/Vilna", "IANA"]),
        ("127.0.0.1:8080", "0.0.0.0:8080", ["web.listen", "0.0.0.0:8080", "loopback"]),
        ("sqlite://", "mysql://", ["database", "mysql", "postgres://"]),
        ("origin = ", "orign = ", ["orign", "unknown field", "origin"]),
        ("2026-04-23", "23.4.2026", ["23.4.2026", "day", "2026-03-16"]),
    ] {
        std::fs::write(folder.join("reg/endmark.toml"), text.replacen(from, to, 1)).unwrap();
        let refused = json(folder, 2, &["serve", "--config", "reg/endmark.toml"]);
        for word in wanted {
            assert!(refused["error"].as_str().unwrap().contains(word), "{word} is not in {refused}");
        }
    }
}

#[actix_web::test]
async fn a_manufacturer_seals_submits_shows_and_verifies_and_customs_checks() {
    let register = Register::start(On::Sqlite).await;
    // The commands below block this thread; the service must have begun to accept by then.
    register.settled(&register.world.customs).await;
    let folder = register.place.dir();
    let url = register.base();
    let as_caller = |name: &str| -> Vec<String> {
        [
            "--url",
            &url,
            "--client-certificate",
            &format!("certs/{name}.pem"),
            "--client-key",
            &format!("certs/{name}.key"),
            "--authority",
            "tls/authority.pem",
        ]
        .map(str::to_owned)
        .to_vec()
    };
    let run = |code: i32, arguments: &[&str], caller: &str| {
        let owned = as_caller(caller);
        let caller: Vec<&str> = owned.iter().map(String::as_str).collect();
        json(folder, code, &[arguments, &caller].concat())
    };
    let (number, jws) = register.seal(&register.payload("CL-1"));
    std::fs::write(folder.join("one.jws"), &jws).unwrap();
    std::fs::write(folder.join("consignment.json"), consignment(&number).to_string()).unwrap();
    let before = run(1, &["check", "consignment.json"], "customs");
    assert_eq!(before["findings"][0]["code"], "certificateUnknown");
    assert_eq!(run(0, &["certificate", "submit", "one.jws"], "maker")["number"].as_str(), Some(number.as_str()));
    assert_eq!(run(0, &["check", "consignment.json"], "customs")["verdict"], "conforms");
    assert_eq!(run(0, &["check", "--precheck", "consignment.json"], "maker")["verdict"], "conforms");
    assert_eq!(run(0, &["certificate", "show", &number], "maker")["status"], "valid");
    assert_eq!(run(0, &["certificate", "show", "--customs", &number], "customs")["reference"], "CL-1");
    let genuine = json(folder, 0, &["certificate", "verify", "one.jws", "--anchor", "certs/anchor.pem"]);
    assert_eq!(genuine["organizationIdentifier"], "NTRDE-HRB123456");
    std::fs::write(folder.join("two.jws"), jws.replacen('.', ".A", 1)).unwrap();
    let refused = run(2, &["certificate", "submit", "two.jws"], "maker");
    assert!(refused["type"].as_str().unwrap().starts_with("urn:endmark:problem:seal-"), "{refused}");
    assert!(refused["status"].is_u64() && refused["reason"].is_string() && refused["error"].is_string(), "{refused}");
    let forged = json(folder, 1, &["certificate", "verify", "two.jws", "--anchor", "certs/anchor.pem"]);
    assert_eq!(forged["genuine"], false);
    let foreign = json(folder, 1, &["certificate", "verify", "one.jws", "--anchor", "tls/authority.pem"]);
    assert_eq!(foreign["genuine"], false);
    // Sealing on the command line gives what verifies; a payload against a rule is refused before it is sealed.
    let payload = register.payload("CL-2");
    std::fs::write(folder.join("payload.json"), payload.to_string()).unwrap();
    let seal =
        ["certificate", "seal", "payload.json", "--key", "certs/maker-seal.key", "--chain", "certs/maker-seal.pem"];
    let sealed = json(folder, 0, &[seal.as_slice(), &["--out", "three.jws"]].concat());
    assert!(sealed["number"].as_str().unwrap().starts_with("EDC-"));
    std::fs::write(folder.join("payload.json"), payload.to_string().replacen("\"1.5\"", "1.5", 1)).unwrap();
    let refused = json(folder, 2, &seal);
    assert!(refused["error"].as_str().unwrap().contains("not a certificate"), "{refused}");
    let unreachable = [
        "check",
        "consignment.json",
        "--url",
        "https://127.0.0.1:1",
        "--client-certificate",
        "certs/customs.pem",
        "--client-key",
        "certs/customs.key",
        "--authority",
        "tls/authority.pem",
    ];
    let refused = json(folder, 2, &unreachable);
    assert!(refused["error"].as_str().unwrap().contains("does not answer"), "{refused}");
    register.stop().await;
}

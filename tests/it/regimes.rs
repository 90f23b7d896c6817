//! The life of the law's data: loaded through the writer, kept for ever, taken by a running service whole.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use endmark::cli::verify_database;
use endmark::registry::Grant;
use serde_json::{Value, json};

use crate::support::{On, Register, consignment, entries, faults, findings, on_both_databases, problem, sql};

on_both_databases!(
    a_loaded_regime_counts_in_the_running_service_from_its_day_on
    exports_by_land_are_open_until_the_lithuanian_list_is_loaded
    a_load_is_all_or_nothing_and_an_entry
    a_reload_under_load_fails_nobody_and_mixes_nothing
    a_document_edited_or_removed_in_sql_leaves_every_question_open
    the_law_of_a_day_and_its_texts_are_published
    a_trader_asks_what_will_be_needed
    a_wording_that_is_not_accepted_is_shown_beside_the_accepted_one
);

/// A ban on fork-lift trucks through Russia, from a day on; nobody ever made such a law.
fn ban(version: &str, from: &str) -> String {
    format!(
        "regime = \"TEST-BAN\"\nversion = \"{version}\"\ntitle = \"Made up for a test\"\ncountry = \"EU\"\n\
         from = \"{from}\"\ngoverning-date = \"presentation\"\nlegal-basis = \"Made up\"\nsources = [\"made up\"]\n\
         confidence = \"low\"\n[applies]\nvia = [\"RU\"]\n[goods]\nlists = [\"test list\"]\n\
         [asks]\nanswer = \"prohibited\"\n"
    )
}

fn list(version: &str, codes: &[&str]) -> String {
    let rows: Vec<String> = codes.iter().map(|code| format!("{code},0,,,,,\n")).collect();
    format!(
        "# list: test list\n# version: {version}\n# state: complete\n# valid-until: 2030-01-01\n# source: made up\n\
         code,ex,except,from,added_by,part,label\n{}",
        rows.concat()
    )
}

/// Loads with the command line, as an operator does beside the running service: its edition, or why not.
fn load(folder: &Path, texts: &[String]) -> Result<Value, String> {
    let rules = tempfile(folder);
    for (number, text) in texts.iter().enumerate() {
        let ending = if text.starts_with('#') { "csv" } else { "toml" };
        std::fs::write(rules.join(format!("{number}.{ending}")), text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_endmark"))
        .current_dir(folder)
        .args(["regime", "load", &rules.display().to_string(), "--config", "endmark.toml", "--json"])
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).unwrap());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A folder that no other load has.
fn tempfile(folder: &Path) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let rules = folder.join(format!("rules-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
    std::fs::create_dir(&rules).unwrap();
    rules
}

impl Register {
    fn load(&self, texts: &[String]) -> Result<u64, String> {
        Ok(load(self.place.dir(), texts)?["entry"].as_u64().unwrap())
    }

    /// The edition that the service shows.
    fn edition(&self) -> String {
        self.world.running.app.regimes().edition().to_string()
    }

    async fn asked(&self, consignment: &Value) -> (String, Vec<String>) {
        let verdict = self.check(consignment).await;
        let found = findings(&verdict).into_iter().map(str::to_owned).collect();
        (verdict["verdict"].as_str().unwrap().to_owned(), found)
    }
}

async fn a_loaded_regime_counts_in_the_running_service_from_its_day_on(on: On) {
    let register = Register::start(on).await;
    let asked = consignment(&register.issue("R-1").await);
    assert_eq!(register.asked(&asked).await.0, "conforms");
    // The register's day is 2026-03-16: a version that counts from the 17th waits.
    register.load(&[list("2026-03-01", &["8427"]), ban("future", "2026-03-17")]).unwrap();
    assert_eq!(register.asked(&asked).await.0, "conforms");
    register.load(&[ban("now", "2026-03-16")]).unwrap();
    let (verdict, found) = register.asked(&asked).await;
    assert_eq!(verdict, "doesNotConform");
    assert!(found.contains(&"prohibited".to_owned()), "{found:?}");
    // A later version of the list takes the code out again; the version before stays.
    register.load(&[list("2026-03-16", &["0102"])]).unwrap();
    assert_eq!(register.asked(&asked).await.0, "conforms");
    let edition = register.edition();
    let register = register.restart().await;
    assert_eq!((register.asked(&asked).await.0, register.edition()), ("conforms".to_owned(), edition));
    let place = register.stop().await;
    assert_eq!(faults(&place), Vec::<String>::new());
}

/// The rule as it is delivered, in the place of the demo's invented version.
fn delivered() -> String {
    let rule = include_str!("../../regimes/rules/LT-GOV-LIST.toml");
    let later = rule.replacen("version = \"2023-07-03\"", "version = \"delivered\"", 1);
    later.replacen("from = \"2023-07-03\"", "from = \"2026-03-01\"", 1)
}

async fn exports_by_land_are_open_until_the_lithuanian_list_is_loaded(on: On) {
    const LIST: &str = "Government of Lithuania, national list of controlled goods";
    let register = Register::start(on).await;
    let asked = consignment(&register.issue("R-0").await);
    assert_eq!(register.asked(&asked).await.0, "conforms");
    register.load(&[delivered()]).unwrap();
    // A good certificate does not help, and nothing is ever "not required".
    let verdict = register.check(&asked).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked");
    let open = verdict["findings"].as_array().unwrap().iter().find(|found| found["severity"] == "open").unwrap();
    let remedy = open["remedy"].as_str().unwrap();
    assert!(remedy.contains(LIST) && remedy.contains("`endmark regime load`"), "{open:#}");
    let mut question = json!({ "countryOfDestination": "KZ", "transportMode": "3", "procedure": "10",
        "countriesOfRouting": ["LT", "PL", "TR", "GE", "AZ", "KZ"],
        "goods": [{ "commodityCode": { "harmonizedSystemSubheadingCode": "220110" } }] });
    let requirement = async |question: &Value| {
        let answered = register.world.customs.post("/v1/requirements", question).await.unwrap();
        answered.body["goods"][0]["requirement"].as_str().unwrap().to_owned()
    };
    assert_eq!(requirement(&question).await, "unknown");
    let missing = register.world.maker.get("/v1/regimes").await.unwrap().body["listsNotLoaded"].clone();
    assert!(missing.as_array().unwrap().contains(&json!(LIST)), "{missing}");
    // By sea the rule does not bind.
    question["transportMode"] = json!("1");
    assert_eq!(requirement(&question).await, "notRequired");
    question["transportMode"] = json!("3");
    // What stands on the list is prohibited, everything else free of it.
    let real = |version: &str, codes: &[&str]| list(version, codes).replacen("test list", LIST, 1);
    register.load(&[real("2026-03-01", &["8427"])]).unwrap();
    let (verdict, found) = register.asked(&asked).await;
    assert_eq!(verdict, "doesNotConform");
    assert!(found.contains(&"prohibited".to_owned()), "{found:?}");
    assert_eq!(requirement(&question).await, "notRequired");
    register.load(&[real("2026-03-02", &["8407"])]).unwrap();
    assert_eq!(register.asked(&asked).await.0, "conforms");
    register.stop().await;
}

async fn a_load_is_all_or_nothing_and_an_entry(on: On) {
    let register = Register::start(on).await;
    let before = register.edition();
    // The second document accepts a wording that is not there: the first is not loaded either.
    let bad = ban("1", "2026-03-01")
        .replace("TEST-BAN", "TEST-2")
        .replace("answer = \"prohibited\"", "answer = \"certificate\"\nstatements = [\"S1\"]\naccepts = [\"NOWHERE\"]");
    let refused = register.load(&[list("2026-03-01", &["8427"]), bad]).unwrap_err();
    assert!(refused.contains("regime TEST-2, version 1: it accepts the statement set"), "{refused}");
    let leaf = register.load(&[list("2026-03-01", &["8427"])]).unwrap();
    // A version never changes; the same again is nothing new.
    let again = register.load(&[list("2026-03-01", &["8428"])]).unwrap_err();
    assert!(again.contains("a version never changes"), "{again}");
    assert!(register.load(&[list("2026-03-01", &["8427"])]).unwrap_err().contains("loaded already"));
    let place = register.stop().await;
    let settings = endmark::config::Settings::read(&place.dir().join("endmark.toml")).unwrap();
    assert!(verify_database(&settings, 100).unwrap().faults.is_empty());
    let entries = crate::support::with_database(&place, |connection| {
        let body = endmark::store::log::entry(connection, leaf).unwrap().unwrap().1;
        serde_json::from_slice::<Value>(&body).unwrap()
    });
    assert_eq!((&entries["type"], &entries["decision"]), (&json!("regimeLoaded"), &json!("done")));
    assert_ne!(entries["digest"], json!(before));
    assert!(entries["lists"].as_array().unwrap().iter().any(|list| list["id"] == "test list"), "{entries:#}");
}

async fn a_reload_under_load_fails_nobody_and_mixes_nothing(on: On) {
    let register = Register::start(on).await;
    let asked = consignment(&register.issue("R-2").await);
    let mut editions = BTreeSet::from([register.edition()]);
    let mut seen = Vec::new();
    // Each load bans two of the items at once, or frees both: an answer with one of the two has seen half of it.
    for round in 0..6 {
        let codes: &[&str] = if round % 2 == 0 { &["8422", "8427"] } else { &["0102"] };
        let texts = [
            list(&format!("2026-03-{:02}", round + 1), codes),
            ban(&format!("v{round}"), &format!("2026-03-{:02}", round + 1)),
        ];
        let folder = register.place.dir().to_owned();
        let loading = actix_web::rt::task::spawn_blocking(move || load(&folder, &texts));
        let asking = async { futures_util::future::join_all((0..24).map(|_| register.check(&asked))).await };
        let (loaded, answers) = futures_util::future::join(loading, asking).await;
        editions.insert(loaded.unwrap().unwrap()["edition"].as_str().unwrap().to_owned());
        seen.extend(answers);
        seen.push(register.check(&asked).await);
    }
    assert_eq!(editions.len(), 7);
    for verdict in &seen {
        assert!(editions.contains(verdict["edition"].as_str().unwrap()), "an edition that never was: {verdict:#}");
        let banned: Vec<bool> = verdict["items"]
            .as_array()
            .unwrap()
            .iter()
            .take(2)
            .map(|item| item["regimes"].as_array().unwrap().iter().any(|s| s["regime"] == "TEST-BAN"))
            .collect();
        assert!(banned == [true, true] || banned == [false, false], "{verdict:#}");
        let wanted = if banned[0] { "doesNotConform" } else { "conforms" };
        assert_eq!(verdict["verdict"], wanted, "{verdict:#}");
    }
    let place = register.stop().await;
    assert_eq!(faults(&place), Vec::<String>::new());
}

async fn a_document_edited_or_removed_in_sql_leaves_every_question_open(on: On) {
    let register = Register::start(on).await;
    let asked = consignment(&register.issue("R-3").await);
    register.load(&[list("2026-03-01", &["8427"])]).unwrap();
    let water = json!({ "countryOfDestination": "KZ", "countriesOfRouting": ["LT", "PL", "TR", "GE", "AZ", "KZ"],
        "goods": [{ "commodityCode": { "harmonizedSystemSubheadingCode": "220110" } }] });
    let mut register = register;
    for statement in [
        "DELETE FROM regime_document WHERE id = 'EU-RU-2a1a'",
        "UPDATE regime_document SET version = '2023-06-25' WHERE id = 'EU-RU-3k1a'",
        "UPDATE regime_document SET body = replace(body, 'prohibited', 'unknown') WHERE id = 'EU-BY-1f1a'",
    ] {
        let keep = "CREATE TABLE kept AS SELECT * FROM regime_document";
        sql(&register.place, keep);
        sql(&register.place, statement);
        register = register.restart().await;
        if statement.contains("body") {
            // Its digest is that of the document read before, which the process still holds; the audit finds it.
            assert!(faults(&register.place).iter().any(|fault| fault.contains("(regimeLoaded)")), "{statement}");
        } else {
            let verdict = register.check(&asked).await;
            assert_eq!(verdict["verdict"], "cannotBeChecked", "{statement}: {verdict:#}");
            let answered = register.world.customs.post("/v1/requirements", &water).await.unwrap();
            assert_eq!(answered.body["goods"][0]["requirement"], "unknown", "{statement}");
            assert!(register.load(&[list("2026-03-02", &["8427"])]).unwrap_err().contains("restore the database"));
        }
        sql(
            &register.place,
            "DELETE FROM regime_document; INSERT INTO regime_document SELECT * FROM kept; DROP TABLE kept",
        );
    }
    register = register.restart().await;
    assert_eq!(register.check(&asked).await["verdict"], "conforms");
    register.stop().await;
}

async fn the_law_of_a_day_and_its_texts_are_published(on: On) {
    let register = Register::start(on).await;
    let get = async |path: &str| register.world.maker.get(path).await.unwrap();
    let ids = |body: &Value| -> Vec<String> {
        body["regimes"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect()
    };
    let today = get("/v1/regimes").await.body;
    assert!(ids(&today).contains(&"LT-2023-12-18".to_owned()) && !ids(&today).contains(&"LT-2023-07-03".to_owned()));
    assert_eq!((&today["at"], today["edition"].as_str()), (&json!("2026-03-16"), Some(register.edition().as_str())));
    assert!(today["listsNotLoaded"].to_string().contains("833/2014 Annex XX\""), "{today:#}");
    assert!(ids(&get("/v1/regimes?at=2023-07-03").await.body).contains(&"LT-2023-07-03".to_owned()));
    assert_eq!(problem(&get("/v1/regimes?at=tomorrow").await), "400 parameter-malformed");
    let set = get("/v1/statement-sets/LT-2023-07-03").await.body;
    let texts = set["statementSets"].as_array().unwrap();
    assert_eq!(texts.len(), 2);
    for text in texts {
        let digest = endmark_core::digest::Digest::of(text["text"].as_str().unwrap().as_bytes());
        assert_eq!(text["digest"], json!(digest));
    }
    assert_eq!(problem(&get("/v1/statement-sets/LT-1900").await), "404 not-found");
    register.stop().await;
}

async fn a_trader_asks_what_will_be_needed(on: On) {
    let register = Register::start(on).await;
    let (_, declarant) = register.register("broker", &[Grant::Declarant]);
    register.settled(&declarant).await;
    // What will I need for CN 8422 30 00 from Lithuania to Kazakhstan via Belarus and Russia on 1 March?
    let code = json!({ "harmonizedSystemSubheadingCode": "842230", "combinedNomenclatureCode": "00" });
    let mut asked = json!({ "on": "2026-03-01", "countryOfDestination": "KZ",
        "countriesOfRouting": ["LT", "BY", "RU", "KZ"], "goods": [{ "commodityCode": code, "documents": ["Y901"] }] });
    let answered = declarant.post("/v1/requirements", &asked).await.unwrap();
    assert_eq!(answered.status, 200, "{}", answered.body);
    let goods = &answered.body["goods"][0];
    assert_eq!(goods["requirement"], "certificateRequired", "{goods:#}");
    let rule = goods["regimes"].as_array().unwrap().iter().find(|r| r["regime"] == "LT-2023-12-18").unwrap();
    assert_eq!((&rule["list"], &rule["listVersion"]), (&json!("833/2014 Annex XXIII"), &json!("2025-10-24")));
    let law = answered.body["regimes"].as_array().unwrap().iter().find(|r| r["id"] == "LT-2023-12-18").unwrap();
    assert_eq!(law["document"]["issuer"], "manufacturer");
    assert!(law["legalBasis"].as_str().unwrap().contains("18 December 2023"), "{law:#}");
    asked["goods"][0]["commodityCode"] = json!({ "harmonizedSystemSubheadingCode": "854231" });
    let answered = declarant.post("/v1/requirements", &asked).await.unwrap();
    assert_eq!(answered.body["goods"][0]["requirement"], "prohibited");
    asked["countriesOfRouting"] = json!(["LT", "PL", "TR", "GE", "AZ", "KZ"]);
    let answered = declarant.post("/v1/requirements", &asked).await.unwrap();
    assert_eq!(answered.body["goods"][0]["requirement"], "otherDocumentRequired");
    let kept = entries(&register.place);
    assert!(kept.iter().all(|entry| entry["organisation"] != "broker"), "nothing is kept of a question: {kept:#?}");
    asked["goods"] = json!([]);
    assert_eq!(problem(&declarant.post("/v1/requirements", &asked).await.unwrap()), "400 request-malformed");
    register.stop().await;
}

async fn a_wording_that_is_not_accepted_is_shown_beside_the_accepted_one(on: On) {
    let register = Register::start(on).await;
    let sets = register.world.maker.get("/v1/statement-sets/AT-2023-07").await.unwrap().body;
    let mut payload = register.payload("R-4");
    payload["statements"]["set"] = json!("AT-2023-07");
    payload["statements"]["digest"] = sets["statementSets"][0]["digest"].clone();
    let (number, jws) = register.seal(&payload);
    assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
    let verdict = register.check(&consignment(&number)).await;
    let found = verdict["findings"].as_array().unwrap();
    let wording = found.iter().find(|finding| finding["code"] == "statementWordingNotAccepted").unwrap();
    assert!(wording["certified"].as_str().unwrap().contains("has no objection"), "{wording:#}");
    assert!(
        wording["declared"].as_str().unwrap().contains("no trailer or semi-trailer will be re-hitched"),
        "{wording:#}"
    );
    register.stop().await;
}

fn json(folder: &Path, code: i32, arguments: &[&str]) -> Value {
    let output =
        Command::new(env!("CARGO_BIN_EXE_endmark")).current_dir(folder).args(arguments).arg("--json").output().unwrap();
    let text = if code == 2 { &output.stderr } else { &output.stdout };
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(text).unwrap()
}

#[test]
fn the_command_line_checks_tests_lists_shows_compares_and_imports() {
    let place = On::Sqlite.place();
    let folder = place.dir();
    // Every example of every built-in regime comes out.
    let tested = json(folder, 0, &["regime", "test"]);
    assert!(tested["examples"].as_array().unwrap().len() > 60 && tested["failed"] == 0, "{tested}");
    // An example that does not come out is a no.
    let wrong = ban("1", "2026-03-01")
        + "[[example]]\nsays = \"x\"\non = \"2026-03-16\"\noffice = \"LTVR1000\"\nrouting = [\"LT\", \"RU\", \"KZ\"]\n\
           destination = \"KZ\"\ncode = \"842720\"\nanswer = \"prohibited\"\n";
    std::fs::write(folder.join("ban.toml"), &wrong).unwrap();
    assert_eq!(json(folder, 1, &["regime", "test", "ban.toml"])["examples"][0]["found"], "unknown");
    // A broken file is refused with line and column.
    std::fs::write(folder.join("broken.toml"), wrong.replace("via =", "vai =")).unwrap();
    let broken = json(folder, 2, &["regime", "check", "broken.toml"]);
    assert!(
        broken["error"].as_str().unwrap().starts_with("broken.toml, line 11, column 1: unknown field `vai`"),
        "{broken}"
    );
    // Somebody else's list.
    std::fs::write(folder.join("theirs.csv"), "CN code,text\n8427,fork-lifts\nex 8422 30 00,some\n84x,none\n").unwrap();
    let import = [
        "regime",
        "import",
        "theirs.csv",
        "--list",
        "test list",
        "--version",
        "2026-03-01",
        "--source",
        "made up",
        "--code-column",
        "CN code",
        "--output",
        "list.csv",
    ];
    let imported = json(folder, 1, &import);
    assert_eq!((&imported["entries"], &imported["refused"][0]["line"]), (&json!(2), &json!(4)), "{imported}");
    assert_eq!(imported["added"], json!(["ex 84223000", "8427"]));
    assert!(json(folder, 2, &import)["error"].as_str().unwrap().contains("list.csv"), "never overwrites");
    // With the list the example comes out.
    assert_eq!(json(folder, 0, &["regime", "test", "ban.toml", "list.csv"])["failed"], 0);
    // Into a register, and out again.
    // A new register says which lists it lacks.
    let init = json(folder, 0, &["init", "reg"]);
    let government = json!("Government of Lithuania, national list of controlled goods");
    assert!(init["listsNotLoaded"].as_array().unwrap().contains(&government), "{init}");
    let config = ["--config", "reg/endmark.toml"];
    let run = |code, arguments: &[&str]| json(folder, code, &[arguments, &config].concat());
    assert_eq!(run(0, &["regime", "load", "list.csv", "ban.toml"])["entry"], 1);
    let listed = run(0, &["regime", "list", "--at", "2026-03-16"]);
    assert_eq!(listed["listsOver"], json!([]), "every list is complete up to later than that");
    // After their last day lists still count, and are said to be complete no more.
    let later = run(0, &["regime", "list", "--at", "2026-09-01"]);
    let over = later["listsOver"].as_array().unwrap();
    assert!(over.iter().any(|list| list["validUntil"] == "2026-04-23"), "{over:?}");
    let documents = listed["documents"].as_array().unwrap();
    assert!(documents.iter().any(|document| document["id"] == "TEST-BAN" && document["state"] == "in force"));
    let ended = |document: &Value| document["kind"] == "regime" && document["id"] == "LT-2023-07-03";
    assert!(!documents.iter().any(ended));
    assert_eq!(run(0, &["regime", "show", "TEST-BAN"])["text"], json!(wrong));
    std::fs::write(folder.join("next.csv"), list("2026-03-10", &["8427", "8428"])).unwrap();
    assert_eq!(run(0, &["regime", "diff", "next.csv"])["changes"], json!(["- ex 84223000", "+ 8428"]));
    assert!(run(0, &["regime", "list", "--all"])["documents"].as_array().unwrap().len() > documents.len());
}

//! Where tests run: a register with everybody around it, on either database.

use endmark::client::{Answered, Client};
use endmark::demo::{Place, World};
use endmark::pki::{self, Issued, Validity};
use endmark::store::{Connection, apart, head, log};
use serde_json::{Value, json};
use time::Duration;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

impl On {
    /// The address, where it is not SQLite in the test's own folder.
    pub(crate) fn url(self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(std::env::var("ENDMARK_TEST_POSTGRES").expect(
                "no PostgreSQL for the tests: run `cargo xtask test`, or set ENDMARK_TEST_POSTGRES=postgres://…",
            )),
        }
    }

    pub(crate) fn place(self) -> Place {
        Place::new(None, self.url().as_deref()).unwrap()
    }
}

/// Makes a test of each function on each database.
macro_rules! on_both_databases {
    ($($name:ident)*) => {
        $(
            mod $name {
                #[actix_web::test]
                async fn sqlite() {
                    super::$name(crate::support::On::Sqlite).await;
                }

                #[actix_web::test]
                async fn postgresql() {
                    super::$name(crate::support::On::Postgres).await;
                }
            }
        )*
    };
}
pub(crate) use on_both_databases;

/// A running register; stopped when the test is done with it.
pub(crate) struct Register {
    pub(crate) world: World,
    pub(crate) place: Place,
}

impl Register {
    pub(crate) async fn start(on: On) -> Self {
        let place = on.place();
        let world = World::make(&place).await.unwrap();
        Self { world, place }
    }

    /// A new process, as far as memory goes.
    pub(crate) async fn restart(self) -> Self {
        Self { world: self.world.restart().await.unwrap(), place: self.place }
    }

    pub(crate) async fn stop(self) -> Place {
        self.world.running.stop().await;
        self.place
    }

    pub(crate) fn base(&self) -> String {
        format!("https://{}", self.world.running.api)
    }

    pub(crate) fn authority(&self) -> String {
        std::fs::read_to_string(self.place.dir().join("tls/authority.pem")).unwrap()
    }

    /// A caller with a certificate of its own, registered or not.
    pub(crate) fn client(&self, issued: &Issued) -> Client {
        Client::new(&self.base(), &issued.certificate, &issued.key, &self.authority()).unwrap()
    }

    /// Registers a new caller.
    pub(crate) fn register(&self, organisation: &str, grants: &[endmark::registry::Grant]) -> (Issued, Client) {
        let issued = stranger();
        let caller = endmark::cli::registered_caller(
            issued.certificate.as_bytes(),
            organisation.parse().unwrap(),
            organisation.to_owned(),
            grants,
        );
        let change = endmark::writer::RegistryChange::AddCaller(Box::new(caller.unwrap()));
        endmark::cli::operator_change(&self.world.settings, change).unwrap();
        let client = self.client(&issued);
        (issued, client)
    }

    /// A payload of the manufacturer under a reference, with statements as the register publishes them.
    pub(crate) fn payload(&self, reference: &str) -> Value {
        let mut payload: Value = serde_json::from_str(include_str!("../../src/demo/data/payload.json")).unwrap();
        let regimes = self.world.running.app.regimes();
        let sets = regimes.statement_sets();
        let set = sets.iter().find(|s| s.id() == "LT-2023-07-03" && s.language() == "en").unwrap();
        payload["statements"]["digest"] = json!(set.digest());
        payload["reference"] = json!(reference);
        payload
    }

    /// Seals as the manufacturer: number and JWS.
    pub(crate) fn seal(&self, payload: &Value) -> (String, String) {
        self.world.seal(endmark::demo::Seal::Maker, payload, None).unwrap()
    }

    /// Issues a good certificate; gives its number.
    pub(crate) async fn issue(&self, reference: &str) -> String {
        let (number, jws) = self.seal(&self.payload(reference));
        let answered = self.world.maker.submit(&jws).await.unwrap();
        assert_eq!(answered.status, 201, "{}", answered.body);
        number
    }

    pub(crate) async fn check(&self, consignment: &Value) -> Value {
        let answered = self.world.customs.post("/v1/customs/checks", consignment).await.unwrap();
        assert_eq!(answered.status, 200, "{}", answered.body);
        answered.body
    }

    /// Waits until the service has seen a caller that another process registered: at most about a second.
    pub(crate) async fn settled(&self, client: &Client) {
        let give_up = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while client.get("/v1/ping").await.unwrap().status != 204 {
            assert!(std::time::Instant::now() < give_up, "the caller is still unknown");
            tokio::task::yield_now().await;
        }
    }

    /// The newest checkpoint: size and root as its lines say.
    pub(crate) async fn checkpoint(&self) -> String {
        self.world.customs.get("/log/checkpoint").await.unwrap().body.as_str().unwrap().to_owned()
    }
}

/// The declaration of the demo, all items drawn on one certificate.
pub(crate) fn consignment(number: &str) -> Value {
    let mut consignment: Value = serde_json::from_str(include_str!("../../src/demo/data/consignment.json")).unwrap();
    for item in consignment["goodsItems"].as_array_mut().unwrap() {
        item["citations"][0]["certificate"] = json!(number);
    }
    consignment
}

/// A client certificate that nobody registered.
pub(crate) fn stranger() -> Issued {
    let from = endmark::demo::STARTS_AT - Duration::days(1);
    pki::client("stranger", Validity { from, until: from + Duration::days(3_650) }).unwrap()
}

/// The type of a problem without its prefix, and its status.
pub(crate) fn problem(answered: &Answered) -> String {
    let urn = answered.body["type"].as_str().unwrap_or("no problem").replace("urn:endmark:problem:", "");
    format!("{} {urn}", answered.status.as_u16())
}

/// The codes of a verdict's findings that are more than information.
pub(crate) fn effective(verdict: &Value) -> Vec<&str> {
    let more = verdict["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] != "information");
    more.map(|finding| finding["code"].as_str().unwrap()).collect()
}

/// The codes of a verdict's findings.
pub(crate) fn findings(verdict: &Value) -> Vec<&str> {
    verdict["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

/// Runs SQL on the register's database from outside the service.
pub(crate) fn sql(place: &Place, statement: &str) {
    use diesel::connection::SimpleConnection as _;
    with_database(place, |connection| match connection {
        Connection::Sqlite(c) => c.batch_execute(statement).unwrap(),
        Connection::Postgres(c) => c.each().batch_execute(statement).unwrap(),
    });
}

/// Looks into the register's database from outside the service.
pub(crate) fn with_database<T: Send>(place: &Place, look: impl FnOnce(&mut Connection) -> T + Send) -> T {
    let url = url(place).parse().unwrap();
    apart(|| Ok(look(&mut Connection::open(&url)?))).unwrap()
}

/// Holds the writer up, as another node does that has the head, until so many commands stand in line behind those that it
/// has taken. Returns once it is held up.
pub(crate) async fn hold_up(register: &Register, waiting: std::ops::Range<usize>) -> std::thread::JoinHandle<()> {
    let app = std::sync::Arc::clone(&register.world.running.app);
    let url = url(&register.place).parse().unwrap();
    let (held, locked) = tokio::sync::oneshot::channel();
    let holding = std::thread::spawn(move || {
        let mut connection = Connection::open(&url).unwrap();
        head::begin_and_lock(&mut connection).unwrap();
        held.send(()).unwrap();
        let since = std::time::Instant::now();
        // A writer that is held up for longer answers with an error.
        while !waiting.contains(&app.writer.waiting()) && since.elapsed() < std::time::Duration::from_secs(2) {
            std::thread::yield_now();
        }
        head::rollback(&mut connection).unwrap();
    });
    locked.await.unwrap();
    holding
}

/// Every entry of the log, parsed.
pub(crate) fn entries(place: &Place) -> Vec<Value> {
    let all = with_database(place, |connection| log::entries_from(connection, 0, 10_000).unwrap());
    all.iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
}

/// What `audit verify` finds wrong: entries, tiles, evidence, and every row that decides.
pub(crate) fn faults(place: &Place) -> Vec<String> {
    let settings = endmark::config::Settings::read(&place.dir().join("endmark.toml")).unwrap();
    let report = endmark::cli::verify_database(&settings, 1_000).unwrap();
    assert_eq!(report.more_faults, 0);
    report.faults.into_iter().map(|fault| format!("{}: {}", fault.what, fault.problem)).collect()
}

/// The log is whole, and what it tells is what the rows say.
pub(crate) fn ledger_and_log_agree(place: &Place) {
    let faults = faults(place);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The address of a place's database, wherever the test runs.
pub(crate) fn url(place: &Place) -> String {
    match place.database().strip_prefix("sqlite://") {
        Some(path) => format!("sqlite://{}", place.dir().join(path).display()),
        None => place.database().to_owned(),
    }
}

/// A good number that no certificate has.
pub(crate) fn nobodys_number() -> String {
    use endmark_core::{digest::Digest, number::CertificateNumber};
    CertificateNumber::of(&Digest::of(b"no certificate has this signing input")).to_string()
}

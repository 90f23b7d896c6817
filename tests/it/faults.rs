//! The writer on a bad day: poison commands, lost COMMIT replies, full lines.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use diesel::connection::SimpleConnection as _;
use endmark::store::head::{begin_and_lock, rollback};
use endmark::store::{Connection, apart};
use futures_util::future::join_all;

use crate::support::{On, Register, consignment, on_both_databases, problem, sql, url};

on_both_databases!(
    a_poison_command_in_a_batch_harms_no_neighbour
    a_database_that_goes_away_is_a_503_and_comes_back
);

async fn a_poison_command_in_a_batch_harms_no_neighbour(on: On) {
    let register = Register::start(on).await;
    // The database itself refuses one certificate: what no decision could foresee.
    let trigger = match on {
        On::Sqlite => {
            "CREATE TRIGGER poison BEFORE INSERT ON certificate WHEN NEW.reference = 'POISON'
             BEGIN SELECT RAISE(ABORT, 'poison'); END"
        }
        On::Postgres => {
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN IF NEW.reference = 'POISON' THEN RAISE EXCEPTION 'poison'; END IF; RETURN NEW; END $$;
             CREATE TRIGGER poison BEFORE INSERT ON certificate FOR EACH ROW EXECUTE FUNCTION poison()"
        }
    };
    sql(&register.place, trigger);
    let sealed: Vec<(String, String)> = (0..24)
        .map(|i| if i == 11 { "POISON".to_owned() } else { format!("F-1-{i}") })
        .map(|reference| {
            let (_, jws) = register.seal(&register.payload(&reference));
            (reference, jws)
        })
        .collect();
    let answers = futures_util::future::join_all(sealed.iter().map(|(_, jws)| register.world.maker.submit(jws))).await;
    for ((reference, _), answered) in sealed.iter().zip(answers) {
        let answered = answered.unwrap();
        if reference == "POISON" {
            assert_eq!(problem(&answered), "500 internal");
            assert!(!answered.body.to_string().contains("poison"), "a 500 keeps its cause to itself");
        } else {
            assert_eq!(answered.status, 201, "{reference}: {}", answered.body);
        }
    }
    register.stop().await;
}

async fn a_database_that_goes_away_is_a_503_and_comes_back(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("F-2").await;
    let (away, back) = match on {
        On::Sqlite => ("ALTER TABLE head RENAME TO gone", "ALTER TABLE gone RENAME TO head"),
        // Every connection of the service is cut; it must open new ones.
        On::Postgres => (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                 AND application_name = current_schema()",
            "SELECT 1",
        ),
    };
    sql(&register.place, away);
    let answered = register.world.customs.post("/v1/customs/checks", &consignment(&number)).await.unwrap();
    assert!([200, 500, 503].contains(&answered.status.as_u16()), "{}", answered.body);
    sql(&register.place, back);
    assert_eq!(register.check(&consignment(&number)).await["verdict"], "conforms");
    register.stop().await;
}

/// The statements behind the lock are refused after it was not had; that must not look like commands that fail.
#[actix_web::test]
async fn a_head_that_is_locked_for_too_long_is_a_503_for_everyone() {
    let register = Register::start(On::Postgres).await;
    let number = register.issue("F-3").await;
    let url = url(&register.place);
    let held = apart(|| {
        let mut connection = Connection::open(&url.parse()?)?;
        if let Connection::Postgres(c) = &mut connection {
            // Longer than the service would hold it: a node that hangs and cannot be told so.
            c.each().batch_execute("SET idle_in_transaction_session_timeout = 0")?;
        }
        begin_and_lock(&mut connection)?;
        Ok(connection)
    });
    let mut held = held.unwrap();
    let asked = consignment(&number);
    let answers = join_all((0..8).map(|_| register.world.customs.post("/v1/customs/checks", &asked))).await;
    let answers: Vec<String> = answers.into_iter().map(|answered| problem(&answered.unwrap())).collect();
    assert!(answers.iter().any(|answer| answer == "503 unavailable"), "{answers:?}");
    // Those that waited behind it were not even tried.
    assert!(answers.iter().all(|answer| ["503 unavailable", "503 busy"].contains(&answer.as_str())), "{answers:?}");
    apart(move || rollback(&mut held)).unwrap();
    assert_eq!(register.check(&asked).await["verdict"], "conforms");
    register.stop().await;
}

/// Who waits for a reading that cannot begin is told so, every time, and nobody waits behind somebody who was.
#[actix_web::test]
async fn questions_that_need_a_database_that_is_gone_are_a_503_each() {
    let (register, cutter) = register_behind_a_cutter().await;
    let mut numbers = Vec::new();
    for index in 0..6 {
        numbers.push(register.issue(&format!("F-4-{index}")).await);
    }
    cutter.down.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        let asked: Vec<_> = numbers.iter().map(|number| consignment(number)).collect();
        let asking = asked.iter().map(|asked| register.world.customs.post("/v1/customs/checks", asked));
        for answered in join_all(asking).await {
            assert_eq!(problem(&answered.unwrap()), "503 unavailable");
        }
    }
    cutter.down.store(false, Ordering::SeqCst);
    for number in &numbers {
        assert_eq!(register.check(&consignment(number)).await["verdict"], "conforms");
    }
    register.stop().await;
}

/// A proxy before PostgreSQL that, once armed, lets one COMMIT through and cuts the line before its reply; and that may
/// be down.
pub(crate) struct CommitCutter {
    port: u16,
    pub(crate) armed: Arc<AtomicBool>,
    pub(crate) cut: Arc<AtomicUsize>,
    down: Arc<AtomicBool>,
}

impl CommitCutter {
    fn before(database: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (armed, cut) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (target, arm, cuts) = (database.to_owned(), Arc::clone(&armed), Arc::clone(&cut));
        let down = Arc::new(AtomicBool::new(false));
        let is_down = Arc::clone(&down);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(&target)) else { return };
                if is_down.load(Ordering::SeqCst) {
                    continue;
                }
                let (from_client, to_client) = (client.try_clone().unwrap(), client);
                let (from_server, to_server) = (server.try_clone().unwrap(), server);
                let cutting = Arc::new(AtomicBool::new(false));
                let (arm, cuts, sees) = (Arc::clone(&arm), Arc::clone(&cuts), Arc::clone(&cutting));
                let goes_down = Arc::clone(&is_down);
                std::thread::spawn(move || {
                    pump(from_client, to_server, |bytes| {
                        // The simple query message of the writer's commit.
                        if bytes.windows(7).any(|w| w == b"COMMIT\0") && arm.swap(false, Ordering::SeqCst) {
                            cuts.fetch_add(1, Ordering::SeqCst);
                            sees.store(true, Ordering::SeqCst);
                        }
                        !goes_down.load(Ordering::SeqCst)
                    });
                });
                // The reply to COMMIT is read, so it has happened, and thrown away.
                std::thread::spawn(move || pump(from_server, to_client, |_| !cutting.load(Ordering::SeqCst)));
            }
        });
        Self { port, armed, cut, down }
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, mut may_pass: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if !may_pass(&buffer[..read]) || to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(std::net::Shutdown::Both);
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// A register on PostgreSQL whose line to the database runs through a cutter.
pub(crate) async fn register_behind_a_cutter() -> (Register, CommitCutter) {
    let direct = On::Postgres.url().unwrap();
    let address = direct.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
    let cutter = CommitCutter::before(&address);
    let through = direct.replace(&address, &format!("127.0.0.1:{}", cutter.port));
    let place = endmark::demo::Place::new(None, Some(&through)).unwrap();
    let world = endmark::demo::World::make(&place).await.unwrap();
    (Register { world, place }, cutter)
}

#[actix_web::test]
async fn a_lost_commit_reply_is_settled_by_looking_it_up() {
    let (register, cutter) = register_behind_a_cutter().await;
    let (number, jws) = register.seal(&register.payload("F-3"));
    cutter.armed.store(true, Ordering::SeqCst);
    let answered = register.world.maker.submit(&jws).await.unwrap();
    assert_eq!(cutter.cut.load(Ordering::SeqCst), 1, "the reply was cut");
    // It took effect, and the writer found that out: acknowledged, once, and never run again.
    assert_eq!(answered.status, 201, "{}", answered.body);
    let again = register.world.maker.submit(&jws).await.unwrap();
    assert_eq!((again.status.as_u16(), &again.body["entry"]), (200, &answered.body["entry"]));
    assert_eq!(register.check(&consignment(&number)).await["verdict"], "conforms");
    register.stop().await;
}

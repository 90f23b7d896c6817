//! A batch that fails or dies at any of its writes leaves a log that starts, whole.

use endmark::store::Connection;
use futures_util::future::join_all;
use serde_json::json;

use crate::ledger::{mrn, put, release, trucks};
use crate::process::Process;
use crate::support::{
    On, Register, consignment, entries, hold_up, ledger_and_log_agree, on_both_databases, sql, with_database,
};
use crate::tables::{edit, number, text};

/// Every table a batch writes, and how.
const WRITES: [(&str, &str); 11] = [
    ("entry", "INSERT"),
    ("evidence", "INSERT"),
    ("certificate", "INSERT"),
    ("certificate", "UPDATE"),
    ("certificate_line", "INSERT"),
    ("certificate_line", "UPDATE"),
    ("declaration", "INSERT"),
    ("claim", "INSERT"),
    ("presentation", "INSERT"),
    ("tile", "UPDATE"),
    ("head", "UPDATE"),
];

on_both_databases!(
    a_write_that_fails_leaves_nothing_of_its_batch_and_the_log_goes_on
    an_entry_that_cannot_be_written_harms_no_neighbour_in_a_large_batch
);

async fn a_write_that_fails_leaves_nothing_of_its_batch_and_the_log_goes_on(on: On) {
    let mut register = Register::start(on).await;
    for (round, (table, operation)) in (0..).zip(WRITES) {
        let number = register.issue(&format!("C-{round}")).await;
        let (fail, mend) = match on {
            On::Sqlite => (
                format!("CREATE TRIGGER fault BEFORE {operation} ON {table} BEGIN SELECT RAISE(ABORT, 'fault'); END"),
                "DROP TRIGGER fault".to_owned(),
            ),
            On::Postgres => (
                format!(
                    "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
                         $$ BEGIN RAISE EXCEPTION 'fault'; END $$;
                     CREATE TRIGGER fault BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION fault()"
                ),
                format!("DROP TRIGGER fault ON {table}; DROP FUNCTION fault()"),
            ),
        };
        sql(&register.place, &fail);
        everything(&register, &number, round).await;
        sql(&register.place, &mend);
        // The same process goes on, and so does a new one.
        assert_eq!(register.check(&consignment(&number)).await["verdict"], "conforms", "{operation} {table}");
        if round % 4 == 3 {
            register = register.restart().await;
        }
    }
    ledger_and_log_agree(&register.stop().await);
}

/// Entries of a large batch are written while the rest of it is decided: one that fails must take back all of them.
async fn an_entry_that_cannot_be_written_harms_no_neighbour_in_a_large_batch(on: On) {
    const ALL: usize = 100;
    let register = Register::start(on).await;
    let number = register.issue("C-L").await;
    let poison = mrn(41);
    sql(
        &register.place,
        &match on {
            On::Sqlite => format!(
                "CREATE TRIGGER fault BEFORE INSERT ON entry WHEN NEW.mrn = '{poison}'
                 BEGIN SELECT RAISE(ABORT, 'fault'); END"
            ),
            On::Postgres => format!(
                "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fault'; END $$;
                 CREATE TRIGGER fault BEFORE INSERT ON entry FOR EACH ROW WHEN (NEW.mrn = '{poison}')
                     EXECUTE FUNCTION fault()"
            ),
        },
    );
    let before = entries(&register.place).len();
    let asked = (0_u32..).take(ALL).map(|name| {
        let mut asked = consignment(&number);
        asked["reference"] = json!({ "type": "MRN", "value": mrn(name) });
        asked
    });
    let asked: Vec<_> = asked.collect();
    let holding = hold_up(&register, ALL / 2..ALL).await;
    let customs = &register.world.customs;
    let answers = join_all(asked.iter().map(|asked| customs.post("/v1/customs/checks", asked))).await;
    holding.join().unwrap();
    let failed: Vec<usize> = (0..)
        .zip(&answers)
        .filter_map(|(name, answered)| (answered.as_ref().unwrap().status != 200).then_some(name))
        .collect();
    assert_eq!(failed, [41]);
    assert_eq!(entries(&register.place).len() - before, ALL - 1);
    ledger_and_log_agree(&register.stop().await);
}

/// One of each command that writes; whatever becomes of it.
async fn everything(register: &Register, number: &str, round: u32) {
    let (_, jws) = register.seal(&register.payload(&format!("C-{round}-new")));
    let _ = register.world.maker.submit(&jws).await.unwrap();
    let declaration = mrn(100 + round);
    let _ = put(register, &declaration, &trucks(number, "1")).await;
    let border = trucks(number, "1").to_string().into_bytes();
    let path = format!("/v1/customs/declarations/{declaration}/presentations/t");
    let _ = register.world.customs.send(reqwest::Method::PUT, &path, Some(("application/json", border))).await.unwrap();
    let _ = release(register, &declaration).await;
    let (spare, jws) = register.seal(&register.payload(&format!("C-{round}-spare")));
    let _ = register.world.maker.submit(&jws).await.unwrap();
    let reason = json!({ "reason": "stolen" });
    let _ = register.world.maker.post(&format!("/v1/certificates/{spare}/revocation"), &reason).await.unwrap();
}

/// `kill -9` while the batch stands in the middle of one of its writes. Only `PostgreSQL` lets a statement wait for a
/// test; `SQLite` runs inside the process, and `crash.rs` kills that under load.
#[actix_web::test]
async fn kill_9_in_each_write_of_a_batch_leaves_a_log_that_starts() {
    let register = Register::start(On::Postgres).await;
    let number_of = register.issue("C-K").await;
    let sealed: Vec<String> = (0..8).map(|i| register.seal(&register.payload(&format!("C-K-{i}"))).1).collect();
    let place = register.stop().await;
    let mut process = Process::start(&place);
    let writes = ["entry", "evidence", "certificate", "sealed_certificate", "declaration", "claim", "tile", "head"];
    for ((round, table), jws) in (0..).zip(writes).zip(&sealed) {
        let (maker, customs) = (process.client(&place, "maker"), process.client(&place, "customs"));
        let (asked, held) = (consignment(&number_of), trucks(&number_of, "1"));
        let (jws, declaration) = (jws.clone(), mrn(300 + round));
        let callers = move || {
            let held = Some(("application/json", held.to_string().into_bytes()));
            let path = format!("/v1/customs/declarations/{declaration}");
            actix_web::rt::System::new().block_on(async {
                let put = customs.send(reqwest::Method::PUT, &path, held);
                let check = customs.post("/v1/customs/checks", &asked);
                let _ = futures_util::future::join3(maker.submit(&jws), check, put).await;
            });
        };
        with_database(&place, |connection| kill_in(connection, table, round, process, callers));
        process = Process::start(&place);
        ledger_and_log_agree(&place);
    }
    process.kill();
    ledger_and_log_agree(&place);
}

/// Lets callers ask, waits until the service waits in a write of a table, kills it there.
fn kill_in(
    connection: &mut Connection,
    table: &str,
    round: u32,
    process: Process,
    callers: impl FnOnce() + Send + 'static,
) {
    let lock = u64::from(std::process::id()) * 100 + u64::from(round);
    let operation = if ["tile", "head"].contains(&table) { "UPDATE" } else { "INSERT" };
    let schema = text(connection, "SELECT current_schema()::text AS value");
    edit(
        connection,
        &format!(
            "SELECT pg_advisory_lock({lock});
             CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN PERFORM pg_advisory_xact_lock({lock}); RETURN NEW; END $$;
             CREATE TRIGGER wait_here BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION wait_here()"
        ),
    );
    let asking = std::thread::spawn(callers);
    let waiting = format!(
        "SELECT count(*) AS value FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         WHERE l.locktype = 'advisory' AND NOT l.granted AND a.application_name = '{schema}'"
    );
    while number(connection, &waiting) == 0 {
        assert!(!asking.is_finished(), "nothing wrote to {table}");
        std::thread::yield_now();
    }
    process.kill();
    edit(
        connection,
        &format!("SELECT pg_advisory_unlock({lock}); DROP TRIGGER wait_here ON {table}; DROP FUNCTION wait_here()"),
    );
    asking.join().unwrap();
}

//! Rows edited in SQL: never *conforms* (invariants 4 and 6).

use endmark::cli::operator_change;
use endmark::registry::Grant;
use endmark::writer::RegistryChange;
use futures_util::future::join_all;
use serde_json::Value;

use crate::support::{
    On, Register, consignment, effective, faults, ledger_and_log_agree, on_both_databases, problem, sql, with_database,
};
use crate::tables::text;

on_both_databases!(
    a_revoked_certificate_set_valid_in_sql_cannot_be_checked
    sealed_bytes_edited_in_sql_cannot_be_checked
    sealed_bytes_that_are_gone_cannot_be_checked
    sealed_bytes_edited_or_swapped_are_not_shown
    a_short_form_edited_in_sql_is_not_believed
    a_moment_beyond_all_time_cannot_be_checked_and_harms_no_neighbour
    a_manufacturers_scope_edited_in_sql_cannot_be_checked
    an_anchor_edited_in_sql_cannot_be_checked
    a_revoked_certificate_put_back_as_it_was_cannot_be_checked
    a_grant_added_in_sql_gives_nothing
    the_newest_revocation_list_deleted_in_sql_cannot_be_checked
    a_manufacturer_deleted_in_sql_cannot_be_checked
    a_suspended_manufacturer_put_back_as_it_was_cannot_be_checked_and_the_operator_cannot_cover_it_up
    a_revoked_caller_put_back_as_it_was_is_not_let_in
    a_head_put_back_with_its_registry_stops_the_start
    a_register_of_an_older_version_is_taken_as_it_stands
);

async fn verdict_after(on: On, reference: &str, statement: &str) -> (Register, Value) {
    let register = Register::start(on).await;
    let number = register.issue(reference).await;
    assert_eq!(register.check(&consignment(&number)).await["verdict"], "conforms");
    sql(&register.place, statement);
    // A new process: nothing is remembered from before.
    let register = register.restart().await;
    let verdict = register.check(&consignment(&number)).await;
    (register, verdict)
}

async fn a_revoked_certificate_set_valid_in_sql_cannot_be_checked(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("T-1").await;
    let reason = serde_json::json!({ "reason": "stolen" });
    register.world.maker.post(&format!("/v1/certificates/{number}/revocation"), &reason).await.unwrap();
    sql(&register.place, "UPDATE certificate SET status = 'valid', status_reason = ''");
    let verdict = register.check(&consignment(&number)).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked", "{verdict:#}");
    assert!(effective(&verdict).iter().all(|code| *code == "certificateCorrupt"), "{verdict:#}");
    register.stop().await;
}

async fn a_revoked_certificate_put_back_as_it_was_cannot_be_checked(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("T-10").await;
    sql(
        &register.place,
        "CREATE TABLE before AS SELECT number, status, status_reason, status_micros, status_leaf, hmac FROM certificate",
    );
    let reason = serde_json::json!({ "reason": "stolen" });
    register.world.maker.post(&format!("/v1/certificates/{number}/revocation"), &reason).await.unwrap();
    assert_eq!(register.check(&consignment(&number)).await["verdict"], "doesNotConform");
    let back = ["status", "status_reason", "status_micros", "status_leaf", "hmac"]
        .map(|name| format!("{name} = (SELECT {name} FROM before WHERE before.number = certificate.number)"));
    sql(&register.place, &format!("UPDATE certificate SET {}", back.join(", ")));
    let verdict = register.check(&consignment(&number)).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked", "{verdict:#}");
    assert!(effective(&verdict).iter().all(|code| *code == "certificateCorrupt"), "{verdict:#}");
    register.stop().await;
}

async fn sealed_bytes_edited_in_sql_cannot_be_checked(on: On) {
    let bytes = match on {
        On::Sqlite => "UPDATE sealed_certificate SET jws = CAST(replace(CAST(jws AS TEXT), '.', '.A') AS BLOB)",
        On::Postgres => "UPDATE sealed_certificate SET jws = set_byte(jws, length(jws) - 200, get_byte(jws, 7))",
    };
    let (register, verdict) = Box::pin(verdict_after(on, "T-2", bytes)).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked", "{verdict:#}");
    register.stop().await;
}

async fn sealed_bytes_that_are_gone_cannot_be_checked(on: On) {
    let (register, verdict) = Box::pin(verdict_after(on, "T-9", "DELETE FROM sealed_certificate")).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked", "{verdict:#}");
    let list = register.world.maker.get("/v1/certificates").await.unwrap();
    assert_eq!(list.status, 500, "{}", list.body);
    register.stop().await;
}

async fn sealed_bytes_edited_or_swapped_are_not_shown(on: On) {
    let register = Register::start(on).await;
    let (number, other) = (register.issue("T-10").await, register.issue("T-11").await);
    let path = |number: &str| format!("/v1/certificates/{number}");
    let shown = async |number: &str| register.world.maker.get(&path(number)).await.unwrap().status.as_u16();
    assert_eq!((shown(&number).await, shown(&other).await), (200, 200));
    sql(&register.place, "CREATE TABLE kept AS SELECT leaf, jws FROM sealed_certificate");
    sql(
        &register.place,
        "UPDATE sealed_certificate SET jws = (SELECT k.jws FROM kept k WHERE k.leaf <> sealed_certificate.leaf)",
    );
    assert_eq!((shown(&number).await, shown(&other).await), (500, 500), "each has the other's");
    sql(
        &register.place,
        "UPDATE sealed_certificate SET jws = (SELECT k.jws FROM kept k WHERE k.leaf = sealed_certificate.leaf)",
    );
    assert_eq!((shown(&number).await, shown(&other).await), (200, 200));
    sql(&register.place, "DELETE FROM sealed_certificate");
    assert_eq!(shown(&number).await, 500, "it was accepted, so it is not unknown");
    register.stop().await;
}

async fn a_short_form_edited_in_sql_is_not_believed(on: On) {
    let register = Register::start(on).await;
    let all = match on {
        On::Sqlite => {
            "SELECT coalesce(group_concat(leaf || hex(body)), '') AS value FROM (SELECT * FROM short_form ORDER BY leaf)"
        }
        On::Postgres => {
            "SELECT coalesce(string_agg(leaf || encode(body, 'hex'), ',' ORDER BY leaf), '') AS value FROM short_form"
        }
    };
    let kept = || with_database(&register.place, |connection| text(connection, all));
    for (run, edit) in [
        "UPDATE short_form SET body = (SELECT body FROM short_form ORDER BY leaf DESC LIMIT 1)",
        "UPDATE short_form SET body = substr(body, 2)",
        "UPDATE short_form SET body = substr(body, 1, 0)",
        "DELETE FROM short_form",
    ]
    .into_iter()
    .enumerate()
    {
        sql(&register.place, "DELETE FROM short_form");
        // Two that nobody has asked about yet: what was read from its bytes stays in memory.
        let number = register.issue(&format!("T-20-{run}")).await;
        let mut payload = register.payload(&format!("T-21-{run}"));
        payload["consignee"]["identifiers"][0]["value"] = "KZ-999999999999".into();
        let (other, jws) = register.seal(&payload);
        assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
        let right = kept();
        sql(&register.place, edit);
        assert_ne!(kept(), right, "{edit}");
        assert_eq!(register.check(&consignment(&number)).await["verdict"], "conforms", "{edit}");
        assert_eq!(effective(&register.check(&consignment(&other)).await), ["partyMismatch"], "{edit}");
        // The sealed bytes were looked at, and what they say was written down again.
        assert_eq!(kept(), right, "{edit}");
    }
    register.stop().await;
}

async fn a_moment_beyond_all_time_cannot_be_checked_and_harms_no_neighbour(on: On) {
    let register = Register::start(on).await;
    let (bad, good) = (register.issue("T-12").await, register.issue("T-13").await);
    let late = format!("UPDATE certificate SET accepted_micros = {} WHERE number = '{bad}'", i64::MAX);
    sql(&register.place, &late);
    // A new process: nothing is remembered from before, and those who ask at once share a reading.
    let register = register.restart().await;
    let (of_bad, of_good) = (consignment(&bad), consignment(&good));
    let asked = (0..8).flat_map(|_| [register.check(&of_bad), register.check(&of_good)]);
    for (verdict, wanted) in join_all(asked).await.iter().zip(["cannotBeChecked", "conforms"].into_iter().cycle()) {
        assert_eq!(verdict["verdict"], wanted, "{verdict:#}");
    }
    register.stop().await;
}

async fn a_manufacturers_scope_edited_in_sql_cannot_be_checked(on: On) {
    let (register, verdict) =
        Box::pin(verdict_after(on, "T-3", "UPDATE manufacturer SET scope = '[\"84\",\"85\"]'")).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked", "{verdict:#}");
    register.stop().await;
}

async fn an_anchor_edited_in_sql_cannot_be_checked(on: On) {
    let (register, verdict) =
        Box::pin(verdict_after(on, "T-4", "UPDATE anchor SET name = 'Another', distrusted_micros = 1")).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked", "{verdict:#}");
    register.stop().await;
}

async fn a_grant_added_in_sql_gives_nothing(on: On) {
    let register = Register::start(on).await;
    sql(&register.place, "UPDATE client SET grants = 'customs:read manufacturer' WHERE organisation = 'muster'");
    let register = register.restart().await;
    let answered = register.world.maker.post("/v1/customs/checks", &consignment("x")).await.unwrap();
    assert_eq!(problem(&answered), "403 caller-unknown", "{}", answered.body);
    register.stop().await;
}

async fn the_newest_revocation_list_deleted_in_sql_cannot_be_checked(on: On) {
    let deleted = "DELETE FROM crl WHERE leaf = (SELECT leaf FROM (SELECT max(leaf) AS leaf FROM crl) AS newest)";
    let (register, verdict) = Box::pin(verdict_after(on, "T-5", deleted)).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked", "{verdict:#}");
    register.stop().await;
}

async fn a_manufacturer_deleted_in_sql_cannot_be_checked(on: On) {
    let (register, verdict) = Box::pin(verdict_after(on, "T-6", "DELETE FROM manufacturer")).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked", "{verdict:#}");
    register.stop().await;
}

/// The operator suspends or resumes the maker.
fn set_active(register: &Register, active: bool) -> Result<(), String> {
    let change = RegistryChange::SetActive { organisation: "muster".parse().unwrap(), active };
    operator_change(&register.world.settings, change).map(drop).map_err(|error| error.to_string())
}

async fn a_suspended_manufacturer_put_back_as_it_was_cannot_be_checked_and_the_operator_cannot_cover_it_up(on: On) {
    let register = Register::start(on).await;
    let asked = consignment(&register.issue("T-7").await);
    sql(&register.place, "CREATE TABLE before AS SELECT * FROM manufacturer");
    set_active(&register, false).unwrap();
    sql(&register.place, "CREATE TABLE aside AS SELECT * FROM manufacturer");
    sql(&register.place, "DELETE FROM manufacturer; INSERT INTO manufacturer SELECT * FROM before");
    // Every row has the HMAC that the service once gave it.
    let found = faults(&register.place).join("\n");
    assert!(found.contains("(manufacturerChanged)") && found.contains("head: its digests"), "{found}");
    let register = register.restart().await;
    assert_eq!(register.check(&asked).await["verdict"], "cannotBeChecked");
    let refused = set_active(&register, true).unwrap_err();
    assert!(refused.contains("changed outside the service") && refused.contains("audit verify"), "{refused}");
    let register = register.restart().await;
    assert_eq!(register.check(&asked).await["verdict"], "cannotBeChecked", "nothing was covered up");
    // The row as it should be: all is well again, and it is suspended.
    sql(&register.place, "DELETE FROM manufacturer; INSERT INTO manufacturer SELECT * FROM aside");
    let register = register.restart().await;
    assert_eq!(register.check(&asked).await["verdict"], "doesNotConform");
    set_active(&register, true).unwrap();
    let register = register.restart().await;
    assert_eq!(register.check(&asked).await["verdict"], "conforms");
    ledger_and_log_agree(&register.stop().await);
}

async fn a_revoked_caller_put_back_as_it_was_is_not_let_in(on: On) {
    let register = Register::start(on).await;
    let (issued, client) = register.register("lt-customs", &[Grant::CustomsRead]);
    register.settled(&client).await;
    sql(&register.place, "CREATE TABLE before AS SELECT * FROM client");
    let fingerprint = endmark::cli::registered_caller(
        issued.certificate.as_bytes(),
        "lt-customs".parse().unwrap(),
        "lt-customs".to_owned(),
        &[Grant::CustomsRead],
    )
    .unwrap()
    .fingerprint;
    operator_change(&register.world.settings, RegistryChange::RevokeCaller(fingerprint)).unwrap();
    sql(&register.place, "DELETE FROM client; INSERT INTO client SELECT * FROM before");
    let register = register.restart().await;
    let client = register.client(&issued);
    let answered = client.post("/v1/customs/checks", &consignment("x")).await.unwrap();
    assert_eq!(problem(&answered), "403 caller-unknown", "{}", answered.body);
    register.stop().await;
}

async fn a_head_put_back_with_its_registry_stops_the_start(on: On) {
    let register = Register::start(on).await;
    sql(
        &register.place,
        "CREATE TABLE before AS SELECT * FROM manufacturer; CREATE TABLE head_before AS SELECT * FROM head",
    );
    set_active(&register, false).unwrap();
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    let back =
        ["callers", "registry", "hmac", "epoch"].map(|name| format!("{name} = (SELECT {name} FROM head_before)"));
    sql(&place, "DELETE FROM manufacturer; INSERT INTO manufacturer SELECT * FROM before");
    sql(&place, &format!("UPDATE head SET {}", back.join(", ")));
    let refused = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("its HMAC is not right"), "{refused}");
    // Nor is a head without its HMAC taken for one of an older version.
    let nothing = match on {
        On::Sqlite => "x''",
        On::Postgres => "''",
    };
    sql(&place, &format!("UPDATE head SET callers = {nothing}, registry = {nothing}, hmac = {nothing}"));
    let refused = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("its HMAC is not right"), "{refused}");
}

async fn a_register_of_an_older_version_is_taken_as_it_stands(on: On) {
    let register = Register::start(on).await;
    register.issue("T-9").await;
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    let dropped = ["callers", "registry", "hmac"].map(|name| format!("ALTER TABLE head DROP COLUMN {name};"));
    let forgotten = "DELETE FROM __diesel_schema_migrations WHERE version = '20261125000007'";
    sql(&place, &format!("DROP INDEX entry_of_status; {} {forgotten}", dropped.concat()));
    let running = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap();
    assert!(running.app.registry().is_whole(), "{:?}", running.app.registry().faults());
    running.stop().await;
    ledger_and_log_agree(&place);
}

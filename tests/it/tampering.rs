//! Rows edited in SQL: never *conforms* (invariants 4 and 6).

use serde_json::Value;

use crate::support::{On, Register, consignment, effective, on_both_databases, problem, sql};

on_both_databases!(
    a_revoked_certificate_set_valid_in_sql_cannot_be_checked
    sealed_bytes_edited_in_sql_cannot_be_checked
    a_manufacturers_scope_edited_in_sql_cannot_be_checked
    an_anchor_edited_in_sql_cannot_be_checked
    a_grant_added_in_sql_gives_nothing
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

async fn sealed_bytes_edited_in_sql_cannot_be_checked(on: On) {
    let bytes = match on {
        On::Sqlite => "UPDATE certificate SET jws = CAST(replace(CAST(jws AS TEXT), '.', '.A') AS BLOB)",
        On::Postgres => "UPDATE certificate SET jws = set_byte(jws, length(jws) - 200, get_byte(jws, 7))",
    };
    let (register, verdict) = Box::pin(verdict_after(on, "T-2", bytes)).await;
    assert_eq!(verdict["verdict"], "cannotBeChecked", "{verdict:#}");
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

//! PostgreSQL's own tool on PostgreSQL's own terms: one write-off with its log row, without TLS, HTTP, rules or proofs.

use std::path::PathBuf;
use std::process::Command;

use endmark::cli::Failed;
use endmark::store::{Connection, apart};
use serde_json::Value;

use crate::commit::execute;
use crate::plan::{FULL_LOAD, Plan};
use crate::report::{Expected, Measured, Report};

const LINES: u32 = 100_000;
/// The row of a transaction a write-off.
pub(crate) const TRANSACTION: &str = "pgbench transaction";
const IN_A_TRANSACTION: &str = "\\set line random(1, 100000)
BEGIN;
SELECT granted - consumed FROM bench_line WHERE id = :line FOR UPDATE;
UPDATE bench_line SET consumed = consumed + 1 WHERE id = :line;
INSERT INTO bench_entry (line) VALUES (:line);
COMMIT;
";
const IN_A_STATEMENT: &str = "\\set line random(1, 100000)
WITH taken AS (UPDATE bench_line SET consumed = consumed + 1 WHERE id = :line AND consumed < granted RETURNING id)
INSERT INTO bench_entry (line) SELECT id FROM taken;
";

/// Both ways, with as many clients as the service has connections.
pub(crate) fn measure(database: &str, plan: &Plan, report: &mut Report) -> Result<(), Failed> {
    let Some(program) = program() else { return Ok(()) };
    let run = |statements: String| apart(|| execute(&mut Connection::open(&database.parse()?)?, &statements));
    run(format!(
        "CREATE TABLE bench_line (id BIGINT PRIMARY KEY, granted BIGINT NOT NULL, consumed BIGINT NOT NULL);
         CREATE TABLE bench_entry (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, line BIGINT NOT NULL);
         INSERT INTO bench_line SELECT id, 1000000000, 0 FROM generate_series(1, {LINES}) AS id"
    ))?;
    let folder = std::env::temp_dir().join(format!("endmark-pgbench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    for (name, script) in [(TRANSACTION, IN_A_TRANSACTION), ("pgbench statement", IN_A_STATEMENT)] {
        let file = folder.join("script.sql");
        std::fs::write(&file, script)?;
        let (clients, seconds) = (FULL_LOAD.to_string(), plan.measured.as_secs().max(1).to_string());
        let output = Command::new(&program)
            .args(["-n", "-M", "prepared", "-j", "2", "-c", &clients, "-T", &seconds, "-f"])
            .arg(&file)
            .arg(database)
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let measured = read(&said)
            .ok_or_else(|| format!("{}: {}{}", program.display(), said, String::from_utf8_lossy(&output.stderr)))?;
        report.add(name, FULL_LOAD, measured, Expected::Anything)?;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(run("DROP TABLE bench_line; DROP TABLE bench_entry".to_owned())?)
}

/// Its rate, and its mean in place of a median.
fn read(said: &str) -> Option<Measured> {
    let number = |name: &str| -> Option<f64> {
        let rest = said.lines().find_map(|line| line.strip_prefix(name))?;
        rest.split_whitespace().next()?.parse::<Value>().ok()?.as_f64()
    };
    Some(Measured { per_second: number("tps = ")?, p50_millis: number("latency average = "), ..Measured::default() })
}

/// It comes with the server; nothing is measured where it is missing.
fn program() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut found: Vec<PathBuf> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin/pgbench")))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join("pgbench")).find(|path| path.exists())
    })
}

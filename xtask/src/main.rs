//! What a developer runs: `cargo xtask test`, `cargo xtask ci`, `cargo xtask bench`, `cargo xtask soak`.

mod bench;
mod browser;
mod checks;
mod postgres;
mod tools;

use std::io::Write as _;
use std::process::{Command, ExitCode};

use postgres::Cluster;

const USAGE: &str = "usage: cargo xtask COMMAND

  test [FILTER]  every test, on SQLite and on a PostgreSQL of its own
  screenshots    pictures of the officers' pages, into docs/screenshots
  ci             what .ci/run runs: format, clippy, docs, licences, tests, demo, bench
  bench          measures the service in release: docs/PERFORMANCE.md
                 [--quick] [--database sqlite|postgres|both] [--json] [--certificates N] [--growth]
                 [--scenario NAME] [--connections N] [--seconds N] [--log]
  soak           a mixed load with faults, then answers, ledger and log compared
                 [--minutes N] [--database sqlite|postgres|both] [--json]
";

/// What went wrong, for a person.
type Failed = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.first().map(String::as_str) {
        Some("test") => test(arguments.get(1).map(String::as_str)),
        Some("screenshots") => browser::screenshots(),
        Some("bench") => bench::run(arguments.get(1..).unwrap_or_default()),
        Some("soak") => bench::soak(arguments.get(1..).unwrap_or_default()),
        Some("ci") => checks::all().and_then(|()| test(None)).and_then(|()| checks::demo_and_bench()),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command and fails when it does.
fn run(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), Failed> {
    let status = Command::new(program).args(arguments).envs(environment.iter().copied()).status()?;
    if status.success() { Ok(()) } else { Err(format!("{program} {} ended with {status}", arguments.join(" ")).into()) }
}

/// Every test of the workspace, then the mutated seeds of the fuzz targets.
fn test(filter: Option<&str>) -> Result<(), Failed> {
    let cluster = Cluster::start()?;
    tools::poppler()?;
    tools::go();
    let python = tools::python();
    // Before the build: it takes the reader of codes into the program.
    let chromium = browser::ready();
    let mut environment = vec![("ENDMARK_TEST_POSTGRES", cluster.url())];
    environment.extend(python.as_deref().map(|python| ("ENDMARK_TEST_PYTHON", python)));
    let filter: Vec<&str> = filter.into_iter().collect();
    run("cargo", &[&["test", "--workspace", "--locked"], filter.as_slice()].concat(), &environment)?;
    if filter.is_empty() {
        if let Some(chromium) = &chromium {
            run("npm", &["--prefix", "officer", "run", "--silent", "test"], &[])?;
            // By itself: a browser needs the processors that the other tests would take from it. Without `--test`, which
            // would build everything once more with fewer features.
            environment.push(("ENDMARK_TEST_CHROMIUM", chromium));
            run("cargo", &["test", "--workspace", "--locked", "chromium"], &environment)?;
        }
        run("cargo", &["test", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target/fuzz"], &[])?;
    }
    Ok(())
}

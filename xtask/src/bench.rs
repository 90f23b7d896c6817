//! `cargo xtask bench`: builds the service and the driver in release, and gives them databases.

use crate::Failed;
use crate::postgres::Cluster;

/// Measures on the databases asked for; the driver reads all other arguments itself.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failed> {
    let (database, others) = split(arguments)?;
    let cluster = if database == "sqlite" { None } else { Some(Cluster::start()?) };
    let sqlite = (database != "postgres").then_some("sqlite");
    let databases = sqlite.into_iter().chain(cluster.as_ref().map(Cluster::url));
    // The service alone first: built together with the driver, it would get the driver's features too.
    crate::run("cargo", &["build", "--release", "--locked", "--package", "endmark"], &[])?;
    let mut command = vec!["run", "--release", "--locked", "--package", "endmark-bench", "--"];
    command.extend(databases);
    command.extend(others);
    crate::run("cargo", &command, &[])
}

/// Soaks for some minutes on the databases asked for.
pub(crate) fn soak(arguments: &[String]) -> Result<(), Failed> {
    let mut passed: Vec<String> = Vec::new();
    let mut minutes = "5".to_owned();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--minutes") {
            Some("") => minutes = arguments.next().cloned().unwrap_or_default(),
            Some(value) => value.trim_start_matches('=').clone_into(&mut minutes),
            None => passed.push(argument.clone()),
        }
    }
    passed.extend(["--soak".to_owned(), minutes]);
    run(&passed)
}

/// Takes `--database` out of the arguments.
fn split(arguments: &[String]) -> Result<(&str, Vec<&str>), Failed> {
    let (mut database, mut others) = ("both", Vec::new());
    let mut arguments = arguments.iter().map(String::as_str);
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--database") {
            Some("") => database = arguments.next().unwrap_or_default(),
            Some(value) if value.starts_with('=') => database = value.trim_start_matches('='),
            _ => others.push(argument),
        }
    }
    if matches!(database, "sqlite" | "postgres" | "both") {
        Ok((database, others))
    } else {
        Err(format!("--database {database:?}: write sqlite, postgres or both").into())
    }
}

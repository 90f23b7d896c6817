//! `endmark demo`: plays the whole story; exit code 1 when any case comes out otherwise.

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::json;

use super::output::Output;
use super::{Failed, Outcome, block_on};
use crate::demo::{Audited, Place, Played, STARTS_AT, World, audit, play};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  endmark demo --once\n  endmark demo --once --json --database postgres://postgres@127.0.0.1/endmark\nThe demo's clock stands at 2026-03-16 09:00 UTC, within the time for which the goods lists are complete."
)]
pub(super) struct Arguments {
    /// Play the cases and stop; otherwise the service keeps running for you to try.
    #[arg(long)]
    once: bool,
    /// Where to keep register and keys; a temporary folder when left out.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Where the database is: a PostgreSQL address (a schema of its own is made there) or an SQLite path.
    #[arg(long)]
    database: Option<String>,
}

pub(super) fn run(arguments: Arguments, output: Output) -> Result<Outcome, Failed> {
    let place = Place::new(arguments.dir.as_deref(), arguments.database.as_deref())?;
    block_on(async {
        say(
            output,
            &format!(
                "The demo's clock stands at {STARTS_AT}; the goods lists are complete for that day.\n{INVENTED}\n"
            ),
        );
        let world = World::make(&place).await?;
        let played = play(&world, |played| show(output, played)).await?;
        let wrong = played.iter().filter(|played| !played.good).count();
        say(output, &format!("\n{} cases, {wrong} of them not as they should be.", played.len()));
        let audited = audit(&world)?;
        show_audit(output, &audited);
        if !arguments.once {
            say(output, &what_next(&world, &place));
            tokio::signal::ctrl_c().await?;
        }
        world.running.stop().await;
        Ok(if wrong == 0 && audited.is_good() { Outcome::Yes } else { Outcome::No })
    })
}

/// What the demo's register has that no other does.
const INVENTED: &str = "An INVENTED list of goods stands in for the Lithuanian Government's, which was not found: in a \
                        real register exports by land from Lithuania cannot be checked until the real one is loaded.";

/// Words for people; with `--json` only the cases are printed.
fn say(output: Output, words: &str) {
    if !output.json {
        let _ = writeln!(std::io::stdout().lock(), "{words}");
    }
}

fn show(output: Output, played: &Played) {
    let mark = if played.good { "ok   " } else { "WRONG" };
    let expected =
        if played.good { String::new() } else { format!("   (expected {} {})", played.expected, played.wanted) };
    let line = format!(
        "{mark} {:<58} {:<16} {:>6.1} ms  {}{expected}",
        played.case,
        played.verdict,
        played.millis,
        played.findings.join(", ")
    );
    output.show(line, &json!(played));
}

/// The export that verifies, and the copy that does not.
fn show_audit(output: Output, audited: &Audited) {
    let Audited { dir, key, report, changed, tampered } = audited;
    let shown = format!(
        "\nThe auditor takes the log away: endmark audit export {dir}\n  endmark-verify export {dir} --key {key}\n{report}\n\n\
         The same after one byte of entry {changed} was changed in a copy:\n{tampered}",
        dir = dir.display(),
    );
    let json = json!({ "case": "audit", "good": audited.is_good(), "export": report, "changed": changed,
                       "tampered": tampered });
    output.show(shown, &json);
}

fn what_next(world: &World, place: &Place) -> String {
    let dir = place.dir().display();
    let as_caller = |name: &str| {
        format!(
            "--url https://{} --client-certificate {dir}/certs/{name}.pem --client-key {dir}/certs/{name}.key \
             --authority {dir}/tls/authority.pem",
            world.running.api
        )
    };
    let customs = as_caller("customs");
    format!(
        "\nThe service keeps running (Ctrl-C stops it). Its clock has moved on to {now}, after the goods lists' last day: \
         good consignments, the one left for you too, are answered \"cannot be checked\" now.\n  api https://{}\n  web http://{}\n  ops http://{}\n\nTry:\n  \
         curl --cacert {dir}/tls/authority.pem --cert {dir}/certs/customs.pem --key {dir}/certs/customs.key \
         https://{}/v1/openapi.json\n  curl http://{}/metrics\n  endmark check {dir}/consignment.json {customs}\n  \
         endmark certificate verify {dir}/certificate.jws --anchor {dir}/certs/anchor.pem\n  \
         endmark manufacturer list --config {dir}/endmark.toml",
        world.running.api,
        world.running.web,
        world.running.ops,
        world.running.api,
        world.running.ops,
        now = world.clock.now(),
    )
}

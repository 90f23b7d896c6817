//! `endmark check CONSIGNMENT`: asks a register whether a consignment conforms.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use reqwest::Method;
use serde_json::Value;

use super::output::Output;
use super::remote::{Remote, good, text};
use super::{Failed, Outcome, block_on};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  endmark check consignment.json --client-certificate customs.pem --client-key customs.key --authority tls/authority.pem\nExit code 0: conforms; 1: does not conform or cannot be checked; 2: no answer."
)]
pub(super) struct Arguments {
    /// The consignment, JSON.
    consignment: PathBuf,
    /// Ask as manufacturer or declarant, instead of as customs.
    #[arg(long)]
    precheck: bool,
    #[command(flatten)]
    remote: Remote,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Result<Outcome, Failed> {
    let body =
        fs::read(&arguments.consignment).map_err(|error| format!("{}: {error}", arguments.consignment.display()))?;
    let client = arguments.remote.client()?;
    let path = if arguments.precheck { "/v1/prechecks" } else { "/v1/customs/checks" };
    let answered = block_on(async { Ok(client.send(Method::POST, path, Some(("application/json", body))).await?) })?;
    let verdict = good(answered)?;
    output.show(verdict_text(&verdict), &verdict);
    Ok(if text(&verdict, "verdict") == "conforms" { Outcome::Yes } else { Outcome::No })
}

/// A verdict for people: the answer, then every reason with both sides.
pub(super) fn verdict_text(verdict: &Value) -> String {
    let mut shown = match text(verdict, "verdict").as_str() {
        "conforms" => "CONFORMS".to_owned(),
        "doesNotConform" => "DOES NOT CONFORM".to_owned(),
        _ => "CANNOT BE CHECKED".to_owned(),
    };
    let list = |member: &str| verdict.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
    let _ = write!(shown, "  (as of {}, log entry {})", text(verdict, "asOf"), text(verdict, "entry"));
    for finding in list("findings") {
        let _ = write!(shown, "\n  {:<11} {}", text(&finding, "severity"), text(&finding, "code"));
        for (member, label) in [("goodsItem", "item"), ("certificate", "certificate"), ("line", "line")] {
            if finding.get(member).is_some() {
                let _ = write!(shown, ", {label} {}", text(&finding, member));
            }
        }
        for (member, label) in [
            ("declared", "declared "),
            ("certified", "certified"),
            ("legalBasis", "law      "),
            ("remedy", "to do    "),
        ] {
            if finding.get(member).is_some() {
                let _ = write!(shown, "\n              {label} {}", text(&finding, member));
            }
        }
    }
    for not_compared in list("notCompared") {
        let _ = write!(
            shown,
            "\n  not compared: {} (certified: {})",
            text(&not_compared, "element"),
            text(&not_compared, "certified")
        );
    }
    shown
}

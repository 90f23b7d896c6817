//! `endmark ledger show`: where a certificate's quantities stand, from the register's own database.

use std::fmt::Write as _;

use endmark_core::number::CertificateNumber;
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::output::Output;
use super::{Config, Failed, Outcome};
use crate::app::open_context;
use crate::config::Settings;
use crate::ledger::{CertificateLedger, LineTotals};
use crate::store::ledger::{ClaimPage, lines_of, used_claims};
use crate::store::{Connection, StoreError, apart};

/// How many claims are shown.
const ENTRIES_MAX: u32 = 1_000;
/// How wide the bar is, in characters.
const BAR: i128 = 40;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Prints what is granted, reserved, consumed and left of each line, and who holds it.
    #[command(
        after_help = "Example:\n  endmark ledger show EDC-7K3M-9QXD-41TZ-P0AB-X --config my-register/endmark.toml\nIn the bar: # consumed, = reserved, . available"
    )]
    Show(ShowArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct ShowArguments {
    /// The number, such as EDC-7K3M-9QXD-41TZ-P0AB-X.
    number: String,
    #[command(flatten)]
    config: Config,
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    let Command::Show(arguments) = command;
    let number: CertificateNumber = arguments.number.parse()?;
    let settings = Settings::read(&arguments.config.config)?;
    let context = open_context(&settings, settings.clock()?)?;
    let url = settings.database_url()?;
    let (lines, (claims, more_entries)) = apart(|| {
        let mut connection = Connection::open(&url)?;
        let lines = lines_of(&mut connection, &context.keys.rows, &[number])?;
        let page = ClaimPage::after(None, ENTRIES_MAX);
        let claims = used_claims(&mut connection, &context.keys.rows, number, &page)?;
        Ok::<_, StoreError>((lines, claims))
    })?;
    let tampered = || format!("a ledger row of {number} was changed outside the service; compare it with the log");
    let lines = lines.into_iter().map(|row| row.verified(tampered)).collect::<Result<Vec<_>, _>>()?;
    let claims = claims.into_iter().map(|row| row.verified(tampered)).collect::<Result<Vec<_>, _>>()?;
    if lines.is_empty() {
        return Err(format!("this register has no certificate {number}; read the number again").into());
    }
    let ledger = CertificateLedger::of(number, &lines, &claims, more_entries);
    output.show(table(&ledger)?, &json!(ledger));
    Ok(Outcome::Yes)
}

fn table(ledger: &CertificateLedger) -> Result<String, std::fmt::Error> {
    let mut text = format!("{}\n\n", ledger.certificate);
    writeln!(
        text,
        "{:>5} {:<5} {:>14} {:>14} {:>14} {:>14}",
        "line", "unit", "granted", "consumed", "reserved", "left"
    )?;
    for line in &ledger.lines {
        writeln!(
            text,
            "{:>5} {:<5} {:>14} {:>14} {:>14} {:>14}  [{}]",
            line.certificate_line_number,
            line.unit_of_measure,
            line.granted.to_string(),
            line.consumed.to_string(),
            line.reserved.to_string(),
            line.available.to_string(),
            bar(line)
        )?;
        if !line.excess.is_zero() {
            writeln!(text, "      beside the ledger, by officers' decision: {} {}", line.excess, line.unit_of_measure)?;
        }
    }
    if ledger.entries.is_empty() {
        return Ok(text + "\nnobody holds any of it");
    }
    writeln!(
        text,
        "\n{:<18} {:>5} {:>5} {:>14} {:<9} {:<9} at",
        "declaration", "item", "line", "quantity", "state", "office"
    )?;
    for entry in &ledger.entries {
        let endmark_core::reference::DeclarationReference::Mrn { value } = &entry.declaration_reference else {
            continue;
        };
        let state = entry.state.as_str();
        let covered =
            if entry.covered.is_zero() { String::new() } else { format!("  {} held by its movement", entry.covered) };
        let (item, line) = (entry.goods_item_number, entry.certificate_line_number);
        let (quantity, office, at) = (
            entry.quantity.to_string(),
            &entry.customs_office,
            entry.event_date_time.format(&Rfc3339).unwrap_or_default(),
        );
        writeln!(
            text,
            "{value:<18} {item:>5} {line:>5} {quantity:>14} {state:<9} {office:<9} {at}{covered}",
            office = office.as_str()
        )?;
    }
    if ledger.more_entries {
        writeln!(text, "and more: only the first {ENTRIES_MAX} are shown")?;
    }
    Ok(text.trim_end().to_owned())
}

/// Consumed, reserved, left, in proportion; what is not nothing shows at least once. What is neither used nor left went
/// to the certificate that replaces this one, and shows as nothing.
fn bar(line: &LineTotals) -> String {
    let whole = line.granted.millionths().max(1);
    let width = usize::try_from(BAR).unwrap_or(0);
    let cells = |amount: i128| {
        let cells = amount.saturating_mul(BAR).saturating_add(whole.saturating_sub(1)).div_euclid(whole);
        usize::try_from(cells.clamp(0, BAR)).unwrap_or(0)
    };
    let reserved = cells(line.reserved.millionths());
    let consumed = cells(line.consumed.millionths()).min(width.saturating_sub(reserved.min(1)));
    let reserved = reserved.min(width.saturating_sub(consumed));
    let rest = width.saturating_sub(consumed).saturating_sub(reserved);
    let fill = if line.available.is_zero() { " " } else { "." };
    format!("{}{}{}", "#".repeat(consumed), "=".repeat(reserved), fill.repeat(rest))
}

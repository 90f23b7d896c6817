//! docs/CHECK.md lists every finding as the code has it.

use std::path::Path;

use endmark_core::verdict::{FindingCode, Severity};

#[test]
fn the_document_lists_every_finding_with_its_severity_and_certex_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/CHECK.md");
    let text = std::fs::read_to_string(path).unwrap();
    let findings = text.split("## Findings").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<[String; 3]> = findings
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            assert!(cells.len() == 4 && cells[3].ends_with('.'), "{line}");
            [cells[0].trim_matches('`').to_owned(), cells[1].to_owned(), cells[2].to_owned()]
        })
        .collect();
    let wanted: Vec<[String; 3]> = FindingCode::ALL
        .iter()
        .map(|code| {
            let severity = match code.severity() {
                Severity::Information => "information",
                Severity::Warning => "warning",
                Severity::Open => "open",
                Severity::Hard => "hard",
            };
            [code.as_str().to_owned(), severity.to_owned(), code.certex().unwrap_or("–").to_owned()]
        })
        .collect();
    assert_eq!(rows, wanted);
}

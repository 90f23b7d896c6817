#![cfg(test)]
//! docs/CHECK.md and the code list the same findings.

use endmark_core::verdict::FindingCode;

#[test]
fn every_finding_is_documented_with_its_severity_and_its_certex_code() {
    let documented = include_str!("../../docs/CHECK.md");
    for code in FindingCode::ALL {
        let severity = format!("{:?}", code.severity()).to_lowercase();
        let row = format!("| `{}` | {severity} | {} | ", code.as_str(), code.certex().unwrap_or(""));
        assert!(documented.contains(&row), "docs/CHECK.md lacks the row {row}");
    }
    let rows = documented.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 3);
    let rows = rows.filter(|line| FindingCode::ALL.iter().any(|code| line.contains(&format!("`{}`", code.as_str()))));
    assert_eq!(rows.count(), FindingCode::ALL.len());
}

//! A case of the demo: what is asked, what must come out.

use serde::Serialize;
use serde_json::Value;

/// A case as played.
#[derive(Debug, Clone, Serialize)]
pub struct Played {
    /// Its name.
    pub case: &'static str,
    /// The verdict that must come out.
    pub expected: &'static str,
    /// The verdict that came out.
    pub verdict: String,
    /// The codes found: the reason of a refused submission first, then the findings of the check.
    pub findings: Vec<String>,
    /// How long the question took, in milliseconds.
    pub millis: f64,
    /// Whether verdict and finding are those expected.
    #[serde(skip)]
    pub good: bool,
    /// The finding that must be among them.
    #[serde(skip)]
    pub wanted: &'static str,
}

/// A case: its name, the verdict and the finding that must come out.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// The verdict that must come out.
    pub expected: &'static str,
    /// The finding that must be among those found; empty where none is wanted.
    pub finding: &'static str,
}

impl Case {
    /// Judges what came out.
    pub fn played(self, refused: Option<String>, verdict: &Value, millis: f64) -> Played {
        let codes = |member: &str, code: &str| -> Vec<String> {
            let list = verdict.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
            list.iter().filter_map(|found| Some(found.get(code)?.as_str()?.to_owned())).collect()
        };
        let mut findings: Vec<String> = refused.into_iter().chain(codes("findings", "code")).collect();
        findings.dedup();
        let found = verdict.get("verdict").and_then(Value::as_str).unwrap_or("none").to_owned();
        let not_compared = codes("notCompared", "element");
        let there = self.finding.is_empty()
            || findings.iter().any(|code| code == self.finding)
            || not_compared.iter().any(|element| self.finding.strip_prefix("notCompared:") == Some(element));
        Played {
            case: self.name,
            expected: self.expected,
            good: found == self.expected && there,
            verdict: found,
            findings,
            millis,
            wanted: self.finding,
        }
    }
}

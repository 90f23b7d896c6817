//! Plays cases: seals, submits, asks, compares.

use std::path::Path;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::case::{Case, Played};
use super::document::{Edit, consignment, payload};
use super::world::{Seal, World};
use crate::cli::Failed;

pub(super) const CONFORMS: &str = "conforms";
pub(super) const DOES_NOT: &str = "doesNotConform";
pub(super) const CANNOT: &str = "cannotBeChecked";

/// A number, and why its submission was refused.
pub(super) type Submitted = (String, Option<String>);

/// Plays cases against a world.
pub(super) struct Player<'a> {
    pub(super) world: &'a World,
    statements: String,
    references: u32,
    played: Vec<Played>,
    done: &'a mut dyn FnMut(&Played),
}

impl<'a> Player<'a> {
    pub(super) fn new(world: &'a World, done: &'a mut dyn FnMut(&Played)) -> Result<Self, Failed> {
        let regimes = world.running.app.regimes();
        let set = regimes.statement_sets().iter().find(|set| set.id() == "LT-2023-07-03" && set.language() == "en");
        let statements = set.ok_or("the statement set LT-2023-07-03 is missing")?.digest().to_string();
        Ok(Self { world, statements, references: 0, played: Vec::new(), done })
    }

    pub(super) fn played(self) -> Vec<Played> {
        self.played
    }

    /// The payload under a reference of its own.
    pub(super) fn payload(&mut self, edits: &[Edit<'_>]) -> Result<Value, Failed> {
        self.references = self.references.saturating_add(1);
        payload(&format!("MVM-2026-{:04}", self.references), &self.statements, edits)
    }

    /// Seals as somebody, at the demo's time or another, and submits as the manufacturer.
    pub(super) async fn submit(
        &mut self,
        by: Seal,
        edits: &[Edit<'_>],
        at: Option<OffsetDateTime>,
    ) -> Result<Submitted, Failed> {
        let payload = self.payload(edits)?;
        let (number, jws) = self.world.seal(by, &payload, at)?;
        self.submit_jws(number, &jws).await
    }

    pub(super) async fn submit_jws(&self, number: String, jws: &str) -> Result<Submitted, Failed> {
        let answered = self.world.maker.submit(jws).await?;
        Ok((number, refusal(&answered)))
    }

    /// A good certificate of the manufacturer.
    pub(super) async fn issue(&mut self, edits: &[Edit<'_>]) -> Result<String, Failed> {
        match self.submit(Seal::Maker, edits, None).await? {
            (number, None) => Ok(number),
            (number, Some(reason)) => Err(format!("{number} was refused: {reason}").into()),
        }
    }

    /// A good certificate and a declaration that cites it, left in the folder for whoever tries the commands.
    pub(super) async fn leave_documents(&mut self, folder: &Path) -> Result<(), Failed> {
        let payload = self.payload(&[])?;
        let (number, jws) = self.world.seal(Seal::Maker, &payload, None)?;
        self.submit_jws(number.clone(), &jws).await?;
        let pretty = |document: &Value| serde_json::to_vec_pretty(document);
        std::fs::write(folder.join("payload.json"), pretty(&payload)?)?;
        std::fs::write(folder.join("consignment.json"), pretty(&consignment(&number, &[])?)?)?;
        std::fs::write(folder.join("certificate.jws"), jws)?;
        Ok(())
    }

    /// Asks, and compares what came out.
    pub(super) async fn ask(&mut self, case: Case, refused: Option<String>, asked: &Value) -> Result<(), Failed> {
        let (verdict, millis) = self.world.check(asked).await?;
        let played = case.played(refused, &verdict, millis);
        (self.done)(&played);
        self.played.push(played);
        Ok(())
    }

    /// A step in a certificate's life: its outcome, and what is reserved, consumed and left then.
    pub(super) fn lived(&mut self, case: Case, found: String, now: [String; 3], wanted: [&str; 3], millis: f64) {
        let [reserved, consumed, left] = &now;
        let findings = vec![format!("reserved {reserved}, consumed {consumed}, left {left}")];
        let played = Played {
            case: case.name,
            expected: case.expected,
            good: found == case.expected && now == wanted,
            verdict: found,
            findings,
            millis,
            wanted: case.finding,
        };
        (self.done)(&played);
        self.played.push(played);
    }

    /// A declaration that cites a certificate and is changed.
    pub(super) async fn declared(&mut self, case: Case, number: &str, edits: &[Edit<'_>]) -> Result<(), Failed> {
        self.ask(case, None, &consignment(number, edits)?).await
    }

    /// A submission, and a declaration that cites what became of it.
    pub(super) async fn submitted(&mut self, case: Case, submitted: Submitted) -> Result<(), Failed> {
        let (number, refused) = submitted;
        self.ask(case, refused, &consignment(&number, &[])?).await
    }

    /// The manufacturer suspends or revokes a certificate.
    pub(super) async fn change(&self, number: &str, what: &str) -> Result<(), Failed> {
        let path = format!("/v1/certificates/{number}/{what}");
        let body = json!({ "reason": "a case of the demo" }).to_string().into_bytes();
        let method = if what == "revocation" { reqwest::Method::POST } else { reqwest::Method::PUT };
        let answered = self.world.maker.send(method, &path, Some(("application/json", body))).await?;
        if answered.status.is_success() { Ok(()) } else { Err(format!("{what}: {}", answered.body).into()) }
    }
}

/// Why a submission was refused: the reason code, else the type of the problem.
pub(super) fn refusal(answered: &crate::client::Answered) -> Option<String> {
    if answered.status.is_success() {
        return None;
    }
    let member = |name| answered.body.get(name).and_then(Value::as_str);
    Some(member("reason").or_else(|| member("type")).unwrap_or("refused").to_owned())
}

/// A case that does not conform.
pub(super) const fn refused_case(name: &'static str, finding: &'static str) -> Case {
    Case { name, expected: DOES_NOT, finding }
}

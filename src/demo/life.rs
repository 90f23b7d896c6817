//! The life of one certificate over five movements: what is reserved, covered, released, returned, exhausted.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use super::case::Case;
use super::document::{Edit, one_item};
use super::player::Player;
use crate::cli::Failed;
use crate::client::Answered;

const EXPORT: [&str; 4] = ["26LTVR1000EX100001", "26LTVR1000EX100002", "26LTVR1000EX100003", "26LTVR1000EX100004"];
const RELODGED: &str = "26LTVR1000EX100005";
const TRANSIT: &str = "26LTVR1000TR100001";
const HALVES: [&str; 2] = ["26LTVR1000TR100002", "26LTVR1000TR100003"];

/// What must come out: outcome or failure reason, and what is reserved, consumed and left of line 2 then.
type Then = (&'static str, [&'static str; 3]);

/// Plays it on a certificate for six fork-lift trucks.
pub(super) async fn live(player: &mut Player<'_>) -> Result<(), Failed> {
    let number = player.issue(&[]).await?;
    let life = Life { number };
    let [first, second, third, fourth] = EXPORT;
    // One: export, then transit, then the border.
    life.put(player, "life 1: an export reserves two of six", first, "2", None, ("01", ["2", "0", "4"])).await?;
    life.put(player, "life 1: its transit draws nothing more", TRANSIT, "2", Some(first), ("01", ["2", "0", "4"]))
        .await?;
    let border = [("/stage", json!("border")), ("/office", json!("LTDEMO10"))];
    let at_border = life.trucks("2", Some(first), &border)?;
    life.step(
        player,
        "life 1: at the border its own hold is its cover",
        Method::PUT,
        TRANSIT,
        Some(at_border),
        ("01", ["2", "0", "4"]),
    )
    .await?;
    life.release(player, "life 1: released", first, ("01", ["0", "2", "4"])).await?;
    life.release(player, "life 1: released twice", first, ("03", ["0", "2", "4"])).await?;
    // Two: it leaves in two parts.
    life.put(player, "life 2: two more", second, "2", None, ("01", ["2", "2", "2"])).await?;
    life.put(player, "life 2: one leaves under its own transit", HALVES[0], "1", Some(second), ("01", ["2", "2", "2"]))
        .await?;
    life.put(player, "life 2: the other under another", HALVES[1], "1", Some(second), ("01", ["2", "2", "2"])).await?;
    // Three: more than is left.
    life.put(player, "life 3: three where two are left", third, "3", None, ("05", ["2", "2", "2"])).await?;
    life.release(player, "life 3: released without reservation", third, ("02", ["2", "2", "2"])).await?;
    // Four: deleted and lodged again under another MRN.
    life.put(player, "life 4: the last two", fourth, "2", None, ("01", ["4", "2", "0"])).await?;
    let delete = format!("{fourth}/reservation?office=LTVR1000");
    life.step(player, "life 4: deleted", Method::DELETE, &delete, None, ("01", ["2", "2", "2"])).await?;
    life.put(player, "life 4: lodged again as another", RELODGED, "1", None, ("01", ["3", "2", "1"])).await?;
    // Corrected after release: one truck never left.
    let corrected = json!({ "office": "LTVR1000", "legalBasis": "173", "reason": "one truck stayed in Vilnius",
        "goodsItems": [{ "goodsItemNumber": 2, "citations": [{ "certificate": life.number, "line": 2,
            "quantity": { "value": "1", "unit": "NAR" } }] }] });
    let correction = format!("{first}/correction");
    // Its transit still carries two, so it holds the second now.
    life.step(
        player,
        "life 1: corrected after release",
        Method::PUT,
        &correction,
        Some(corrected),
        ("01", ["4", "1", "1"]),
    )
    .await?;
    // Five: exhausted.
    life.put(player, "life 5: the last one", third, "1", None, ("01", ["5", "1", "0"])).await?;
    life.put(player, "life 5: nothing is left", "26LTVR1000EX100006", "1", None, ("05", ["5", "1", "0"])).await
}

struct Life {
    number: String,
}

impl Life {
    /// A declaration of so many trucks.
    fn trucks(&self, pieces: &str, after: Option<&str>, edits: &[Edit<'_>]) -> Result<Value, Failed> {
        let mut all = vec![
            ("/goodsItems/0/citations/0/quantity/value", json!(pieces)),
            ("/goodsItems/0/supplementaryUnits/value", json!(pieces)),
        ];
        if let Some(earlier) = after {
            all.push(("/previousDocuments", json!([{ "type": "N830", "reference": earlier }])));
        }
        all.extend(edits.iter().cloned());
        let mut asked = one_item(&self.number, 1, &all)?;
        if let Some(members) = asked.as_object_mut() {
            members.remove("reference");
        }
        Ok(asked)
    }

    async fn put(
        &self,
        player: &mut Player<'_>,
        name: &'static str,
        mrn: &str,
        pieces: &str,
        after: Option<&str>,
        then: Then,
    ) -> Result<(), Failed> {
        let asked = self.trucks(pieces, after, &[])?;
        self.step(player, name, Method::PUT, mrn, Some(asked), then).await
    }

    async fn release(&self, player: &mut Player<'_>, name: &'static str, mrn: &str, then: Then) -> Result<(), Failed> {
        let body = json!({ "office": "LTVR1000" });
        self.step(player, name, Method::POST, &format!("{mrn}/release"), Some(body), then).await
    }

    async fn step(
        &self,
        player: &mut Player<'_>,
        name: &'static str,
        method: Method,
        path: &str,
        body: Option<Value>,
        (wanted, left): Then,
    ) -> Result<(), Failed> {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        let asked = Instant::now();
        let path = format!("/v1/customs/declarations/{path}");
        let answered = player.world.customs.send(method, &path, body).await?;
        let millis = asked.elapsed().as_secs_f64() * 1_000.0;
        let found = outcome(&answered);
        let quantities =
            player.world.customs.get(&format!("/v1/customs/certificates/{}/quantities", self.number)).await?;
        let case = Case { name, expected: wanted, finding: "" };
        player.lived(case, found, totals(&quantities.body), left, millis);
        Ok(())
    }
}

/// The outcome, or the failure reason of what was refused.
fn outcome(answered: &Answered) -> String {
    let member = |name| answered.body.get(name).and_then(Value::as_str);
    let found = member("outcome").or_else(|| member("failureReason")).or_else(|| member("type"));
    found.unwrap_or("none").to_owned()
}

/// Reserved, consumed and left of line 2.
fn totals(ledger: &Value) -> [String; 3] {
    let lines = ledger.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
    let line = lines.into_iter().find(|line| line.get("certificateLineNumber") == Some(&json!(2))).unwrap_or_default();
    ["reserved", "consumed", "available"].map(|name| line.get(name).and_then(Value::as_str).unwrap_or("?").to_owned())
}

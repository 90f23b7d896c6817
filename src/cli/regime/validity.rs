//! Lists that are presumed complete no more: what does not stand on them is unknown.

use endmark_core::day;
use endmark_core::regime::Regimes;
use serde_json::{Value, json};
use time::Date;

/// A list whose last day lies before the day asked about.
#[derive(Debug)]
pub(in crate::cli) struct Over {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) until: Date,
}

/// The lists that count on a day and are presumed complete only up to an earlier one.
pub(in crate::cli) fn over(regimes: &Regimes, at: Date) -> Vec<Over> {
    let lists = regimes.lists(at).map(|list| {
        let head = list.head();
        let until = head.valid_until.unwrap_or(regimes.lists_valid_until());
        Over { id: head.id.to_string(), version: head.version.to_string(), until }
    });
    lists.filter(|list| list.until < at).collect()
}

/// What that means for answers, and what to do; nothing where no list is over.
pub(in crate::cli) fn over_warning(over: &[Over]) -> String {
    if over.is_empty() {
        return String::new();
    }
    let mut lines = vec![
        "\nLists that were complete up to a day that is over. What does not stand on them is unknown since: checks of such \
         goods answer \"cannot be checked\"."
            .to_owned(),
    ];
    lines.extend(over.iter().map(|list| format!("  {} {}: up to {}", list.id, list.version, day::format(list.until))));
    lines.push(
        "Read the acts of the time since. Where they changed the goods, load the new list (`endmark regime load`); where \
         not, write the day you read up to into the setting lists_valid_until, and start the service again \
         (docs/OPERATING.md, \"Old lists\")."
            .to_owned(),
    );
    lines.join("\n")
}

/// The same for programs.
pub(in crate::cli) fn over_json(over: &[Over]) -> Vec<Value> {
    let row = |list: &Over| json!({ "id": list.id, "version": list.version, "validUntil": day::format(list.until) });
    over.iter().map(row).collect()
}

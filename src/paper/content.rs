//! What stands on the paper, in order.

use endmark_core::certificate::{Line, Scope, SerialNumbers};
use endmark_core::day;
use endmark_core::goods::{Condition, Country};
use endmark_core::party::Party;
use endmark_core::text::Text;
use time::UtcOffset;
use time::macros::format_description;

use super::Paper;
use super::font::Fonts;
use super::sheet::Sheet;
use crate::words::Language;

/// Sets the whole paper.
pub(super) fn lay_out<'a>(paper: &Paper<'_>, language: Language, fonts: &'a Fonts) -> Sheet<'a> {
    let say = |key: &str| language.say(key);
    let certificate = paper.certificate;
    let printed = paper
        .at
        .to_offset(UtcOffset::UTC)
        .format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC"))
        .unwrap_or_default();
    let mut sheet = Sheet::new(fonts, format!("{}   {} {printed}", paper.number, say("paper-printed")));
    sheet.text(&say("paper-title"), 20.0, true);
    sheet.text(&say("paper-subtitle"), 9.0, false);
    sheet.space(6.0);
    sheet.text(&paper.number.to_string(), 14.0, true);
    sheet.space(2.0);
    sheet.text(&say("paper-what-it-proves"), 8.5, false);
    if paper.lines_left_out > 0 {
        sheet.text(&language.say_count("paper-code-shortened", paper.lines_left_out.into()), 8.5, true);
    }
    sheet.space(8.0);
    who(&mut sheet, paper, language);
    sheet.heading(&say("paper-goods"));
    for line in &certificate.lines {
        sheet.fact(&format!("{} {}", say("paper-line"), line.line), &goods(line, language));
    }
    statements(&mut sheet, paper, language);
    sheet.heading(&say("paper-seal"));
    sheet.fact(&say("paper-sealed-by"), paper.sealed_by);
    if let Some(person) = &certificate.signatory {
        let position = person.position.as_ref().map(|p| format!(", {p}")).unwrap_or_default();
        sheet.fact(&say("paper-signatory"), &format!("{}{position}", person.name));
    }
    if let Some(mandate) = &certificate.mandate {
        sheet.fact(&say("paper-mandate"), &format!("{}, {}", mandate.reference, day::format(mandate.date)));
    }
    sheet.fact(&say("paper-digest"), &paper.digest.to_string());
    sheet.text(&say("paper-attachment"), 8.5, false);
    if sheet.replaced() {
        sheet.text(&say("paper-transliterated"), 8.5, false);
    }
    sheet
}

fn who(sheet: &mut Sheet<'_>, paper: &Paper<'_>, language: Language) {
    let certificate = paper.certificate;
    let say = |key: &str| language.say(key);
    sheet.fact(&say("paper-register"), certificate.register.as_str());
    sheet.fact(&say("paper-reference"), certificate.reference.as_str());
    let days = format!("{} – {}", day::format(certificate.validity.from), day::format(certificate.validity.until));
    sheet.fact(&say("paper-validity"), &days);
    sheet.fact(
        &say("paper-scope"),
        &say(match certificate.scope {
            Scope::SingleMovement => "paper-scope-single",
            Scope::MultipleMovements => "paper-scope-multiple",
        }),
    );
    let parties = [
        ("paper-manufacturer", &certificate.manufacturer),
        ("paper-seller", &certificate.seller),
        ("paper-exporter", &certificate.exporter),
        ("paper-buyer", &certificate.buyer),
        ("paper-consignee", &certificate.consignee),
        ("paper-end-user", &certificate.end_user),
    ];
    for (label, party) in parties {
        sheet.fact(&say(label), &named(party));
    }
    sheet.fact(&say("paper-end-use"), certificate.end_use.as_str());
    let contract = format!("{}, {}", certificate.contract.number, day::format(certificate.contract.date));
    sheet.fact(&say("paper-contract"), &contract);
    sheet.fact(&say("paper-destination"), certificate.destination_country.as_str());
    let route = |route: &Vec<Country>| route.iter().map(Country::as_str).collect::<Vec<_>>().join(" › ");
    sheet.fact(&say("paper-routing"), &certificate.routing.iter().map(route).collect::<Vec<_>>().join("\n"));
    if let Some(transport) = &certificate.transport {
        let join = |texts: Vec<&str>| texts.join(", ");
        let rows = [
            ("paper-means", join(transport.means.iter().map(Text::as_str).collect())),
            ("paper-trailers", join(transport.trailers.iter().map(Text::as_str).collect())),
            ("paper-containers", join(transport.containers.iter().map(Text::as_str).collect())),
            ("paper-seals", join(transport.seals.iter().map(Text::as_str).collect())),
        ];
        for (label, text) in rows {
            if !text.is_empty() {
                sheet.fact(&say(label), &text);
            }
        }
    }
    if let Some(number) = &certificate.replaces {
        sheet.fact(&say("paper-replaces"), &number.to_string());
    }
}

fn named(party: &Party) -> String {
    let mut text = party.label();
    if let Some(address) = &party.address {
        let lines = [
            address.street.as_ref().map(ToString::to_string),
            address.postcode.as_ref().map(ToString::to_string),
            address.city.as_ref().map(ToString::to_string),
            Some(address.country.to_string()),
        ];
        text = format!("{text}\n{}", lines.into_iter().flatten().collect::<Vec<_>>().join(", "));
    }
    text
}

fn goods(line: &Line, language: Language) -> String {
    let say = |key: &str| language.say(key);
    let condition = say(match line.condition {
        Condition::New => "paper-new",
        Condition::Used => "paper-used",
    });
    let mut parts = vec![
        format!(
            "{}   {}   {} {}   {condition}",
            line.commodity_code,
            line.quantity,
            say("paper-origin"),
            line.origin_country
        ),
        line.description.to_string(),
    ];
    let names = [("paper-trade-name", &line.trade_name), ("paper-model", &line.model)];
    for (label, text) in names {
        parts.extend(text.as_ref().map(|text| format!("{} {text}", say(label))));
    }
    parts.extend(line.net_mass.map(|mass| format!("{} {mass} KGM", say("paper-net-mass"))));
    parts.extend(line.supplementary_units.map(|units| format!("{} {units}", say("paper-supplementary-units"))));
    parts.extend(
        line.serial_numbers.as_ref().map(|numbers| format!("{} {}", say("paper-serial-numbers"), serials(numbers))),
    );
    parts.join("\n")
}

fn serials(numbers: &SerialNumbers) -> String {
    match numbers {
        SerialNumbers::List(list) => list.iter().map(Text::as_str).collect::<Vec<_>>().join(", "),
        SerialNumbers::Ranges(ranges) => {
            ranges.iter().map(|range| format!("{} – {}", range.first, range.last)).collect::<Vec<_>>().join(", ")
        }
        SerialNumbers::Digest { count, sha256 } => format!("{count} (SHA-256 {sha256})"),
    }
}

fn statements(sheet: &mut Sheet<'_>, paper: &Paper<'_>, language: Language) {
    let say = |key: &str| language.say(key);
    let sealed = &paper.certificate.statements;
    sheet.heading(&say("paper-statements"));
    sheet.fact(&say("paper-statement-set"), &format!("{} ({})", sealed.set, sealed.language));
    match paper.statements {
        Some(set) => {
            for name in &sealed.confirmed {
                if let Some(words) = set.statements().get(name.as_str()) {
                    sheet.fact(name.as_str(), words);
                }
            }
        }
        None => sheet.fact(&say("paper-statements-unknown"), &sealed.digest.to_string()),
    }
}

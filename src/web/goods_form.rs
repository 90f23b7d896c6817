//! The form for goods that travel with a certificate's paper.

use askama::Template;
use endmark_core::certificate::Line;
use endmark_core::number::CertificateNumber;

use super::fields::Fields;
use super::goods_rows::ROWS_MAX;
use super::page::Bar;
use super::session::Signed;
use crate::words::Language;

/// The form for goods that travel with a certificate's paper.
#[derive(Template)]
#[template(path = "goods_form.html")]
pub(super) struct GoodsFormPage {
    t: Language,
    bar: Bar,
    /// Number and words of each line.
    lines: Vec<(u32, String)>,
    units: Vec<String>,
    office: String,
    /// What was typed.
    typed: Fields,
    /// The field that cannot be read; empty: none.
    wrong: &'static str,
}

impl GoodsFormPage {
    /// What a field that cannot be read is marked with: it is told to screen readers, and has the focus.
    fn marked(&self, name: &str) -> &'static str {
        if self.wrong == name { r#" aria-invalid="true" aria-describedby="wrong" autofocus"# } else { "" }
    }

    fn wrong_field(&self) -> String {
        self.t.say(&format!("field-{}", self.wrong))
    }

    /// The form as it was sent, with what cannot be read.
    pub(super) fn again(self, typed: Fields, wrong: &'static str) -> Self {
        Self { typed, wrong, ..self }
    }

    pub(super) fn new(t: Language, signed: &Signed, number: Option<CertificateNumber>, lines: &[Line]) -> Self {
        let words = |line: &Line| format!("{}: {} {}", line.line, line.commodity_code, line.description);
        let mut units: Vec<String> = lines.iter().map(|line| line.quantity.unit.to_string()).collect();
        units.sort_unstable();
        units.dedup();
        let certificate = number.map(|number| number.to_string()).unwrap_or_default();
        let unit = if let [unit] = units.as_slice() { unit.clone() } else { String::new() };
        Self {
            t,
            bar: Bar::of(signed),
            typed: Fields::holding([("certificate", certificate), ("unit", unit)]),
            wrong: "",
            lines: lines.iter().take(ROWS_MAX).map(|line| (line.line, words(line))).collect(),
            units,
            office: signed.officer.office.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::words::Language;

    #[test]
    fn every_field_that_can_be_wrong_has_words() {
        let entered = [
            "certificate",
            "data-set",
            "mrn",
            "quantity",
            "unit",
            "routing",
            "destination",
            "exporter",
            "consignee",
            "plates",
            "net-mass",
            "documents",
            "mode",
            "line",
            "code",
            "from",
            "until",
        ];
        for key in entered.map(|name| format!("field-{name}")) {
            assert_ne!(Language::En.say(&key), key);
        }
    }
}

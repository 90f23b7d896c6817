//! The invented list of the demo (`data/law/README.md` says why): no register gets it but the demo's and the tests'.

use endmark_core::regime::{Document, RegimeError};

const FILES: [(&str, &str); 2] = [
    ("src/demo/data/law/INVENTED.csv", include_str!("data/law/INVENTED.csv")),
    ("src/demo/data/law/LT-GOV-LIST.toml", include_str!("data/law/LT-GOV-LIST.toml")),
];

/// Its documents, to be loaded as an operator loads the law.
pub fn invented() -> Result<Vec<Document>, RegimeError> {
    FILES.iter().map(|(name, text)| Document::parse(name, text)).collect()
}

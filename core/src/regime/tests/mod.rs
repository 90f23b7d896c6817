//! The lists and files of `regimes/`, and the route.

mod files;
mod law;
mod list;
mod route;

use super::RegimeData;

/// The files of `regimes/`, by their path below it.
pub(crate) fn files() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../regimes");
    let mut found = Vec::new();
    for folder in ["", "lists/", "rules/", "statements/"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_file() && name != "README.md" {
                found.push((format!("{folder}{name}"), std::fs::read_to_string(entry.path()).unwrap()));
            }
        }
    }
    found
}

pub(crate) fn parse(files: &[(String, String)]) -> Result<RegimeData, super::LoadRefused> {
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    RegimeData::parse(&borrowed)
}

/// The data of `regimes/`, read once.
pub(crate) fn data() -> RegimeData {
    static DATA: std::sync::LazyLock<RegimeData> = std::sync::LazyLock::new(|| parse(&files()).unwrap());
    DATA.clone()
}

/// With the demo's invented list in the place of the Lithuanian Government's: without one nothing conforms by land.
pub(crate) fn data_with_invented() -> RegimeData {
    let invented = [
        ("INVENTED.csv", include_str!("../../../../src/demo/data/law/INVENTED.csv")),
        ("LT-GOV-LIST.toml", include_str!("../../../../src/demo/data/law/LT-GOV-LIST.toml")),
    ];
    let read = invented.map(|(name, text)| super::Document::parse(name, text).unwrap());
    data().with(read.to_vec()).unwrap().0
}

/// A list of no content.
pub(crate) fn head() -> super::ListHead {
    let day = time::macros::date!(2025 - 10 - 24);
    super::ListHead {
        id: "test".into(),
        version: "2025-10-24".into(),
        from: day,
        complete_to: day,
        valid_until: None,
        partial: false,
        nomenclature: None,
        source: "made up".to_owned(),
    }
}

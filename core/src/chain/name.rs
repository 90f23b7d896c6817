//! Distinguished names as people read them.

use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::x509::X509Name;

/// `organizationIdentifier` (X.520; ETSI EN 319 412-1, 5.1.4).
const ORGANIZATION_IDENTIFIER: Oid<'static> = oid!(2.5.4.97);

/// What of a name is shown and kept.
const NAME_CHARS_MAX: usize = 256;

/// The whole name, `CN=…, O=…`.
pub(super) fn readable(name: &X509Name<'_>) -> String {
    shown(&name.to_string())
}

/// The organisation, else the common name, else the whole name.
pub(super) fn holder(name: &X509Name<'_>) -> String {
    let mut candidates = name.iter_organization().chain(name.iter_common_name());
    candidates.find_map(|attribute| attribute.as_str().ok()).map_or_else(|| readable(name), shown)
}

/// The organization identifier; an error with what was found when it stands there more than once or is no text.
pub(super) fn organization_identifier(name: &X509Name<'_>) -> Result<Option<String>, String> {
    let mut found = name.iter_by_oid(&ORGANIZATION_IDENTIFIER);
    let first = found.next();
    if found.next().is_some() {
        return Err("several organizationIdentifiers".to_owned());
    }
    first
        .map(|attribute| {
            let text = attribute.as_str().map_err(|_| "an organizationIdentifier that is no readable text")?;
            if text.chars().count() > NAME_CHARS_MAX {
                return Err("an endless organizationIdentifier");
            }
            Ok(text.to_owned())
        })
        .transpose()
        .map_err(str::to_owned)
}

/// Control and direction characters would let a name forge the line it is shown in.
fn shown(text: &str) -> String {
    let replace = |c: char| {
        if c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') { '\u{FFFD}' } else { c }
    };
    text.chars().take(NAME_CHARS_MAX).map(replace).collect()
}

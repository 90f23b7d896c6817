//! Parties: by identifier; names only as a warning.

use super::{Check, Known};
use crate::consignment::Element;
use crate::party::{Party, Scheme};
use crate::verdict::{Finding, FindingCode, Severity};

/// What comparing two parties gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    /// The same identifier.
    Same,
    /// The same identifier under another name.
    OtherName,
    /// Identifiers of the same register, and none the same.
    Other,
    /// No register in common, and the names agree.
    OnlyNames,
    /// No register in common, and the names do not agree or are missing.
    NotIdentified,
}

pub(super) fn compare(declared: &Party, certified: &Party) -> Compared {
    let names = declared.name.as_ref().zip(certified.name.as_ref()).map(|(a, b)| same_name(a.as_str(), b.as_str()));
    // A person has one EORI and one LEI: another one beside the certified number names somebody else.
    let contradicted = declared.identifiers.iter().any(|identifier| {
        matches!(identifier.scheme(), Scheme::Eori | Scheme::Lei)
            && !certified.identifiers.contains(identifier)
            && certified.identifiers.iter().any(|other| other.scheme() == identifier.scheme())
    });
    if contradicted {
        return Compared::Other;
    }
    if declared.identifiers.iter().any(|identifier| certified.identifiers.contains(identifier)) {
        return if names == Some(false) { Compared::OtherName } else { Compared::Same };
    }
    let same_register = declared
        .identifiers
        .iter()
        .any(|identifier| certified.identifiers.iter().any(|other| other.scheme() == identifier.scheme()));
    match names {
        _ if same_register => Compared::Other,
        Some(true) => Compared::OnlyNames,
        Some(false) | None => Compared::NotIdentified,
    }
}

/// Legal forms, which are written or left out at will, in Latin letters.
const LEGAL_FORMS: [&str; 14] =
    ["uab", "ab", "gmbh", "ag", "sp", "zoo", "oo", "too", "llp", "ooo", "oao", "ao", "sia", "ltd"];

/// Names of nothing but a legal form agree with none.
fn same_name(a: &str, b: &str) -> bool {
    let a = folded(a);
    !a.is_empty() && a == folded(b)
}

/// A name as compared: Latin letters, no case, no punctuation, no legal form.
fn folded(name: &str) -> String {
    let latin = any_ascii::any_ascii(name).to_ascii_lowercase();
    let words = latin.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !LEGAL_FORMS.contains(word)).collect::<Vec<_>>().join(" ")
}

impl Check<'_> {
    pub(super) fn parties(&mut self, known: &Known) {
        let consignment = self.consignment;
        let declared = &consignment.parties;
        let certificate = &known.certificate;
        let pairs = [
            (Element::Exporter, declared.exporter.as_ref(), &certificate.exporter),
            (Element::Seller, declared.seller.as_ref(), &certificate.seller),
            (Element::Buyer, declared.buyer.as_ref(), &certificate.buyer),
        ];
        for (element, declared, certified) in pairs {
            match declared {
                Some(declared) => self.party(known, element, None, declared, certified),
                None => self.absent(element, None, known, certified.label()),
            }
        }
        self.consignee(known);
        if let Some(maker) = &declared.manufacturer {
            let sides = (format!("manufacturer {}", maker.label()), certificate.manufacturer.label());
            match compare(maker, &certificate.manufacturer) {
                Compared::Same | Compared::OnlyNames => {}
                Compared::Other => {
                    self.find(known, FindingCode::ManufacturerMismatch, |finding| finding.sides(sides.0, sides.1));
                }
                Compared::OtherName => self.warn(known, FindingCode::PartyNameDiffers, sides.0, sides.1),
                Compared::NotIdentified => self.warn(known, FindingCode::PartyNotIdentified, sides.0, sides.1),
            }
        }
    }

    /// The consignee of each item that cites the certificate: its own, else the consignment's.
    fn consignee(&mut self, known: &Known) {
        let consignment = self.consignment;
        let certified = &known.certificate.consignee;
        let mut leans_on_the_whole = false;
        for item in self.citing(known) {
            match &item.consignee {
                Some(own) => self.party(known, Element::Consignee, Some(item.goods_item_number), own, certified),
                None => leans_on_the_whole = true,
            }
        }
        match &consignment.parties.consignee {
            _ if !leans_on_the_whole => {}
            Some(declared) => self.party(known, Element::Consignee, None, declared, certified),
            None => self.absent(Element::Consignee, None, known, certified.label()),
        }
    }

    fn party(&mut self, known: &Known, element: Element, item: Option<u32>, declared: &Party, certified: &Party) {
        let (code, severity, remedy) = match compare(declared, certified) {
            Compared::Same => return,
            Compared::OtherName => (FindingCode::PartyNameDiffers, Severity::Warning, "the identifier is the same"),
            Compared::Other => (FindingCode::PartyMismatch, Severity::Hard, "another party than the certified one"),
            // Every exporter of the Union has an EORI, which its declaration carries.
            Compared::OnlyNames if element != Element::Exporter => {
                (FindingCode::PartyNotIdentified, Severity::Warning, "only the names agree; compare with the papers")
            }
            Compared::OnlyNames | Compared::NotIdentified => (
                FindingCode::PartyNotIdentified,
                Severity::Open,
                "compare with the papers, or have an identifier declared",
            ),
        };
        let mut finding = Finding::new(code).certificate(known.number).severity(severity).remedy(remedy);
        finding.goods_item = item;
        let element = format!("{element:?}").to_lowercase();
        self.findings.push(finding.sides(format!("{element} {}", declared.label()), certified.label()));
    }
}

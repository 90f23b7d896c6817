//! Parties: by identifier; names only as a warning.

use super::{Check, Known};
use crate::consignment::Element;
use crate::party::{Identifier, Party, Scheme};
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
    /// No register in common, and the names agree, nor do the countries of the addresses differ.
    OnlyNames,
    /// No register in common, and the names do not agree or are missing.
    NotIdentified,
}

pub(super) fn compare(declared: &Party, certified: &Party) -> Compared {
    let names = declared.name.as_ref().zip(certified.name.as_ref()).map(|(a, b)| alike(a.as_str(), b.as_str()));
    // A person has one EORI and one LEI: another one beside the certified number names somebody else.
    let of_one_kind = |one: &Identifier| matches!(one.scheme(), Scheme::Eori | Scheme::Lei);
    let contradicts = |one: &Identifier| certified.identifiers.iter().any(|other| same_register(one, other));
    let is_certified = |one: &Identifier| certified.identifiers.contains(one);
    if declared.identifiers.iter().any(|one| of_one_kind(one) && contradicts(one) && !is_certified(one)) {
        return Compared::Other;
    }
    if declared.identifiers.iter().any(is_certified) {
        return if names == Some(false) { Compared::OtherName } else { Compared::Same };
    }
    if declared.identifiers.iter().any(contradicts) {
        return Compared::Other;
    }
    let country = |party: &Party| party.address.as_ref().map(|address| address.country);
    let elsewhere = country(declared).zip(country(certified)).is_some_and(|(a, b)| a != b);
    if names == Some(true) && !elsewhere { Compared::OnlyNames } else { Compared::NotIdentified }
}

/// Whether one register gives a person only one of two identifiers. VAT numbers are given country by country, and a
/// person can have one in each.
fn same_register(one: &Identifier, other: &Identifier) -> bool {
    let same_country = || one.value().get(..2) == other.value().get(..2);
    one.scheme() == other.scheme() && (one.scheme() != Scheme::Vat || same_country())
}

/// Legal forms, which are written or left out at will, in Latin letters.
const LEGAL_FORMS: [&str; 30] = [
    "ab", "ag", "ao", "as", "bv", "co", "doo", "gmbh", "inc", "ip", "jsc", "kft", "kg", "llc", "llp", "ltd", "mchj",
    "nv", "oao", "ooo", "oy", "pao", "sa", "sia", "spa", "spzoo", "srl", "too", "uab", "zao",
];

/// Whether two names are the same but for letters, case, punctuation and legal form. A name of nothing but its legal
/// form is like no other.
fn alike(one: &str, other: &str) -> bool {
    let folded = folded(one);
    !folded.is_empty() && folded == self::folded(other)
}

/// A name as compared: Latin letters, no case, no punctuation, no spaces, no legal form.
fn folded(name: &str) -> String {
    let latin = any_ascii::any_ascii(name).to_ascii_lowercase().replace('.', "").replace("sp zoo", "spzoo");
    let words = latin.replace("sp z oo", "spzoo");
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !LEGAL_FORMS.contains(word)).collect()
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
                None => self.absent(element, None, known.number, certified.label()),
            }
        }
        self.consignee(known);
        self.maker(known);
    }

    pub(super) fn is_the_maker(&self, known: &Known) -> bool {
        self.consignment.parties.manufacturer.as_ref().is_some_and(|maker| {
            matches!(compare(maker, &known.certificate.manufacturer), Compared::Same | Compared::OtherName)
        })
    }

    /// The manufacturer (13 14 MF) is declared once for goods that several may have made: it must be one of them. By
    /// names alone nothing is refused.
    fn maker(&mut self, known: &Known) {
        let Some(maker) = &self.consignment.parties.manufacturer else { return };
        let certified = &known.certificate.manufacturer;
        let (code, severity) = match compare(maker, certified) {
            Compared::Same | Compared::OnlyNames => return,
            Compared::Other if !self.maker_is_cited => (FindingCode::ManufacturerMismatch, Severity::Hard),
            Compared::Other => (FindingCode::ManufacturerMismatch, Severity::Warning),
            Compared::OtherName => (FindingCode::PartyNameDiffers, Severity::Warning),
            Compared::NotIdentified => (FindingCode::PartyNotIdentified, Severity::Warning),
        };
        let sides = (maker.label(), certified.label());
        self.find(known, code, |finding| finding.sides(sides.0, sides.1).severity(severity));
    }

    /// The consignee of each item that cites the certificate: its own, else the consignment's.
    fn consignee(&mut self, known: &Known) {
        let consignment = self.consignment;
        let certified = &known.certificate.consignee;
        let citing = self.citing(known);
        let leans_on_the_whole = citing.iter().any(|item| item.consignee.is_none());
        for item in citing {
            if let Some(own) = &item.consignee {
                self.party(known, Element::Consignee, Some(item.goods_item_number), own, certified);
            }
        }
        match &consignment.parties.consignee {
            _ if !leans_on_the_whole => {}
            Some(declared) => self.party(known, Element::Consignee, None, declared, certified),
            None => self.absent(Element::Consignee, None, known.number, certified.label()),
        }
    }

    fn party(&mut self, known: &Known, element: Element, item: Option<u32>, declared: &Party, certified: &Party) {
        let (code, severity, remedy) = match compare(declared, certified) {
            Compared::Same => return,
            Compared::OtherName => (FindingCode::PartyNameDiffers, Severity::Warning, "the identifier is the same"),
            Compared::Other => (FindingCode::PartyMismatch, Severity::Hard, "another party than the certified one"),
            // A consignee or a buyer in a third country has no identifier in most declarations. An exporter has its
            // EORI: without it, a name is all that anybody can borrow.
            // Where the set has no exporter, its name is more than was asked for.
            Compared::OnlyNames if element != Element::Exporter || !self.is_in_set(element) => {
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
        self.findings.push(finding.element(element).sides(declared.label(), certified.label()));
    }
}

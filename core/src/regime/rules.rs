//! The rules of the built-in rule set, row by row; docs/CHECK.md has them in plain words.
//!
//! Sources: Regulations (EU) No 833/2014 and (EC) No 765/2006 as amended to 2025-10-24; Lithuanian Customs, notice of
//! 18 December 2023.

use crate::goods::Country;
use crate::verdict::Requirement;

/// One rule: goods of some lists, on the way through some countries, and what then is asked.
pub(super) struct Rule {
    pub(super) id: &'static str,
    /// Its version: the day from which it is in force.
    pub(super) version: &'static str,
    pub(super) asks: Requirement,
    pub(super) via: &'static [Country],
    /// The lists it needs; one that is not loaded leaves the question open.
    pub(super) lists: &'static [&'static str],
    /// Where its lists could have entries at all, by code; empty where they could anywhere.
    pub(super) within: &'static [&'static str],
    pub(super) binds: Binds,
    /// The law in words an officer can read aloud.
    pub(super) basis: &'static str,
}

/// Whose offices bring a rule into play.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Binds {
    /// The Union's bans bind in every Member State.
    Everywhere,
    /// An office of Lithuania takes part.
    WithLithuania,
    /// None does: other Member States have rules of their own.
    WithoutLithuania,
}

impl Rule {
    /// Whether a good certificate answers the question whichever way it goes. Then asking it would only hold up an
    /// honest truck. It never answers a ban.
    pub(super) fn is_answered_by_a_certificate(&self) -> bool {
        self.binds != Binds::Everywhere
    }
}

/// Goods under export restrictions of both regulations, as far as the lists are loaded. A transit list is one too:
/// what may not transit Russia may not be exported there either.
const RESTRICTED: &[&str] = &[
    "833/2014 Annex XXIII",
    "765/2006 Annex XVIII",
    "833/2014 Annex VII Part B",
    "833/2014 Annex XXXVII",
    "833/2014 Annex XI",
    "765/2006 Annex Va Part B",
    "765/2006 Annex XIX",
    "765/2006 Annex XIVa",
    "833/2014 Annex XVIII",
    "765/2006 Annex XIV",
];

/// The Lithuanian rule.
pub(super) const LT_BASIS: &str = "Lithuanian Customs, 18 December 2023: goods under export restrictions of \
     Regulations (EU) No 833/2014 and (EC) No 765/2006 leave via Russia or Belarus only with the manufacturer's \
     declaration";

/// Dual-use goods.
pub(super) const DUAL_USE_BASIS: &str = "Regulations (EU) No 833/2014, Article 2, and (EC) No 765/2006, Article 1e: \
     dual-use goods may not transit through Russia or Belarus; the commodity code does not tell whether goods are \
     dual-use";

/// What the manufacturer must have confirmed (Lithuanian Customs, 3 July 2023).
pub(super) const STATEMENTS: [&str; 3] = ["S1", "S2", "S3"];

const fn ban(
    id: &'static str,
    version: &'static str,
    via: &'static [Country],
    list: &'static [&'static str],
    within: &'static [&'static str],
    basis: &'static str,
) -> Rule {
    Rule { id, version, asks: Requirement::Prohibited, via, lists: list, within, binds: Binds::Everywhere, basis }
}

const RU: &[Country] = &[Country::RU];
const BY: &[Country] = &[Country::BY];

/// All rules. The bans whose lists are not loaded stand here as well: what they could forbid is not free.
pub(super) const RULES: [Rule; 12] = [
    ban(
        "EU-RU-2a1a",
        "2023-06-24",
        RU,
        &["833/2014 Annex VII Part B"],
        &[],
        "Regulation (EU) No 833/2014, Article 2a(1a): goods of Annex VII may not transit through Russia",
    ),
    ban(
        "EU-RU-3k1a",
        "2023-12-19",
        RU,
        &["833/2014 Annex XXXVII"],
        &[],
        "Regulation (EU) No 833/2014, Article 3k(1a): goods of Annex XXXVII may not transit through Russia",
    ),
    // The Council's press release of 23 June 2023 says that the transit ban takes in aviation and space goods; the
    // article's text was not read, so an officer does.
    Rule {
        asks: Requirement::Unknown,
        ..ban(
            "EU-RU-3c",
            "2023-06-24",
            RU,
            &["833/2014 Annex XI"],
            &[],
            "Regulation (EU) No 833/2014, Article 3c: since June 2023 goods for aviation and space may not transit \
             through Russia; which parts of Annex XI the ban covers is to be read there",
        )
    },
    ban(
        "EU-RU-3c-fuel",
        "2023-06-24",
        RU,
        &["833/2014 Annex XX"],
        &["27101270", "27101921", "27101929", "27102090", "3811"],
        "Regulation (EU) No 833/2014, Article 3c: since June 2023 jet fuel and its additives may not transit through \
         Russia",
    ),
    ban(
        "EU-RU-2aa",
        "2023-06-24",
        RU,
        &["firearms of Article 2aa of 833/2014"],
        &["93"],
        "Regulation (EU) No 833/2014, Article 2aa: firearms, their parts and ammunition",
    ),
    ban(
        "EU-BY-1f1a",
        "2024-07-01",
        BY,
        &["765/2006 Annex Va Part B"],
        &[],
        "Regulation (EC) No 765/2006, Article 1f(1a): goods of Annex Va may not transit through Belarus",
    ),
    ban(
        "EU-BY-1bb2",
        "2024-07-01",
        BY,
        &["765/2006 Annex XIX"],
        &[],
        "Regulation (EC) No 765/2006, Article 1bb(2): goods of Annex XIX may not transit through Belarus",
    ),
    ban(
        "EU-BY-1s1a",
        "2024-07-01",
        BY,
        &["765/2006 Annex XIVa"],
        &[],
        "Regulation (EC) No 765/2006, Article 1s(1a): machinery of Annex XIVa may not transit through Belarus",
    ),
    ban(
        "EU-BY-1ba1a",
        "2024-07-01",
        BY,
        &["firearms of Article 1ba of 765/2006"],
        &["93"],
        "Regulation (EC) No 765/2006, Article 1ba(1a): firearms may not transit through Belarus",
    ),
    ban(
        "EU-BY-1sa",
        "2024-07-01",
        BY,
        &["765/2006 Annex XVII"],
        &["88"],
        "Regulation (EC) No 765/2006, Article 1sa: goods for aviation and space",
    ),
    Rule {
        id: "LT-2023-12-18",
        version: "2023-12-18",
        asks: Requirement::CertificateRequired,
        via: &[Country::RU, Country::BY],
        lists: RESTRICTED,
        within: &[],
        binds: Binds::WithLithuania,
        basis: LT_BASIS,
    },
    Rule {
        id: "OTHER-STATES",
        version: "built-in",
        asks: Requirement::Unknown,
        via: &[Country::RU, Country::BY],
        lists: RESTRICTED,
        within: &[],
        binds: Binds::WithoutLithuania,
        basis: "No office of Lithuania takes part: Poland, Latvia, Estonia and Finland ask for documents of their own \
                for restricted goods via Russia or Belarus, and those rules are not built in",
    },
];

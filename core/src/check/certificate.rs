//! A certificate against the consignment as a whole: its standing, parties, destination, route, transport, words.

use std::sync::Arc;

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::{Check, Known, ManufacturerStanding, SealStanding, ShownStatus, StoredStatus, shown_status};
use crate::consignment::Element;
use crate::day;
use crate::regime::Demand;
use crate::verdict::{Finding, FindingCode, Severity};

impl Check<'_> {
    pub(super) fn certificate(&mut self, known: &Known) {
        self.standing(known);
        self.seal(known);
        self.manufacturer(known);
        self.statements(known);
        self.destination(known);
        self.parties(known);
        self.routing(known);
        self.transport(known);
        // In no data set: the officer compares them with the papers.
        for (element, certified) in [
            (Element::EndUser, known.certificate.end_user.label()),
            (Element::EndUse, known.certificate.end_use.to_string()),
        ] {
            self.absent(element, None, known.number, certified);
        }
    }

    pub(super) fn find(&mut self, known: &Known, code: FindingCode, complete: impl FnOnce(Finding) -> Finding) {
        self.findings.push(complete(Finding::new(code).certificate(known.number)));
    }

    fn standing(&mut self, known: &Known) {
        let validity = known.certificate.validity;
        let today = day::format(self.moment.day);
        let window = format!("{} – {}", day::format(validity.from), day::format(validity.until));
        let reason = match &known.status {
            StoredStatus::Valid => String::new(),
            StoredStatus::Suspended { reason, since } | StoredStatus::Revoked { reason, since } => {
                format!("{}: {reason}", written(*since))
            }
            StoredStatus::Replaced { by, since } => match by {
                Some(by) => format!("{}: {by}", written(*since)),
                None => written(*since),
            },
        };
        self.ledger(known);
        let shown = shown_status(&known.status, validity, known.ledger.exhausted, self.moment.day);
        let (code, certified, remedy) = match shown {
            ShownStatus::Valid => return,
            ShownStatus::Revoked => (FindingCode::CertificateRevoked, reason, "ask the exporter for another one"),
            ShownStatus::Replaced => (FindingCode::CertificateReplaced, reason, "cite the one that replaces it"),
            ShownStatus::Suspended => (FindingCode::CertificateSuspended, reason, "its manufacturer can resume it"),
            ShownStatus::Expired => (FindingCode::CertificateExpired, window, "ask the exporter for a new one"),
            ShownStatus::Exhausted => {
                (FindingCode::CertificateExhausted, "0".to_owned(), "ask the exporter for a new one")
            }
            ShownStatus::NotYetValid => (FindingCode::CertificateNotYetValid, window, "wait for its first day"),
        };
        // What was reserved in time may go on; what its manufacturer took back may not.
        let in_time = matches!(shown, ShownStatus::Expired | ShownStatus::Exhausted | ShownStatus::Replaced);
        if in_time && known.ledger.covers_everything() {
            let words = code.as_str();
            let remedy = "this movement's own reservation was made in time and covers it";
            self.find(known, FindingCode::CoveredByReservation, |finding| {
                finding.sides(words, certified).remedy(remedy)
            });
            return;
        }
        self.find(known, code, |finding| finding.sides(today, certified).remedy(remedy));
    }

    /// Whose it is already, and whether goods passed beside the ledger.
    fn ledger(&mut self, known: &Known) {
        if let Some(other) = &known.ledger.bound_to {
            let remedy =
                "it covers one movement: join this declaration to it by its previous documents, or cite another";
            let complete = |finding: Finding| finding.certified(other).remedy(remedy);
            self.find(known, FindingCode::BoundToAnotherMovement, complete);
        }
        if known.ledger.overridden {
            let remedy = "officers let goods pass beside the ledger of this certificate; its ledger says how much";
            self.find(known, FindingCode::Overridden, |finding| finding.remedy(remedy));
        }
    }

    fn seal(&mut self, known: &Known) {
        let another = "ask the exporter for a certificate with a seal that stands";
        let (code, detail, remedy) = match &known.seal {
            SealStanding::Trusted => return,
            SealStanding::Untrusted(detail) => (FindingCode::SealUntrusted, detail, another),
            SealStanding::Revoked { detail } => (FindingCode::SealRevoked, detail, another),
            SealStanding::RevokedLater { detail } => {
                let stands = "the seal was good when the register accepted it, and still counts";
                (FindingCode::SealRevokedLater, detail, stands)
            }
            SealStanding::ListStale { detail } => {
                let load = "have the operator load a fresh revocation list, then check again";
                (FindingCode::RevocationListStale, detail, load)
            }
        };
        let accepted = day::format(known.accepted_at.date());
        self.find(known, code, |finding| finding.sides(accepted, detail).remedy(remedy));
    }

    fn manufacturer(&mut self, known: &Known) {
        let certificate = &known.certificate;
        match &known.manufacturer {
            ManufacturerStanding::Unreadable => {
                let remedy =
                    "the register's row of the manufacturer was changed outside the service; tell the operator";
                self.find(known, FindingCode::CertificateCorrupt, |finding| finding.remedy(remedy));
            }
            ManufacturerStanding::Unregistered => {
                let label = certificate.manufacturer.label();
                self.find(known, FindingCode::ManufacturerNotActive, |finding| finding.certified(label));
            }
            ManufacturerStanding::Known(manufacturer) if !manufacturer.active => {
                let name = &manufacturer.name;
                self.find(known, FindingCode::ManufacturerNotActive, |finding| finding.certified(name));
            }
            ManufacturerStanding::Known(_) => {}
        }
    }

    /// Every regime that asks for the certificate has its own demands; where only bans or open questions stand, those
    /// of one regime in force must be met.
    fn statements(&mut self, known: &Known) {
        // Where no regime asks for the certificate, none demands its words either.
        let mut asked =
            self.citing(known).into_iter().filter_map(|item| self.asked.get(&item.goods_item_number)).peekable();
        if asked.peek().is_none() {
            return;
        }
        let mut demands: Vec<Demand> = Vec::new();
        for regime in asked.flatten() {
            if demands.iter().all(|there| there.regime().id != regime.id) {
                demands.push(Demand::of(Arc::clone(regime)));
            }
        }
        let confirmed = &known.certificate.statements;
        let regimes = self.regimes;
        if demands.is_empty() {
            let met = |demand: &Demand| demand.missing(confirmed).is_empty() && demand.accepts(confirmed, regimes);
            let all = regimes.demands(self.moment);
            if all.iter().any(met) {
                return;
            }
            demands.extend(all.into_iter().next());
        }
        for demand in demands {
            let basis = &demand.regime().legal_basis;
            if !demand.accepts(confirmed, regimes) {
                let (wanted, found) = demand.wordings(confirmed, regimes);
                let code = FindingCode::StatementWordingNotAccepted;
                self.find(known, code, |finding| finding.sides(wanted, found).basis(basis));
            }
            for missing in demand.missing(confirmed) {
                let all: Vec<&str> = confirmed.confirmed.iter().map(crate::text::Text::as_str).collect();
                let complete = |finding: Finding| finding.sides(missing, all.join(", ")).basis(basis);
                self.find(known, FindingCode::StatementMissing, complete);
            }
        }
    }

    /// The consignment's destination, and that of an item where it has one of its own.
    fn destination(&mut self, known: &Known) {
        let certified = known.certificate.destination_country;
        let number = known.number;
        let mut compared = false;
        for item in self.citing(known) {
            match item.country_of_destination {
                Some(declared) if declared != certified => {
                    let finding = Finding::new(FindingCode::DestinationMismatch).item(item.goods_item_number);
                    self.findings.push(finding.certificate(number).sides(declared, certified));
                }
                Some(_) => {}
                None => compared = true,
            }
        }
        match self.consignment.country_of_destination {
            Some(declared) if compared && declared != certified => {
                self.find(known, FindingCode::DestinationMismatch, |finding| finding.sides(declared, certified));
            }
            None if compared => self.absent(Element::CountryOfDestination, None, known.number, certified.to_string()),
            Some(_) | None => {}
        }
    }

    pub(super) fn warn(&mut self, known: &Known, code: FindingCode, declared: impl ToString, certified: impl ToString) {
        self.find(known, code, |finding| finding.sides(declared, certified).severity(Severity::Warning));
    }
}

/// A moment as it stands in a finding.
fn written(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(&Rfc3339).unwrap_or_default()
}

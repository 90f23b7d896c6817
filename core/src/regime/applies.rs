//! Whether a regime comes into play for an item of a consignment at a moment.

use time::Date;

use super::regime_file::{GoverningDate, Procedure, Regime};
use super::{Applies, Route};
use crate::consignment::{Consignment, DataSet, GoodsItem, Stage};
use crate::goods::Country;
use crate::moment::Moment;

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The consignment.
    pub consignment: &'a Consignment,
    /// Its route.
    pub route: &'a Route,
    /// When it is asked.
    pub moment: Moment,
    /// The day of the contract, where it is known.
    pub contract: Option<Date>,
}

impl Question<'_> {
    /// The day that decides for a regime. A declaration accepted tomorrow is not accepted yet.
    pub(super) fn day(&self, governing: GoverningDate) -> Date {
        match governing {
            GoverningDate::Presentation => self.moment.day,
            GoverningDate::Acceptance => {
                self.consignment.acceptance_date.map_or(self.moment.day, |accepted| accepted.min(self.moment.day))
            }
            GoverningDate::Contract => self.contract.unwrap_or(self.moment.day),
        }
    }

    fn may_be(&self, procedure: Procedure) -> bool {
        if matches!(self.consignment.data_set, DataSet::D1 | DataSet::Tir) {
            return procedure == Procedure::Transit;
        }
        let requested = self.consignment.procedure.as_ref().and_then(|code| code.as_str().get(..2));
        match requested {
            Some("10" | "11" | "21" | "22" | "23") => procedure == Procedure::Export,
            Some("31") => procedure == Procedure::ReExport,
            // A procedure that is none of these, or none declared: nothing is left out on its account.
            Some(_) | None => true,
        }
    }

    fn is_certainly_one_of(&self, procedures: &[Procedure]) -> bool {
        let all = [Procedure::Export, Procedure::ReExport, Procedure::Transit];
        let goes_out = !matches!(self.consignment.data_set, DataSet::D1 | DataSet::Tir);
        all.into_iter()
            .filter(|procedure| self.may_be(*procedure) && !(goes_out && *procedure == Procedure::Transit))
            .all(|procedure| procedures.contains(&procedure))
    }
}

/// Whether it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InPlay {
    /// No.
    No,
    /// It depends on what is not declared: what would settle it.
    Maybe(&'static str),
    /// Yes.
    Yes,
}

impl InPlay {
    pub(super) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Maybe(why) => match other() {
                Self::No => Self::No,
                Self::Yes | Self::Maybe(_) => Self::Maybe(why),
            },
        }
    }

    const fn when(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Regime {
    /// Whether this version is the one of the day that governs it.
    pub(super) fn has_begun(&self, question: &Question<'_>) -> bool {
        self.from <= question.day(self.governing_date)
    }

    /// Whether it comes into play for goods that go to a country, whatever their condition.
    pub(super) fn in_play(&self, question: &Question<'_>, destination: Option<Country>) -> InPlay {
        self.in_force(question).and(|| self.applies.hold(question, destination))
    }

    pub(super) fn in_force(&self, question: &Question<'_>) -> InPlay {
        let day = question.day(self.governing_date);
        if day < self.from {
            return InPlay::No;
        }
        if self.until.is_none_or(|until| day <= until) {
            return InPlay::Yes;
        }
        // An older contract may still be under it.
        if self.governing_date == GoverningDate::Contract && question.contract.is_none() {
            return InPlay::Maybe("the date of the contract decides: say it");
        }
        InPlay::No
    }
}

impl Applies {
    fn hold(&self, question: &Question<'_>, destination: Option<Country>) -> InPlay {
        let route = question.route;
        let takes_part = |countries: &[Country]| countries.iter().any(|country| route.takes_part(*country));
        let somewhere = self.offices_of.is_empty() || takes_part(&self.offices_of);
        let stage = !self.at_the_border_only || question.consignment.stage == Stage::Border;
        InPlay::when(somewhere && stage && !takes_part(&self.no_office_of))
            .and(|| InPlay::when(self.lies_on_the_way(question, destination)))
            .and(|| self.fits_destination(destination))
            .and(|| self.fits_procedure(question))
            .and(|| self.fits_transport(question.consignment))
    }

    /// On the way through means: passed, and not where the goods end.
    fn lies_on_the_way(&self, question: &Question<'_>, destination: Option<Country>) -> bool {
        let passed = |country: &Country| destination != Some(*country) && question.route.passes(*country);
        self.via.is_empty() || self.via.iter().any(passed)
    }

    fn fits_destination(&self, destination: Option<Country>) -> InPlay {
        if self.destination.is_empty() && !self.destination_outside_union {
            return InPlay::Yes;
        }
        match destination {
            None => InPlay::Maybe("declare the country of destination"),
            Some(country) => InPlay::when(
                (self.destination.is_empty() || self.destination.contains(&country))
                    && (!self.destination_outside_union || !country.in_union()),
            ),
        }
    }

    fn fits_procedure(&self, question: &Question<'_>) -> InPlay {
        if self.procedures.is_empty() || question.is_certainly_one_of(&self.procedures) {
            return InPlay::Yes;
        }
        if self.procedures.iter().any(|procedure| question.may_be(*procedure)) {
            return InPlay::Maybe("declare the procedure requested (11 09)");
        }
        InPlay::No
    }

    fn fits_transport(&self, consignment: &Consignment) -> InPlay {
        if self.transport_modes.is_empty() {
            return InPlay::Yes;
        }
        let mode = consignment.transport.as_ref().and_then(|transport| transport.mode.as_ref());
        match mode.and_then(|mode| mode.as_str().parse::<u8>().ok()) {
            Some(mode @ (1..=5 | 7 | 8)) => InPlay::when(self.transport_modes.contains(&mode)),
            // 9 is a mode that is not known, or goods that move by themselves.
            Some(_) | None => InPlay::Maybe("declare the mode of transport at the border (19 03)"),
        }
    }

    /// New or used: said of each goods item.
    pub(super) fn fits_condition(&self, item: &GoodsItem) -> InPlay {
        match (self.condition, item.condition) {
            (None, _) => InPlay::Yes,
            (Some(wanted), Some(declared)) => InPlay::when(wanted == declared),
            (Some(_), None) => InPlay::Maybe("say whether the goods are new or used"),
        }
    }
}

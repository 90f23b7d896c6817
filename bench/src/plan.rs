//! What is measured, for how long.

use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::value_parser;

use crate::report::Expected;
use crate::scenario::{self, Goal, Scenario};

/// The database that needs no address.
pub(crate) const SQLITE: &str = "sqlite";

/// What rows call a database.
pub(crate) fn name_of(database: &str) -> &'static str {
    if database == SQLITE { SQLITE } else { "postgres" }
}

/// The connections at which the targets hold: enough for full batches, and what a country's customs system keeps open.
pub(crate) const FULL_LOAD: usize = 256;
/// The scenarios whose median is followed while the register grows, and how much slower a hundred times as many
/// certificates may make them: every access is by key, so only the depth of the index grows.
const GROWING: [(&str, f64); 2] = [("check", 1.1), ("reserve", 1.2)];
/// From the start of the program until it answers.
const READY_MILLIS_MAX: f64 = 2_000.0;
/// The most memory of the service, however many certificates there are.
const MEBIBYTES_MAX: f64 = 256.0;

#[derive(Debug, clap::Parser)]
#[command(about = "Fills a register and measures it from outside; `cargo xtask bench` starts it")]
pub(crate) struct Arguments {
    /// Where to measure, one after the other: `sqlite`, or a PostgreSQL address.
    #[arg(required = true)]
    databases: Vec<String>,
    /// Short: 2 s a scenario, 5,000 certificates, only 256 connections. Finds what is broken, not what is slow.
    #[arg(long)]
    quick: bool,
    /// One JSON object a row.
    #[arg(long)]
    json: bool,
    /// How many certificates the register holds.
    #[arg(long, value_parser = value_parser!(u32).range(1..))]
    certificates: Option<u32>,
    /// Follow the medians of `check` and `reserve`, memory, disk and start from 10^4 to 10^6 certificates instead.
    #[arg(long, conflicts_with = "certificates")]
    growth: bool,
    /// The log alone: appending, receipts, export and its verification, with 10^6 entries.
    #[arg(long, conflicts_with_all = ["growth", "certificates", "scenario", "connections"])]
    log: bool,
    /// A mixed load with faults for so many minutes instead; ends by comparing answers, ledger and log, and memory.
    #[arg(long, value_name = "MINUTES", value_parser = value_parser!(u32).range(1..))]
    #[arg(conflicts_with_all = ["growth", "certificates", "scenario", "connections", "log"])]
    soak: Option<u32>,
    /// Only these scenarios; `ping`, to which they are compared, always comes along.
    #[arg(long, value_parser = PossibleValuesParser::new(scenario::ALL.map(|scenario| scenario.name)))]
    scenario: Vec<String>,
    /// Only at so many connections.
    #[arg(long, value_parser = value_parser!(u16).range(1..))]
    connections: Option<u16>,
    /// How long each scenario counts, in seconds.
    #[arg(long, value_parser = value_parser!(u64).range(1..=3_600))]
    seconds: Option<u64>,
}

/// What is measured.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) databases: Vec<String>,
    pub(crate) json: bool,
    pub(crate) growth: bool,
    /// The log alone, with so many entries.
    pub(crate) log: Option<u32>,
    /// A soak of so many minutes.
    pub(crate) soak: Option<u32>,
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
    pub(crate) connections: Vec<usize>,
    /// How many certificates, step by step.
    pub(crate) sizes: Vec<u32>,
    only: Vec<String>,
}

impl From<Arguments> for Plan {
    fn from(arguments: Arguments) -> Self {
        let quick = arguments.quick;
        let sizes = match (arguments.growth, quick) {
            (true, true) => vec![1_000, 10_000],
            (true, false) => vec![10_000, 100_000, 1_000_000],
            (false, _) => vec![arguments.certificates.unwrap_or(if quick { 5_000 } else { 100_000 })],
        };
        let connections = match (arguments.growth, quick) {
            _ if arguments.connections.is_some() => arguments.connections.into_iter().map(usize::from).collect(),
            (_, true) => vec![FULL_LOAD],
            // One: the time of a single request. Full load: what it costs, without the wait for the disk.
            (true, false) => vec![1, FULL_LOAD],
            (false, false) => vec![1, 32, FULL_LOAD],
        };
        Self {
            databases: arguments.databases,
            json: arguments.json,
            growth: arguments.growth,
            soak: arguments.soak,
            log: arguments.log.then_some(if quick { 50_000 } else { 1_000_000 }),
            warm_up: Duration::from_millis(if quick { 500 } else { 2_000 }),
            measured: Duration::from_secs(arguments.seconds.unwrap_or(if quick { 2 } else { 10 })),
            connections,
            sizes,
            only: if arguments.growth {
                GROWING.iter().map(|(name, _)| (*name).to_owned()).collect()
            } else {
                arguments.scenario
            },
        }
    }
}

impl Plan {
    /// Whether a scenario is to be run: it was asked for, or one is that is held against it.
    pub(crate) fn wants(&self, scenario: &Scenario) -> bool {
        let compared = |name: &String| {
            let asked = scenario::ALL.iter().find(|of| of.name == *name);
            asked.is_some_and(|of| matches!(of.goal, Goal::TailOf(other, _) if other == scenario.name))
        };
        let named = |name: &String| name == scenario.name || compared(name);
        scenario.name == "ping" || self.only.is_empty() || self.only.iter().any(named)
    }

    /// What a scenario's row should be.
    pub(crate) fn expected(&self, scenario: &Scenario, connections: usize) -> Expected {
        if self.growth {
            let growing = GROWING.iter().find(|(name, _)| *name == scenario.name);
            return growing.map_or(Expected::Anything, |(_, most)| Expected::Growth(*most));
        }
        match scenario.goal {
            Goal::Part(of, least) if connections == FULL_LOAD => Expected::PartOf(of, least),
            Goal::Tail { commits, millis } if connections == FULL_LOAD => Expected::Tail { commits, millis },
            // What people wait for is compared at every load.
            Goal::TailOf(of, most) => Expected::TailOf(of, most),
            Goal::Part(..) | Goal::Tail { .. } | Goal::Open => Expected::Anything,
        }
    }

    /// What the start of the service should be.
    pub(crate) const fn start(&self) -> Expected {
        if self.growth { Expected::Millis(READY_MILLIS_MAX) } else { Expected::Anything }
    }

    /// What its memory should be at the end.
    pub(crate) const fn memory(&self) -> Expected {
        if self.growth { Expected::Memory(MEBIBYTES_MAX) } else { Expected::Anything }
    }
}

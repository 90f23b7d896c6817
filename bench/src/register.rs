//! The register under test: the demo's, with its clock standing where the goods lists count as complete.

use std::io::Write as _;
use std::path::PathBuf;

use endmark::cli::Failed;
use endmark::config::Settings;
use endmark::demo::{Place, World};
use endmark::store::{Connection, apart, head};

use crate::commit::execute;
use crate::document::Payload;
use crate::fill;
use crate::report::Measured;
use crate::stock::Stock;

/// A closed loop of one caller is no flood: the quota on evidence, made against floods, steps aside.
const LIMITS: &str = "\n[limits]\nevidence_kib_per_minute = 1000000000\n";

/// A register that no service runs on.
#[derive(Debug)]
pub(crate) struct Register {
    pub(crate) dir: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) payload: Payload,
    pub(crate) stock: Stock,
    /// How many certificates were sealed to be submitted later.
    pub(crate) sealed_ahead: u32,
}

impl Register {
    /// Makes it, with keys and callers.
    pub(crate) fn make(place: &Place) -> Result<Self, Failed> {
        let (settings, statements) = actix_rt::System::new().block_on(async {
            let world = World::make(place).await?;
            let regimes = world.running.app.regimes();
            let sets = regimes.statement_sets();
            let set = sets.iter().find(|set| set.id() == "LT-2023-07-03" && set.language() == "en");
            let statements = set.ok_or("the statement set LT-2023-07-03 is missing")?.digest().to_string();
            world.running.stop().await;
            Ok::<_, Failed>((world.settings, statements))
        })?;
        let dir = place.dir().to_owned();
        let config = std::fs::OpenOptions::new().append(true).open(dir.join("endmark.toml"));
        config?.write_all(LIMITS.as_bytes())?;
        Ok(Self { dir, settings, payload: Payload::new(&statements)?, stock: Stock::new()?, sealed_ahead: 0 })
    }

    /// Issues certificates until there are so many.
    pub(crate) fn fill(&mut self, size: u32) -> Result<Measured, Failed> {
        let url = self.settings.database_url()?;
        let entries = || apart(|| Ok(head::read(&mut Connection::open(&url)?)?.size));
        let before = entries()?;
        let (mut numbers, measured) = fill::fill(self, size)?;
        self.stock.numbers.append(&mut numbers);
        self.stock.leaves = before..entries()?;
        // A bulk load leaves the planner's statistics behind; a register that grew in months has them.
        apart(|| execute(&mut Connection::open(&url)?, "ANALYZE"))?;
        Ok(measured)
    }
}

//! The demo: the whole story at a fixed time, through the real HTTPS door.

mod audit;
mod case;
mod cases;
mod document;
mod law;
mod life;
mod place;
mod player;
mod world;

pub use audit::{Audited, audit};
pub use case::{Case, Played};
pub use cases::play;
pub use law::invented;
pub use place::Place;
pub use world::{Seal, World};

use time::OffsetDateTime;
use time::macros::datetime;

/// Where the demo's clock stands at first: within the time for which the goods lists are complete.
pub const STARTS_AT: OffsetDateTime = datetime!(2026-03-16 09:00 UTC);
/// The demo register's origin.
pub const ORIGIN: &str = "register.example/endmark";

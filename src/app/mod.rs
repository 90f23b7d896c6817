//! The running service: what its parts share, how it starts, how it stops.

mod background;
pub mod checkpoint_file;
mod controls;
mod declaration;
mod declared;
mod metrics;
mod offline;
mod papers;
mod prepare;
mod proof;
mod refusal;
mod start;
mod tls;
mod turned_away;
mod webhooks;

pub use controls::NotRecorded;
pub use declaration::{Event, Known, NotShown};
pub use declared::{Declared, NotDeclared};
pub use metrics::Metrics;
pub(crate) use offline::NoBundle;
pub use papers::HeldUp;
pub(crate) use papers::means;
pub use prepare::VerifiedCache;
pub use proof::{NotProved, Proved};
pub use refusal::Refused;
pub use start::{Running, StartError, known_log_keys, log_keys, open_context, start};
pub use turned_away::{Cause, TurnedAway};

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use arc_swap::Guard;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use time::{Duration, OffsetDateTime};

use crate::keys::token::TokenSigner;
use crate::registry::Registry;
use crate::store::Readers;
use crate::store::nodes::Nodes;
use crate::writer::{Command, Context, Failure, Writer};

/// How often an address may try to sign in: an office behind one address begins its shift together, and nobody guesses
/// 256 bits.
const SIGN_IN_TRIES_A_MINUTE: u32 = 60;

/// What every handler can reach.
#[derive(Debug)]
pub struct App {
    /// Clock, keys, regimes.
    pub context: Arc<Context>,
    /// The only door to a change.
    pub writer: Writer,
    /// Connections for reading.
    pub readers: Readers,
    /// Certificates verified from their bytes.
    pub verified: VerifiedCache,
    /// Signs the codes on papers.
    pub token: TokenSigner,
    /// What was turned away.
    pub turned_away: TurnedAway,
    /// Where browsers find the pages: what officers' links begin with.
    pub web_address: String,
    photo_turns: tokio::sync::Semaphore,
    evidence_quota: DefaultKeyedRateLimiter<String>,
    sign_in_tries: DefaultKeyedRateLimiter<IpAddr>,
    stale_after: Duration,
    offline: offline::Bundles,
    nodes: Arc<Nodes>,
}

impl App {
    fn new(
        context: Arc<Context>,
        writer: Writer,
        readers: Readers,
        token: TokenSigner,
        settings: &crate::config::Settings,
        web_address: String,
    ) -> Self {
        let limits = &settings.limits;
        let per_minute = |count| Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        Self {
            context,
            writer,
            readers,
            verified: VerifiedCache::default(),
            token,
            turned_away: TurnedAway::default(),
            web_address,
            photo_turns: tokio::sync::Semaphore::new(papers::PHOTOS_AT_ONCE),
            sign_in_tries: RateLimiter::keyed(per_minute(SIGN_IN_TRIES_A_MINUTE)),
            evidence_quota: RateLimiter::keyed(per_minute(limits.evidence_kib_per_minute)),
            stale_after: Duration::days(limits.stale_after_days.into()),
            offline: offline::Bundles::new(settings),
            nodes: Arc::default(),
        }
    }

    /// The registry as last seen, at most a second old.
    pub fn registry(&self) -> Guard<Arc<Registry>> {
        self.writer.shared().registry.load()
    }

    /// The regimes in force, of the registry last seen.
    pub fn regimes(&self) -> Arc<endmark_core::regime::Regimes> {
        Arc::clone(self.registry().regimes())
    }

    /// This register's origin.
    pub fn origin(&self) -> &str {
        self.context.keys.log.key().name().as_str()
    }

    /// A reservation that began before this moment and is not released is stale.
    pub fn stale_before(&self) -> OffsetDateTime {
        let now = self.context.clock.now();
        now.checked_sub(self.stale_after).unwrap_or(now)
    }

    /// Counts the bytes an organisation is about to add as evidence against its quota. `false`: over it.
    pub fn may_add_evidence(&self, organisation: &str, bytes: usize) -> bool {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let Some(kib) = NonZeroU32::new(kib) else { return true };
        matches!(self.evidence_quota.check_key_n(&organisation.to_owned(), kib), Ok(Ok(())))
    }

    /// Hands a command to the writer; one prepared on what has changed since is prepared again.
    pub async fn submit<F, E>(&self, mut prepare: F) -> Result<crate::writer::Answer, E>
    where
        F: AsyncFnMut() -> Result<Command, E>,
        E: From<Failure>,
    {
        /// Trust changes a few times a day; a command that is stale this often in a row has another fault.
        const TRIES_MAX: u32 = 5;
        for _ in 1..TRIES_MAX {
            match self.writer.submit(prepare().await?).await {
                Err(Failure::Stale) => {}
                answered => return answered.map_err(E::from),
            }
        }
        self.writer.submit(prepare().await?).await.map_err(E::from)
    }

    /// Counts a try to sign in. `false`: too many from there.
    pub fn may_try_to_sign_in(&self, from: IpAddr) -> bool {
        self.sign_in_tries.check_key(&from).is_ok()
    }

    /// Whether browsers reach the pages over HTTPS.
    pub fn is_web_secure(&self) -> bool {
        self.web_address.starts_with("https://")
    }

    pub(crate) fn forget_idle_quotas(&self) {
        self.sign_in_tries.retain_recent();
        self.sign_in_tries.shrink_to_fit();
        self.evidence_quota.retain_recent();
        self.evidence_quota.shrink_to_fit();
    }
}

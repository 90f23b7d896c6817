//! What a scenario needs before it starts, made without being measured.

use std::cell::Cell;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use endmark::cli::Failed;
use endmark::pki::{self, Issued, Validity};
use endmark::sealing::Sealer;
use futures_util::future::try_join_all;

use crate::caller::Caller;
use crate::drive::{self, Bench};
use crate::officer::Session;
use crate::plan::FULL_LOAD;
use crate::register::Register;
use crate::scenario::{self, Needs, RESERVING, Scenario};
use crate::service::Service;
use crate::stock::Stock;

/// More than any service here takes in a second: what is sealed ahead must last.
const SEALED_A_SECOND: f64 = 5_000.0;
const SEALED_RSA_A_SECOND: f64 = 4_000.0;
/// Releases are quicker than reservations.
const RESERVING_LONGER: u32 = 2;

/// The serials to ask about.
pub(crate) fn serials(
    bench: &Bench<'_>,
    register: &mut Register,
    scenario: &Scenario,
    connections: usize,
) -> Result<std::ops::Range<u64>, Failed> {
    let within = bench.plan.warm_up.saturating_add(bench.plan.measured);
    match scenario.needs {
        Needs::Nothing | Needs::Unseen => Ok(register.stock.next..u64::MAX),
        Needs::Seen => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            for service in bench.services {
                if register.stock.seen_by.insert(service.process()) {
                    runtime.block_on(see(bench.folder, service, &register.stock))?;
                }
            }
            Ok(register.stock.next..u64::MAX)
        }
        Needs::Officer => {
            let service = bench.services.first().ok_or("no service to sign in to")?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            register.stock.officer = runtime.block_on(Session::begin(register, service))?;
            Ok(register.stock.next..u64::MAX)
        }
        Needs::Reserved => {
            let from = register.stock.next;
            let longer = Bench { measured: within.saturating_mul(RESERVING_LONGER), ..*bench };
            let reserved = drive::run(&longer, &mut register.stock, &RESERVING, connections, from..u64::MAX)?;
            if let Some(error) = reserved.first_error {
                return Err(format!("nothing could be reserved for {}: {error}", scenario.name).into());
            }
            Ok(from..register.stock.next)
        }
        Needs::Sealed => {
            let (key, chain) = (file(&register.dir, "maker-seal.key")?, file(&register.dir, "maker-seal.pem")?);
            seal(register, &Sealer::from_pem(&key, &chain)?, count(within, SEALED_A_SECOND))
        }
        Needs::SealedRsa => {
            let issued = rsa(&register.dir)?;
            seal(register, &Sealer::from_pem(&issued.key, &issued.certificate)?, count(within, SEALED_RSA_A_SECOND))
        }
    }
}

/// Asks about every certificate once.
async fn see(folder: &Path, service: &Service, stock: &Stock) -> Result<(), Failed> {
    let caller = Caller::new(folder, RESERVING.caller, service.api)?;
    let serials = Cell::new(0..u64::try_from(stock.numbers.len())?);
    let ask = async |_| {
        let mut line = caller.connect().await?;
        while let Some(serial) = drive::next(&serials) {
            let (status, body) = line.ask(scenario::check(stock, serial)).await?;
            if !status.is_success() {
                return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
            }
        }
        Ok::<_, Failed>(())
    };
    try_join_all((0..FULL_LOAD).map(ask)).await.map(drop)
}

fn file(dir: &Path, name: &str) -> Result<String, Failed> {
    Ok(std::fs::read_to_string(dir.join("certs").join(name))?)
}

fn count(within: Duration, a_second: f64) -> u32 {
    let wanted = Duration::from_secs_f64(within.as_secs_f64() * a_second);
    u32::try_from(wanted.as_secs()).unwrap_or(u32::MAX)
}

/// A seal certificate of the manufacturer with an RSA key. ring makes no such key, so `openssl` does.
fn rsa(dir: &Path) -> Result<Issued, Failed> {
    let made = Command::new("openssl")
        .args(["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .map_err(|error| format!("openssl: {error}; issue_rsa needs it to make a key"))?;
    if !made.status.success() {
        return Err(format!("openssl genpkey: {}", String::from_utf8_lossy(&made.stderr)).into());
    }
    let anchor = Issued { certificate: file(dir, "anchor.pem")?, key: file(dir, "anchor.key")? };
    let from = endmark::demo::STARTS_AT - time::Duration::days(30);
    let validity = Validity { from, until: from + time::Duration::days(730) };
    let key = String::from_utf8(made.stdout)?;
    Ok(pki::seal_for(&anchor, "Muster Verpackungsmaschinen GmbH", "NTRDE-HRB123456", validity, &key)?)
}

/// Seals so many certificates, on every processor: the service is idle meanwhile.
fn seal(register: &mut Register, sealer: &Sealer, count: u32) -> Result<std::ops::Range<u64>, Failed> {
    let at = register.settings.clock()?.now();
    let from = register.sealed_ahead;
    let threads = u32::try_from(std::thread::available_parallelism()?.get())?;
    let payload = &register.payload;
    let part = |thread: u32| -> Result<Vec<Bytes>, Failed> {
        let serials =
            (from..from.saturating_add(count)).skip(usize::try_from(thread)?).step_by(usize::try_from(threads)?);
        let made = serials.map(|serial| {
            let text = payload.text(&format!("AHEAD-{serial:07}"));
            Ok(Bytes::from(sealer.seal_unread(text.as_bytes(), at)?.1))
        });
        made.collect()
    };
    let parts: Result<Vec<Vec<Bytes>>, Failed> = std::thread::scope(|scope| {
        let part = &part;
        let threads: Vec<_> = (0..threads).map(|thread| scope.spawn(move || part(thread))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a sealing thread panicked")?).collect()
    });
    register.sealed_ahead = from.saturating_add(count);
    register.stock.sealed = parts?.into_iter().flatten().collect();
    Ok(0..u64::try_from(register.stock.sealed.len())?)
}

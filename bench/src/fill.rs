//! Filling: seals certificates on several threads and hands them to the writer, in this process. Everything that a
//! submission over HTTPS does is done, but TLS and HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use endmark::app::open_context;
use endmark::cli::Failed;
use endmark::http::new_request_id;
use endmark::recall;
use endmark::sealing::Sealer;
use endmark::store::apart;
use endmark::writer::{Action, Command, Limits, Origin, Reply, Submission, Writer};
use endmark_core::digest::Digest;
use endmark_core::{certificate, seal};
use futures_util::future::try_join_all;
use indicatif::{ProgressBar, ProgressStyle};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use time::OffsetDateTime;

use crate::register::Register;
use crate::report::Measured;

/// How many certificates a thread hands over at once; the writer commits them together.
const BATCH: u32 = 1_024;
/// One seals while another waits for its commit.
const THREADS: usize = 3;

/// Who seals and submits.
struct Filler<'a> {
    register: &'a Register,
    sealer: Sealer,
    client: Digest,
    at: OffsetDateTime,
    writer: Writer,
    next: AtomicU32,
    until: u32,
    progress: ProgressBar,
}

/// Issues certificates up to `size`; gives the numbers of the new ones.
pub(crate) fn fill(register: &Register, size: u32) -> Result<(Vec<String>, Measured), Failed> {
    let from = u32::try_from(register.stock.numbers.len())?;
    let file = |name: &str| register.dir.join("certs").join(name);
    let (key, chain) =
        (std::fs::read_to_string(file("maker-seal.key"))?, std::fs::read_to_string(file("maker-seal.pem"))?);
    let clock = register.settings.clock()?;
    let url = register.settings.database_url()?;
    let context = open_context(&register.settings, clock.clone())?;
    let limits = Limits { batch_max: 1_024, queue_max: 65_536, wait_millis_max: 600_000 };
    let (writer, thread) = apart(|| Writer::start(&url, context, limits))?;
    let filler = Filler {
        register,
        sealer: Sealer::from_pem(&key, &chain)?,
        client: Digest::of(&CertificateDer::from_pem_file(file("maker.pem"))?),
        at: clock.now(),
        writer,
        next: AtomicU32::new(from),
        until: size,
        progress: progress(size.saturating_sub(from)),
    };
    let began = Instant::now();
    let sealed: Result<Vec<Vec<String>>, Failed> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| filler.work())).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a filling thread panicked")?).collect()
    });
    let took = began.elapsed();
    filler.progress.finish_and_clear();
    drop(filler);
    thread.finish();
    let numbers: Vec<String> = sealed?.into_iter().flatten().collect();
    let measured = Measured::from_count(numbers.len(), took);
    Ok((numbers, measured))
}

/// Shown on a terminal only.
fn progress(certificates: u32) -> ProgressBar {
    let bar = ProgressBar::new(certificates.into());
    let style = ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} certificates, {eta} to go");
    style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
}

impl Filler<'_> {
    /// Batch after batch, until all are taken.
    fn work(&self) -> Result<Vec<String>, Failed> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let mut numbers = Vec::new();
        loop {
            let first = self.next.fetch_add(BATCH, Ordering::Relaxed);
            if first >= self.until {
                return Ok(numbers);
            }
            let batch = first..first.saturating_add(BATCH).min(self.until);
            let commands: Vec<_> = batch.map(|serial| self.sealed(serial)).collect::<Result<_, _>>()?;
            let submitted = commands.into_iter().map(|command| self.submit(command));
            numbers.append(&mut runtime.block_on(try_join_all(submitted))?);
        }
    }

    fn sealed(&self, serial: u32) -> Result<Submission, Failed> {
        let text = self.register.payload.text(&format!("BENCH-{serial:07}"));
        let (number, jws) = self.sealer.seal(text.as_bytes(), self.at)?;
        let registry = self.writer.shared().registry.load();
        let sealed = seal::parse(jws.as_bytes())?;
        let certificate = certificate::parse(text.as_bytes())?;
        Ok(Submission {
            number,
            digest: sealed.digest(),
            short_form: recall::short_form(jws.as_bytes(), sealed.digest(), sealed.chain(), &certificate),
            certificate: Arc::new(certificate),
            sealed_at: self.at,
            path: registry.trust().path(sealed.chain(), self.at).map(Arc::new),
            epoch: registry.epoch,
            jws: jws.into_bytes(),
        })
    }

    async fn submit(&self, submission: Submission) -> Result<String, Failed> {
        let number = submission.number.to_string();
        let command = Command {
            origin: Origin { request: new_request_id(), client: Some(self.client), officer: None },
            organisation: "muster".to_owned(),
            action: Action::Submit(Box::new(submission)),
        };
        let answer = self.writer.submit(command).await?;
        self.progress.inc(1);
        match answer.reply {
            Reply::Issued { .. } => Ok(number),
            reply => Err(format!("a certificate was not issued: {reply:?}").into()),
        }
    }
}

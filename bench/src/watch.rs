//! What the service's processes use while they are measured.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query, sql_types};
use endmark::cli::Failed;
use endmark::store::{Connection, DatabaseUrl, apart};

use crate::process;
use crate::report::Measured;
use crate::service::Service;

/// Counters at one moment, over all services.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    service_cores: f64,
    client_cores: f64,
    /// To the disk by the service itself, or to PostgreSQL's log.
    written: f64,
    batches: f64,
    commands: f64,
}

/// A measured time.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    services: &'a [&'a Service],
    database: &'a str,
    began: Instant,
    before: Counters,
    used: Counters,
    peak_mebibytes: f64,
}

impl<'a> Watch<'a> {
    pub(crate) fn begin(services: &'a [&'a Service], database: &'a str) -> Result<Self, Failed> {
        for service in services {
            process::forget_peak(service.process())?;
        }
        let before = Counters::now(services, database)?;
        let began = Instant::now();
        Ok(Self { services, database, began, before, used: Counters::default(), peak_mebibytes: 0.0 })
    }

    pub(crate) fn end(&mut self) -> Result<(), Failed> {
        let seconds = self.began.elapsed().as_secs_f64();
        let (after, before) = (Counters::now(self.services, self.database)?, self.before);
        self.used = Counters {
            service_cores: (after.service_cores - before.service_cores) / seconds,
            client_cores: (after.client_cores - before.client_cores) / seconds,
            written: after.written - before.written,
            batches: after.batches - before.batches,
            commands: after.commands - before.commands,
        };
        for service in self.services {
            self.peak_mebibytes += process::peak_mebibytes(service.process())?;
        }
        Ok(())
    }

    /// Adds what was used to what was measured.
    pub(crate) fn told(&self, measured: Measured, answers: u64) -> Measured {
        let answers = u32::try_from(answers).map_or(f64::MAX, f64::from);
        Measured {
            service_cores: Some(self.used.service_cores),
            client_cores: Some(self.used.client_cores),
            peak_mebibytes: Some(self.peak_mebibytes),
            mean_batch: (self.used.batches > 0.0).then(|| self.used.commands / self.used.batches),
            written_bytes: (answers > 0.0).then(|| self.used.written / answers),
            ..measured
        }
    }
}

impl Counters {
    fn now(services: &[&Service], database: &str) -> Result<Self, Failed> {
        let mut all = Self { client_cores: process::seconds(std::process::id())?, ..Self::default() };
        for service in services {
            all.service_cores += process::seconds(service.process())?;
            let metrics = metrics(service.ops)?;
            all.batches += metric(&metrics, "endmark_batch_commands_count ");
            all.commands += metric(&metrics, "endmark_batch_commands_sum ");
            all.written += process::written(service.process())?;
        }
        if let DatabaseUrl::Postgres(_) = database.parse()? {
            all.written = wal_bytes(database)?;
        }
        Ok(all)
    }
}

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = sql_types::Double)]
    bytes: f64,
}

/// What PostgreSQL has written to its log, ever.
fn wal_bytes(database: &str) -> Result<f64, Failed> {
    one_number(database, "SELECT wal_bytes::double precision AS bytes FROM pg_stat_wal")
}

/// How much the database takes on the disk.
pub(crate) fn database_bytes(database: &str, folder: &std::path::Path) -> Result<f64, Failed> {
    let DatabaseUrl::Sqlite(path) = database.parse()? else {
        return one_number(database, "SELECT pg_database_size(current_database())::double precision AS bytes");
    };
    let size = |ending: &str| {
        let file = folder.join(format!("{}{ending}", path.display()));
        std::fs::metadata(file).map_or(0.0, |found| mebibytes(found.len()) * 1_048_576.0)
    };
    Ok(size("") + size("-wal"))
}

fn mebibytes(bytes: u64) -> f64 {
    let kibibytes = u32::try_from(bytes / 1_024).unwrap_or(u32::MAX);
    f64::from(kibibytes) / 1_024.0
}

fn one_number(database: &str, statement: &str) -> Result<f64, Failed> {
    let url = database.parse()?;
    let rows: Vec<Bytes> = apart(|| {
        let mut connection = Connection::open(&url)?;
        match &mut connection {
            Connection::Sqlite(c) => c.batch_execute("SELECT 1").map(|()| Vec::new()),
            Connection::Postgres(c) => sql_query(statement).load(c.each()),
        }
        .map_err(Into::into)
    })?;
    rows.first().map(|row| row.bytes).ok_or_else(|| "no row".into())
}

/// The service's own counters, as Prometheus reads them.
fn metrics(ops: SocketAddr) -> Result<String, Failed> {
    let mut stream = TcpStream::connect(ops)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET /metrics HTTP/1.0\r\nHost: {ops}\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

fn metric(text: &str, name: &str) -> f64 {
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or_default()
}

//! The log: how fast it grows, is proved, taken away and verified.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use endmark::app::open_context;
use endmark::cli::{Failed, Layout, make_register};
use endmark::config::Settings;
use endmark::demo::{ORIGIN, Place, STARTS_AT};
use endmark::export::{Order, record, write};
use endmark::keys::load_rows;
use endmark::store::log::{StoredEntry, append, entries_from};
use endmark::store::nodes::Nodes;
use endmark::store::tile::{self, with_tiles};
use endmark::store::{Connection, RowKey, StoreError, apart, head};
use endmark_core::digest::Digest;
use endmark_core::log::{Edge, leaf_hash};
use serde_json::{Value, json};

/// Entries written in one transaction, and read at once.
const CHUNK: u32 = 512;
/// Receipts that are made.
const RECEIPTS: u32 = 10_000;

/// One figure.
pub(crate) struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    target: String,
    pub(crate) reached: bool,
}

impl Figure {
    /// One that nothing is asked of.
    fn of(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self { name, value, unit, target: String::new(), reached: true }
    }

    fn at_least(name: &'static str, value: f64, unit: &'static str, least: f64) -> Self {
        Self { name, value, unit, target: format!("at least {least}"), reached: value >= least }
    }

    fn at_most(name: &'static str, value: f64, unit: &'static str, most: f64) -> Self {
        Self { name, value, unit, target: format!("at most {most}"), reached: value <= most }
    }

    pub(crate) fn json(&self, database: &str) -> Value {
        json!({ "database": database, "scenario": self.name, "value": self.value, "unit": self.unit,
                "target": self.target, "reached": self.reached })
    }

    pub(crate) fn text(&self, database: &str) -> String {
        let Self { name, value, unit, target, reached } = self;
        let mark = if *reached { "ok" } else { "MISSED" };
        format!("{database:<9} {name:<28} {value:>12.2} {unit:<10} {target:<22} {mark}")
    }
}

/// An entry as a check leaves it: about 700 bytes.
fn entry(leaf: u64) -> Vec<u8> {
    let digest = Digest::of(&leaf.to_be_bytes());
    json!({
        "leaf": leaf, "version": 2, "type": "consignmentChecked", "at": "2026-03-16T09:00:00Z",
        "request": digest.to_string().get(..32), "organisation": "lt-customs", "client": digest,
        "role": "customs:read", "office": "LTKR1000", "certificates": ["EDC-7K3M-9QXD-41TZ-P0AB-X"],
        "declaration": "26LT0000000000AAB1", "decision": "conforms", "reasons": [],
        "regimes": [{ "id": "eu-833-2014", "version": "2026-02-24" }, { "id": "eu-765-2006", "version": "2026-02-24" }],
        "lists": [{ "id": "eu-833-2014/XXIII", "version": "2026-02-24" }], "software": "endmark 0.1.0"
    })
    .to_string()
    .into_bytes()
}

fn rate(count: f64, took: Duration) -> f64 {
    count / took.as_secs_f64()
}

/// All figures of one database.
pub(crate) fn measure(place: &Place, count: u32) -> Result<Vec<Figure>, Failed> {
    let mut figures = vec![tree(count.min(200_000))];
    let layout = Layout {
        origin: ORIGIN.to_owned(),
        database: place.database().to_owned(),
        ports: [0, 0, 0],
        fixed_time: Some("2026-03-16T09:00:00Z".to_owned()),
        lists_valid_until: "2026-04-23".to_owned(),
    };
    let settings = Settings::read(&make_register(place.dir(), &layout)?)?;
    let url = settings.database_url()?;
    let key = load_rows(&settings.keys.rows)?;
    let (receipts, raw) = apart(|| {
        let mut connection = Connection::open(&url)?;
        let size = fill(&mut connection, &key, count)?;
        Ok((receipts(&mut connection, size)?, read_raw(&mut connection)?))
    })?;
    figures.push(receipts);
    let dir = place.dir().join("export");
    let entries = export(&settings, &dir, raw, &mut figures)?;
    figures.push(verify(&dir, entries)?);
    Ok(figures)
}

/// Writing every entry against reading it, then what the disk takes; gives the number of entries.
fn export(settings: &Settings, dir: &Path, raw: f64, figures: &mut Vec<Figure>) -> Result<f64, Failed> {
    let (context, url) = (open_context(settings, settings.clock()?)?, settings.database_url()?);
    let order = Order::default();
    forget_peak();
    let begun = Instant::now();
    let (made, written, whole) = apart(|| {
        let mut connection = Connection::open(&url)?;
        let recorded = || record(&url, &context, &order);
        let files = match write(&mut connection, dir, &order, recorded, &mut |_, _| {}) {
            Ok(files) => files,
            Err(error) => return Ok(Err(error)),
        };
        let written = begun.elapsed();
        Ok(files.finish(&mut connection, &context).map(|made| (made, written, begun.elapsed())))
    })??;
    let entries = f64::from(u32::try_from(made.entries).unwrap_or(u32::MAX));
    figures.push(Figure::of("reading the rows raw", raw, "entries/s"));
    figures.push(Figure::of("export", rate(entries, written), "entries/s"));
    figures.push(Figure::at_least("export, of raw reading", rate(entries, written) / raw, "", 0.5));
    figures.push(Figure::of("export, and on the disk", rate(entries, whole), "entries/s"));
    figures.push(Figure::at_most("export, peak memory", peak_mebibytes(), "MiB", 128.0));
    Ok(entries)
}

/// Appending against hashing the same bytes once, on one thread.
fn tree(count: u32) -> Figure {
    let mut edge = Edge::empty();
    let (mut hashing, mut appending) = (Duration::ZERO, Duration::ZERO);
    // Some at a time: what lies around here would count as memory of the export.
    while edge.size() < count.into() {
        let entries: Vec<Vec<u8>> = (edge.size()..).take(10_000).map(entry).collect();
        let begun = Instant::now();
        for entry in &entries {
            black_box(Digest::of(entry));
        }
        hashing += begun.elapsed();
        let begun = Instant::now();
        for entry in &entries {
            edge.append(leaf_hash(entry));
            if edge.size().is_multiple_of(256) {
                black_box(edge.take_changed());
            }
        }
        appending += begun.elapsed();
    }
    Figure::at_least("append, of SHA-256", hashing.as_secs_f64() / appending.as_secs_f64(), "", 0.5)
}

/// Writes entries past the writer, as it would; gives the size.
fn fill(connection: &mut Connection, key: &RowKey, count: u32) -> Result<u64, StoreError> {
    let mut done = 0;
    while done < count {
        let mut new = head::begin_and_lock(connection)?;
        let mut edge = with_tiles(connection, |stored| Edge::load(new.size, stored))?;
        let rows: Vec<StoredEntry> = (0..CHUNK.min(count.saturating_sub(done)))
            .map(|_| {
                let (leaf, body) = (edge.size(), entry(edge.size()));
                edge.append(leaf_hash(&body));
                StoredEntry {
                    leaf,
                    at: STARTS_AT,
                    kind: "consignmentChecked",
                    organisation: "lt-customs".to_owned(),
                    decision: "conforms".to_owned(),
                    certificate: Some("EDC-7K3M-9QXD-41TZ-P0AB-X".to_owned()),
                    mrn: Some("26LT0000000000AAB1".to_owned()),
                    office: Some("LTKR1000".to_owned()),
                    body,
                }
            })
            .collect();
        done = done.saturating_add(CHUNK);
        let mut writes = connection.writes();
        append(&mut writes, rows)?;
        tile::put(&mut writes, &edge.take_changed())?;
        (new.size, new.root) = (edge.size(), edge.root());
        head::update(&mut writes, key, &new)?;
        writes.send()?;
        head::commit(connection)?;
    }
    Ok(head::read(connection)?.size)
}

/// Inclusion proofs out of the stored tiles, all over the log.
fn receipts(connection: &mut Connection, size: u64) -> Result<Figure, StoreError> {
    let (nodes, begun) = (Nodes::default(), Instant::now());
    for number in 0..u64::from(RECEIPTS) {
        let leaf = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size;
        black_box(nodes.inclusion(connection, leaf, size)?);
    }
    let millis = begun.elapsed().as_secs_f64() * 1_000.0 / f64::from(RECEIPTS);
    Ok(Figure::at_most("receipt from tiles, mean", millis, "ms", 1.0))
}

/// The same rows read and thrown away; entries a second.
fn read_raw(connection: &mut Connection) -> Result<f64, StoreError> {
    let (mut next, mut count) = (0, 0_u32);
    let begun = Instant::now();
    loop {
        let page = entries_from(connection, next, CHUNK.into())?;
        let Some((last, _)) = page.last() else { break };
        next = last.saturating_add(1);
        count = count.saturating_add(u32::try_from(page.len()).unwrap_or(u32::MAX));
        black_box(page);
    }
    Ok(rate(f64::from(count), begun.elapsed()))
}

/// Verifying: 300,000 entries a second, or 0.3 of what hashing alone would take.
fn verify(dir: &Path, entries: f64) -> Result<Figure, Failed> {
    let keys = endmark_verify::read_keys(&[dir.join("keys.txt").display().to_string()])?;
    let begun = Instant::now();
    let report = endmark_verify::export(dir, &keys, None, &mut |_, _| {})?;
    let verified = rate(entries, begun.elapsed());
    if !report.good {
        return Err(report.to_string().into());
    }
    let bytes = fs::read(dir.join("entries.jsonl"))?;
    let begun = Instant::now();
    black_box(Digest::of(&bytes));
    let least = (0.3 * rate(entries, begun.elapsed())).min(300_000.0);
    Ok(Figure::at_least("verify an export", verified, "entries/s", least.round()))
}

/// From here on the peak counts anew.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The most memory this process had at once.
fn peak_mebibytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u32>().ok());
    peak.map_or(f64::NAN, |kibibytes| f64::from(kibibytes) / 1_024.0)
}

//! The rows that a batch of commands touches: `SQLite` is asked table by table, `PostgreSQL` in one round trip.

use std::collections::BTreeSet;

use diesel_async::AsyncPgConnection;
use endmark_core::number::CertificateNumber;
use endmark_core::position::ClaimKey;
use endmark_core::reference::Mrn;

use super::certificate::{self, Reference};
use super::ledger::{self, Declaration, Presentation, Row, StoredClaim, StoredLine};
use super::short_form::{self, Stored};
use super::{Connection, RowKey, StoreError, head};

/// What is asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Declarations that commands name, of which those before and after count too, and what was presented.
    pub named: BTreeSet<Mrn>,
    /// Those of them whose whole movement counts: everything joined with them, directly or through others.
    pub whole: BTreeSet<Mrn>,
    /// Declarations that stand beside those named.
    pub near: BTreeSet<Mrn>,
    /// Certificates.
    pub numbers: BTreeSet<CertificateNumber>,
    /// The entries that accepted certificates of which the short form is wanted.
    pub short_forms: BTreeSet<u64>,
    /// References that a certificate may hold already.
    pub references: BTreeSet<Reference>,
}

impl Asked {
    /// What is asked about here and not there. A movement that counts as a whole here is looked through.
    #[must_use]
    pub fn beyond(&self, there: &Self) -> Self {
        fn beyond<T: Ord + Clone>(here: &BTreeSet<T>, there: &BTreeSet<T>) -> BTreeSet<T> {
            here.difference(there).cloned().collect()
        }
        let whole = beyond(&self.whole, &there.whole);
        let mut named = beyond(&self.named, &there.named);
        named.extend(whole.iter().cloned());
        Self {
            named,
            whole,
            near: beyond(&self.near, &there.near),
            numbers: beyond(&self.numbers, &there.numbers),
            short_forms: beyond(&self.short_forms, &there.short_forms),
            references: beyond(&self.references, &there.references),
        }
    }

    /// Whether there is nothing to look up.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Touched {
    /// Which declaration follows which: earlier, later.
    pub followers: BTreeSet<(Mrn, Mrn)>,
    /// Declarations, named and near.
    pub declarations: Vec<Row<Declaration, Mrn>>,
    /// Their claims.
    pub claims: Vec<Row<StoredClaim, ClaimKey>>,
    /// What was presented under those named.
    pub presentations: Vec<Row<Presentation, Mrn>>,
    /// The lines of certificates.
    pub lines: Vec<Row<StoredLine, CertificateNumber>>,
    /// The newest claims on certificates.
    pub newest: Vec<Row<StoredClaim, ClaimKey>>,
    /// How certificates stand.
    pub standings: Vec<(CertificateNumber, certificate::Found)>,
    /// Short forms of certificates.
    pub short_forms: Vec<Stored>,
    /// Who holds the references.
    pub references: Vec<(Reference, CertificateNumber)>,
}

impl Touched {
    /// Takes in what else was found.
    pub fn extend(&mut self, mut more: Self) {
        self.followers.append(&mut more.followers);
        self.declarations.append(&mut more.declarations);
        self.claims.append(&mut more.claims);
        self.presentations.append(&mut more.presentations);
        self.lines.append(&mut more.lines);
        self.newest.append(&mut more.newest);
        self.standings.append(&mut more.standings);
        self.short_forms.append(&mut more.short_forms);
        self.references.append(&mut more.references);
    }
}

/// What is asked about, in lists: a declaration that is named is looked up like one nearby.
struct Lists {
    whole: Vec<Mrn>,
    /// Named, and not as a whole movement.
    alone: Vec<Mrn>,
    named: Vec<Mrn>,
    mrns: Vec<Mrn>,
    numbers: Vec<CertificateNumber>,
    short_forms: Vec<u64>,
    references: Vec<Reference>,
    /// The most claims on each certificate.
    newest: i64,
}

impl Lists {
    fn of(asked: &Asked, newest: usize) -> Self {
        Self {
            whole: asked.whole.iter().cloned().collect(),
            alone: asked.named.difference(&asked.whole).cloned().collect(),
            named: asked.named.iter().cloned().collect(),
            mrns: asked.named.union(&asked.near).cloned().collect(),
            numbers: asked.numbers.iter().copied().collect(),
            short_forms: asked.short_forms.iter().copied().collect(),
            references: asked.references.iter().cloned().collect(),
            newest: i64::try_from(newest).unwrap_or(i64::MAX),
        }
    }
}

/// Reads what is asked about. `newest`: the most claims on each certificate.
pub fn read(connection: &mut Connection, key: &RowKey, asked: &Asked, newest: usize) -> Result<Touched, StoreError> {
    let lists = Lists::of(asked, newest);
    match connection {
        Connection::Sqlite(_) => one_by_one(connection, key, &lists),
        Connection::Postgres(postgres) => postgres.together(async |c| pg_read(c, key, &lists).await),
    }
}

/// Begins a transaction, locks the head, and reads what is asked about behind that lock.
pub fn lock_and_read(
    connection: &mut Connection,
    key: &RowKey,
    asked: &Asked,
    newest: usize,
) -> Result<(head::Head, Touched), StoreError> {
    let lists = Lists::of(asked, newest);
    match connection {
        Connection::Sqlite(_) => Ok((head::begin_and_lock(connection)?, one_by_one(connection, key, &lists)?)),
        Connection::Postgres(postgres) => {
            // The statement that locks is prepared the first time, and one that waits to be prepared could be overtaken.
            let first = postgres.begins_first_batch()?;
            postgres.together(async |c| {
                if first {
                    let head = head::pg_begin_and_lock(c).await?;
                    return Ok((head, pg_read(c, key, &lists).await?));
                }
                // Each statement sees what was committed before it began, and it begins when the lock is had.
                tokio::try_join!(biased; head::pg_begin_and_lock(c), pg_read(c, key, &lists))
            })
        }
    }
}

fn one_by_one(connection: &mut Connection, key: &RowKey, lists: &Lists) -> Result<Touched, StoreError> {
    let mut followers = ledger::movements(connection, &lists.whole)?;
    followers.append(&mut ledger::earlier_and_later(connection, &lists.alone)?);
    Ok(Touched {
        followers,
        declarations: ledger::declarations(connection, key, &lists.mrns)?,
        claims: ledger::claims_of(connection, key, &lists.mrns)?,
        presentations: ledger::presentations_of(connection, key, &lists.named)?,
        lines: ledger::lines_of(connection, key, &lists.numbers)?,
        newest: ledger::claims_on(connection, key, &lists.numbers, lists.newest)?,
        standings: certificate::standings(connection, key, &lists.numbers)?,
        short_forms: short_form::read(connection, &lists.short_forms)?,
        references: certificate::by_references(connection, &lists.references)?,
    })
}

async fn pg_read(c: &AsyncPgConnection, key: &RowKey, lists: &Lists) -> Result<Touched, StoreError> {
    let (mut followers, beside, declarations, claims, presentations, lines, newest, standings, short_forms, references) =
        tokio::try_join!(
            biased;
            ledger::pg_movements(c, &lists.whole),
            ledger::pg_earlier_and_later(c, &lists.alone),
            ledger::pg_declarations(c, key, &lists.mrns),
            ledger::pg_claims_of(c, key, &lists.mrns),
            ledger::pg_presentations_of(c, key, &lists.named),
            ledger::pg_lines_of(c, key, &lists.numbers),
            ledger::pg_claims_on(c, key, &lists.numbers, lists.newest),
            certificate::pg_standings(c, key, &lists.numbers),
            short_form::pg_read(c, &lists.short_forms),
            certificate::pg_by_references(c, &lists.references),
        )?;
    followers.extend(beside);
    Ok(Touched { followers, declarations, claims, presentations, lines, newest, standings, short_forms, references })
}

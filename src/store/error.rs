//! What can go wrong between the service and its database.

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is not one.
    #[error("database address: {0}")]
    Url(String),
    /// No connection to `PostgreSQL`.
    #[error("cannot connect to PostgreSQL: {0} (is it running, and does the address name user, host and database?)")]
    Connect(#[source] tokio_postgres::Error),
    /// No connection to `SQLite`.
    #[error("cannot open the database: {0} (does the folder exist, and may this user write there?)")]
    Open(#[from] diesel::ConnectionError),
    /// The head could not be locked: whatever a batch holds, it is not to blame.
    #[error("the head of the log could not be locked: {0}")]
    NotLocked(#[source] diesel::result::Error),
    /// A statement failed.
    #[error("database: {0}")]
    Statement(#[from] diesel::result::Error),
    /// A file or a thread could not be had.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// TLS to the database could not be set up.
    #[error("TLS to the database: {0}")]
    Tls(#[from] rustls::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(String),
    /// The database's settings would lose acknowledged answers.
    #[error("PostgreSQL runs with {setting} = {found}; acknowledged answers could be lost. Set {setting} = on")]
    NotDurable {
        /// The setting.
        setting: &'static str,
        /// What it is set to.
        found: String,
    },
    /// There is no register in this database.
    #[error("this database holds no register; make one with: endmark init DIR")]
    NoRegister,
    /// There is one already.
    #[error("this database already holds the register {0}; it is never overwritten")]
    RegisterExists(String),
    /// A row that cannot be read as what it is.
    #[error("corrupt row: {0}")]
    Corrupt(String),
    /// All readers are busy and the line behind them is full.
    #[error("too many reads are waiting")]
    Busy,
}

/// What the two databases say of themselves when they cannot work.
const PASSING: [&str; 10] = [
    "connection",
    "terminat",
    "shut",
    "starting up",
    "recovery",
    "disk is full",
    "No space left",
    "could not extend",
    "is locked",
    "lock timeout",
];

impl StoreError {
    /// Whether the database is at fault and not the statement: no connection, no disk. A later try may succeed.
    pub(crate) fn is_about_the_database(&self) -> bool {
        use diesel::result::{DatabaseErrorKind as Kind, Error};
        match self {
            Self::Connect(_) | Self::Open(_) | Self::Io(_) | Self::NotLocked(_) | Self::NotDurable { .. } => true,
            Self::Statement(Error::BrokenTransactionManager) => true,
            Self::Statement(Error::DatabaseError(kind, info)) => match kind {
                Kind::ClosedConnection | Kind::UnableToSendCommand => true,
                // A standby, on which a client that had the primary may find itself after a failover.
                Kind::ReadOnlyTransaction => true,
                // Neither driver has kinds for a shutdown, a dropped socket, a full disk or a lock held too long.
                Kind::Unknown => PASSING.iter().any(|words| info.message().contains(words)),
                _ => false,
            },
            _ => false,
        }
    }
}

//! Where a demo keeps its register: a folder, and a database of its own.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;

use crate::cli::Failed;
use crate::store::{Connection, DatabaseUrl, apart, on};

/// A folder and a database. What the demo made for itself goes away when it is dropped.
#[derive(Debug)]
pub struct Place {
    dir: PathBuf,
    database: String,
    temporary: bool,
    /// A schema of its own in a `PostgreSQL` database, so that demos do not meet.
    schema: Option<(String, String)>,
}

impl Place {
    /// In `dir`, or in a temporary folder; in `SQLite` there, or in a new schema of the `PostgreSQL` database named.
    pub fn new(dir: Option<&Path>, database: Option<&str>) -> Result<Self, Failed> {
        let id = crate::http::new_request_id();
        let id = id.get(..12).unwrap_or("demo");
        let (dir, temporary) = match dir {
            Some(dir) => (dir.to_owned(), false),
            None => (std::env::temp_dir().join(format!("endmark-demo-{id}")), true),
        };
        std::fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        let mut place = Self { dir, database: "sqlite://endmark.sqlite".to_owned(), temporary, schema: None };
        if let Some(url) = database {
            url.clone_into(&mut place.database);
            if matches!(url.parse()?, DatabaseUrl::Postgres(_)) {
                let schema = format!("endmark_demo_{id}");
                execute(url, &format!("CREATE SCHEMA {schema}"))?;
                let separator = if url.contains('?') { '&' } else { '?' };
                place.database = format!("{url}{separator}application_name={schema}&options=-csearch_path%3D{schema}");
                place.schema = Some((url.to_owned(), schema));
            }
        }
        Ok(place)
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The database's address.
    pub fn database(&self) -> &str {
        &self.database
    }
}

fn execute(url: &str, statement: &str) -> Result<(), Failed> {
    let url: DatabaseUrl = url.parse()?;
    Ok(apart(|| {
        let mut connection = Connection::open(&url)?;
        Ok(on!(&mut connection, c => c.batch_execute(statement))?)
    })?)
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.temporary {
            return;
        }
        if let Err(error) = std::fs::remove_dir_all(&self.dir) {
            tracing::warn!(dir = %self.dir.display(), %error, "the demo's folder stays");
        }
        if let Some((url, schema)) = &self.schema
            && let Err(error) = execute(url, &format!("DROP SCHEMA {schema} CASCADE"))
        {
            tracing::warn!(schema, %error, "the demo's schema stays");
        }
    }
}

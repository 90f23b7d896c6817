//! A PostgreSQL of our own on loopback, with durability on, for one run; gone afterwards.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Failed, run};

/// A running cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
    url: String,
}

impl Cluster {
    /// Makes and starts a cluster, installing PostgreSQL where there is none.
    pub(crate) fn start() -> Result<Self, Failed> {
        let bin = if let Some(bin) = binaries() {
            bin
        } else {
            install()?;
            binaries().ok_or("PostgreSQL was installed, but initdb is nowhere under /usr/lib/postgresql")?
        };
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let dir = std::env::temp_dir().join(format!("endmark-postgres-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        if is_root()? {
            run("chown", &["postgres", &dir.to_string_lossy()], &[])?;
        }
        let cluster = Self { bin, url: format!("postgres://postgres@127.0.0.1:{port}/postgres"), dir };
        let data = cluster.dir.join("data").to_string_lossy().into_owned();
        let socket = cluster.dir.to_string_lossy().into_owned();
        cluster.as_postgres("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])?;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={socket} -c max_connections=300"
        );
        let log = cluster.dir.join("log").to_string_lossy().into_owned();
        cluster.as_postgres("pg_ctl", &["-D", &data, "-w", "-l", &log, "-o", &options, "start"])?;
        Ok(cluster)
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// PostgreSQL refuses to run as root.
    fn as_postgres(&self, program: &str, arguments: &[&str]) -> Result<(), Failed> {
        let program = self.bin.join(program);
        let mut command = if is_root()? {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        // A server that inherits our pipes would keep whoever reads them waiting.
        let status = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", program.display()).into()) }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.dir.join("data").to_string_lossy().into_owned();
        let _ = self.as_postgres("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]);
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> =
        versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).filter(|bin| has_initdb(bin)).collect();
    found.sort();
    found.pop().or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|bin| has_initdb(bin))
    })
}

fn has_initdb(bin: &Path) -> bool {
    bin.join("initdb").exists() && bin.join("pg_ctl").exists()
}

fn install() -> Result<(), Failed> {
    let wanted = "PostgreSQL is needed and not installed";
    if !is_root()? {
        return Err(format!("{wanted}; install it: sudo apt-get install postgresql").into());
    }
    run("apt-get", &["update", "-q"], &[])?;
    run(
        "apt-get",
        &["install", "-yq", "--no-install-recommends", "postgresql"],
        &[("DEBIAN_FRONTEND", "noninteractive")],
    )
}

fn is_root() -> Result<bool, Failed> {
    Ok(Command::new("id").arg("-u").output()?.stdout.trim_ascii() == b"0")
}

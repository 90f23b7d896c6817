//! A PostgreSQL of a test's own, to be stopped as if the power failed.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub(crate) struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
    port: u16,
    url: String,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let dir = std::env::temp_dir().join(format!("endmark-cluster-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        if is_root() {
            assert!(Command::new("chown").arg("postgres").arg(&dir).status().unwrap().success());
        }
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let cluster = Self { bin: binaries(), dir, port, url };
        assert!(
            cluster.run("initdb", &["-D", &cluster.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])
        );
        cluster.start_again();
        cluster
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn start_again(&self) {
        let folder = self.dir.to_string_lossy();
        let options = format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}", self.port);
        let log = format!("{folder}/log");
        assert!(self.run("pg_ctl", &["-D", &self.data(), "-w", "-l", &log, "-o", &options, "start"]));
    }

    /// No checkpoint, no goodbye: what was not in the write-ahead log is gone.
    pub(crate) fn stop_at_once(&self) {
        assert!(self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]));
    }

    fn data(&self) -> String {
        self.dir.join("data").to_string_lossy().into_owned()
    }

    /// PostgreSQL refuses to run as root.
    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        // A server that inherits our pipes would keep whoever reads them waiting.
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap().success()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let folders = versions.map(|version| version.unwrap().path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = folders.chain(std::env::split_paths(&path));
    all.find(|bin| bin.join("initdb").exists()).expect("PostgreSQL's initdb is not installed")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout.trim_ascii() == b"0"
}

//! The service as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use endmark::client::Client;
use endmark::demo::Place;
use serde_json::Value;

pub(crate) struct Process {
    pub(crate) child: Child,
    api: String,
}

impl Process {
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_as(place, "checkpoint")
    }

    /// One of several nodes on the same database: each keeps a checkpoint of its own.
    pub(crate) fn start_as(place: &Place, checkpoint: &str) -> Self {
        let config = place.dir().join("endmark.toml");
        let mut child = Command::new(env!("CARGO_BIN_EXE_endmark"))
            .args(["serve", "--json", "--config"])
            .arg(config)
            .env("ENDMARK__CHECKPOINT", place.dir().join(checkpoint))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses: Value = serde_json::from_str(&line).expect("the service prints its addresses");
        Self { child, api: format!("https://{}", addresses["api"].as_str().unwrap()) }
    }

    pub(crate) fn client(&self, place: &Place, name: &str) -> Client {
        let read = |file: &str| std::fs::read_to_string(place.dir().join(file)).unwrap();
        let (certificate, key) = (read(&format!("certs/{name}.pem")), read(&format!("certs/{name}.key")));
        Client::new(&self.api, &certificate, &key, &read("tls/authority.pem")).unwrap()
    }

    /// Sends a signal by its name, such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// SIGKILL: no destructor, no goodbye.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    /// A test that failed leaves nobody behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

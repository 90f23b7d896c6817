//! The service under test: the release binary, as a process of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use endmark::cli::Failed;
use endmark::demo::Place;
use serde_json::Value;

/// Each has a log of its own.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// A running service; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    /// Where systems call.
    pub(crate) api: SocketAddr,
    /// Where browsers call.
    pub(crate) web: SocketAddr,
    /// Where the operator looks.
    pub(crate) ops: SocketAddr,
    /// From its start until it answered.
    pub(crate) ready_after: Duration,
}

impl Service {
    /// Starts it on the register made in `place`, and waits until it answers. Its log goes to a file there, as a real one's would.
    pub(crate) fn start(place: &Place) -> Result<Self, Failed> {
        let program = std::env::current_exe()?.with_file_name("endmark");
        let log = place.dir().join(format!("service-{}.log", NEXT.fetch_add(1, Ordering::Relaxed)));
        let began = Instant::now();
        let mut child = Command::new(&program)
            .args(["serve", "--json", "--config"])
            .arg(place.dir().join("endmark.toml"))
            // Browsers are measured over TLS, as systems are.
            .env("ENDMARK__WEB__CERTIFICATE", place.dir().join("tls/server.pem"))
            .env("ENDMARK__WEB__KEY", place.dir().join("tls/server.key"))
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .spawn()
            .map_err(|error| format!("{}: {error}; build it: cargo build --release", program.display()))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let said: Option<Value> = serde_json::from_str(&line).ok();
        let address = |name: &str| said.as_ref().and_then(|said| said.get(name)?.as_str()?.parse().ok());
        if let (Some(api), Some(web), Some(ops)) = (address("api"), address("web"), address("ops")) {
            return Ok(Self { child, api, web, ops, ready_after: began.elapsed() });
        }
        let _ = child.wait();
        Err(format!("the service did not start: {}", std::fs::read_to_string(&log)?).into())
    }

    /// Its process id.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as an operator would: the next step grows the same database.
    pub(crate) fn stop(mut self) -> Result<(), Failed> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the service ended with {status}").into()) }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! What goes wrong.

use std::cell::Cell;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use endmark::cli::Failed;
use endmark::demo::Place;
use tokio::time::{Instant, sleep, sleep_until};

use crate::service::Service;

/// Between two faults.
const EVERY: Duration = Duration::from_secs(8);
/// Longer than the service waits for a lock that a paused node holds.
const PAUSE: Duration = Duration::from_secs(4);

/// Starts a node; the database may still be putting itself in order.
pub(super) async fn start(place: &Place) -> Result<Service, Failed> {
    let mut last = None;
    for _ in 0..10 {
        match Service::start(place) {
            Ok(service) => return Ok(service),
            Err(error) => last = Some(error),
        }
        sleep(Duration::from_secs(1)).await;
    }
    Err(last.unwrap_or_else(|| "the service did not start".into()))
}

/// One fault after the other until a moment; gives the node that runs then.
pub(super) async fn disturb(
    place: &Place,
    mut node: Service,
    api: &Cell<SocketAddr>,
    until: Instant,
    many_nodes: bool,
) -> Result<(Service, Vec<&'static str>), Failed> {
    let faults: &[&str] =
        if many_nodes { &["killed", "paused", "second node", "stopped"] } else { &["killed", "paused", "stopped"] };
    let mut done = Vec::new();
    for fault in faults.iter().copied().cycle() {
        sleep_until((Instant::now() + EVERY).min(until)).await;
        if Instant::now() >= until {
            return Ok((node, done));
        }
        done.push(fault);
        match fault {
            "killed" => {
                drop(node);
                node = start(place).await?;
            }
            "stopped" => {
                node.stop()?;
                node = start(place).await?;
            }
            "paused" => {
                signal(&node, "-STOP")?;
                sleep(PAUSE).await;
                signal(&node, "-CONT")?;
            }
            // New connections go to the second, the old ones stay; then the first is killed.
            _ => {
                let second = start(place).await?;
                api.set(second.api);
                sleep(EVERY).await;
                drop(node);
                node = second;
            }
        }
        api.set(node.api);
    }
    Ok((node, done))
}

fn signal(node: &Service, signal: &str) -> Result<(), Failed> {
    let status = Command::new("kill").args([signal, &node.process().to_string()]).status()?;
    if status.success() { Ok(()) } else { Err(format!("kill {signal} ended with {status}").into()) }
}

//! Connections for reading, each on a thread of its own: a slow read never holds a request thread.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

use super::{Connection, DatabaseUrl, StoreError};

/// Reads that may wait; more are answered "busy" instead of growing without bound.
const WAITING_MAX: usize = 4_096;

type Job = Box<dyn FnOnce(&mut Option<Connection>, &DatabaseUrl) + Send>;

/// A pool of reading connections.
#[derive(Debug, Clone)]
pub struct Readers {
    jobs: SyncSender<Job>,
}

impl Readers {
    /// Starts `threads` readers. They end when the last handle is dropped.
    pub fn start(url: &DatabaseUrl, threads: usize) -> Result<Self, StoreError> {
        let (jobs, queue) = sync_channel::<Job>(WAITING_MAX);
        let queue = Arc::new(Mutex::new(queue));
        for index in 0..threads {
            let (queue, url) = (Arc::clone(&queue), url.clone());
            std::thread::Builder::new().name(format!("reader-{index}")).spawn(move || serve(&queue, &url))?;
        }
        Ok(Self { jobs })
    }

    /// Runs a read. On a broken connection it is run once more on a fresh one: reading twice harms nobody.
    pub async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection, url| {
            let mut result = attempt(connection, url, &read);
            if matches!(&result, Err(error) if error.is_about_the_database()) {
                *connection = None;
                result = attempt(connection, url, &read);
            }
            if result.is_err() {
                // Whatever went wrong, the next reader starts clean.
                *connection = None;
            }
            let _ = answer.send(result);
        });
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => StoreError::Busy,
        })?;
        answered.await.unwrap_or(Err(StoreError::Busy))
    }
}

fn attempt<T>(
    connection: &mut Option<Connection>,
    url: &DatabaseUrl,
    read: impl Fn(&mut Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut open = match connection.take() {
        Some(open) => open,
        None => Connection::open(url)?,
    };
    let result = read(&mut open);
    *connection = Some(open);
    result
}

fn serve(queue: &Mutex<Receiver<Job>>, url: &DatabaseUrl) {
    let mut connection = None;
    loop {
        let job = {
            let Ok(queue) = queue.lock() else { return };
            queue.recv()
        };
        match job {
            Ok(job) => job(&mut connection, url),
            Err(_) => return,
        }
    }
}

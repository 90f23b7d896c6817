//! Starting and stopping the service.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as ActixApp, HttpServer};
use endmark_core::log::LogKey;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_actix_web::TracingLogger;
use utoipa_actix_web::AppExt as _;

use super::tls::Clients;
use super::{App, Metrics, background, tls, webhooks};
use crate::clock::Clock;
use crate::config::{ConfigError, Settings};
use crate::http::{RequestSpan, remember_client};
use crate::keys::{self, KeyError};
use crate::registry::{KnownKey, Row};
use crate::store::{Connection, DatabaseUrl, Readers, StoreError, apart, head, log_key, migrate};
use crate::writer::{Context, Limits, Occasion, Writer, WriterThread};
use crate::{http, web};

/// How long a client may take over its request's head, and how long a connection may idle.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
const IDLE_UP_TO: Duration = Duration::from_secs(75);
/// How long requests in flight get when the service stops, in seconds.
const STOP_WITHIN_SECONDS: u64 = 30;

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// Regimes.
    #[error("regimes: {0}")]
    Regime(#[from] endmark_core::regime::LoadRefused),
    /// A port.
    #[error("setting {key} = {address}: cannot listen there: {problem}; is another service on that port?")]
    Listen {
        /// Which setting.
        key: &'static str,
        /// Where.
        address: SocketAddr,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The settings are for another register than the database.
    #[error("setting origin = {wanted:?}, but the database holds the register {found:?}; correct one of them")]
    OtherRegister {
        /// As configured.
        wanted: String,
        /// As found.
        found: String,
    },
    /// Anything of the system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A running service.
#[derive(Debug)]
pub struct Running {
    /// Where systems call.
    pub api: SocketAddr,
    /// Where browsers look.
    pub web: SocketAddr,
    /// Where the operator looks.
    pub ops: SocketAddr,
    /// What its parts share.
    pub app: Arc<App>,
    handles: Vec<ServerHandle>,
    servers: Vec<JoinHandle<std::io::Result<()>>>,
    background: JoinHandle<()>,
    webhooks: JoinHandle<()>,
    stop_background: watch::Sender<bool>,
    writer: WriterThread,
}

/// Migrates the database and gathers what deciding needs: for the service and the command line alike.
pub fn open_context(settings: &Settings, clock: Clock) -> Result<Arc<Context>, StartError> {
    let url = settings.database_url()?;
    let rows = keys::load_rows(&settings.keys.rows)?;
    let head = apart(|| {
        let mut connection = Connection::open(&url)?;
        connection.keep_pages()?;
        if migrate(&mut connection)? {
            head::seal(&mut connection, &rows)?;
        }
        head::read(&mut connection)
    })?;
    if head.origin.as_str() != settings.origin {
        let found = head.origin.to_string();
        return Err(StartError::OtherRegister { wanted: settings.origin.clone(), found });
    }
    let keys = keys::load(&settings.origin, &settings.keys.log, &settings.keys.rows)?;
    let known = known_log_keys(settings)?;
    let own = keys.log.key();
    if let Some(in_use) = known.iter().find(|known| known.last_size.is_none() && known.key != *own) {
        let (path, found, in_use) = (settings.keys.log.clone(), own.to_string(), in_use.key.to_string());
        return Err(KeyError::Retired { path, found, in_use }.into());
    }
    Ok(Arc::new(Context {
        clock,
        log_keys: log_keys(own, &known),
        keys,
        law: crate::law::Law::new(settings.lists_valid_until)?,
        metrics: Metrics::default(),
        recall: crate::recall::Recall::default(),
        disclosure: settings.disclosure,
        officers: settings.officers,
        retention: settings.retention,
        checkpoint_path: settings.checkpoint.clone(),
    }))
}

/// The public keys of the log as its database knows them; none before the first rotation.
pub fn known_log_keys(settings: &Settings) -> Result<Vec<KnownKey>, StartError> {
    let (url, rows) = (settings.database_url()?, keys::load_rows(&settings.keys.rows)?);
    let found = apart(|| log_key::keys(&mut Connection::open(&url)?, &rows))?;
    let known = found.into_iter().map(|row| match row {
        Row::Good(known) => Ok(known),
        Row::Tampered(what) => Err(StoreError::Corrupt(format!("{what} was changed outside the service"))),
    });
    Ok(known.collect::<Result<_, _>>()?)
}

/// The keys that a checkpoint may be signed under: one's own first, then those retired, each up to its last size.
pub fn log_keys(own: &LogKey, known: &[KnownKey]) -> Vec<LogKey> {
    let others = known.iter().filter(|known| known.key != *own).map(|known| match known.last_size {
        Some(size) => known.key.clone().retired_after(size),
        None => known.key.clone(),
    });
    std::iter::once(own.clone()).chain(others).collect()
}

fn listen(key: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |problem| StartError::Listen { key, address, problem };
    let listener = TcpListener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Starts everything; returns once all three listeners take connections.
pub async fn start(settings: &Settings, clock: Clock) -> Result<Running, StartError> {
    let context = open_context(settings, clock)?;
    let limits = settings.limits;
    let poster = webhooks::Poster::new(settings.webhooks.allow_private, settings.webhooks.authority.as_deref())?;
    let token = keys::token::open(&settings.keys.token)?;
    let tls = tls::server(&settings.api.certificate, &settings.api.key, Clients::WithCertificate)?;
    let web_tls = settings.web.tls().map(|(chain, key)| tls::server(chain, key, Clients::Any)).transpose()?;
    let (api_listener, api) = listen("api.listen", settings.api.listen)?;
    let (web_listener, web) = listen("web.listen", settings.web.listen)?;
    let (ops_listener, ops) = listen("ops.listen", settings.ops.listen)?;
    let url = settings.database_url()?;
    let writer_limits =
        Limits { batch_max: limits.batch_max, queue_max: limits.queue_max, wait_millis_max: limits.wait_millis_max };
    let (writer, thread) = apart(|| Writer::start(&url, Arc::clone(&context), writer_limits))?;
    let readers = Readers::start(&url, limits.readers)?;
    let app = Arc::new(App::new(context, writer, readers, token, settings, settings.web.address(web)));
    background::service_command(&app, Occasion::Started).await;
    let servers = [
        serve_api(&app, api_listener, tls, limits.connections_max)?,
        serve_web(&app, web_listener, web_tls, limits.connections_max)?,
        serve_ops(&app, ops_listener)?,
    ];
    let handles = servers.iter().map(Server::handle).collect();
    let servers = servers.into_iter().map(|server| tokio::task::spawn_local(server)).collect();
    let (stop_background, stopped) = watch::channel(false);
    let background = background::run(Arc::clone(&app), stopped.clone());
    let background = match &url {
        DatabaseUrl::Sqlite(_) => {
            let copy = background::copy_log_back(Arc::clone(&app), Readers::start(&url, 1)?, stopped.clone());
            tokio::task::spawn_local(async {
                tokio::join!(background, copy);
            })
        }
        DatabaseUrl::Postgres(_) => tokio::task::spawn_local(background),
    };
    let sender = webhooks::Sender::new(Arc::clone(&app), Readers::start(&url, 1)?, poster);
    let webhooks = tokio::task::spawn_local(sender.run(stopped));
    Ok(Running { api, web, ops, app, handles, servers, background, webhooks, stop_background, writer: thread })
}

fn serve_api(
    app: &Arc<App>,
    listener: TcpListener,
    tls: rustls::ServerConfig,
    connections_max: usize,
) -> Result<Server, StartError> {
    let data = Data::from(Arc::clone(app));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let server = HttpServer::new(move || {
        let (api, _) = ActixApp::new()
            .into_utoipa_app()
            .app_data(data.clone())
            .app_data(http::unreadable_paths())
            .configure(http::routes)
            .split_for_parts();
        api.default_service(actix_web::web::route().to(http::nothing_there))
            .wrap(from_fn(http::remember_request_id))
            .wrap(TracingLogger::<RequestSpan>::new())
    })
    .on_connect(remember_client)
    .tcp_nodelay(true)
    .client_request_timeout(HEAD_WITHIN)
    .keep_alive(IDLE_UP_TO)
    .shutdown_timeout(STOP_WITHIN_SECONDS)
    .disable_signals()
    .workers(workers)
    .max_connections(connections_max.div_ceil(workers))
    .listen_rustls_0_23(listener, tls)?;
    Ok(server.run())
}

fn serve_web(
    app: &Arc<App>,
    listener: TcpListener,
    tls: Option<rustls::ServerConfig>,
    connections_max: usize,
) -> Result<Server, StartError> {
    let data = Data::from(Arc::clone(app));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .configure(web::routes)
            .wrap(from_fn(http::remember_request_id))
            .wrap(TracingLogger::<RequestSpan>::new())
    })
    .on_connect(remember_client)
    .tcp_nodelay(true)
    .client_request_timeout(HEAD_WITHIN)
    .keep_alive(IDLE_UP_TO)
    .shutdown_timeout(STOP_WITHIN_SECONDS)
    .disable_signals()
    .workers(workers)
    .max_connections(connections_max.div_ceil(workers));
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.run())
}

fn serve_ops(app: &Arc<App>, listener: TcpListener) -> Result<Server, StartError> {
    let data = Data::from(Arc::clone(app));
    let server = HttpServer::new(move || {
        ActixApp::new().app_data(data.clone()).configure(http::ops::routes).wrap(TracingLogger::<RequestSpan>::new())
    })
    .tcp_nodelay(true)
    .client_request_timeout(HEAD_WITHIN)
    .keep_alive(IDLE_UP_TO)
    .shutdown_timeout(STOP_WITHIN_SECONDS)
    .disable_signals()
    .workers(1)
    .max_connections(256)
    .listen(listener)?;
    Ok(server.run())
}

impl Running {
    /// Stops: takes no new connection, answers what was accepted, writes what is left, publishes the last
    /// checkpoint.
    pub async fn stop(self) {
        for handle in &self.handles {
            handle.stop(true).await;
        }
        for server in self.servers {
            let _ = server.await;
        }
        let _ = self.stop_background.send(true);
        let _ = self.background.await;
        let _ = self.webhooks.await;
        background::record_turned_away(&self.app).await;
        background::service_command(&self.app, Occasion::Stopped).await;
        background::publish_checkpoint(&self.app).await;
        let writer = self.writer;
        let _ = tokio::task::spawn_blocking(move || writer.finish()).await;
    }
}

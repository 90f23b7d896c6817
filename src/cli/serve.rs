//! `endmark serve`: runs the service until it is told to stop.

use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::output::Output;
use super::{Config, Failed, Outcome, block_on, regime};
use crate::app;
use crate::config::Settings;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  endmark serve --config register/endmark.toml\nSIGTERM or Ctrl-C stops it after answering what was accepted."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: Config,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Result<Outcome, Failed> {
    let settings = Settings::read(&arguments.config.config)?;
    block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let running = app::start(&settings, settings.clock()?).await?;
        let clock = &running.app.context.clock;
        let over = regime::over_warning(&regime::over(&running.app.regimes(), clock.moment(clock.now()).day));
        if !over.is_empty() {
            tracing::warn!("{}", over.trim_start());
        }
        output.show(
            format_args!(
                "Endmark serves {}\n  api  https://{}\n  web  {}\n  ops  http://{}",
                settings.origin, running.api, running.app.web_address, running.ops
            ),
            &json!({ "origin": settings.origin, "api": running.api, "web": running.web, "ops": running.ops }),
        );
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        running.stop().await;
        Ok(Outcome::Yes)
    })
}

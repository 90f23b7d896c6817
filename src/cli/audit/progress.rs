//! How far a long command has come, on stderr; nothing where nobody looks.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over entries; it is gone when it is dropped.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(what: &'static str) -> Self {
        let bar = ProgressBar::new(0);
        let template = "{msg} [{bar:40}] {pos}/{len} entries, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("#>-"));
        }
        bar.set_message(what);
        Self(bar)
    }

    pub(super) fn at(&self, done: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

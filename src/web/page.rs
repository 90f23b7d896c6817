//! The pages around the answer.

use askama::Template;

use crate::words::Language;

/// The form.
#[derive(Template)]
#[template(path = "start.html")]
pub(super) struct StartPage {
    pub(super) t: Language,
    pub(super) who: String,
}

/// Something to say instead of an answer: never green, never a stack trace.
#[derive(Template)]
#[template(path = "message.html")]
pub(super) struct MessagePage {
    pub(super) t: Language,
    pub(super) key: String,
    pub(super) detail: String,
}

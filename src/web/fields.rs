//! The fields of a plain form: bounded, trimmed, each as text.

use actix_web::dev::UrlEncoded;
use actix_web::{HttpRequest, web};

use super::away::Away;
use super::session::Signed;
use crate::app::{App, Cause};
use crate::http::{Problem, ProblemKind};
use crate::words::Language;

/// The most bytes of a form: some thousand serial numbers ticked off.
const BYTES_MAX: usize = 256 * 1024;

/// Its fields.
#[derive(Debug)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The fields of a form that a page of this session sent.
    pub(super) async fn of(
        app: &App,
        signed: &Signed,
        request: &HttpRequest,
        payload: web::Payload,
    ) -> Result<(Self, Language), Away> {
        let fields = match UrlEncoded::new(request, &mut payload.into_inner()).limit(BYTES_MAX).await {
            Ok(fields) => Self(fields),
            Err(error) => {
                app.turned_away.count(Cause::Malformed);
                let problem = Problem::new(ProblemKind::RequestMalformed, error.to_string());
                return Err(Away::problem(problem, signed, signed.language));
            }
        };
        signed.require_own_form(app, request, fields.one("csrf"))?;
        let language = Language::from_code(fields.one("language")).unwrap_or(signed.language);
        Ok((fields, language))
    }

    /// The fields of a form that is shown for the first time.
    pub(super) fn holding<const N: usize>(fields: [(&str, String); N]) -> Self {
        Self(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// The first field of a name, trimmed; empty where there is none.
    pub(super) fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value.trim())
    }

    /// Every field of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(of, _)| of == name).map(|(_, value)| value.trim())
    }

    /// Every field whose name begins so: the rest of its name and what it holds, where it holds anything.
    pub(super) fn beginning<'a>(&'a self, with: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let filled = self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(with)?, value.trim())));
        filled.filter(|(_, value)| !value.is_empty())
    }

    /// A field read; `None` where it is empty, `Err` with its name where it cannot be read.
    pub(super) fn read<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, &'static str> {
        match self.one(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| name),
        }
    }

    /// A field that must be filled.
    pub(super) fn needed<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, &'static str> {
        self.read(name)?.ok_or(name)
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Fields {
    fn from(fields: [(&str, &str); N]) -> Self {
        Self(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }
}

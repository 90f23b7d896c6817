//! Reading what an address says: the query and the parts of the path. What cannot be read is a problem document, as
//! everything else that is wrong with a request.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::QueryPayloadError;
use actix_web::web::{PathConfig, Query};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::{Problem, ProblemKind};

/// The query of an address. Handlers take it as a `Result`, so that who asks is settled before what is asked.
#[derive(Debug)]
pub(super) struct Parameters<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest for Parameters<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = Query::<T>::from_query(request.query_string());
        ready(read.map(|query| Self(query.into_inner())).map_err(|error| match error {
            QueryPayloadError::Deserialize(why) => malformed(why),
            other => malformed(other),
        }))
    }
}

/// A parameter that cannot be read: what was wrong with it.
pub(super) fn malformed(why: impl ToString) -> Problem {
    Problem::new(ProblemKind::ParameterMalformed, why.to_string())
}

/// A place in the log that a query names: what no log reaches is a mistake, not an end.
pub(super) fn leaf_named(leaf: u64) -> Result<u64, Problem> {
    match i64::try_from(leaf.saturating_add(1)) {
        Ok(_) => Ok(leaf),
        Err(_) => Err(malformed(format!("{leaf} is beyond every log: give the leaf that the last answer named"))),
    }
}

/// For parts of a path that are no text, such as `%FF`.
pub fn unreadable_paths() -> PathConfig {
    PathConfig::default().error_handler(|error, _| malformed(error).into())
}

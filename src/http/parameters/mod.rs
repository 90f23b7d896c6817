//! Reading what an address says: the query and the parts of the path. What cannot be read is a problem document, as
//! everything else that is wrong with a request.

mod known;
mod value;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::QueryPayloadError;
use actix_web::web::{PathConfig, Query};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;

pub(super) use known::refuse_unknown;

use super::{Problem, ProblemKind};
use value::Value;

/// The query of an address. Handlers take it as a `Result`, so that who asks is settled before what is asked.
#[derive(Debug)]
pub(super) struct Parameters<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest for Parameters<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read<T: DeserializeOwned>(request: &HttpRequest) -> Result<Parameters<T>, Problem> {
    let values = pairs(request)?.into_iter().map(|(name, text)| (name.clone(), Value { name, text }));
    T::deserialize(MapDeserializer::new(values)).map(Parameters).map_err(malformed)
}

/// The parameters as they stand in the address.
fn pairs(request: &HttpRequest) -> Result<Vec<(String, String)>, Problem> {
    let read = Query::<Vec<(String, String)>>::from_query(request.query_string());
    read.map(Query::into_inner).map_err(|error| match error {
        QueryPayloadError::Deserialize(why) => malformed(why),
        other => malformed(other),
    })
}

/// A parameter that cannot be read: what was wrong with it.
pub(super) fn malformed(why: impl ToString) -> Problem {
    Problem::new(ProblemKind::ParameterMalformed, why.to_string())
}

/// How long a page is: what was asked for, up to the most there are of one.
pub(super) fn page_of(limit: Option<u32>, when_left_out: u32, most: u32) -> Result<u32, Problem> {
    match limit {
        Some(0) => Err(malformed(format!("limit: found 0; wanted a whole number from 1; a page has at most {most}"))),
        limit => Ok(limit.unwrap_or(when_left_out).min(most)),
    }
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

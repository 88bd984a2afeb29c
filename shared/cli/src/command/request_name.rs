//! How a person names requests that wait: `[MASTER/]ID`, or `[MASTER/]BUILDER` for all that wait for it.

use super::{build_name, name};
use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND};
use app::api::Nothing;
use app::api::overview::Overview;

/// A request of a master.
pub struct Request {
    pub master: String,
    pub request: i64,
}

/// The requests of that name; at least one.
pub async fn requests(client: &Client, text: &str) -> Result<Vec<Request>, Failure> {
    let overview: Overview = client.call("overview", Nothing {}).await?;
    if let Some((master, request)) = name::id(text, &overview.masters) {
        return Ok(vec![Request { master, request }]);
    }
    let row = build_name::builder(client, text).await?;
    let of_it = overview
        .waiting
        .iter()
        .filter(|one| one.master == row.master && one.builder == row.builder);
    let requests: Vec<Request> = of_it
        .map(|one| Request {
            master: one.master.clone(),
            request: one.request,
        })
        .collect();
    match requests.is_empty() {
        true => Err(Failure::new(NOT_FOUND, format!("nothing waits for '{text}'"))),
        false => Ok(requests),
    }
}

//! `BUILDER/NUMBER`, `BUILDER`, or a build's id: how a person names a build.

use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND};
use app::api::Nothing;
use app::api::build::{BuildPage, BuildQuery};
use app::api::overview::{BuilderRow, Overview};

/// The builder of that name.
pub async fn builder(client: &Client, name: &str) -> Result<BuilderRow, Failure> {
    let overview: Overview = client.call("overview", Nothing {}).await?;
    let names: Vec<String> = overview.builders.iter().map(|row| row.name.clone()).collect();
    overview
        .builders
        .into_iter()
        .find(|row| row.name == name)
        .ok_or_else(|| {
            let failure = Failure::new(NOT_FOUND, format!("there is no builder '{name}'"));
            if names.is_empty() {
                failure.hint("Nothing is configured. Add a repository with:  outpost init DIR")
            } else {
                failure.hint(format!("Builders: {}", names.join(", ")))
            }
        })
}

/// The build of that name; for a builder alone its newest one.
pub async fn build(client: &Client, name: &str) -> Result<BuildPage, Failure> {
    if let Ok(id) = name.parse() {
        return client
            .call(
                "build",
                BuildQuery::Id {
                    master: app::api::bundled(),
                    build: id,
                },
            )
            .await;
    }
    let (builder_name, number) = match name.rsplit_once('/') {
        Some((builder, number)) if number.parse::<i64>().is_ok() => (builder, number.parse().ok()),
        _ => (name, None),
    };
    let row = builder(client, builder_name).await?;
    let number = match number {
        Some(number) => number,
        None => {
            let newest = row.running.first().map(|run| run.mark.number);
            newest.max(row.last.first().map(|mark| mark.number)).ok_or_else(|| {
                Failure::new(NOT_FOUND, format!("'{builder_name}' has not been built yet"))
                    .hint(format!("Build it with:  outpost force {builder_name}"))
            })?
        }
    };
    client
        .call(
            "build",
            BuildQuery::Number {
                master: app::api::bundled(),
                builder: row.builder,
                number,
            },
        )
        .await
}

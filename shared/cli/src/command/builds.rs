//! `outpost builds [BUILDER]`

use super::{build_name, print_json};
use crate::arguments::Builds;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::{mark, table::Table, time};
use app::api::Nothing;
use app::api::overview::{BuildMark, BuilderPage, BuilderQuery, Overview};

/// Prints builds, newest first.
pub async fn run(client: &Client, arguments: Builds) -> Result<(), Failure> {
    let builds = match &arguments.builder {
        Some(name) => of_builder(client, name, arguments.limit).await?,
        None => of_all(client, arguments.limit).await?,
    };
    if arguments.listing.json {
        return print_json(&builds);
    }
    let now = time::now();
    let mut table = Table::default();
    for build in &builds {
        let took = time::duration(build.complete_at.unwrap_or(now) - build.started_at);
        let revision = build.revision.as_deref().unwrap_or("").chars().take(8).collect();
        table.row([
            mark::of_results(build.results).coloured(),
            format!("{}/{}", build.builder_name, build.number),
            revision,
            took,
            time::ago(build.started_at, now),
            if build.mine { "mine".to_owned() } else { String::new() },
            build.state.clone(),
        ]);
    }
    if table.is_empty() {
        println!("There are no builds yet.");
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    Ok(())
}

async fn of_builder(client: &Client, name: &str, limit: usize) -> Result<Vec<BuildMark>, Failure> {
    let builder = build_name::builder(client, name).await?.builder;
    let mut builds = Vec::new();
    let mut before = None;
    loop {
        let page: BuilderPage = client
            .call(
                "builder",
                BuilderQuery {
                    master: app::api::bundled(),
                    builder,
                    before,
                },
            )
            .await?;
        before = page.builds.last().map(|build| build.number);
        builds.extend(page.builds);
        if builds.len() >= limit || !page.more {
            builds.truncate(limit);
            return Ok(builds);
        }
    }
}

async fn of_all(client: &Client, limit: usize) -> Result<Vec<BuildMark>, Failure> {
    let overview: Overview = client.call("overview", Nothing {}).await?;
    let mut builds = Vec::new();
    for row in &overview.builders {
        builds.extend(of_builder(client, &row.name, limit).await?);
    }
    builds.sort_by_key(|build| std::cmp::Reverse(build.build));
    builds.truncate(limit);
    Ok(builds)
}

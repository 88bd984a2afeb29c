//! `outpost builds [BUILDER]`

use super::{build_name, print_json};
use crate::arguments::Builds;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::{mark, name, plain::plain, table::Table, time};
use app::api::overview::{BuildMark, BuilderPage, BuilderQuery, BuilderRow, Overview};
use app::api::{Nothing, bundled};

/// Prints builds, newest first.
pub async fn run(client: &Client, arguments: Builds) -> Result<(), Failure> {
    let builds = match &arguments.builder {
        Some(name) => {
            let row = build_name::builder(client, name).await?;
            of_builder(client, &row, arguments.limit).await?
        }
        None => of_all(client, arguments.limit).await?,
    };
    if arguments.listing.json {
        return print_json(&builds);
    }
    let now = time::now();
    let mut table = Table::default();
    builds.iter().for_each(|build| table.row(cells(build, now)));
    if table.is_empty() {
        println!("There are no builds yet.");
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn cells(build: &BuildMark, now: i64) -> Vec<String> {
    let took = time::duration(build.complete_at.unwrap_or(now) - build.started_at);
    let revision: String = build.revision.as_deref().unwrap_or("").chars().take(8).collect();
    vec![
        mark::of_results(build.results).coloured(),
        name::of_build(build),
        plain(&revision),
        took,
        time::ago(build.started_at, now),
        if build.mine { "mine".to_owned() } else { String::new() },
        plain(&build.state),
    ]
}

async fn of_builder(client: &Client, row: &BuilderRow, limit: usize) -> Result<Vec<BuildMark>, Failure> {
    let mut builds = Vec::new();
    let mut before = None;
    loop {
        let query = BuilderQuery {
            master: row.master.clone(),
            builder: row.builder,
            before,
        };
        let page: BuilderPage = client.call("builder", query).await?;
        before = page.builds.last().map(|build| build.number);
        builds.extend(page.builds);
        if builds.len() >= limit || !page.more || before.is_none() {
            builds.truncate(limit);
            return Ok(builds);
        }
    }
}

/// Of all masters: of the own one all that are wanted, of joined ones what is known without asking them.
async fn of_all(client: &Client, limit: usize) -> Result<Vec<BuildMark>, Failure> {
    let overview: Overview = client.call("overview", Nothing {}).await?;
    let mut builds = Vec::new();
    for row in &overview.builders {
        if row.master == bundled() && limit > row.last.len() {
            builds.extend(of_builder(client, row, limit).await?);
        } else {
            builds.extend(row.running.iter().map(|run| run.mark.clone()));
            builds.extend(row.last.iter().filter(|mark| mark.complete_at.is_some()).cloned());
        }
    }
    builds.sort_by_key(|build| std::cmp::Reverse((build.started_at, build.build)));
    builds.truncate(limit);
    Ok(builds)
}

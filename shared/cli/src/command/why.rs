//! `outpost why [BUILD]`: why something was told, or not.

use super::{build_name, print_json};
use crate::arguments::Why;
use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND};
use crate::show::{table::Table, time};
use app::api::Nothing;
use app::api::notices::{Notices, VerdictRow};

/// Prints the verdicts on the latest builds, or on one.
pub async fn run(client: &Client, arguments: Why) -> Result<(), Failure> {
    let notices: Notices = client.call("notices", Nothing {}).await?;
    let wanted = match &arguments.build {
        Some(name) => Some(build_name::build(client, name).await?.mark.build),
        None => None,
    };
    let of_it = |row: &&VerdictRow| wanted.is_none_or(|build| row.build == build);
    let rows: Vec<&VerdictRow> = notices.verdicts.iter().filter(of_it).collect();
    if arguments.listing.json {
        return print_json(&rows);
    }
    if rows.is_empty() {
        return Err(Failure::new(NOT_FOUND, "nothing is recorded about that")
            .hint("The last 200 finished builds are remembered."));
    }
    let now = time::now();
    let mut table = Table::default();
    for row in rows {
        let told = if row.told { "told" } else { "silent" };
        table.row([
            told.to_owned(),
            format!("{}/{}", row.builder_name, row.number),
            time::ago(row.at, now),
            row.reason.clone(),
        ]);
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    Ok(())
}

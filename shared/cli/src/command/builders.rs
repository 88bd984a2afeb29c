//! `outpost builders [MASTER]`

use super::print_json;
use crate::arguments::Builders;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::{mark, name, plain::plain, table::Table};
use app::api::Nothing;
use app::api::overview::{BuilderRow, Overview};

/// Prints every builder with its last results, over all masters.
pub async fn run(client: &Client, arguments: Builders) -> Result<(), Failure> {
    let overview: Overview = client.call("overview", Nothing {}).await?;
    let is_meant = |row: &&BuilderRow| arguments.master.as_ref().is_none_or(|master| row.master == *master);
    let rows: Vec<&BuilderRow> = overview.builders.iter().filter(is_meant).collect();
    if arguments.listing.json {
        return print_json(&rows);
    }
    let mut table = Table::default();
    rows.iter().for_each(|row| table.row(cells(row)));
    match (table.is_empty(), &arguments.master) {
        (true, None) => println!("Nothing is configured. Add a repository with:  outpost init DIR"),
        (true, Some(master)) => println!("No builder of '{master}' is known. See:  outpost masters"),
        _ => table.lines().iter().for_each(|line| println!("{line}")),
    }
    Ok(())
}

fn cells(row: &BuilderRow) -> Vec<String> {
    let marks = row.last.iter().rev();
    let last: String = marks
        .map(|build| mark::of_results(build.results).coloured_shape())
        .collect();
    let state = row
        .results
        .map_or(mark::NOT_BUILT, |results| mark::of_results(Some(results)));
    let project = row.project.as_deref().map(plain).unwrap_or_default();
    vec![
        state.coloured(),
        name::of(&row.master, &row.name),
        last,
        project,
        plain(&row.tags.join(" ")),
    ]
}

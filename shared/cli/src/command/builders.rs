//! `outpost builders`

use super::print_json;
use crate::arguments::Listing;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::{mark, table::Table};
use app::api::Nothing;
use app::api::overview::Overview;

/// Prints every builder with its last results.
pub async fn run(client: &Client, listing: Listing) -> Result<(), Failure> {
    let overview: Overview = client.call("overview", Nothing {}).await?;
    if listing.json {
        return print_json(&overview.builders);
    }
    let mut table = Table::default();
    for row in &overview.builders {
        let last: String = row
            .last
            .iter()
            .rev()
            .map(|build| mark::of_results(build.results).coloured_shape())
            .collect();
        let state = row
            .results
            .map_or(mark::NOT_BUILT, |results| mark::of_results(Some(results)));
        let project = row.project.clone().unwrap_or_default();
        table.row([state.coloured(), row.name.clone(), last, project, row.tags.join(" ")]);
    }
    if table.is_empty() {
        println!("Nothing is configured. Add a repository with:  outpost init DIR");
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    Ok(())
}

//! `outpost changes [MASTER]`

use super::print_json;
use crate::arguments::Listing;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::{mark, plain::plain, table::Table, time};
use app::api::changes::{ChangeRow, ChangesPage, ChangesQuery};
use clap::Args;

#[derive(Debug, Args)]
pub struct Changes {
    /// Only of this master
    pub master: Option<String>,

    /// Only mine
    #[arg(long)]
    pub mine: bool,

    /// How many
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: usize,

    #[command(flatten)]
    pub listing: Listing,
}

/// Prints changes, newest first, with what became of them.
pub async fn run(client: &Client, arguments: Changes) -> Result<(), Failure> {
    let changes = all(client, &arguments).await?;
    if arguments.listing.json {
        return print_json(&changes);
    }
    if changes.is_empty() {
        println!("There are no changes yet.");
    }
    let now = time::now();
    let mut table = Table::default();
    changes.iter().for_each(|row| table.row(cells(row, now)));
    table.lines().iter().for_each(|line| println!("{line}"));
    Ok(())
}

async fn all(client: &Client, arguments: &Changes) -> Result<Vec<ChangeRow>, Failure> {
    let mut changes = Vec::new();
    let mut before = None;
    loop {
        let query = ChangesQuery {
            master: arguments.master.clone(),
            before,
            mine: arguments.mine,
        };
        let page: ChangesPage = client.call("changes", query).await?;
        changes.extend(page.changes);
        before = page.next;
        if changes.len() >= arguments.limit || before.is_none() {
            changes.truncate(arguments.limit);
            return Ok(changes);
        }
    }
}

fn cells(row: &ChangeRow, now: i64) -> Vec<String> {
    let marks: String = row
        .builds
        .iter()
        .map(|build| mark::of_results(build.results).coloured_shape())
        .collect();
    let revision: String = row.revision.as_deref().unwrap_or("").chars().take(8).collect();
    let comment = row.comments.lines().next().unwrap_or("");
    let not_built = row.not_built.as_deref().map(|why| format!("  ({})", plain(why)));
    vec![
        if marks.is_empty() {
            mark::NOT_BUILT.shape.to_string()
        } else {
            marks
        },
        plain(&revision),
        time::ago(row.when, now),
        plain(&row.author),
        format!("{}{}", plain(comment), not_built.unwrap_or_default()),
    ]
}

//! `outpost masters`: which masters are followed, and how.

use super::print_json;
use crate::arguments::Listing;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::mark::{self, Mark};
use crate::show::{plain::plain, table::Table, time};
use app::api::Nothing;
use app::api::masters::{MasterCondition, MasterHint, MasterRow, Masters as Page, RenameMaster};
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Masters {
    #[command(subcommand)]
    pub order: Option<Order>,

    #[command(flatten)]
    pub listing: Listing,
}

/// What is done to a master.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// Gives a joined master another name here
    Rename {
        /// Its name so far
        master: String,
        /// The new one
        name: String,
    },
}

/// Lists masters, or renames one.
pub async fn run(client: &Client, masters: Masters) -> Result<(), Failure> {
    if let Some(Order::Rename { master, name }) = masters.order {
        let row: MasterRow = client.call("rename_master", RenameMaster { master, name }).await?;
        println!("{}", described(&row));
        return Ok(());
    }
    let page: Page = client.call("masters", Nothing {}).await?;
    if masters.listing.json {
        return print_json(&page);
    }
    let mut table = Table::default();
    for row in &page.masters {
        table.row(cells(row, page.now));
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    for row in &page.masters {
        row.hint
            .iter()
            .for_each(|hint| println!("{}: {}", plain(&row.master), plain(hint)));
        for (order, reason) in &row.denied {
            println!("{}: {} is refused: {}", plain(&row.master), plain(order), plain(reason));
        }
    }
    page.hints.iter().for_each(hint);
    Ok(())
}

/// `team: Buildbot, 512 builders, as ann (https://…)`: a master in one line.
pub fn described(row: &MasterRow) -> String {
    let mut words = vec![plain(&row.title)];
    words.extend(row.version.as_deref().map(plain));
    words.push(format!("{} builders", row.builders));
    words.extend(row.user.as_deref().map(|user| format!("as {}", plain(user))));
    let address = row
        .url
        .as_deref()
        .map(|url| format!(" ({})", plain(url)))
        .unwrap_or_default();
    format!("{}: {}{address}", plain(&row.master), words.join(", "))
}

fn cells(row: &MasterRow, now: i64) -> Vec<String> {
    let retry = row
        .retry_at
        .map(|at| format!("tried again in {}", time::duration(at - now)));
    let ended = row.signed_out.as_deref().map(plain);
    let words: Vec<String> = [Some(plain(&row.words)), retry, ended].into_iter().flatten().collect();
    vec![
        mark_of(row.condition).coloured_shape(),
        plain(&row.master),
        plain(row.url.as_deref().unwrap_or("this program's own")),
        format!("{} builders, {} red, {} running", row.builders, row.broken, row.running),
        row.user
            .as_deref()
            .map(|user| format!("as {}", plain(user)))
            .unwrap_or_default(),
        words.join(", "),
    ]
}

/// The same shapes as in the window.
fn mark_of(condition: MasterCondition) -> Mark {
    match condition {
        MasterCondition::Live => mark::of_results(Some(0)),
        MasterCondition::Polling => mark::of_results(Some(1)),
        MasterCondition::Connecting => mark::WAITING,
        MasterCondition::Stale => mark::NOT_BUILT,
        MasterCondition::SignInNeeded => mark::of_results(Some(3)),
        MasterCondition::Refused => mark::of_results(Some(4)),
    }
}

fn hint(hint: &MasterHint) {
    println!("Not joined: {}, named in {}", plain(&hint.url), plain(&hint.file));
}

//! `outpost schedulers`

use super::{name, print_json};
use crate::arguments::Listing;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::{self, mark, table::Table};
use app::api::actions::{SchedulerRow, Schedulers as Page, SwitchScheduler};
use app::api::masters::{MasterCondition, MasterQuery, MasterRow, Masters};
use app::api::{Nothing, bundled};
use clap::{Args, Subcommand};
use serde::Serialize;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Schedulers {
    #[command(subcommand)]
    pub order: Option<Order>,

    /// Of this master; of this program's own when absent
    pub master: Option<String>,

    #[command(flatten)]
    pub listing: Listing,
}

/// What is done to a scheduler.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// Lets it ask for builds
    Enable {
        /// [MASTER/]NAME
        scheduler: String,
    },
    /// Lets it ask for no builds
    Disable {
        /// [MASTER/]NAME
        scheduler: String,
    },
}

/// A scheduler with its master.
#[derive(Serialize)]
struct Row {
    master: String,
    #[serde(flatten)]
    row: SchedulerRow,
}

/// Lists schedulers, or switches one.
pub async fn run(client: &Client, arguments: Schedulers) -> Result<(), Failure> {
    match arguments.order {
        Some(Order::Enable { scheduler }) => switch(client, &scheduler, true).await,
        Some(Order::Disable { scheduler }) => switch(client, &scheduler, false).await,
        None => list(client, arguments.master.unwrap_or_else(bundled), arguments.listing).await,
    }
}

async fn list(client: &Client, master: String, listing: Listing) -> Result<(), Failure> {
    let rows = of(client, &master).await?;
    if listing.json {
        return print_json(&rows);
    }
    let mut table = Table::default();
    for Row { master, row } in &rows {
        let state = match (row.asleep, row.enabled) {
            (true, _) => mark::NOT_BUILT.shape,
            (false, true) => mark::of_results(Some(0)).shape,
            (false, false) => mark::of_results(Some(3)).shape,
        };
        let words = match (row.asleep, row.enabled) {
            (true, _) => "no running master has it",
            (false, true) => "on",
            (false, false) => "off",
        };
        table.row([state.to_string(), show::name::of(master, &row.name), words.to_owned()]);
    }
    if table.is_empty() {
        println!("There are no schedulers.");
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    Ok(())
}

async fn of(client: &Client, master: &str) -> Result<Vec<Row>, Failure> {
    let query = MasterQuery {
        master: master.to_owned(),
    };
    let page: Page = client.call("schedulers", query).await?;
    let with_master = |row| Row {
        master: master.to_owned(),
        row,
    };
    Ok(page.schedulers.into_iter().map(with_master).collect())
}

async fn switch(client: &Client, text: &str, enabled: bool) -> Result<(), Failure> {
    let page: Masters = client.call("masters", Nothing {}).await?;
    let mut rows = of(client, &bundled()).await?;
    for master in page.masters.iter().filter(|row| may_be_meant(row, text)) {
        rows.extend(of(client, &master.master).await?);
    }
    let fits = |row: &Row, name: &str| (row.row.name == name).then_some(());
    let found = name::find(text, &page.masters, &rows, |row| (&row.master, &row.row.name), fits);
    let (found, ()) = found.map_err(|unresolved| {
        let names = rows
            .iter()
            .map(|row| show::name::of(&row.master, &row.row.name))
            .collect();
        unresolved.failure("scheduler", text, names, "No scheduler is configured.")
    })?;
    let order = SwitchScheduler {
        master: found.master.clone(),
        scheduler: found.row.scheduler,
        enabled,
    };
    let Nothing {} = client.call("switch_scheduler", order).await?;
    let word = if enabled { "on" } else { "off" };
    println!("{}: {word}", show::name::of(&found.master, &found.row.name));
    Ok(())
}

/// Only a master that the text names is asked, or all that can be heard when it names none.
fn may_be_meant(row: &MasterRow, text: &str) -> bool {
    let heard = matches!(row.condition, MasterCondition::Live | MasterCondition::Polling);
    row.master != bundled() && (text.starts_with(&format!("{}/", row.master)) || (heard && !text.contains('/')))
}

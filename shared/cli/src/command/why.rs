//! `outpost why [BUILD]`: why something was told, or not.

use super::{build_name, print_json};
use crate::arguments::Why;
use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND};
use crate::show::plain::plain;
use crate::show::{table::Table, time};
use app::api::notices::{Notices, VerdictRow, Why as Answer, WhyQuery};
use app::api::{Nothing, bundled};

/// Prints the verdicts on the latest builds, or the one on a build with what played a part in it.
pub async fn run(client: &Client, arguments: Why) -> Result<(), Failure> {
    match &arguments.build {
        Some(name) => one(client, name, arguments.listing.json).await,
        None => latest(client, arguments.listing.json).await,
    }
}

async fn one(client: &Client, name: &str, json: bool) -> Result<(), Failure> {
    let mark = build_name::mark(client, name).await?;
    let query = WhyQuery {
        master: mark.master,
        builder: Some(mark.builder),
        build: Some(mark.build),
    };
    let answer: Answer = client.call("why", query).await?;
    if json {
        return print_json(&answer);
    }
    let told = if answer.told == Some(true) { "told" } else { "silent" };
    println!("{told}: {}", plain(&answer.sentence));
    let mut table = Table::default();
    for fact in &answer.facts {
        table.row([format!("  {}", fact.label), plain(&fact.text)]);
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    Ok(())
}

async fn latest(client: &Client, json: bool) -> Result<(), Failure> {
    let notices: Notices = client.call("notices", Nothing {}).await?;
    if json {
        return print_json(&notices.verdicts);
    }
    if notices.verdicts.is_empty() {
        return Err(Failure::new(NOT_FOUND, "no build has ended yet").hint("Ask for one with `outpost force`."));
    }
    let now = time::now();
    let mut table = Table::default();
    for row in &notices.verdicts {
        let told = if row.told { "told" } else { "silent" };
        table.row([told.to_owned(), name(row), time::ago(row.at, now), plain(&row.reason)]);
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// `team/linux/412`; on this program's own master `linux/412`.
fn name(row: &VerdictRow) -> String {
    let name = format!("{}/{}", plain(&row.builder_name), row.number);
    if row.master == bundled() {
        name
    } else {
        format!("{}/{name}", plain(&row.master))
    }
}

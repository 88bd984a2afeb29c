//! `outpost [status]`: what needs me, what runs, what waits, and every builder.

mod breaks;
mod builders;
mod screen;
mod transitions;
mod watch;

use super::print_json;
use crate::arguments::Status;
use crate::client::Client;
use crate::failure::{Failure, RED};
use crate::show::{mark, name, plain::plain, time};
use app::api::Nothing;
use app::api::masters::{MasterCondition, MasterRow};
use app::api::overview::Overview;

/// Prints the state, once or as it changes. Ends with 1 when something is red.
pub async fn run(client: &Client, arguments: Status) -> Result<(), Failure> {
    if arguments.watch {
        return watch::run(client, arguments).await;
    }
    let overview: Overview = client.call("overview", Nothing {}).await?;
    if arguments.json {
        print_json(&overview)?;
    } else {
        lines(&overview, arguments.all)
            .iter()
            .for_each(|line| println!("{line}"));
    }
    let red = overview.builders.iter().any(|row| row.results == Some(2));
    if red { Err(Failure::silent(RED)) } else { Ok(()) }
}

/// The state as lines, what needs me first.
fn lines(overview: &Overview, all: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for broken in &overview.breaks {
        lines.extend(breaks::lines(broken, overview.now));
        lines.push(String::new());
    }
    lines.extend(builders::lines(overview, all));
    for row in &overview.waiting {
        let builder = name::of(&row.master, &row.builder_name);
        lines.push(format!("{} {builder}  {}", mark::WAITING.shape, plain(&row.waits_for)));
    }
    for row in &overview.settling {
        let left = time::duration(row.fires_at - overview.now);
        lines.push(format!(
            "{} {}  {} waiting for quiet, {left} left",
            mark::WAITING.shape,
            plain(&row.scheduler),
            changes(row.changes)
        ));
    }
    for trouble in &overview.troubles {
        lines.push(format!("! {}: {}", plain(&trouble.name), plain(&trouble.message)));
        lines.extend(trouble.hint.iter().map(|hint| format!("  {}", plain(hint))));
    }
    for master in overview.masters.iter().filter(|row| is_amiss(row)) {
        lines.push(format!("! {}: {}", plain(&master.master), plain(&master.words)));
        lines.extend(master.hint.iter().map(|hint| format!("  {}", plain(hint))));
    }
    lines
}

/// Whether what is shown of a master may not be so.
fn is_amiss(row: &MasterRow) -> bool {
    !matches!(row.condition, MasterCondition::Live | MasterCondition::Polling)
}

fn changes(count: u32) -> String {
    if count == 1 {
        "1 change".to_owned()
    } else {
        format!("{count} changes")
    }
}

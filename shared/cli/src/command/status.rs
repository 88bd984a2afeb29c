//! `outpost [status]`: what needs me, what runs, what waits, and every builder.

use super::{print_json, print_json_line};
use crate::arguments::Status;
use crate::client::Client;
use crate::failure::{Failure, NOT_RUNNING, RED};
use crate::show::{mark, table::Table, time};
use app::api::overview::{Break, BuilderRow, Overview};
use app::api::{Event, Nothing};
use std::io::IsTerminal;

/// Prints the state, once or as it changes. Ends with 1 when something is red.
pub async fn run(client: &Client, arguments: Status) -> Result<(), Failure> {
    if arguments.watch {
        return watch(client, arguments.json).await;
    }
    let overview: Overview = client.call("overview", Nothing {}).await?;
    if arguments.json {
        print_json(&overview)?;
    } else {
        lines(&overview).iter().for_each(|line| println!("{line}"));
    }
    let red = overview.builders.iter().any(|row| row.results == Some(2));
    if red { Err(Failure::silent(RED)) } else { Ok(()) }
}

async fn watch(client: &Client, json: bool) -> Result<(), Failure> {
    let mut events = client.events().await?;
    let mut last = String::new();
    loop {
        let overview: Overview = client.call("overview", Nothing {}).await?;
        if json {
            print_json_line(&overview)?;
        } else {
            let text = lines(&overview).join("\n");
            if text != last {
                if std::io::stdout().is_terminal() {
                    print!("\u{1b}[2J\u{1b}[H");
                } else if !last.is_empty() {
                    println!();
                }
                println!("{text}");
                last = text;
            }
        }
        loop {
            match events.next().await {
                Some(Event::Overview | Event::Build { .. }) => break,
                Some(_) => continue,
                None => return Err(Failure::new(NOT_RUNNING, "Outpost went away")),
            }
        }
    }
}

fn lines(overview: &Overview) -> Vec<String> {
    let mut lines = Vec::new();
    for broken in &overview.breaks {
        lines.extend(break_lines(broken, overview.now));
        lines.push(String::new());
    }
    let mut table = Table::default();
    for row in &overview.builders {
        table.row(builder_cells(row, overview.now));
    }
    if table.is_empty() {
        lines.push("Nothing is built here yet. Add a repository with:  outpost init DIR".to_owned());
    }
    lines.extend(table.lines());
    for row in &overview.waiting {
        lines.push(format!(
            "{} {}  {}",
            mark::WAITING.shape,
            row.builder_name,
            row.waits_for
        ));
    }
    for row in &overview.settling {
        let left = time::duration(row.fires_at - overview.now);
        lines.push(format!(
            "{} {}  {} waiting for quiet, {left} left",
            mark::WAITING.shape,
            row.scheduler,
            changes(row.changes)
        ));
    }
    for trouble in &overview.troubles {
        lines.push(format!("! {}: {}", trouble.name, trouble.message));
        lines.extend(trouble.hint.iter().map(|hint| format!("  {hint}")));
    }
    lines
}

fn changes(count: u32) -> String {
    if count == 1 {
        "1 change".to_owned()
    } else {
        format!("{count} changes")
    }
}

fn break_lines(broken: &Break, now: i64) -> Vec<String> {
    let builds: Vec<String> = broken
        .builds
        .iter()
        .map(|b| format!("{}/{}", b.builder_name, b.number))
        .collect();
    let others = broken.suspects.iter().filter(|suspect| !suspect.mine).count();
    let by = match (broken.mine, others) {
        (true, 0) => "Broken by you".to_owned(),
        (true, 1) => "Broken by you or 1 other".to_owned(),
        (true, n) => format!("Broken by you or {n} others"),
        (false, _) => match broken.suspects.first() {
            Some(suspect) => format!("Broken by {}", suspect.author),
            None => "Broken".to_owned(),
        },
    };
    let mut lines = vec![mark::bold(&format!(
        "{} {by}: {}  {}",
        mark::of_results(Some(2)).shape,
        builds.join(", "),
        time::ago(broken.since, now)
    ))];
    if let Some(step) = &broken.step {
        let error = broken.error.as_deref().unwrap_or("");
        lines.push(
            format!("   {step}: {error}")
                .trim_end()
                .trim_end_matches(':')
                .to_owned(),
        );
    }
    for suspect in &broken.suspects {
        let revision: String = suspect.revision.as_deref().unwrap_or("").chars().take(8).collect();
        lines.push(mark::pale(&format!(
            "   {revision}  {}  {}",
            suspect.comment, suspect.author
        )));
    }
    lines
}

fn builder_cells(row: &BuilderRow, now: i64) -> Vec<String> {
    let state = row
        .results
        .map_or(mark::NOT_BUILT, |results| mark::of_results(Some(results)));
    let since = row.since.map(|since| time::ago(since, now)).unwrap_or_default();
    let doing = match row.running.first() {
        Some(run) => {
            let elapsed = now - run.mark.started_at;
            let left = match run.expected {
                Some(expected) if expected > elapsed => format!(", about {} left", time::duration(expected - elapsed)),
                Some(expected) => format!(", {} over its usual time", time::duration(elapsed - expected)),
                None => String::new(),
            };
            format!(
                "{} {} for {}{left}",
                mark::of_results(None).coloured_shape(),
                run.step.as_deref().unwrap_or("starting"),
                time::duration(elapsed)
            )
        }
        None => row.blocked.clone().unwrap_or_default(),
    };
    let muted = if row.muted { "muted".to_owned() } else { String::new() };
    vec![state.coloured(), row.name.clone(), since, muted, doing]
}

//! `outpost log BUILD`

use super::{build_name, print_json_line};
use crate::arguments::Log;
use crate::client::{Client, Events};
use crate::failure::{Failure, NOT_FOUND, NOT_RUNNING};
use app::api::Event;
use app::api::build::{BuildPage, LogRow, StepRow};
use app::api::logs::{Lines, LinesQuery, MOST_LINES};
use std::io::Write;

/// Prints a log, and with `--follow` what is added to it.
pub async fn run(client: &Client, arguments: Log) -> Result<(), Failure> {
    let mut events = if arguments.follow {
        Some(client.events().await?)
    } else {
        None
    };
    let log = loop {
        let page = build_name::build(client, &arguments.build).await?;
        match (choose(&page, &arguments), &mut events) {
            (Ok(log), _) => break log,
            // A build that runs may still get to that step.
            (Err(_), Some(events)) if page.mark.results.is_none() => await_event(events, |_| true).await?,
            (Err(failure), _) => return Err(failure),
        }
    };
    let mut next = arguments.tail.map_or(0, |lines| (log.num_lines - lines).max(0));
    loop {
        let lines: Lines = client
            .call(
                "log_lines",
                LinesQuery {
                    master: app::api::bundled(),
                    log: log.log,
                    first: next,
                    count: MOST_LINES,
                },
            )
            .await?;
        print_lines(&lines, arguments.json)?;
        next = lines.first + i64::try_from(lines.lines.len()).unwrap_or(0);
        if !lines.lines.is_empty() {
            continue;
        }
        match &mut events {
            Some(events) if !lines.complete => {
                await_event(
                    events,
                    |event| matches!(event, Event::Log { log: id, .. } if *id == log.log),
                )
                .await?;
            }
            _ => return Ok(()),
        }
    }
}

async fn await_event(events: &mut Events, wanted: impl Fn(&Event) -> bool) -> Result<(), Failure> {
    loop {
        match events.next().await {
            Some(event) if wanted(&event) => return Ok(()),
            Some(_) => continue,
            None => {
                return Err(Failure::new(
                    NOT_RUNNING,
                    "Outpost went away while the log was followed",
                ));
            }
        }
    }
}

/// The log that is meant: of the named step, or of the first failed one, or of the last one that has it.
fn choose(page: &BuildPage, arguments: &Log) -> Result<LogRow, Failure> {
    let named = |row: &StepRow| {
        row.logs
            .iter()
            .find(|log| log.name == arguments.log || log.slug == arguments.log)
            .cloned()
    };
    let steps: Vec<&StepRow> = match &arguments.step {
        Some(name) => page
            .steps
            .iter()
            .filter(|s| s.name == *name || s.number.to_string() == *name)
            .collect(),
        None => {
            let failed = page.steps.iter().filter(|s| matches!(s.results, Some(2 | 4)));
            failed.chain(page.steps.iter().rev()).collect()
        }
    };
    if let (true, Some(step)) = (steps.is_empty(), &arguments.step) {
        let names: Vec<&str> = page.steps.iter().map(|s| s.name.as_str()).collect();
        return Err(Failure::new(NOT_FOUND, format!("this build has no step '{step}'"))
            .hint(format!("Steps: {}", names.join(", "))));
    }
    steps.iter().find_map(|step| named(step)).ok_or_else(|| {
        let names: Vec<String> = page
            .steps
            .iter()
            .flat_map(|s| s.logs.iter().map(move |log| format!("{}/{}", s.name, log.name)))
            .collect();
        Failure::new(NOT_FOUND, format!("there is no log '{}'", arguments.log))
            .hint(format!("Logs: {}", names.join(", ")))
    })
}

fn print_lines(lines: &Lines, json: bool) -> Result<(), Failure> {
    if json {
        return if lines.lines.is_empty() {
            Ok(())
        } else {
            print_json_line(lines)
        };
    }
    let mut output = std::io::stdout().lock();
    for line in &lines.lines {
        let text = if lines.kind == "s" {
            line.get(1..).unwrap_or("")
        } else {
            line
        };
        writeln!(output, "{text}")?;
    }
    output.flush()?;
    Ok(())
}

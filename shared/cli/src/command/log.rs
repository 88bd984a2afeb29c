//! `outpost log BUILD`

use super::{build_name, print_json_line};
use crate::arguments::Log;
use crate::client::{Client, Events};
use crate::failure::{Failure, NOT_FOUND, NOT_RUNNING};
use crate::show::plain::log_line;
use app::api::Event;
use app::api::build::{BuildPage, LogRow, StepRow};
use app::api::logs::{Lines, LinesQuery, MOST_LINES};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// A joined master tells of a build's logs only while somebody asks for the build now and then.
const STILL_THERE: Duration = Duration::from_secs(30);

/// Prints a log, and with `--follow` what is added to it.
pub async fn run(client: &Client, arguments: Log) -> Result<(), Failure> {
    let mut events = if arguments.follow {
        Some(client.events().await?)
    } else {
        None
    };
    let mut page = build_name::build(client, &arguments.build).await?;
    let log = loop {
        match (choose(&page, &arguments), &mut events) {
            (Ok(log), _) => break log,
            // A build that runs may still get to that step.
            (Err(_), Some(events)) if page.mark.results.is_none() => {
                await_event(events, |_| true).await?;
                page = build_name::page(client, page.mark.master, page.mark.build).await?;
            }
            (Err(failure), _) => return Err(failure),
        }
    };
    let next = arguments.tail.map_or(0, |lines| (log.num_lines - lines).max(0));
    let source = Source {
        client,
        page,
        log: log.log,
    };
    source.print(next, &mut events, arguments.json).await
}

/// A log that is printed.
struct Source<'a> {
    client: &'a Client,
    page: BuildPage,
    log: i64,
}

impl Source<'_> {
    async fn print(&self, mut next: i64, events: &mut Option<Events>, json: bool) -> Result<(), Failure> {
        loop {
            let query = LinesQuery {
                master: self.page.mark.master.clone(),
                log: self.log,
                first: next,
                count: MOST_LINES,
            };
            let lines: Lines = self.client.call("log_lines", query).await?;
            print_lines(&lines, json)?;
            next = lines.first + i64::try_from(lines.lines.len()).unwrap_or(0);
            match events {
                _ if !lines.lines.is_empty() => {}
                Some(events) if !lines.complete => self.grown(events).await?,
                _ => return Ok(()),
            }
        }
    }

    /// Waits until there may be more of it.
    async fn grown(&self, events: &mut Events) -> Result<(), Failure> {
        let mark = &self.page.mark;
        let is_it = |event: &Event| match event {
            Event::Log { master, log, .. } => *master == mark.master && *log == self.log,
            Event::Build { master, build } => *master == mark.master && *build == mark.build,
            _ => false,
        };
        match tokio::time::timeout(STILL_THERE, await_event(events, is_it)).await {
            Ok(heard) => heard,
            Err(_) if mark.master == app::api::bundled() => Ok(()),
            Err(_) => {
                build_name::page(self.client, mark.master.clone(), mark.build).await?;
                Ok(())
            }
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
    let terminal = output.is_terminal();
    for line in &lines.lines {
        let text = if lines.kind == "s" {
            line.get(1..).unwrap_or("")
        } else {
            line
        };
        // Programs get what was written; a terminal would do what it says.
        if terminal {
            writeln!(output, "{}", log_line(text))?;
        } else {
            writeln!(output, "{text}")?;
        }
    }
    output.flush()?;
    Ok(())
}

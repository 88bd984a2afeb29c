//! Waiting for a request's build, with progress on a terminal.

use super::board::Board;
use super::build_name;
use crate::client::Client;
use crate::failure::{Failure, NOT_RUNNING, RED};
use crate::show::{mark, name, plain::plain, time};
use app::api::Event;
use app::api::build::BuildPage;
use app::api::overview::{BuildMark, Overview};
use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};

/// Waits until the build of `request` is over and gives it. A retried build is waited for to its end.
pub async fn for_request(client: &Client, master: &str, builder: i64, request: i64) -> Result<BuildPage, Failure> {
    let mut events = client.events().await?;
    let mut board = Board::open(client).await?;
    let mut progress = Progress::default();
    let mut wanted = Wanted {
        master,
        builder,
        request,
        others: BTreeSet::new(),
        is_first_look: true,
    };
    loop {
        if let Some(page) = wanted.finished(client, &board.overview).await? {
            progress.clear();
            return Ok(page);
        }
        progress.show(&board.overview, master, builder)?;
        loop {
            match events.next().await {
                Some(Event::Overview | Event::Build { .. }) => break,
                Some(_) => continue,
                None => {
                    return Err(Failure::new(
                        NOT_RUNNING,
                        "Outpost went away while the build was waited for",
                    ));
                }
            }
        }
        board.refresh(client).await?;
    }
}

/// Prints the end of a build and turns a result that is not green into an exit code.
pub fn report(page: &BuildPage) -> Result<(), Failure> {
    let build = &page.mark;
    let took = build
        .complete_at
        .map(|end| time::duration(end - build.started_at))
        .unwrap_or_default();
    println!(
        "{}  {}  {}  {took}",
        mark::of_results(build.results).coloured(),
        name::of_build(build),
        plain(&build.state)
    );
    if let Some(summary) = &page.summary {
        println!("   {}", plain(summary));
    }
    if matches!(build.results, Some(0 | 1)) {
        Ok(())
    } else {
        Err(Failure::silent(RED))
    }
}

/// The request that is waited for.
struct Wanted<'a> {
    master: &'a str,
    builder: i64,
    request: i64,
    /// Builds that were looked at and serve other requests: a master is asked for each build once.
    others: BTreeSet<i64>,
    is_first_look: bool,
}

impl Wanted<'_> {
    async fn finished(&mut self, client: &Client, overview: &Overview) -> Result<Option<BuildPage>, Failure> {
        let rows = &overview.builders;
        let row = rows
            .iter()
            .find(|row| row.master == self.master && row.builder == self.builder);
        let over = |mark: &&BuildMark| mark.complete_at.is_some() && mark.results != Some(5);
        for mark in row.iter().flat_map(|row| &row.last).filter(over) {
            if self.others.contains(&mark.build) {
                continue;
            }
            let page = build_name::page(client, mark.master.clone(), mark.build).await?;
            if page.request == self.request {
                return Ok(Some(page));
            }
            self.others.insert(mark.build);
            // What was over before a build of an older request was over before this request was made.
            if self.is_first_look && page.request < self.request {
                let older = row.iter().flat_map(|row| &row.last).map(|other| other.build);
                self.others.extend(older.filter(|other| *other < mark.build));
            }
        }
        self.is_first_look = false;
        Ok(None)
    }
}

/// One line that is written over, on a terminal only.
#[derive(Default)]
struct Progress {
    shown: bool,
}

impl Progress {
    fn show(&mut self, overview: &Overview, master: &str, builder: i64) -> Result<(), Failure> {
        if !std::io::stderr().is_terminal() {
            return Ok(());
        }
        let is_it = |of: &str, other: i64| of == master && other == builder;
        let running = overview
            .running
            .iter()
            .find(|row| is_it(&row.mark.master, row.mark.builder));
        let waiting = overview.waiting.iter().find(|row| is_it(&row.master, row.builder));
        let line = match (running, waiting) {
            (Some(row), _) => format!(
                "{} {}  {}  {}",
                mark::of_results(None).shape,
                name::of_build(&row.mark),
                row.step.as_deref().map_or("starting".to_owned(), plain),
                time::duration(overview.now - row.mark.started_at)
            ),
            (None, Some(row)) => {
                let builder = name::of(&row.master, &row.builder_name);
                format!("{} {builder}  {}", mark::WAITING.shape, plain(&row.waits_for))
            }
            (None, None) => return Ok(()),
        };
        eprint!("\r\u{1b}[K{line}");
        std::io::stderr().flush()?;
        self.shown = true;
        Ok(())
    }

    fn clear(&mut self) {
        if self.shown {
            eprint!("\r\u{1b}[K");
        }
    }
}

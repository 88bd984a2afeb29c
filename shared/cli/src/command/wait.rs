//! Waiting for a request's build, with progress on a terminal.

use crate::client::Client;
use crate::failure::{Failure, NOT_RUNNING, RED};
use crate::show::{mark, time};
use app::api::Nothing;
use app::api::build::{BuildPage, BuildQuery};
use app::api::overview::{BuildMark, Overview};
use std::io::{IsTerminal, Write};

/// Waits until the build of `request` is over and gives it. A retried build is waited for to its end.
pub async fn for_request(client: &Client, builder: i64, request: i64) -> Result<BuildPage, Failure> {
    let mut events = client.events().await?;
    let mut progress = Progress::default();
    loop {
        if let Some(page) = finished(client, builder, request).await? {
            progress.clear();
            return Ok(page);
        }
        progress.show(client, builder).await?;
        if events.next().await.is_none() {
            return Err(Failure::new(
                NOT_RUNNING,
                "Outpost went away while the build was waited for",
            ));
        }
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
        "{}  {}/{}  {}  {took}",
        mark::of_results(build.results).coloured(),
        build.builder_name,
        build.number,
        build.state
    );
    if let Some(summary) = &page.summary {
        println!("   {summary}");
    }
    if matches!(build.results, Some(0 | 1)) {
        Ok(())
    } else {
        Err(Failure::silent(RED))
    }
}

async fn finished(client: &Client, builder: i64, request: i64) -> Result<Option<BuildPage>, Failure> {
    let page: app::api::overview::BuilderPage = client
        .call(
            "builder",
            app::api::overview::BuilderQuery {
                master: app::api::bundled(),
                builder,
                before: None,
            },
        )
        .await?;
    let over = |mark: &&BuildMark| mark.complete_at.is_some() && mark.results != Some(5);
    for mark in page.builds.iter().filter(over) {
        let page: BuildPage = client
            .call(
                "build",
                BuildQuery::Id {
                    master: mark.master.clone(),
                    build: mark.build,
                },
            )
            .await?;
        if page.request == request {
            return Ok(Some(page));
        }
        // Requests are built in order: an older build cannot serve a newer request.
        if page.request < request {
            break;
        }
    }
    Ok(None)
}

/// One line that is written over, on a terminal only.
#[derive(Default)]
struct Progress {
    shown: bool,
}

impl Progress {
    async fn show(&mut self, client: &Client, builder: i64) -> Result<(), Failure> {
        if !std::io::stderr().is_terminal() {
            return Ok(());
        }
        let overview: Overview = client.call("overview", Nothing {}).await?;
        let running = overview.running.iter().find(|row| row.mark.builder == builder);
        let waiting = overview.waiting.iter().find(|row| row.builder == builder);
        let line = match (running, waiting) {
            (Some(row), _) => format!(
                "{} {}/{}  {}  {}",
                mark::of_results(None).shape,
                row.mark.builder_name,
                row.mark.number,
                row.step.as_deref().unwrap_or("starting"),
                time::duration(overview.now - row.mark.started_at)
            ),
            (None, Some(row)) => format!("{} {}  {}", mark::WAITING.shape, row.builder_name, row.waits_for),
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

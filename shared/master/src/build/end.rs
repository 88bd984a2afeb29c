//! A build's end: its row, its requests and their sets, in one transaction.

use super::result::of_set;
use super::run::{Outcome, Run};
use super::stop::Why;
use model::event::{BuildVerb, RequestVerb};
use model::{BuildSetId, Event, RequestId, Results, Time};
use std::time::Duration;
use store::rusqlite::{Result, Transaction};
use store::{StoreError, build_requests, build_sets, builds};

/// So often it is tried to write down the end of a build that could not be.
const AGAIN: Duration = Duration::from_secs(2);

/// Writes the end down.
pub async fn write(mut run: Run) -> Outcome {
    note(&mut run);
    match run.journal.flush().await {
        Ok(()) => outcome(&run),
        Err(error) => {
            tracing::error!(build = %run.journal.build(), %error, "the end of a build could not be written");
            run.told.push(error.to_string());
            write_after_failure(run).await
        }
    }
}

/// Tries to write the end down until it works, because the disk may have room again; or until the master ends, and
/// then the next start finds the build.
pub async fn write_after_failure(mut run: Run) -> Outcome {
    loop {
        run.journal.forget();
        run.journal.steps_break_off();
        note(&mut run);
        match run.journal.flush().await {
            Ok(()) => return outcome(&run),
            Err(StoreError::Gone) => return Outcome::Unwritten(StoreError::Gone),
            Err(error) if run.plan.stop.ordered() == Some(&Why::Shutdown) => return Outcome::Unwritten(error),
            Err(_) => {}
        }
        let wait = run.env.clock.sleep_until(run.env.clock.uptime() + AGAIN);
        tokio::select! {
            () = wait => {}
            () = run.plan.stop.wait() => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

fn outcome(run: &Run) -> Outcome {
    if run.results == Results::Retry {
        Outcome::Again
    } else {
        Outcome::Done
    }
}

fn note(run: &mut Run) {
    let untold = std::mem::take(&mut run.untold);
    run.journal.properties(untold);
    run.journal.build_state(run.final_text());
    let (results, now) = (run.results, run.env.clock.now());
    let (request, set) = (run.plan.requests.first().copied(), run.plan.set);
    run.journal.note(move |c, rows, events| {
        rows.build.complete_at = Some(now);
        rows.build.results = Some(results);
        builds::finish(c, rows.build.id, results, &rows.build.state_string, now)?;
        events.push(Event::Build(BuildVerb::Finished, rows.build.clone()));
        match request {
            Some(request) if results == Results::Retry => give_back(c, request, events),
            Some(request) => complete(c, &[request], results, set, now, events),
            None => Ok(()),
        }
    });
}

/// The request waits again.
fn give_back(c: &Transaction<'_>, request: RequestId, events: &mut Vec<Event>) -> Result<()> {
    build_requests::unclaim(c, &[request])?;
    let row = build_requests::get(c, request)?;
    events.extend(row.map(|row| Event::Request(RequestVerb::Unclaimed, row)));
    Ok(())
}

/// The requests need nothing more; when they were the last of their set, neither does it.
pub fn complete(
    c: &Transaction<'_>,
    requests: &[RequestId],
    results: Results,
    set: BuildSetId,
    now: Time,
    events: &mut Vec<Event>,
) -> Result<()> {
    build_requests::complete(c, requests, results, now)?;
    for request in requests {
        let row = build_requests::get(c, *request)?;
        events.extend(row.map(|row| Event::Request(RequestVerb::Complete, row)));
    }
    complete_set(c, set, now, events)
}

/// Completes a set whose requests all are.
pub fn complete_set(c: &Transaction<'_>, set: BuildSetId, now: Time, events: &mut Vec<Event>) -> Result<()> {
    let requests = build_requests::of_build_set(c, set)?;
    if requests.iter().any(|request| request.complete_at.is_none()) {
        return Ok(());
    }
    build_sets::complete(
        c,
        set,
        of_set(requests.iter().filter_map(|request| request.results)),
        now,
    )?;
    let row = build_sets::get(c, set)?;
    events.extend(row.map(Event::BuildSetComplete));
    Ok(())
}

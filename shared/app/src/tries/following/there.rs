//! A try on a joined master: what runs and what ended by its picture, and what the picture has not by REST, once.

use super::against::{OfBase, compare};
use crate::api::tries::TryApplied;
use crate::joined::Member;
use crate::service::clock;
use crate::service::marks::usual;
use crate::tries::carry::Carrier;
use crate::tries::record::{Built, RUNNING, Record, WAITING};
use client::picture::{Finished, Picture, Running};
use client::{Error, rest};
use model::{BuildId, BuilderId, Json, RequestId, Results, StepId};

/// Steps of a build that are read at most.
const STEPS: usize = 500;

/// The step that gets the tree is among the first ones.
const FIRST: usize = 6;

pub(super) async fn look(carrier: &Carrier) {
    let record = carrier.record();
    let Some(member) = carrier.app.farm.get(&record.master) else {
        let now = clock::now().0;
        return carrier
            .change(|record| {
                record.state = crate::api::tries::TryState::Sent;
                record.words = "Its master was left, so it cannot be followed".to_owned();
                record.ended_at = Some(now);
            })
            .await;
    };
    let mut builds = record.builds.clone();
    for one in builds.iter_mut().filter(|one| !one.settled) {
        if let Err(error) = of_builder(&member, &record, one).await {
            // The next word of the master makes one look again.
            tracing::debug!(master = %member.key, %error, "of a try's build, something is not known");
        }
    }
    let now = clock::now().0;
    carrier
        .change(|record| {
            record.builds = builds;
            record.settle(now);
        })
        .await;
}

/// What the picture has of a request.
enum Seen {
    Waits,
    Runs(Box<Running>, Option<i64>),
    Ended(Box<Finished>),
    Nothing,
}

fn seen(picture: &Picture, request: RequestId, builder: Option<i64>) -> Seen {
    if let Some(running) = picture.running().rev().find(|build| build.request == Some(request)) {
        let builder = picture.builder_of(running.builder);
        let lengths = builder.map(|builder| {
            let lengths = builder
                .finished()
                .map(|build| build.complete_at.since(build.started_at));
            lengths.collect()
        });
        return Seen::Runs(Box::new(running.clone()), lengths.and_then(usual).map(|usual| usual.0));
    }
    let builder = builder.and_then(|builder| picture.builder_of(BuilderId(builder)));
    let ended = builder.and_then(|builder| builder.finished().find(|build| build.request() == Some(request)).cloned());
    if let Some(ended) = ended {
        return Seen::Ended(Box::new(ended));
    }
    match picture.requests().any(|waiting| waiting.id == request) {
        true => Seen::Waits,
        false => Seen::Nothing,
    }
}

async fn of_builder(member: &Member, record: &Record, one: &mut Built) -> Result<(), Error> {
    let Some(request) = one.request.map(RequestId) else {
        return Ok(());
    };
    match member.joined.with(|picture| seen(picture, request, one.builder_id)) {
        Seen::Waits => Ok(()),
        Seen::Runs(build, usual) => {
            runs(member, one, &build, usual);
            if one.applied == TryApplied::Unknown {
                let steps = steps(member, build.build).await?;
                one.applied = applied(member, build.build, &steps).await?;
            }
            Ok(())
        }
        Seen::Ended(build) => {
            let row = build_row(member, build.build).await?;
            ended(member, record, one, &row).await
        }
        Seen::Nothing => of_rest(member, record, one, request).await,
    }
}

fn runs(member: &Member, one: &mut Built, build: &Running, usual: Option<i64>) {
    let started_at = member.ours(build.started_at).0;
    one.state = RUNNING.to_owned();
    one.words = build.state.to_string();
    (one.build, one.number) = (Some(build.build.0), Some(build.number));
    one.started_at = Some(started_at);
    one.expected_at = usual.map(|usual| started_at + usual);
}

async fn build_row(member: &Member, build: BuildId) -> Result<rest::Build, Error> {
    let http = member.joined.http();
    http.row(&format!("builds/{build}?property=patch_applied"), "builds")
        .await
}

/// What the picture does not have: it ended while nobody listened, or it was taken back.
async fn of_rest(member: &Member, record: &Record, one: &mut Built, request: RequestId) -> Result<(), Error> {
    let http = member.joined.http();
    let path = format!("builds?buildrequestid={request}&order=-buildid&limit=1&property=patch_applied");
    let rows: Vec<rest::Build> = http.rows(&path, "builds").await?;
    if let Some(row) = rows.first() {
        return match row.complete {
            true => ended(member, record, one, row).await,
            false => {
                (one.state, one.words) = (RUNNING.to_owned(), row.state_string.clone());
                (one.build, one.number) = (Some(row.id.0), Some(row.number));
                one.started_at = row.started_at.map(|at| member.ours(at).0);
                Ok(())
            }
        };
    }
    let row: rest::Request = http
        .row(&format!("buildrequests/{request}?limit=1"), "buildrequests")
        .await?;
    if row.complete {
        one.state = row.results.unwrap_or(Results::Cancelled).word().to_owned();
        one.words = "it was taken back before it began".to_owned();
        one.ended_at = row.complete_at.map(|at| member.ours(at).0);
        one.settled = true;
    }
    Ok(())
}

async fn ended(member: &Member, record: &Record, one: &mut Built, row: &rest::Build) -> Result<(), Error> {
    (one.build, one.number) = (Some(row.id.0), Some(row.number));
    one.started_at = row.started_at.map(|at| member.ours(at).0);
    let results = row.results.unwrap_or(Results::Exception);
    if results == Results::Retry {
        (one.state, one.words) = (WAITING.to_owned(), "it is made again".to_owned());
        return Ok(());
    }
    let steps = steps(member, row.id).await?;
    one.applied = match row.properties.get("patch_applied") {
        Some(Json::Bool(true)) => TryApplied::Applied,
        Some(Json::Bool(false)) => TryApplied::NotApplied,
        _ => applied(member, row.id, &steps).await?,
    };
    one.failed_step = failed(&steps);
    let base = of_base(member, record, row).await?;
    (one.against_base, one.base_words) = compare(one.applied, results, one.failed_step.as_deref(), base.as_ref());
    one.state = results.word().to_owned();
    one.words = row.state_string.clone();
    one.ended_at = row.complete_at.map(|at| member.ours(at).0);
    one.settled = true;
    Ok(())
}

async fn steps(member: &Member, build: BuildId) -> Result<Vec<rest::Step>, Error> {
    let http = member.joined.http();
    let mut steps: Vec<rest::Step> = http
        .rows(&format!("builds/{build}/steps?limit={STEPS}"), "steps")
        .await?;
    steps.sort_by_key(|step| step.number);
    Ok(steps)
}

fn failed(steps: &[rest::Step]) -> Option<String> {
    let bad = |wanted| steps.iter().find(|step| step.results == Some(wanted));
    let step = bad(Results::Failure).or_else(|| bad(Results::Exception))?;
    Some(step.name.clone())
}

/// The step that applied the patch has a log of it. How that step ended tells; while it runs, nothing does.
async fn applied(member: &Member, _: BuildId, steps: &[rest::Step]) -> Result<TryApplied, Error> {
    if steps
        .iter()
        .any(|step| step.state_string.ends_with("(patch not applied)"))
    {
        return Ok(TryApplied::NotApplied);
    }
    for step in steps.iter().take(FIRST).filter(|step| step.complete) {
        if has_patch(member, step.id).await? {
            let well = matches!(step.results, Some(Results::Success | Results::Warnings));
            return Ok(if well {
                TryApplied::Applied
            } else {
                TryApplied::NotApplied
            });
        }
    }
    Ok(TryApplied::Unknown)
}

async fn has_patch(member: &Member, step: StepId) -> Result<bool, Error> {
    let http = member.joined.http();
    let logs: Vec<rest::Log> = http.rows(&format!("steps/{step}/logs?limit=50"), "logs").await?;
    Ok(logs.iter().any(|log| log.slug == "patch"))
}

/// The newest build of the base's revision by the same builder, or else the last one before this one began.
async fn of_base(member: &Member, record: &Record, build: &rest::Build) -> Result<Option<OfBase>, Error> {
    let base = record.job.base.as_deref();
    let found = member.joined.with(|picture| {
        let builder = picture.builder_of(build.builder)?;
        let telling = |other: &&Finished| other.build != build.id && other.is_green().is_some();
        let others: Vec<&Finished> = builder
            .finished()
            .filter(telling)
            .filter(|other| !other.about.owners.iter().any(|owner| **owner == *record.job.who))
            .collect();
        let exact = others
            .iter()
            .find(|other| base.is_some() && other.about.revision.as_deref() == base);
        let before = || others.iter().find(|other| Some(other.complete_at) <= build.started_at);
        exact
            .map(|found| ((*found).clone(), true))
            .or_else(|| before().map(|found| ((*found).clone(), false)))
    });
    let Some((other, exact)) = found else { return Ok(None) };
    let Some(results) = other.results else { return Ok(None) };
    let failed_step = match results.is_red() {
        true => failed(&steps(member, other.build).await?),
        false => None,
    };
    Ok(Some(OfBase {
        number: other.number,
        results,
        failed_step,
        exact,
    }))
}

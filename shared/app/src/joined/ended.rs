//! What is read of a build that is over, when it may matter to somebody: changes, the request's set, the first error.
//!
//! It is read gently, as background, and within a time: what does not come by then is left out.

use super::member::Member;
use client::{Error, Http, rest};
use model::{BuildId, RequestId, Results};
use std::time::Duration;
use watch::{FailedStep, FinishedBuild, LogPlace, Suspect};

/// What a person is not made to wait for longer.
const PATIENCE: Duration = Duration::from_secs(8);

/// Changes of one build that are read.
const CHANGES: usize = 50;

/// The slug of the log in which a master writes why a step could not run.
const REASON: &str = "err.text";

/// Reads into `build` what its master says of it.
pub(super) async fn read(member: &Member, request: Option<RequestId>, build: &mut FinishedBuild) {
    let http = member.joined.http();
    let id = build.build.id;
    let red = build.results.is_red();
    let changes = within(changes(http, id));
    let set = within(build_set(http, request));
    let failed = within(async {
        match red {
            true => failed_step(member, id).await,
            false => Ok(None),
        }
    });
    let (changes, set, failed) = tokio::join!(changes, set, failed);
    if let Some(changes) = changes {
        build.changes = changes;
    }
    if let Some(set) = set {
        build.build_set = Some(set.id);
        build.rebuilt = set.rebuilt_build.is_some();
        build.patched = set.source_stamps.iter().any(|stamp| stamp.patch.is_some());
        let branches = set
            .source_stamps
            .iter()
            .map(|stamp| stamp.branch.clone().unwrap_or_default());
        build.branches = branches.collect();
        build.reason = set.reason;
    }
    build.failed = failed.flatten();
}

async fn within<T>(reading: impl Future<Output = Result<T, Error>>) -> Option<T> {
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(read)) => Some(read),
        Ok(Err(error)) => {
            tracing::debug!(%error, "of a build that ended, something is not known");
            None
        }
        Err(_) => None,
    }
}

async fn changes(http: &Http, build: BuildId) -> Result<Vec<Suspect>, Error> {
    let path = format!("builds/{build}/changes?limit={CHANGES}");
    let mut rows: Vec<rest::Change> = http.rows(&path, "changes").await?;
    rows.sort_by_key(|change| change.id);
    Ok(rows.into_iter().map(suspect).collect())
}

fn suspect(change: rest::Change) -> Suspect {
    Suspect {
        change: change.id,
        author: change.author,
        revision: change.revision,
        branch: change.branch,
        repository: change.repository,
        comments: change.comments,
    }
}

async fn build_set(http: &Http, request: Option<RequestId>) -> Result<rest::BuildSet, Error> {
    let request = request.ok_or_else(|| Error::NotFound("request of it".to_owned()))?;
    let row: rest::Request = http
        .row(&format!("buildrequests/{request}?limit=1"), "buildrequests")
        .await?;
    let set = row
        .build_set
        .ok_or_else(|| Error::NotFound("build set of it".to_owned()))?;
    http.row(&format!("buildsets/{set}?limit=1"), "buildsets").await
}

async fn failed_step(member: &Member, build: BuildId) -> Result<Option<FailedStep>, Error> {
    let http = member.joined.http();
    let mut steps: Vec<rest::Step> = http.rows(&format!("builds/{build}/steps?limit=500"), "steps").await?;
    steps.sort_by_key(|step| step.number);
    let bad = |results| steps.iter().find(|step| step.results == Some(results));
    let Some(step) = bad(Results::Failure).or_else(|| bad(Results::Exception)) else {
        return Ok(None);
    };
    // That a step failed is worth saying also when its logs cannot be read.
    let log = place(member, step).await.unwrap_or_default();
    Ok(Some(FailedStep {
        number: step.number,
        name: step.name.clone(),
        log,
    }))
}

async fn place(member: &Member, step: &rest::Step) -> Result<Option<LogPlace>, Error> {
    let path = format!("steps/{}/logs?limit=100", step.id);
    let logs: Vec<rest::Log> = member.joined.http().rows(&path, "logs").await?;
    let Some(log) = telling_log(&logs) else {
        return Ok(None);
    };
    let found = member.first_error(log).await.unwrap_or_default();
    Ok(Some(LogPlace {
        id: Some(log.id),
        slug: log.slug.clone(),
        line: found.as_ref().map(|(line, _)| *line),
        text: found.map(|(_, text)| text),
    }))
}

/// The log of a failed step that tells why it failed.
pub(crate) fn telling_log(logs: &[rest::Log]) -> Option<&rest::Log> {
    let of_slug = |slug: &str| logs.iter().find(|log| log.slug == slug);
    let readable = |log: &&rest::Log| log.kind != rest::log::Kind::Deleted;
    of_slug(REASON)
        .or_else(|| of_slug("err_text"))
        .or_else(|| of_slug("stdio"))
        .or_else(|| logs.first())
        .filter(readable)
}

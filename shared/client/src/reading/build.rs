//! Everything that the page of a build shows.

use super::{Parts, Reading};
use crate::Error;
use crate::rest::{Build, BuildSet, Change, Log, Request, Step};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use model::{BuildId, BuilderId, StepId};
use std::sync::atomic::{AtomicBool, Ordering};

/// Most changes that are asked for: a build that was red for long is blamed on hundreds.
const CHANGES: usize = 50;
/// Most steps.
const STEPS: usize = 1000;
/// The logs of so many steps are read with the build; those of the others when they are wanted.
const STEPS_WITH_LOGS: usize = 30;
/// Most logs of a step.
const LOGS: usize = 200;
/// How many steps' logs are asked for at once.
const AT_ONCE: usize = 3;

/// Which build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichBuild {
    /// By its own id.
    Id(BuildId),
    /// By its builder and its number there.
    Number(BuilderId, i64),
}

/// A build with its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildPage {
    /// With all its properties.
    pub build: Build,
    /// In order.
    pub steps: Vec<StepPage>,
    /// What is new in it, the newest first; at most fifty.
    pub changes: Vec<Change>,
    /// What asked for it, if the master still has that.
    pub request: Option<Request>,
    /// What that is of, with the source stamps.
    pub build_set: Option<BuildSet>,
    /// The master could not be asked: something of it is as it was seen earlier.
    pub is_old: bool,
}

/// A step with its logs.
#[derive(Clone, Debug, PartialEq)]
pub struct StepPage {
    /// The step.
    pub step: Step,
    /// Its logs; none: not read yet, see [`Reading::logs`].
    pub logs: Option<Vec<Log>>,
}

impl Reading {
    /// A build with its parts. One that is over is asked for once.
    pub async fn build(&self, which: WhichBuild) -> Result<BuildPage, Error> {
        let path = match which {
            WhichBuild::Id(id) => format!("builds/{id}?property=*"),
            WhichBuild::Number(builder, number) => format!("builders/{builder}/builds/{number}?property=*"),
        };
        let mut parts = self.parts(false);
        let settled = format!("settled {path}");
        let kept: Option<Vec<Build>> = parts.kept(&settled, "builds").await;
        let build = match kept.and_then(|kept| kept.into_iter().next()) {
            Some(build) => {
                parts.is_settled = true;
                build
            }
            None => {
                let build = parts.row(&path, "builds").await?;
                build.ok_or_else(|| Error::NotFound("such a build; it may have been removed".to_owned()))?
            }
        };
        let page = Box::pin(parts.of_build(build)).await?;
        if !parts.is_settled && page.is_settled() {
            // Its own row comes last, so that the others are known to be of after its end.
            if let Some(body) = self.kept.get(&path).await {
                self.kept.put(settled, body);
            }
        }
        Ok(page)
    }

    /// The logs of a step, without their lines.
    pub async fn logs(&self, step: StepId) -> Result<Vec<Log>, Error> {
        self.parts(false).logs(step).await
    }

    fn parts(&self, is_settled: bool) -> Parts<'_> {
        Parts {
            reading: self,
            is_settled,
            is_old: AtomicBool::new(false),
        }
    }
}

impl BuildPage {
    /// Whether nothing of it will change any more.
    fn is_settled(&self) -> bool {
        self.build.complete && !self.is_old && self.request.as_ref().is_none_or(|request| request.complete)
    }
}

impl Parts<'_> {
    async fn of_build(&self, build: Build) -> Result<BuildPage, Error> {
        let id = build.id;
        let (steps, changes, asked) = futures_util::try_join!(self.steps(id), self.changes(id), self.asked_by(&build))?;
        let (request, build_set) = asked;
        Ok(BuildPage {
            build,
            steps,
            changes,
            request,
            build_set,
            is_old: self.is_old.load(Ordering::Relaxed),
        })
    }

    async fn steps(&self, build: BuildId) -> Result<Vec<StepPage>, Error> {
        let path = format!("builds/{build}/steps?order=number&limit={STEPS}");
        let mut steps: Vec<Step> = self.rows(&path, "steps").await?;
        steps.sort_by_key(|step| step.number);
        let wanted = wanted(&steps);
        let read = steps.into_iter().zip(wanted).map(|(step, wanted)| async move {
            let logs = match wanted {
                true => Some(self.logs(step.id).await?),
                false => None,
            };
            Ok(StepPage { step, logs })
        });
        stream::iter(read).buffered(AT_ONCE).try_collect().await
    }

    async fn logs(&self, step: StepId) -> Result<Vec<Log>, Error> {
        let path = format!("steps/{step}/logs?limit={LOGS}");
        self.rows(&path, "logs").await
    }

    async fn changes(&self, build: BuildId) -> Result<Vec<Change>, Error> {
        let path = format!("builds/{build}/changes?limit={CHANGES}");
        let mut changes: Vec<Change> = self.rows(&path, "changes").await?;
        changes.sort_by_key(|change| std::cmp::Reverse(change.id));
        Ok(changes)
    }

    async fn asked_by(&self, build: &Build) -> Result<(Option<Request>, Option<BuildSet>), Error> {
        let Some(request) = build.request else {
            return Ok((None, None));
        };
        let path = format!("buildrequests/{request}?property=reason");
        let request: Option<Request> = self.row(&path, "buildrequests").await?;
        let build_set = match request.as_ref().and_then(|request| request.build_set) {
            Some(id) => self.row(&format!("buildsets/{id}"), "buildsets").await?,
            None => None,
        };
        Ok((request, build_set))
    }
}

/// Which steps' logs are read with the build: of all, or of those that somebody will look at first.
fn wanted(steps: &[Step]) -> Vec<bool> {
    let started = steps.iter().filter(|step| step.started_at.is_some()).count();
    let last = steps.iter().rposition(|step| step.started_at.is_some());
    let mut left = STEPS_WITH_LOGS;
    let wanted = steps.iter().enumerate().map(|(place, step)| {
        let is_odd = step.results.is_some_and(|results| !results.is_green()) || !step.complete;
        let is_wanted = step.started_at.is_some() && (started <= STEPS_WITH_LOGS || is_odd || Some(place) == last);
        let is_read = is_wanted && left > 0;
        left -= usize::from(is_read);
        is_read
    });
    wanted.collect()
}

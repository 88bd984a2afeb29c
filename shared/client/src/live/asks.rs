//! What is asked of a master while it is followed: at most two questions at once, each once at a time.

use super::reading::{self, Since};
use crate::picture::Snapshot;
use crate::rest::{Build, BuildSet, Builder, Change, Log, Request, Step};
use crate::{Error, Http};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use model::{BuildId, BuilderId, StepId};
use std::collections::VecDeque;

/// How many questions may be under way.
const AT_ONCE: usize = 2;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Everything.
    Snapshot,
    /// What runs, and what was over meanwhile.
    CatchUp,
    /// The requests that wait.
    Requests,
    /// The build sets that are under way, and the requests that are built.
    BuildSets,
    /// The last changes.
    Changes,
    /// A builder that an event named.
    Builder(BuilderId),
    /// A builder's last builds.
    History(BuilderId),
    /// Builds that were over before this one, over all builders.
    Older(BuildId),
    /// The steps of a build that somebody watches.
    Steps(BuildId),
    /// The logs of one of its steps.
    Logs(StepId),
}

/// An answer.
pub(super) enum Answer {
    Snapshot(Box<Snapshot>),
    /// Builds as they are, and those of the ones that ran which the master no longer has.
    CaughtUp(Vec<Build>, Vec<BuildId>),
    Requests(Vec<Request>),
    /// Sets, whether there are still older ones, and the requests that are built.
    BuildSets(Vec<BuildSet>, bool, Vec<Request>),
    Changes(Vec<Change>),
    Builder(Box<Builder>),
    History(BuilderId, Vec<Build>),
    /// Whether there are still older ones.
    Older(Vec<Build>, bool),
    Steps(BuildId, Vec<Step>),
    Logs(Vec<Log>),
    Failed(Ask, Error),
}

pub(super) struct Asks {
    http: Http,
    waiting: VecDeque<(Ask, Since)>,
    going: FuturesUnordered<BoxFuture<'static, Answer>>,
}

impl Asks {
    pub(super) fn new(http: Http) -> Asks {
        Asks {
            http,
            waiting: VecDeque::new(),
            going: FuturesUnordered::new(),
        }
    }

    /// Asks when its turn comes, unless it is about to be asked anyway. Where something is known already, that is told.
    pub(super) fn ask(&mut self, ask: Ask, since: Since) {
        if !self.waiting.iter().any(|(other, _)| *other == ask) {
            self.waiting.push_back((ask, since));
        }
        self.go();
    }

    fn go(&mut self) {
        while self.going.len() < AT_ONCE {
            let Some((ask, since)) = self.waiting.pop_front() else {
                return;
            };
            self.going.push(answer(self.http.clone(), ask, since).boxed());
        }
    }

    /// The next answer; none ever when nothing was asked. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Answer {
        match self.going.next().await {
            Some(answer) => {
                self.go();
                answer
            }
            None => std::future::pending().await,
        }
    }
}

async fn answer(http: Http, ask: Ask, since: Since) -> Answer {
    let found = match ask {
        Ask::Snapshot => Box::pin(reading::snapshot(http, since))
            .await
            .map(|found| Answer::Snapshot(Box::new(found))),
        Ask::CatchUp => reading::catch_up(&http, &since)
            .await
            .map(|(rows, gone)| Answer::CaughtUp(rows, gone)),
        Ask::Requests => reading::requests(&http).await.map(Answer::Requests),
        Ask::BuildSets => reading::build_sets(&http)
            .await
            .map(|sets| Answer::BuildSets(sets.rows, sets.more, sets.claimed)),
        Ask::Changes => reading::changes(&http).await.map(Answer::Changes),
        Ask::Builder(builder) => reading::builder(&http, builder)
            .await
            .map(|row| Answer::Builder(Box::new(row))),
        Ask::History(builder) => {
            let rows = reading::history(&http, builder).await;
            rows.map(|rows| Answer::History(builder, rows))
        }
        Ask::Older(before) => reading::older(&http, before)
            .await
            .map(|(rows, more)| Answer::Older(rows, more)),
        Ask::Steps(build) => {
            let rows = reading::steps(&http.for_person(), build).await;
            rows.map(|rows| Answer::Steps(build, rows))
        }
        Ask::Logs(step) => reading::logs(&http.for_person(), step).await.map(Answer::Logs),
    };
    found.unwrap_or_else(|error| Answer::Failed(ask, error))
}

//! Change sources.

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::config::change_source::Branches;
use model::config::{ChangeSourceConfig, GitPoller};

/// Buildbot's: ten minutes.
const POLL_INTERVAL: f64 = 600.0;

pub(super) fn change_source(made: &Made, run: &Run) -> ChangeSourceConfig {
    let poll_interval = made
        .number("pollInterval")
        .or_else(|| made.number("pollinterval"))
        .unwrap_or(POLL_INTERVAL);
    if poll_interval <= 0.0 {
        run.error(
            &made.location,
            format!("pollInterval cannot be {poll_interval}"),
            "give the seconds between polls, for example minutes(5)",
        );
    }
    ChangeSourceConfig::Git(GitPoller {
        repourl: made.text("repourl").unwrap_or_default().to_owned(),
        branches: branches(made, run),
        poll_interval,
        poll_at_launch: made.bool("pollAtLaunch", false),
        category: made.text("category").map(str::to_owned),
        project: made.text("project").unwrap_or_default().to_owned(),
        codebase: made.text("codebase").unwrap_or_default().to_owned(),
        build_at_first_sight: made.bool("buildPushesWithNoCommits", false),
        location: made.location.clone(),
    })
}

fn branches(made: &Made, run: &Run) -> Branches {
    let wrong = |message: String| {
        run.error(
            &made.location,
            message,
            "give branches=[\"main\", …], branches=True for all, or branch=\"main\"",
        );
        Branches::Default
    };
    match (made.get("branches"), made.text("branch")) {
        (Some(_), Some(_)) => wrong("changes.GitPoller takes branch or branches, not both".to_owned()),
        (None, Some(branch)) => Branches::Named(vec![branch.to_owned()]),
        (None, None) | (Some(Arg::Bool(false)), None) => Branches::Default,
        (Some(Arg::Bool(true)), None) => Branches::All,
        (Some(Arg::List(items)), None) if items.iter().all(|item| item.text().is_some()) => {
            Branches::Named(made.texts("branches"))
        }
        (Some(other), None) => wrong(format!("changes.GitPoller, branches cannot be {}", other.described())),
    }
}

//! Notices about builds that are no news for a builder's colour: a rule may ask for every failure, success, exception.
//!
//! They have one notice per builder, so that a builder that fails all night leaves one and not hundreds. They are not
//! kept through quiet hours: the next build says the same again.

use crate::finished::{Case, Decision};
use crate::happening::FinishedBuild;
use crate::notice::{Button, Notice, NoticeAction, NoticeKey, Subject, Target, Tell, Urgency};
use crate::rule::Whose;
use crate::state::State;
use crate::{BuilderKey, words};
use model::{Results, Time};

/// Changes that such a notice has room for.
const CHANGES: usize = 3;

impl State {
    /// Tells of a build that was to be passed in silence, if a rule asks for each of its kind.
    pub(crate) fn tell_each(&self, now: Time, case: &Case<'_>, silence: Decision) -> Decision {
        let (build, rule) = (case.build, &case.ruling.rule);
        let wanted = match rule.whose {
            Whose::Mine => case.mine,
            Whose::Everybody => true,
            Whose::Nobody => false,
        };
        if !wanted || !rule.tells_each(build.results) {
            return silence;
        }
        let kept_back = self.kept_back(now, build).or_else(|| self.hush(now));
        if let Some(kept_back) = kept_back {
            return Decision {
                reason: format!("{} It would have been told, but {kept_back}.", silence.reason),
                ..silence
            };
        }
        let why = format!("{} {}", silence.reason, case.asked());
        let notice = notice(case, &why);
        Decision {
            notice: Some(notice.id.clone()),
            tells: vec![Tell::Show(Box::new(notice))],
            told: true,
            reason: why,
        }
    }
}

/// The one notice about a builder's single builds.
pub(crate) fn notice_of(builder: &BuilderKey) -> NoticeKey {
    NoticeKey(format!("builder/{builder}"))
}

fn notice(case: &Case<'_>, why: &str) -> Notice {
    let build = case.build;
    let target = Target::Build {
        builder: build.builder.clone(),
        number: build.number,
    };
    let red = build.results.is_red() || build.results == Results::Exception;
    Notice {
        id: notice_of(&build.builder),
        about: match (red, build.results.is_green()) {
            (true, _) => Subject::Broken,
            (false, true) => Subject::Fixed,
            (false, false) => Subject::Other,
        },
        title: format!("{} #{} {}", case.name, build.number, ended(build.results)),
        body: body(build),
        urgency: if red { Urgency::Normal } else { Urgency::Low },
        buttons: vec![Button {
            label: "Open build".to_owned(),
            action: NoticeAction::Open(target.clone()),
        }],
        silent: false,
        target,
        why: why.to_owned(),
    }
}

fn body(build: &FinishedBuild) -> String {
    let failed = build.failed.as_ref().map(|step| format!("{} failed", step.name));
    let mut lines: Vec<String> = failed.into_iter().collect();
    lines.extend(build.changes.iter().rev().take(CHANGES).map(words::change));
    if build.changes.len() > CHANGES {
        let more = words::count(build.changes.len() - CHANGES, "more change");
        lines.push(format!("and {more}"));
    }
    lines.push(format!(
        "It took {}",
        words::duration(build.complete_at.since(build.started_at))
    ));
    lines.join("\n")
}

fn ended(results: Results) -> &'static str {
    match results {
        Results::Success => "succeeded",
        Results::Warnings => "ended with warnings",
        Results::Failure => "failed",
        Results::Skipped => "was skipped",
        Results::Exception => "ended by an exception",
        Results::Retry => "is built again",
        Results::Cancelled => "was cancelled",
    }
}

//! A build is over: what it did to its builder, which break it belongs to, and whether the person is told.

use crate::breaks::{Break, BreakId};
use crate::builder::{Colour, Turn};
use crate::compose;
use crate::happening::{FinishedBuild, Suspect};
use crate::notice::Tell;
use crate::state::State;
use crate::verdict::Verdict;
use crate::words;
use model::{Results, Time};

/// Closed breaks kept: a slow builder may still turn red on the changes of one that is repaired elsewhere.
const CLOSED_BREAKS: usize = 32;

/// What is decided about one build.
struct Decision {
    tells: Vec<Tell>,
    told: bool,
    reason: String,
    about: Option<BreakId>,
}

impl Decision {
    fn silence(reason: impl Into<String>) -> Decision {
        Decision {
            tells: Vec::new(),
            told: false,
            reason: reason.into(),
            about: None,
        }
    }
}

impl State {
    pub(crate) fn finished(&mut self, now: Time, build: &FinishedBuild) -> Vec<Tell> {
        let turn = self.builder(now, &build.builder).finish(build);
        if turn == Turn::Repeated {
            return Vec::new();
        }
        let name = self.builder(now, &build.builder).info.name.clone();
        let decision = self.decide(now, &name, build, turn);
        let notice = decision
            .about
            .and_then(|id| self.breaks.iter().find(|b| b.id == id))
            .map(Break::notice);
        self.verdicts.push(Verdict {
            build: build.build.clone(),
            builder: name,
            number: build.number,
            at: now,
            told: decision.told,
            reason: decision.reason,
            notice,
        });
        self.forget_old_breaks();
        decision.tells
    }

    fn decide(&mut self, now: Time, name: &str, build: &FinishedBuild, turn: Turn) -> Decision {
        match turn {
            Turn::Repeated => Decision::silence("It was counted before."),
            Turn::NoColour => Decision::silence(no_colour(name, build.results)),
            Turn::Patched => Decision::silence(format!("It built a patch; that says nothing about {name}.")),
            Turn::Overtaken => Decision::silence(format!("A newer build of {name} had already ended.")),
            Turn::First(Colour::Red) => self.first_red(name, build),
            Turn::First(_) => Decision::silence(format!(
                "It is the first result of {name}; there is nothing to compare with."
            )),
            Turn::StaysGreen => Decision::silence(format!("{name} was green and stays green.")),
            Turn::StaysRed => Decision::silence(self.already_red(now, name, build)),
            Turn::Broke(suspects) => self.broke(now, name, build, suspects),
            Turn::BrokeEarlier(suspects) => self.broke_earlier(now, name, build, &suspects),
            Turn::Fixed(by) => self.fixed(now, name, build, by),
        }
    }

    /// Red from the first: broken, but nobody can be blamed.
    fn first_red(&mut self, name: &str, build: &FinishedBuild) -> Decision {
        let id = self.open_break(build);
        self.join(id, name, build, &[]);
        for first in self.breaks.iter_mut().filter(|b| b.id == id) {
            first.owners.clear();
            first.build_sets.clear();
        }
        Decision::silence(format!(
            "It is the first result of {name}; there is nothing to compare with."
        ))
    }

    fn broke(&mut self, now: Time, name: &str, build: &FinishedBuild, suspects: Vec<Suspect>) -> Decision {
        let master = &build.builder.master;
        let shared = self
            .breaks
            .iter()
            .rev()
            .find(|b| b.shares(master, &suspects, build.build_set))
            .map(|b| b.id);
        let id = shared.unwrap_or_else(|| self.open_break(build));
        self.join(id, name, build, &suspects);
        let turned = format!("{name} turned red");
        self.tell_broken(now, id, build, &turned)
    }

    fn broke_earlier(&mut self, now: Time, name: &str, build: &FinishedBuild, suspects: &[Suspect]) -> Decision {
        let Some(id) = self.builders.get(&build.builder).and_then(|b| b.broken_in) else {
            return Decision::silence(format!("A newer build of {name} had already ended."));
        };
        if let Some(broken) = self.breaks.iter_mut().find(|b| b.id == id) {
            broken.suspect(suspects);
        }
        self.tell_broken(now, id, build, &format!("{name} turned out to be red already here"))
    }

    fn open_break(&mut self, build: &FinishedBuild) -> BreakId {
        self.last_break.0 += 1;
        self.breaks
            .push(Break::open(self.last_break, &build.builder.master, build.complete_at));
        self.last_break
    }

    fn join(&mut self, id: BreakId, name: &str, build: &FinishedBuild, suspects: &[Suspect]) {
        if let Some(broken) = self.breaks.iter_mut().find(|b| b.id == id) {
            broken.join(name, build, suspects);
        }
        if let Some(builder) = self.builders.get_mut(&build.builder) {
            builder.broken_in = Some(id);
        }
    }

    /// Tells of a break, aloud once and silently later, unless something keeps it back.
    fn tell_broken(&mut self, now: Time, id: BreakId, build: &FinishedBuild, turned: &str) -> Decision {
        let Some(at) = self.breaks.iter().position(|b| b.id == id) else {
            return Decision::silence(turned);
        };
        let (broken, me) = (&self.breaks[at], &self.settings.identity);
        let silence = |reason: String| Decision {
            about: Some(id),
            ..Decision::silence(reason)
        };
        if !broken.is_mine(me) {
            let others = words::people(false, &broken.others(me));
            return silence(format!(
                "{turned}, but none of the changes that may be to blame is yours ({others})."
            ));
        }
        if let Some(kept_back) = self.kept_back(now, build) {
            return silence(format!("{turned} on a change of yours, but {kept_back}."));
        }
        if !self.settings.tell_broken {
            return silence(format!(
                "{turned} on a change of yours, but breaks are not told by your settings."
            ));
        }
        let mine = words::people(true, &broken.others(me));
        if let Some(hush) = self.hush(now) {
            let aloud_before = broken.told_at.is_some();
            self.breaks[at].kept_broken = !aloud_before;
            return silence(format!(
                "{turned} on a change of yours, but {hush}; it is kept for afterwards."
            ));
        }
        if broken.told_at.is_some() {
            let why =
                format!("{turned} on the changes of a break that you were told of; its notice was updated silently.");
            let notice = compose::broken(self, broken, now, true, &why);
            return Decision {
                tells: vec![Tell::Show(Box::new(notice))],
                told: false,
                reason: why,
                about: Some(id),
            };
        }
        let why = format!("{turned} on changes that no earlier build had tried; they are by {mine}.");
        let notice = compose::broken(self, broken, now, false, &why);
        self.breaks[at].told_at = Some(now);
        self.breaks[at].kept_broken = false;
        Decision {
            tells: vec![Tell::Show(Box::new(notice))],
            told: true,
            reason: why,
            about: Some(id),
        }
    }

    fn fixed(&mut self, now: Time, name: &str, build: &FinishedBuild, by: Vec<Suspect>) -> Decision {
        self.end_mutes_fixed_by(&build.builder);
        let id = self.builders.get_mut(&build.builder).and_then(|b| b.broken_in.take());
        let Some(at) = id.and_then(|id| self.breaks.iter().position(|b| b.id == id)) else {
            return Decision::silence(format!("{name} is green again."));
        };
        let whole = self.breaks[at].repair(build, by);
        let mut decision = self.tell_fixed(now, at, name, build, whole);
        decision.about = id;
        decision
    }

    /// Tells of a repair when it is whole; before that only the break's notice changes.
    fn tell_fixed(&mut self, now: Time, at: usize, name: &str, build: &FinishedBuild, whole: bool) -> Decision {
        let (broken, me) = (&self.breaks[at], &self.settings.identity);
        if !broken.is_mine(me) {
            return Decision::silence(format!("{name} is green again; you were not blamed for the break."));
        }
        let silent = |reason: String, tells: Vec<Tell>| Decision {
            tells,
            ..Decision::silence(reason)
        };
        let seen = broken.told_at.is_some();
        let stale = || {
            if seen && whole {
                vec![Tell::Withdraw(broken.notice())]
            } else {
                Vec::new()
            }
        };
        if let Some(kept_back) = self.kept_back(now, build) {
            return silent(format!("{name} is green again, but {kept_back}."), stale());
        }
        if let Some(hush) = self.hush(now) {
            let tells = stale();
            self.breaks[at].kept_fixed = whole && !self.breaks[at].told_fixed;
            return silent(
                format!("{name} is green again, but {hush}; it is kept for afterwards."),
                tells,
            );
        }
        if !whole {
            let left = words::count(broken.red().len(), "other builder");
            let why = format!("{name} is green again, but {left} of the same break still red.");
            let notice = compose::broken(self, broken, now, true, &why);
            let tells = if seen {
                vec![Tell::Show(Box::new(notice))]
            } else {
                Vec::new()
            };
            return silent(why, tells);
        }
        if !self.settings.tell_fixed {
            return silent(
                format!("{name} is green again, but repairs are not told by your settings."),
                stale(),
            );
        }
        let aloud = !broken.told_fixed;
        let why = format!("{name} is green again, the last of a break that you were blamed for.");
        let notice = compose::fixed(self, broken, now, !aloud, &why);
        self.breaks[at].told_fixed = true;
        Decision {
            tells: vec![Tell::Show(Box::new(notice))],
            told: aloud,
            reason: why,
            about: None,
        }
    }

    /// What keeps back any notice about this build: a mute, or that it is old news.
    fn kept_back(&self, now: Time, build: &FinishedBuild) -> Option<String> {
        if let Some(mute) = self.mute_of(&build.builder) {
            let (what, until) = (self.scope_words(&mute.scope), self.until_words(mute.until, now));
            return Some(format!("{what} is muted {until}"));
        }
        let since = self.masters.get(&build.builder.master)?.followed_since;
        (build.complete_at < since).then(|| "it had ended before this master was followed".to_owned())
    }

    fn already_red(&self, now: Time, name: &str, build: &FinishedBuild) -> String {
        let builder = self.builders.get(&build.builder);
        let first = builder
            .and_then(|b| b.broken_in)
            .and_then(|id| self.breaks.iter().find(|b| b.id == id));
        match first.and_then(|b| b.builders.get(&build.builder)) {
            Some(broke) => {
                let since = words::clock(broke.at, now, self.utc_offset_minutes);
                format!("{name} was already red, since build #{} at {since}.", broke.number)
            }
            None => format!("{name} was already red."),
        }
    }

    fn forget_old_breaks(&mut self) {
        let closed = self.breaks.iter().filter(|b| !b.is_open()).count();
        let mut surplus = closed.saturating_sub(CLOSED_BREAKS);
        self.breaks.retain(|b| {
            let drop = surplus > 0 && !b.is_open() && !b.kept_broken && !b.kept_fixed;
            surplus -= usize::from(drop);
            !drop
        });
    }
}

fn no_colour(name: &str, results: Results) -> String {
    let what = match results {
        Results::Exception => "An exception is the farm's fault, not the code's",
        Results::Retry => "The worker was lost and the request is built again",
        Results::Cancelled => "It was cancelled",
        Results::Skipped => "It was skipped",
        Results::Success | Results::Warnings | Results::Failure => "It ended",
    };
    format!("{what}; {name} stays as it was.")
}

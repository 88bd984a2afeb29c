//! A build is over: what it did to its builder, which break it belongs to, and whether the person is told.

use crate::breaks::{Break, BreakId};
use crate::builder::{Colour, Turn};
use crate::compose;
use crate::flaky::Flip;
use crate::happening::{FinishedBuild, Suspect};
use crate::notice::{NoticeKey, Tell};
use crate::rule::{Ruling, Whose};
use crate::state::State;
use crate::verdict::Verdict;
use crate::words;
use model::{Results, Time};

/// Closed breaks kept: a slow builder may still turn red on the changes of one that is repaired elsewhere.
const CLOSED_BREAKS: usize = 32;

/// Joined masters tell times in whole seconds, cut off.
const A_SECOND: i64 = 1000;

/// What is decided about one build.
pub(crate) struct Decision {
    pub tells: Vec<Tell>,
    pub told: bool,
    pub reason: String,
    pub notice: Option<NoticeKey>,
}

impl Decision {
    pub(crate) fn silence(reason: impl Into<String>) -> Decision {
        Decision {
            tells: Vec::new(),
            told: false,
            reason: reason.into(),
            notice: None,
        }
    }
}

/// A finished build with what decides about it.
pub(crate) struct Case<'b> {
    pub build: &'b FinishedBuild,
    /// The builder's name.
    pub name: String,
    pub ruling: Ruling,
    /// Whether the person wrote a change in it or asked for it.
    pub mine: bool,
}

impl State {
    pub(crate) fn finished(&mut self, now: Time, build: &FinishedBuild) -> Vec<Tell> {
        let mine = self.is_mine(build);
        let before = self.builders.get(&build.builder).and_then(|b| b.broken_in);
        let turn = self.builder(now, &build.builder).finish(build, mine);
        self.touch(&build.builder);
        if turn == Turn::Repeated {
            return Vec::new();
        }
        let Some(case) = self.case(build, mine) else {
            return Vec::new();
        };
        let mut decision = self.decide(now, &case, turn);
        // Of a patch whoever submitted it is told, and nobody else.
        if !decision.told && decision.tells.is_empty() && !build.patched {
            decision = self.tell_each(now, &case, decision);
        }
        let after = self.builders.get(&build.builder).and_then(|b| b.broken_in);
        before.into_iter().chain(after).for_each(|id| self.look_different(id));
        self.note_in_set(&case);
        self.verdicts.push(Verdict {
            build: build.build.clone(),
            builder: case.name,
            number: build.number,
            at: now,
            mine: case.mine || decision.told,
            identity: self.recognised(build),
            told: decision.told,
            reason: decision.reason,
            notice: decision.notice,
            rule: case.ruling.words,
        });
        self.touched.rest = true;
        self.forget_old_breaks();
        decision.tells
    }

    /// What is said of all builders of a break changes with each of them.
    fn look_different(&mut self, id: BreakId) {
        let broken = self.breaks.iter().find(|b| b.id == id);
        for key in broken.into_iter().flat_map(|b| b.builders.keys()) {
            if let Some(builder) = self.builders.get_mut(key) {
                builder.version = self.version;
            }
        }
    }

    /// Whether the person wrote a change in it or asked for it.
    fn is_mine(&self, build: &FinishedBuild) -> bool {
        let authors = build.changes.iter().map(|c| c.author.as_str());
        let mut all = authors.chain(build.owners.iter().map(String::as_str));
        all.any(|author| self.settings.identity.is_me(&build.builder.master, author))
    }

    /// By what the person is recognised in it, or else in the break that its builder is part of.
    fn recognised(&self, build: &FinishedBuild) -> Option<String> {
        let me = &self.settings.identity;
        let master = &build.builder.master;
        let authors = build.changes.iter().map(|c| c.author.as_str());
        let mut here = authors.chain(build.owners.iter().map(String::as_str));
        let in_break = || {
            let broken = self.break_of(self.builders.get(&build.builder)?.broken_in?)?;
            let mut suspects = broken.suspects.iter();
            suspects.find_map(|suspect| me.why_me(master, &suspect.author))
        };
        here.find_map(|author| me.why_me(master, author)).or_else(in_break)
    }

    fn case<'b>(&self, build: &'b FinishedBuild, mine: bool) -> Option<Case<'b>> {
        let info = &self.builders.get(&build.builder)?.info;
        let of_changes = build.changes.iter().map(|c| c.branch.as_deref().unwrap_or_default());
        let branches = of_changes.chain(build.branches.iter().map(String::as_str));
        Some(Case {
            build,
            name: info.name.clone(),
            ruling: self.settings.ruling(info, branches),
            mine,
        })
    }

    fn decide(&mut self, now: Time, case: &Case<'_>, turn: Turn) -> Decision {
        let (name, build) = (&case.name, case.build);
        match turn {
            Turn::Repeated => Decision::silence("It was counted before."),
            Turn::NoColour => Decision::silence(no_colour(name, build.results)),
            Turn::Patched => Decision::silence(format!("It built a patch; that says nothing about {name}.")),
            Turn::Overtaken => Decision::silence(format!("A newer build of {name} had already ended.")),
            Turn::First(colour) => {
                if colour == Colour::Red {
                    self.break_of_nobody(case);
                }
                Decision::silence(format!(
                    "It is the first result of {name}; there is nothing to compare with."
                ))
            }
            Turn::Flipped(flip) => self.flipped(case, flip),
            Turn::StaysGreen => Decision::silence(format!("{name} was green and stays green.")),
            Turn::StaysRed => Decision::silence(self.already_red(now, case)),
            Turn::Broke(suspects) => self.broke(now, case, &suspects),
            Turn::BrokeEarlier(suspects) => self.broke_earlier(now, case, &suspects),
            Turn::Fixed(by) => self.fixed(now, case, by),
        }
    }

    /// Red, but nobody can be blamed.
    fn break_of_nobody(&mut self, case: &Case<'_>) {
        let id = self.open_break(case.build);
        self.join(id, case, &[]);
        let me = &self.settings.identity;
        for first in self.breaks.iter_mut().filter(|b| b.id == id) {
            first.owners.clear();
            first.build_sets.clear();
            first.mark(me);
        }
    }

    /// The same code was green: the builder is doubted, not a person.
    fn flipped(&mut self, case: &Case<'_>, flip: Flip) -> Decision {
        self.break_of_nobody(case);
        Decision::silence(format!(
            "{} turned red without a change: {}. It is marked as flaky, and nobody is blamed.",
            case.name,
            flip.words()
        ))
    }

    fn broke(&mut self, now: Time, case: &Case<'_>, suspects: &[Suspect]) -> Decision {
        let build = case.build;
        let master = &build.builder.master;
        let shared = self
            .breaks
            .iter()
            .rev()
            .find(|b| b.shares(master, suspects, build.build_set))
            .map(|b| b.id);
        let id = shared.unwrap_or_else(|| self.open_break(build));
        self.join(id, case, suspects);
        self.tell_broken(now, id, case, &format!("{} turned red", case.name))
    }

    fn broke_earlier(&mut self, now: Time, case: &Case<'_>, suspects: &[Suspect]) -> Decision {
        let name = &case.name;
        let Some(id) = self.builders.get(&case.build.builder).and_then(|b| b.broken_in) else {
            return Decision::silence(format!("A newer build of {name} had already ended."));
        };
        let me = &self.settings.identity;
        if let Some(broken) = self.breaks.iter_mut().find(|b| b.id == id) {
            broken.suspect(suspects);
            broken.mark(me);
        }
        self.tell_broken(now, id, case, &format!("{name} turned out to be red already here"))
    }

    fn open_break(&mut self, build: &FinishedBuild) -> BreakId {
        self.last_break.0 += 1;
        self.breaks
            .push(Break::open(self.last_break, &build.builder.master, build.complete_at));
        self.last_break
    }

    fn join(&mut self, id: BreakId, case: &Case<'_>, suspects: &[Suspect]) {
        if let Some(broken) = self.breaks.iter_mut().find(|b| b.id == id) {
            broken.join(&case.name, case.build, suspects);
            broken.mark(&self.settings.identity);
        }
        if let Some(builder) = self.builders.get_mut(&case.build.builder) {
            builder.broken_in = Some(id);
        }
    }

    /// Tells of a break, aloud once and silently later, unless something keeps it back.
    fn tell_broken(&mut self, now: Time, id: BreakId, case: &Case<'_>, turned: &str) -> Decision {
        let Some(at) = self.breaks.iter().position(|b| b.id == id) else {
            return Decision::silence(turned);
        };
        let silence = |reason: String, broken: &Break| Decision {
            notice: Some(broken.notice()),
            ..Decision::silence(reason)
        };
        if let Some(reason) = self.not_broken_for(now, at, case, turned) {
            return silence(reason, &self.breaks[at]);
        }
        let broken = &self.breaks[at];
        let whose = if broken.mine { " on a change of yours" } else { "" };
        if let Some(hush) = self.hush(now) {
            let aloud_before = broken.told_at.is_some();
            self.breaks[at].kept_broken = !aloud_before;
            let reason = format!("{turned}{whose}, but {hush}; it is kept for afterwards.");
            return silence(reason, &self.breaks[at]);
        }
        if let Some(told) = self.tell_first_failure(now, at, case) {
            return told;
        }
        let broken = &self.breaks[at];
        let (silent, why) = if broken.told_at.is_some() {
            let why = "on the changes of a break that you were told of; its notice was updated silently";
            (true, format!("{turned} {why}."))
        } else {
            let by = words::people(broken.mine, &broken.others);
            let why = format!("{turned} on changes that no earlier build had tried; they are by {by}.");
            (
                false,
                if broken.mine {
                    why
                } else {
                    format!("{why} {}", case.asked())
                },
            )
        };
        let notice = compose::broken(self, broken, now, silent, &why);
        let broken = &mut self.breaks[at];
        if !silent {
            (broken.told_at, broken.kept_broken, broken.doubted) = (Some(now), false, false);
        }
        Decision {
            notice: Some(broken.notice()),
            tells: vec![Tell::Show(Box::new(notice))],
            told: !silent,
            reason: why,
        }
    }

    /// Why a break is none of the person's business, in a sentence.
    fn not_broken_for(&mut self, now: Time, at: usize, case: &Case<'_>, turned: &str) -> Option<String> {
        let (broken, ruling) = (&self.breaks[at], &case.ruling);
        if ruling.rule.whose == Whose::Mine && !broken.mine {
            let others = words::people(false, &broken.others);
            return Some(format!(
                "{turned}, but none of the changes that may be to blame is yours ({others})."
            ));
        }
        let turned = if broken.mine {
            format!("{turned} on a change of yours")
        } else {
            turned.to_owned()
        };
        if ruling.rule.whose == Whose::Nobody {
            return Some(format!("{turned}, but {} keeps it quiet.", ruling.words));
        }
        if let Some(kept_back) = self.kept_back(now, case.build) {
            return Some(format!("{turned}, but {kept_back}."));
        }
        if !ruling.rule.tells_breaks() {
            return Some(format!("{turned}, but breaks are not told by {}.", ruling.words));
        }
        let doubt = self.doubt(broken, case).filter(|_| broken.told_at.is_none())?;
        self.breaks[at].doubted = true;
        Some(format!("{turned}, but {doubt}, which is not told by {}.", ruling.words))
    }

    /// Why it is doubtful that the person is to blame, unless the rule tells it all the same.
    fn doubt(&self, broken: &Break, case: &Case<'_>) -> Option<String> {
        if case.ruling.rule.doubtful || case.ruling.rule.whose == Whose::Everybody {
            return None;
        }
        if let Some(crowd) = broken.crowd {
            return Some(format!("you are one of {crowd} that may be to blame"));
        }
        let flip = self
            .builders
            .get(&case.build.builder)
            .and_then(|builder| builder.flip())?;
        Some(format!("{} is flaky: {}", case.name, flip.words()))
    }

    fn fixed(&mut self, now: Time, case: &Case<'_>, by: Vec<Suspect>) -> Decision {
        let (name, build) = (&case.name, case.build);
        self.claims.retain(|claim| claim.builder != build.builder);
        if let Some(repaired) = self.builders.get(&build.builder).map(|b| b.info.clone()) {
            self.end_mutes_fixed_by(&repaired);
        }
        let id = self.builders.get_mut(&build.builder).and_then(|b| b.broken_in.take());
        let Some(at) = id.and_then(|id| self.breaks.iter().position(|b| b.id == id)) else {
            return Decision::silence(format!("{name} is green again."));
        };
        let whole = self.breaks[at].repair(build, by);
        let mut decision = self.tell_fixed(now, at, case, whole);
        decision.notice = Some(self.breaks[at].notice());
        decision
    }

    /// Tells of a repair when it is whole; before that only the break's notice changes.
    fn tell_fixed(&mut self, now: Time, at: usize, case: &Case<'_>, whole: bool) -> Decision {
        let (broken, name) = (&self.breaks[at], &case.name);
        if let Some(reason) = self.not_fixed_for(broken, case) {
            return Decision::silence(reason);
        }
        let seen = broken.told_at.is_some();
        let stale = if seen && whole {
            vec![Tell::Withdraw(broken.notice())]
        } else {
            Vec::new()
        };
        let silent = |reason: String, tells: Vec<Tell>| Decision {
            tells,
            ..Decision::silence(reason)
        };
        if let Some(kept_back) = self.kept_back(now, case.build) {
            return silent(format!("{name} is green again, but {kept_back}."), stale);
        }
        if let Some(hush) = self.hush(now) {
            self.breaks[at].kept_fixed = whole && !self.breaks[at].told_fixed;
            let reason = format!("{name} is green again, but {hush}; it is kept for afterwards.");
            return silent(reason, stale);
        }
        if !whole {
            let left = words::count(broken.red().len(), "other builder");
            let why = format!("{name} is green again, but {left} of the same break still red.");
            let notice = || Tell::Show(Box::new(compose::broken(self, broken, now, true, &why)));
            let tells = if seen { vec![notice()] } else { Vec::new() };
            return silent(why, tells);
        }
        if !case.ruling.rule.tells_repairs() {
            let reason = format!(
                "{name} is green again, but repairs are not told by {}.",
                case.ruling.words
            );
            return silent(reason, stale);
        }
        let aloud = !broken.told_fixed;
        let why = if broken.mine {
            format!("{name} is green again, the last of a break that you were blamed for.")
        } else {
            format!("{name} is green again, the last of its break. {}", case.asked())
        };
        let notice = compose::fixed(self, broken, now, !aloud, &why);
        self.breaks[at].told_fixed = true;
        Decision {
            tells: vec![Tell::Show(Box::new(notice))],
            told: aloud,
            reason: why,
            notice: None,
        }
    }

    /// Why a repair is none of the person's business, in a sentence.
    fn not_fixed_for(&self, broken: &Break, case: &Case<'_>) -> Option<String> {
        let (name, ruling) = (&case.name, &case.ruling);
        match ruling.rule.whose {
            Whose::Mine if !broken.mine => Some(format!("{name} is green again; you were not blamed for the break.")),
            Whose::Nobody => Some(format!("{name} is green again, but {} keeps it quiet.", ruling.words)),
            Whose::Mine | Whose::Everybody => {
                let unknown = broken.doubted && broken.told_at.is_none();
                unknown.then(|| format!("{name} is green again; its break was not told either."))
            }
        }
    }

    /// What keeps back any notice about this build: a mute, or that it is old news.
    pub(crate) fn kept_back(&self, now: Time, build: &FinishedBuild) -> Option<String> {
        if let Some(mute) = self.mute_of(&build.builder) {
            let (what, until) = (self.scope_words(&mute.scope), self.until_words(mute.until, now));
            return Some(format!("{what} is muted {until}"));
        }
        let since = self.masters.get(&build.builder.master)?.followed_since;
        (build.complete_at.plus_millis(A_SECOND) <= since)
            .then(|| "it had ended before this master was followed".to_owned())
    }

    fn already_red(&self, now: Time, case: &Case<'_>) -> String {
        let name = &case.name;
        let builder = self.builders.get(&case.build.builder);
        let first = builder.and_then(|b| b.broken_in).and_then(|id| self.break_of(id));
        match first.and_then(|b| b.builders.get(&case.build.builder)) {
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
        if surplus == 0 {
            return;
        }
        self.breaks.retain(|b| {
            let drop = surplus > 0 && !b.is_open() && !b.kept_broken && !b.kept_fixed;
            surplus -= usize::from(drop);
            !drop
        });
    }
}

impl Case<'_> {
    /// Why a person hears of it who is not to blame.
    pub(crate) fn asked(&self) -> String {
        format!("You asked for it by {}.", self.ruling.words)
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

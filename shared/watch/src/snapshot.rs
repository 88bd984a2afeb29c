//! The whole state as a face sees it: computed for one moment, plain, ready for JSON.

use crate::breaks::{Break, BreakId};
use crate::builder::{BuilderState, Colour};
use crate::claim::Claim;
use crate::flaky::Flip;
use crate::happening::{LentView, Link, TroubleAbout};
use crate::mute::Mute;
use crate::notice::Target;
use crate::state::State;
use crate::{BuildKey, BuilderKey, MasterKey, compose, words};
use model::{Results, Time};
use serde::Serialize;

/// What is known, for one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
    /// That moment.
    pub at: Time,
    /// Rises with every happening; see [`BuilderView::version`].
    pub version: u64,
    /// The version since which any builder may look different.
    pub whole_since: u64,
    /// Minutes that local time is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// The masters followed.
    pub masters: Vec<MasterView>,
    /// All builders; broken by the person first, then broken, then the rest, by name.
    pub builders: Vec<BuilderView>,
    /// Open breaks, the newest first.
    pub breaks: Vec<BreakView>,
    /// All mutes in force.
    pub mutes: Vec<MuteView>,
    /// Why nothing at all is told now, if so.
    pub hush: Option<String>,
    /// What is in trouble besides builds.
    pub troubles: Vec<TroubleView>,
    /// The masters that this machine is lent to.
    pub lending: Vec<LentView>,
}

/// A master.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MasterView {
    /// Which.
    pub key: MasterKey,
    /// What people call it.
    pub title: String,
    /// Whether it can be heard.
    pub link: Link,
}

/// Who is to blame for a red builder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blame {
    /// The break that it belongs to.
    pub break_id: BreakId,
    /// Whether the person is among them.
    pub mine: bool,
    /// How many may be to blame, when they are so many that each is hardly the one.
    pub crowd: Option<usize>,
    /// The others, by name.
    pub others: Vec<String>,
    /// `you and 2 others`.
    pub words: String,
    /// The build that turned it red.
    pub number: i64,
    /// The first step that failed.
    pub step: Option<String>,
}

/// The build that ended last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastBuild {
    /// Its number.
    pub number: i64,
    /// How it ended.
    pub results: Results,
    /// When.
    pub complete_at: Time,
    /// Whether a change in it, or the wish for it, is the person's.
    pub mine: bool,
}

/// A build that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunningView {
    /// Which.
    pub build: BuildKey,
    /// Its number.
    pub number: i64,
    /// When it began.
    pub started_at: Time,
    /// When it should end, by the median of the builds before it.
    pub expected_end: Option<Time>,
}

/// A builder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BuilderView {
    /// Which.
    pub key: BuilderKey,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Name of its project.
    pub project: Option<String>,
    /// Its colour.
    pub colour: Colour,
    /// Since when it has that colour.
    pub since: Option<Time>,
    /// Who is to blame, if it is red.
    pub blame: Option<Blame>,
    /// `builds #4 and #5 of the same revision disagree`, if it flips without changes.
    pub flaky: Option<String>,
    /// Who said that they have it.
    pub claim: Option<Claim>,
    /// The snapshot's version when something of it changed last, if that is not before [`Snapshot::whole_since`].
    pub version: u64,
    /// `until 14:05` and the like, if it is muted.
    pub muted: Option<String>,
    /// The build that ended last.
    pub last: Option<LastBuild>,
    /// Builds that run, by number.
    pub running: Vec<RunningView>,
    /// Requests that wait.
    pub waiting: usize,
    /// Median duration of a build, in milliseconds.
    pub typical_ms: Option<i64>,
    /// Whether a force without further input works now.
    pub can_force: bool,
    /// Where to look: the failing log of a red builder, else the builder.
    pub target: Target,
}

/// An open break.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BreakView {
    /// Its id.
    pub id: BreakId,
    /// Where.
    pub master: MasterKey,
    /// Since when.
    pub opened_at: Time,
    /// Whether the person is blamed.
    pub mine: bool,
    /// `you and 2 others`.
    pub by: String,
    /// Its builders that are still red.
    pub builders: Vec<BuilderKey>,
    /// The changes to blame, each in a line.
    pub changes: Vec<String>,
    /// Whether the person was told.
    pub told: bool,
    /// Who said that they have it.
    pub claim: Option<Claim>,
}

/// A mute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MuteView {
    /// The mute.
    pub mute: Mute,
    /// What is muted, in words.
    pub what: String,
    /// `until 14:05`, `until fixed`, `until you end it`.
    pub until: String,
}

/// Something in trouble besides builds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TroubleView {
    /// Where.
    pub master: MasterKey,
    /// What.
    pub about: TroubleAbout,
    /// What is wrong and what to do.
    pub message: String,
}

impl State {
    /// All that is known, as of `now`.
    pub fn snapshot(&self, now: Time) -> Snapshot {
        let mut builders: Vec<BuilderView> = self.builders.values().map(|b| self.builder_view(b, now)).collect();
        builders.sort_by_cached_key(BuilderView::order);
        Snapshot {
            at: now,
            version: self.version,
            whole_since: self.whole_since,
            utc_offset_minutes: self.utc_offset_minutes,
            masters: self.master_views(),
            builders,
            breaks: self.open_breaks(),
            mutes: self.mute_views(now),
            hush: self.hush(now),
            lending: self.lending.clone(),
            troubles: self.troubles(),
        }
    }

    /// The builders that may look different than at that version, in the order of their keys; all, with `true`, where
    /// something that concerns many changed since, or where nothing is known yet. Builders that are not among all are gone.
    pub fn builders_since(&self, since: Option<u64>, now: Time) -> (bool, Vec<BuilderView>) {
        let since = since.filter(|since| self.whole_since <= *since);
        let changed = self
            .builders
            .values()
            .filter(|b| since.is_none_or(|since| b.version > since));
        (since.is_none(), changed.map(|b| self.builder_view(b, now)).collect())
    }

    /// The open breaks, the newest first.
    pub fn open_breaks(&self) -> Vec<BreakView> {
        let open = self.breaks.iter().rev().filter(|b| b.is_open());
        open.map(|b| self.break_view(b)).collect()
    }

    /// The mutes in force, in words.
    pub fn mute_views(&self, now: Time) -> Vec<MuteView> {
        let in_force = self.mutes.iter().filter(|mute| !mute.is_over(now));
        in_force.map(|mute| self.mute_view(mute, now)).collect()
    }

    /// The masters that are followed.
    pub fn master_views(&self) -> Vec<MasterView> {
        let view = |(key, m): (&MasterKey, &crate::state::MasterState)| MasterView {
            key: key.clone(),
            title: m.title.clone(),
            link: m.link,
        };
        self.masters.iter().map(view).collect()
    }

    pub(crate) fn builder_view(&self, b: &BuilderState, now: Time) -> BuilderView {
        let (info, typical) = (&b.info, b.typical());
        let broken = b.broken_in.and_then(|id| self.break_of(id));
        let part = broken.and_then(|broken| broken.builders.get(&info.key));
        let mute = self.mute_of(&info.key).filter(|mute| !mute.is_over(now));
        let running = b.running.values().map(|run| RunningView {
            build: run.build.clone(),
            number: run.number,
            started_at: run.started_at,
            expected_end: typical.map(|ms| run.started_at.plus_millis(ms)),
        });
        BuilderView {
            key: info.key.clone(),
            name: info.name.clone(),
            tags: info.tags.clone(),
            project: info.project.clone(),
            colour: b.colour,
            since: b.since,
            blame: broken.and_then(|broken| self.blame(broken, &info.key)),
            flaky: b.flip().map(Flip::words),
            claim: self.claim_of(&info.key).cloned(),
            version: b.version,
            muted: mute.map(|mute| self.until_words(mute.until, now)),
            last: b.last.as_ref().map(|last| LastBuild {
                number: last.number,
                results: last.results,
                complete_at: last.complete_at,
                mine: last.mine,
            }),
            running: running.collect(),
            waiting: b.waiting,
            typical_ms: typical,
            can_force: info.can_force && self.is_live(&info.key.master),
            target: part.map_or_else(
                || Target::Builder(info.key.clone()),
                |part| compose::log_of(&info.key, part),
            ),
        }
    }

    pub(crate) fn is_live(&self, master: &MasterKey) -> bool {
        self.masters.get(master).is_some_and(|m| m.link == Link::Live)
    }

    fn blame(&self, broken: &Break, builder: &BuilderKey) -> Option<Blame> {
        let part = broken.builders.get(builder)?;
        Some(Blame {
            break_id: broken.id,
            mine: broken.mine,
            crowd: broken.crowd,
            words: words::people(broken.mine, &broken.others),
            others: broken.others.clone(),
            number: part.number,
            step: part.failed.as_ref().map(|step| step.name.clone()),
        })
    }

    fn break_view(&self, b: &Break) -> BreakView {
        BreakView {
            id: b.id,
            master: b.master.clone(),
            opened_at: b.opened_at,
            mine: b.mine,
            by: words::people(b.mine, &b.others),
            builders: b.red().into_iter().map(|(key, _)| key.clone()).collect(),
            changes: b.suspects.iter().map(words::change).collect(),
            told: b.told_at.is_some(),
            claim: self.claim_on(b).cloned(),
        }
    }

    pub(crate) fn mute_view(&self, mute: &Mute, now: Time) -> MuteView {
        MuteView {
            mute: mute.clone(),
            what: self.scope_words(&mute.scope),
            until: self.until_words(mute.until, now),
        }
    }

    /// What is in trouble besides builds.
    pub fn troubles(&self) -> Vec<TroubleView> {
        let all = self
            .masters
            .iter()
            .flat_map(|(key, m)| m.troubles.iter().map(move |t| (key, t)));
        all.map(|(master, (about, message))| TroubleView {
            master: master.clone(),
            about: about.clone(),
            message: message.clone(),
        })
        .collect()
    }
}

impl BuilderView {
    /// By what builders are listed: trouble first, then by name.
    pub fn order(&self) -> (u8, String, BuilderKey) {
        (rank(self), self.name.to_lowercase(), self.key.clone())
    }
}

/// Trouble first: 0 broken by the person, 1 broken, 2 the rest.
fn rank(builder: &BuilderView) -> u8 {
    match &builder.blame {
        Some(blame) if blame.mine => 0,
        _ if builder.colour == Colour::Red => 1,
        _ => 2,
    }
}

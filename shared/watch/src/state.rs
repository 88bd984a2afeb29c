//! All that watching knows, and that has to survive a restart.

use crate::breaks::{Break, BreakId};
use crate::builder::BuilderState;
use crate::happening::{LentView, Link, Settings, TroubleAbout};
use crate::missing::Missing;
use crate::mute::{Mute, Scope, Until};
use crate::verdict::{Verdict, Verdicts};
use crate::{BuildKey, BuilderKey, MasterKey, words};
use model::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything known. It is plain data: keep it as JSON and give it back after a restart, and nothing is told twice.
///
/// What is true only now (running builds, waiting requests, connections, troubles, missing workers, what is lent, do-not-disturb) is left out of the
/// JSON and has to be said again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub(crate) settings: Settings,
    pub(crate) masters: BTreeMap<MasterKey, MasterState>,
    pub(crate) builders: BTreeMap<BuilderKey, BuilderState>,
    /// Oldest first; of the closed ones only the newest few.
    pub(crate) breaks: Vec<Break>,
    pub(crate) last_break: BreakId,
    pub(crate) last_summary: u64,
    pub(crate) mutes: Vec<Mute>,
    pub(crate) verdicts: Verdicts,
    pub(crate) utc_offset_minutes: i32,
    #[serde(skip)]
    pub(crate) do_not_disturb: bool,
    #[serde(skip)]
    pub(crate) missing: Vec<Missing>,
    #[serde(skip)]
    pub(crate) lending: Vec<LentView>,
}

/// What is known of a master besides its builders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct MasterState {
    pub title: String,
    /// What ended before that is no news.
    pub followed_since: Time,
    #[serde(skip, default = "live")]
    pub link: Link,
    #[serde(skip)]
    pub troubles: BTreeMap<TroubleAbout, String>,
}

fn live() -> Link {
    Link::Live
}

impl State {
    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The mutes in force.
    pub fn mutes(&self) -> &[Mute] {
        &self.mutes
    }

    /// All breaks that are open, and the last ones that were closed; oldest first.
    pub fn breaks(&self) -> &[Break] {
        &self.breaks
    }

    /// Why there was a notice or silence after that build, if it is not too long ago.
    pub fn why(&self, build: &BuildKey) -> Option<&Verdict> {
        self.verdicts.iter().rev().find(|verdict| verdict.build == *build)
    }

    /// The last verdicts, newest first.
    pub fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().rev()
    }

    /// When the next [`crate::Happening::Tick`] is due for something to change by itself: a mute or quiet hours that
    /// end or begin, or a reminder. `None` while nothing waits for the clock.
    pub fn next_tick(&self, now: Time) -> Option<Time> {
        let mutes = self.mutes.iter().filter_map(|mute| match mute.until {
            Until::At(end) => Some(end),
            Until::Fixed | Until::Ended => None,
        });
        mutes
            .chain(self.next_quiet_border(now))
            .chain(self.next_reminder())
            .min()
            .map(|due| due.max(now))
    }

    fn next_quiet_border(&self, now: Time) -> Option<Time> {
        let quiet = self.settings.quiet.filter(|quiet| quiet.from != quiet.to)?;
        let minute = words::local_minute(now, self.utc_offset_minutes);
        let wait = |to: u16| (i64::from(to) - minute - 1).rem_euclid(24 * 60) + 1;
        let minutes = wait(quiet.from).min(wait(quiet.to));
        Some(Time((now.0.div_euclid(60_000) + minutes) * 60_000))
    }

    fn next_reminder(&self) -> Option<Time> {
        let every = i64::from(self.settings.remind_minutes.filter(|minutes| *minutes > 0)?) * 60_000;
        let open = self.breaks.iter().filter(|b| b.is_open() && self.may_tell_broken(b));
        open.filter_map(|b| Some(b.told_at?.plus_millis(every))).min()
    }

    /// Why nothing at all is told now, with the time when that ends if it is known.
    pub(crate) fn hush(&self, now: Time) -> Option<String> {
        if self.do_not_disturb {
            return Some("the desktop asks not to disturb".to_owned());
        }
        let quiet = self.settings.quiet?;
        quiet
            .contains(words::local_minute(now, self.utc_offset_minutes))
            .then(|| format!("quiet hours until {}", quiet.end()))
    }

    /// Whether something of that break is red, not muted, and blamed on the person.
    pub(crate) fn may_tell_broken(&self, b: &Break) -> bool {
        b.is_mine(&self.settings.identity) && b.red().iter().any(|(key, _)| self.mute_of(key).is_none())
    }

    /// The mute that covers the builder.
    pub(crate) fn mute_of(&self, builder: &BuilderKey) -> Option<&Mute> {
        let info = &self.builders.get(builder)?.info;
        self.mutes.iter().find(|mute| mute.scope.covers(info))
    }

    /// `until 14:05`, `until fixed`, or `until you end it`.
    pub(crate) fn until_words(&self, until: Until, now: Time) -> String {
        match until {
            Until::At(end) => format!("until {}", words::clock(end, now, self.utc_offset_minutes)),
            Until::Fixed => "until fixed".to_owned(),
            Until::Ended => "until you end it".to_owned(),
        }
    }

    /// What people call the scope.
    pub(crate) fn scope_words(&self, scope: &Scope) -> String {
        match scope {
            Scope::All => "everything".to_owned(),
            Scope::Master(master) => self
                .masters
                .get(master)
                .map_or_else(|| master.0.clone(), |m| m.title.clone()),
            Scope::Project { project, .. } => format!("project {project}"),
            Scope::Tag(tag) => format!("tag {tag}"),
            Scope::Builder(key) => self
                .builders
                .get(key)
                .map_or_else(|| key.to_string(), |b| b.info.name.clone()),
        }
    }
}

//! All that watching knows, and that has to survive a restart.

use crate::breaks::{Break, BreakId};
use crate::build_set::SetUnderWay;
use crate::builder::BuilderState;
use crate::claim::Claim;
use crate::happening::{LentView, Link, Settings, TroubleAbout};
use crate::keep::Touched;
use crate::missing::Missing;
use crate::mute::{Mute, Scope, Until};
use crate::verdict::{Verdict, Verdicts};
use crate::{BuildKey, BuilderKey, MasterKey, words};
use model::{BuilderId, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything known. It is plain data: keep what [`State::changes`] gives and give it back to [`State::restore`] after
/// a restart, and nothing is told twice.
///
/// What is true only now (running builds, waiting requests, connections, troubles, missing workers, what is lent,
/// do-not-disturb) is left out of that and has to be said again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub(crate) settings: Settings,
    pub(crate) masters: BTreeMap<MasterKey, MasterState>,
    /// Boxed: the nodes of the map are half empty, and a state is large.
    pub(crate) builders: BTreeMap<BuilderKey, Box<BuilderState>>,
    /// Oldest first; of the closed ones only the newest few.
    pub(crate) breaks: Vec<Break>,
    pub(crate) last_break: BreakId,
    pub(crate) last_summary: u64,
    pub(crate) mutes: Vec<Mute>,
    #[serde(default)]
    pub(crate) claims: Vec<Claim>,
    #[serde(default)]
    pub(crate) sets: Vec<SetUnderWay>,
    #[serde(default)]
    pub(crate) verdicts: Verdicts,
    /// What happened while masters were not heard, oldest first, until the person puts it away.
    #[serde(default)]
    pub(crate) away_kept: Vec<crate::Away>,
    #[serde(default)]
    pub(crate) last_away: u64,
    /// Tries that are over and were not told of yet.
    #[serde(default)]
    pub(crate) tries: Vec<crate::TryOver>,
    pub(crate) utc_offset_minutes: i32,
    #[serde(skip)]
    pub(crate) do_not_disturb: bool,
    #[serde(skip)]
    pub(crate) missing: Vec<Missing>,
    #[serde(skip)]
    pub(crate) lending: Vec<LentView>,
    /// The master whose missed builds are counted just now.
    #[serde(skip)]
    pub(crate) away: Option<String>,
    /// Rises with every happening.
    #[serde(skip)]
    pub(crate) version: u64,
    /// The version since which any builder may look different, for something that concerns many changed.
    #[serde(skip)]
    pub(crate) whole_since: u64,
    #[serde(skip)]
    pub(crate) touched: Touched,
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
    /// Builders that have requests waiting.
    #[serde(skip)]
    pub waiting: Vec<BuilderKey>,
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

    /// A number that rises with every happening.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The version since which any builder may look different than before: until then,
    /// [`crate::BuilderView::version`] says of each when it changed last.
    pub fn whole_since(&self) -> u64 {
        self.whole_since
    }

    /// Why there was a notice or silence after that build, if it is not too long ago.
    pub fn why(&self, build: &BuildKey) -> Option<&Verdict> {
        self.verdicts.newest().find(|verdict| verdict.build == *build)
    }

    /// The last verdicts, newest first.
    pub fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.newest()
    }

    /// When the next [`crate::Happening::Tick`] is due for something to change by itself: a mute or quiet hours that
    /// end or begin, or a reminder. `None` while nothing waits for the clock.
    pub fn next_tick(&self, now: Time) -> Option<Time> {
        let mutes = self.mutes.iter().filter_map(|mute| match mute.until {
            Until::At(end) => Some(end),
            Until::Fixed | Until::Ended => None,
        });
        let claims = self.claims.iter().map(Claim::until);
        mutes
            .chain(claims)
            .chain(self.next_quiet_border(now))
            .chain(self.next_reminder(now))
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

    /// None while there is silence: what ends that is due by itself, and then they come.
    fn next_reminder(&self, now: Time) -> Option<Time> {
        if self.hush(now).is_some() {
            return None;
        }
        let breaks = self.breaks.iter().filter(|_| self.reminds());
        breaks.filter_map(|b| self.reminder_of(b)).min()
    }

    /// Why nothing at all is told now, if so.
    pub fn hush_words(&self, now: Time) -> Option<String> {
        self.hush(now)
    }

    /// Why nothing at all is told now, with the time when that ends if it is known.
    pub(crate) fn hush(&self, now: Time) -> Option<String> {
        if let Some(master) = &self.away {
            return Some(format!("it ended while {master} was not heard"));
        }
        if self.do_not_disturb {
            return Some("the desktop asks not to disturb".to_owned());
        }
        let quiet = self.settings.quiet?;
        quiet
            .contains(words::local_minute(now, self.utc_offset_minutes))
            .then(|| format!("quiet hours until {}", quiet.end()))
    }

    /// The break with that id. They are kept in the order of their ids.
    pub(crate) fn break_of(&self, id: BreakId) -> Option<&Break> {
        let at = self.breaks.binary_search_by_key(&id, |b| b.id).ok()?;
        self.breaks.get(at)
    }

    /// The builders of a master.
    pub(crate) fn builders_of(&self, master: &MasterKey) -> impl Iterator<Item = (&BuilderKey, &BuilderState)> {
        let (first, last) = (BuilderId(i64::MIN), BuilderId(i64::MAX));
        let of_master = BuilderKey::new(master, first)..=BuilderKey::new(master, last);
        self.builders.range(of_master).map(|(key, builder)| (key, &**builder))
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

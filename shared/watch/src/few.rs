//! What the tray needs to know: counts over all builders, and the few builders that it names.

use crate::builder::{BuilderState, Colour};
use crate::happening::{LentView, Link, StartedBuild};
use crate::mute::Scope;
use crate::snapshot::{BuilderView, MasterView, MuteView, RunningView, TroubleView};
use crate::state::State;
use crate::tray::IconState;
use crate::{BuilderKey, MasterKey, words};
use model::Time;
use std::cmp::Ordering;

/// Builders listed one by one in the menu and the tooltip; more are counted.
pub(crate) const LISTED: usize = 8;
/// Builders in the menu of builds to force; beyond that the window is the better place.
pub(crate) const FORCED: usize = 20;

pub(crate) struct Few {
    pub now: Time,
    utc_offset_minutes: i32,
    pub masters: Vec<MasterView>,
    /// There are masters with builders, or joined ones, and none of them can be heard.
    pub is_offline: bool,
    /// Builders of the masters that are heard; so are all the counts below.
    pub builders: usize,
    pub red: usize,
    /// Of the red ones, those that the person is to blame for without much doubt.
    pub mine: usize,
    pub running: usize,
    pub waiting: usize,
    /// The first red ones: the person's before the others, by name.
    pub broken: Vec<BuilderView>,
    /// The first builds under way, by their builders' names.
    pub runs: Vec<(BuilderView, RunningView)>,
    /// The first builders of this program's own master that can be forced, by name: a team's hundreds are no menu.
    pub forced: Vec<(String, BuilderKey)>,
    pub mutes: Vec<MuteView>,
    pub hush: Option<String>,
    pub troubles: Vec<TroubleView>,
    pub lending: Vec<LentView>,
    /// Whether all that give the icon its state are muted: those of the person, and all that are red.
    mine_muted: bool,
    red_muted: bool,
}

impl Few {
    pub(crate) fn clock(&self, time: Time) -> String {
        words::clock(time, self.now, self.utc_offset_minutes)
    }

    pub(crate) fn all_muted(&self) -> bool {
        self.mutes.iter().any(|m| m.mute.scope == Scope::All)
    }

    pub(crate) fn culprits_are_muted(&self, state: IconState) -> bool {
        match state {
            IconState::BrokenByMe => self.mine_muted,
            IconState::BrokenByOthers => self.red_muted,
            IconState::Offline
            | IconState::NoProjects
            | IconState::Building
            | IconState::Lending
            | IconState::AllWell => false,
        }
    }
}

/// The builders that matter, by reference.
#[derive(Default)]
struct Found<'s> {
    builders: usize,
    waiting: usize,
    mine: Vec<&'s BuilderState>,
    others: Vec<&'s BuilderState>,
    runs: Vec<(&'s BuilderState, &'s StartedBuild)>,
    forced: Vec<&'s BuilderState>,
}

impl State {
    pub(crate) fn few(&self, now: Time) -> Few {
        let mut found = self.found();
        let is_muted = |b: &&BuilderState| self.mute_of(&b.info.key).is_some_and(|mute| !mute.is_over(now));
        let (mine_muted, others_muted) = (found.mine.iter().all(is_muted), found.others.iter().all(is_muted));
        let (mine, red) = (found.mine.len(), found.mine.len() + found.others.len());
        let running = found.runs.len();
        first(&mut found.mine, LISTED, by_name);
        first(&mut found.others, LISTED, by_name);
        first(&mut found.runs, LISTED, |a, b| {
            by_name(&a.0, &b.0).then(a.1.number.cmp(&b.1.number))
        });
        first(&mut found.forced, FORCED, by_name);
        let broken = found.mine.iter().chain(&found.others).take(LISTED);
        let run = |(b, run): &(&BuilderState, &StartedBuild)| {
            let mut view = self.builder_view(b, now);
            let at = view.running.iter().position(|known| known.number == run.number)?;
            let run = view.running.swap_remove(at);
            Some((view, run))
        };
        Few {
            now,
            utc_offset_minutes: self.utc_offset_minutes,
            masters: self.master_views(),
            is_offline: self.is_offline(),
            builders: found.builders,
            red,
            mine,
            running,
            waiting: found.waiting,
            broken: broken.map(|b| self.builder_view(b, now)).collect(),
            runs: found.runs.iter().filter_map(run).collect(),
            forced: found
                .forced
                .iter()
                .map(|b| (b.info.name.clone(), b.info.key.clone()))
                .collect(),
            mutes: self
                .mutes
                .iter()
                .filter(|m| !m.is_over(now))
                .map(|m| self.mute_view(m, now))
                .collect(),
            hush: self.hush(now),
            troubles: self.troubles(),
            lending: self.lending.clone(),
            mine_muted,
            red_muted: mine_muted && others_muted,
        }
    }

    /// One look at each builder of the masters that are heard.
    fn found(&self) -> Found<'_> {
        let (mut found, bundled) = (Found::default(), MasterKey::bundled());
        let mut master: Option<(&MasterKey, bool)> = None;
        for (key, b) in &self.builders {
            let b: &BuilderState = b;
            let live = match master {
                Some((known, live)) if *known == key.master => live,
                _ => self.is_live(&key.master),
            };
            master = Some((&key.master, live));
            if !live {
                continue;
            }
            found.builders += 1;
            found.waiting += b.waiting;
            found.runs.extend(b.running.values().map(|run| (b, run)));
            if b.info.can_force && key.master == bundled {
                found.forced.push(b);
            }
            if b.colour == Colour::Red {
                let broken = b.broken_in.and_then(|id| self.break_of(id));
                let mine = broken.is_some_and(|broken| broken.mine && broken.crowd.is_none());
                if mine { &mut found.mine } else { &mut found.others }.push(b);
            }
        }
        found
    }

    fn is_offline(&self) -> bool {
        let counts = |key: &MasterKey| *key != MasterKey::bundled() || self.builders_of(key).next().is_some();
        let mut counting = self.masters.iter().filter(|(key, _)| counts(key)).peekable();
        counting.peek().is_some() && counting.all(|(_, m)| m.link != Link::Live)
    }
}

/// Keeps the first few in order, without sorting them all.
fn first<T>(things: &mut Vec<T>, few: usize, order: impl Fn(&T, &T) -> Ordering) {
    if things.len() > few {
        things.select_nth_unstable_by(few, &order);
        things.truncate(few);
    }
    things.sort_unstable_by(order);
}

/// By name as people sort, without making texts for it.
fn by_name(a: &&BuilderState, b: &&BuilderState) -> Ordering {
    let (x, y) = (&a.info.name, &b.info.name);
    x.chars()
        .flat_map(char::to_lowercase)
        .cmp(y.chars().flat_map(char::to_lowercase))
        .then_with(|| a.info.key.cmp(&b.info.key))
}

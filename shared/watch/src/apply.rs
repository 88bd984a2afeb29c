//! The one function of this crate: a state, a time and a happening give the next state and what to tell.

use crate::builder::{BuilderState, Colour};
use crate::happening::{BuilderInfo, Happening, Link, MuteLength, StartedBuild, TroubleAbout};
use crate::mute::{Mute, Scope, Until};
use crate::notice::Tell;
use crate::state::{MasterState, State};
use crate::{BuilderKey, MasterKey, words};
use model::Time;
use std::collections::{BTreeMap, BTreeSet};

impl State {
    /// Takes in what happened at `now` and returns what is to be told, in order.
    ///
    /// Save the state before showing anything: then a crash between the two loses a notice, but none comes twice.
    pub fn apply(&mut self, now: Time, happening: Happening) -> Vec<Tell> {
        self.mutes.retain(|mute| !mute.is_over(now));
        let mut tells = match happening {
            Happening::Tick { utc_offset_minutes } => {
                self.utc_offset_minutes = utc_offset_minutes;
                self.reminders(now)
            }
            Happening::Settings(settings) => {
                self.settings = settings;
                Vec::new()
            }
            Happening::DoNotDisturb(on) => {
                self.do_not_disturb = on;
                Vec::new()
            }
            Happening::Mute { scope, length } => {
                self.mute(now, scope, length);
                Vec::new()
            }
            Happening::Unmute(scope) => {
                self.mutes.retain(|mute| mute.scope != scope);
                Vec::new()
            }
            Happening::Master { master, title, link } => {
                let known = self.master(now, &master);
                (known.title, known.link) = (title, link);
                Vec::new()
            }
            Happening::MasterGone(master) => self.drop_master(&master),
            Happening::Builders { master, builders } => self.set_builders(now, &master, builders),
            Happening::Started(build) => {
                self.started(now, build);
                Vec::new()
            }
            Happening::Finished(build) => self.finished(now, &build),
            Happening::Waiting { master, waiting } => {
                self.set_waiting(&master, waiting);
                Vec::new()
            }
            Happening::Trouble { master, about, message } => {
                self.set_trouble(now, &master, about, message);
                Vec::new()
            }
            Happening::WorkerMissing {
                master,
                worker,
                name,
                since,
            } => {
                self.worker_missing(master, worker, name, since);
                Vec::new()
            }
            Happening::Lending(lending) => {
                self.lending = lending;
                Vec::new()
            }
            Happening::WorkerBack { master, worker } => self.worker_back(&master, |one| one == worker),
        };
        tells.extend(self.release_kept(now));
        tells.extend(self.tell_missing(now));
        tells
    }

    /// The master's entry, made if this is the first that is heard of it.
    fn master(&mut self, now: Time, master: &MasterKey) -> &mut MasterState {
        self.masters.entry(master.clone()).or_insert_with(|| MasterState {
            title: master.0.clone(),
            followed_since: now,
            link: Link::Live,
            troubles: BTreeMap::new(),
        })
    }

    /// The builder's entry; one that no list has named yet goes by its id.
    pub(crate) fn builder(&mut self, now: Time, key: &BuilderKey) -> &mut BuilderState {
        self.master(now, &key.master);
        self.builders.entry(key.clone()).or_insert_with(|| {
            BuilderState::new(BuilderInfo {
                key: key.clone(),
                name: format!("builder {}", key.id),
                tags: Vec::new(),
                project: None,
                can_force: false,
            })
        })
    }

    fn mute(&mut self, now: Time, scope: Scope, length: MuteLength) {
        let until = match length {
            MuteLength::Minutes(minutes) => Until::At(now.plus_millis(i64::from(minutes) * 60_000)),
            MuteLength::UntilTomorrow => Until::At(words::next_morning(now, self.utc_offset_minutes)),
            MuteLength::UntilFixed => Until::Fixed,
            MuteLength::ForEver => Until::Ended,
        };
        self.mutes.retain(|mute| mute.scope != scope);
        self.mutes.push(Mute {
            scope,
            since: now,
            until,
        });
        self.mutes.retain(|mute| !mute.is_over(now));
    }

    /// Ends the mutes that wait for this builder's repair and have nothing red left.
    pub(crate) fn end_mutes_fixed_by(&mut self, builder: &BuilderKey) {
        let Some(repaired) = self.builders.get(builder).map(|b| &b.info) else {
            return;
        };
        let builders = &self.builders;
        let over = |mute: &Mute| {
            let red = |b: &&BuilderState| b.colour == Colour::Red && mute.scope.covers(&b.info);
            mute.until == Until::Fixed && mute.scope.covers(repaired) && builders.values().find(red).is_none()
        };
        self.mutes.retain(|mute| !over(mute));
    }

    fn drop_master(&mut self, master: &MasterKey) -> Vec<Tell> {
        self.masters.remove(master);
        self.builders.retain(|key, _| key.master != *master);
        self.verdicts.retain(|verdict| verdict.build.master != *master);
        let mut withdrawn = self.worker_back(master, |_| true);
        let (gone, kept) = std::mem::take(&mut self.breaks)
            .into_iter()
            .partition(|b| b.master == *master);
        self.breaks = kept;
        let told = |b: &crate::Break| b.told_at.is_some() && b.is_open();
        withdrawn.extend(gone.into_iter().filter(told).map(|b| Tell::Withdraw(b.notice())));
        withdrawn
    }

    fn set_builders(&mut self, now: Time, master: &MasterKey, builders: Vec<BuilderInfo>) -> Vec<Tell> {
        self.master(now, master);
        let listed: BTreeSet<BuilderKey> = builders.iter().map(|info| info.key.clone()).collect();
        for info in builders {
            match self.builders.get_mut(&info.key) {
                Some(known) => known.info = info,
                None => {
                    self.builders.insert(info.key.clone(), BuilderState::new(info));
                }
            }
        }
        let gone: Vec<BuilderKey> = self
            .builders
            .keys()
            .filter(|key| key.master == *master && !listed.contains(key))
            .cloned()
            .collect();
        gone.iter().filter_map(|key| self.drop_builder(now, key)).collect()
    }

    /// A builder that the configuration has no more: nothing is broken by it any longer.
    fn drop_builder(&mut self, now: Time, key: &BuilderKey) -> Option<Tell> {
        self.builders.remove(key);
        self.mutes.retain(|mute| mute.scope != Scope::Builder(key.clone()));
        let mut withdrawn = None;
        for broken in &mut self.breaks {
            if broken.forget(key, now) && broken.told_at.is_some() {
                withdrawn = Some(Tell::Withdraw(broken.notice()));
            }
        }
        self.breaks.retain(|b| !b.builders.is_empty());
        withdrawn
    }

    fn started(&mut self, now: Time, build: StartedBuild) {
        self.builder(now, &build.builder.clone()).start(build);
    }

    fn set_waiting(&mut self, master: &MasterKey, waiting: Vec<(BuilderKey, usize)>) {
        for (_, builder) in self.builders.iter_mut().filter(|(key, _)| key.master == *master) {
            builder.waiting = 0;
        }
        for (key, count) in waiting {
            if let Some(builder) = self.builders.get_mut(&key) {
                builder.waiting = count;
            }
        }
    }

    fn set_trouble(&mut self, now: Time, master: &MasterKey, about: TroubleAbout, message: Option<String>) {
        let troubles = &mut self.master(now, master).troubles;
        match message {
            Some(message) => troubles.insert(about, message),
            None => troubles.remove(&about),
        };
    }
}

//! The one function of this crate: a state, a time and a happening give the next state and what to tell.

use crate::builder::{BuilderState, Colour};
use crate::happening::{BuilderInfo, Happening, Link, MuteLength, Settings, StartedBuild, TroubleAbout};
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
        self.version += 1;
        self.end_what_is_over(now);
        let mut tells = self.take_in(now, happening);
        tells.extend(self.release_kept(now));
        tells.extend(self.tell_missing(now));
        tells.extend(self.tell_tries(now));
        self.touched.rest |= !tells.is_empty();
        tells
    }

    fn end_what_is_over(&mut self, now: Time) {
        let before = self.mutes.len() + self.claims.len();
        self.mutes.retain(|mute| !mute.is_over(now));
        self.claims.retain(|claim| !claim.is_over(now));
        if self.mutes.len() + self.claims.len() != before {
            self.touch_all();
        }
    }

    fn take_in(&mut self, now: Time, happening: Happening) -> Vec<Tell> {
        match happening {
            Happening::Tick { utc_offset_minutes } => {
                self.utc_offset_minutes = utc_offset_minutes;
                return self.reminders(now);
            }
            Happening::MasterGone(master) => return self.drop_master(&master),
            Happening::Renamed { from, to } => {
                self.touch_all();
                return self.rename(&from, &to);
            }
            Happening::Builders { master, builders } => return self.set_builders(now, &master, builders),
            Happening::Finished(build) => return self.finished(now, &build),
            Happening::Missed { master, builds } => return self.missed(now, &master, builds),
            Happening::SetOver { master, set } => return self.set_over(now, &master, set),
            Happening::BuildSets { master, under_way } => return self.sets_are(now, &master, &under_way),
            Happening::WorkerBack { master, worker } => return self.worker_back(&master, |one| one == worker),
            Happening::Settings(settings) => self.set(settings),
            Happening::DoNotDisturb(on) => self.do_not_disturb = on,
            Happening::Mute { scope, length } => self.mute(now, scope, length),
            Happening::Unmute(scope) => {
                self.mutes.retain(|mute| mute.scope != scope);
                self.touch_all();
            }
            Happening::PutAway(id) => self.put_away(id),
            Happening::Claim {
                about,
                by,
                mine,
                shared,
            } => {
                self.claim(now, &about, &by, mine, shared);
                self.touch_all();
            }
            Happening::Unclaim(about) => {
                self.unclaim(&about);
                self.touch_all();
            }
            Happening::Claims { master, claims } => {
                self.set_claims(now, &master, claims);
                self.touch_all();
            }
            Happening::Master { master, title, link } => {
                let known = self.master(now, &master);
                (known.title, known.link) = (title, link);
                self.touch_all();
            }
            Happening::Started(build) => self.started(now, build),
            Happening::Waiting { master, waiting } => self.set_waiting(now, &master, waiting),
            Happening::Trouble { master, about, message } => self.set_trouble(now, &master, about, message),
            Happening::WorkerMissing {
                master,
                worker,
                name,
                since,
            } => self.worker_missing(master, worker, name, since),
            Happening::Lending(lending) => self.lending = lending,
            Happening::TryOver(over) => self.try_over(over),
        }
        Vec::new()
    }

    fn set(&mut self, settings: Settings) {
        self.settings = settings;
        for broken in &mut self.breaks {
            broken.mark(&self.settings.identity);
        }
        for builder in self.builders.values_mut() {
            builder.mark(&self.settings.identity);
        }
        self.touch_all();
    }

    /// Something of that builder changed.
    pub(crate) fn touch(&mut self, key: &BuilderKey) {
        if let Some(builder) = self.builders.get_mut(key) {
            builder.version = self.version;
        }
        self.touched.builders.insert(key.clone());
    }

    /// Something changed that concerns more than one builder.
    fn touch_all(&mut self) {
        self.whole_since = self.version;
        self.touched.rest = true;
    }

    /// The master's entry, made if this is the first that is heard of it.
    fn master(&mut self, now: Time, master: &MasterKey) -> &mut MasterState {
        self.masters.entry(master.clone()).or_insert_with(|| MasterState {
            title: master.0.clone(),
            followed_since: now,
            link: Link::Live,
            troubles: BTreeMap::new(),
            waiting: Vec::new(),
        })
    }

    /// The builder's entry; one that no list has named yet goes by its id.
    pub(crate) fn builder(&mut self, now: Time, key: &BuilderKey) -> &mut BuilderState {
        self.master(now, &key.master);
        self.builders.entry(key.clone()).or_insert_with(|| {
            Box::new(BuilderState::new(BuilderInfo {
                key: key.clone(),
                name: format!("builder {}", key.id),
                tags: Vec::new(),
                project: None,
                can_force: false,
            }))
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
        self.touch_all();
    }

    /// Ends the mutes that wait for the repair of this builder, which is red no more, and have nothing red left.
    pub(crate) fn end_mutes_fixed_by(&mut self, repaired: &BuilderInfo) {
        let builders = &self.builders;
        let over = |mute: &Mute| {
            let red = |b: &BuilderState| b.colour == Colour::Red && mute.scope.covers(&b.info);
            mute.until == Until::Fixed && mute.scope.covers(repaired) && !builders.values().any(|b| red(b))
        };
        let before = self.mutes.len();
        self.mutes.retain(|mute| !over(mute));
        if self.mutes.len() != before {
            self.touch_all();
        }
    }

    fn drop_master(&mut self, master: &MasterKey) -> Vec<Tell> {
        self.masters.remove(master);
        let theirs: Vec<BuilderKey> = self.builders_of(master).map(|(key, _)| key.clone()).collect();
        let gone: Vec<Box<BuilderState>> = theirs.iter().filter_map(|key| self.builders.remove(key)).collect();
        self.touched.builders.extend(theirs);
        // Builders of the same ids may come, and are others.
        self.mutes
            .retain(|mute| !matches!(&mute.scope, Scope::Builder(key) if key.master == *master));
        for red in gone.iter().filter(|builder| builder.colour == Colour::Red) {
            self.end_mutes_fixed_by(&red.info);
        }
        self.verdicts.retain(|verdict| verdict.build.master != *master);
        self.claims.retain(|claim| claim.builder.master != *master);
        self.away_kept.retain(|away| away.master != *master);
        self.touch_all();
        let mut withdrawn = self.worker_back(master, |_| true);
        withdrawn.extend(self.forget_sets(master));
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
                Some(known) if known.info == info => continue,
                Some(known) => known.info = info.clone(),
                None => {
                    let builder = BuilderState::new(info.clone());
                    self.builders.insert(info.key.clone(), Box::new(builder));
                }
            }
            self.touch(&info.key);
        }
        let known = self.builders_of(master).map(|(key, _)| key);
        let gone: Vec<BuilderKey> = known.filter(|key| !listed.contains(key)).cloned().collect();
        gone.iter().filter_map(|key| self.drop_builder(now, key)).collect()
    }

    /// A builder that the configuration has no more: nothing is broken by it any longer.
    fn drop_builder(&mut self, now: Time, key: &BuilderKey) -> Option<Tell> {
        let gone = self.builders.remove(key);
        self.mutes.retain(|mute| mute.scope != Scope::Builder(key.clone()));
        if let Some(red) = gone.filter(|builder| builder.colour == Colour::Red) {
            self.end_mutes_fixed_by(&red.info);
        }
        self.claims.retain(|claim| claim.builder != *key);
        self.touched.builders.insert(key.clone());
        self.touch_all();
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
        let version = self.version;
        let builder = self.builder(now, &build.builder);
        builder.version = version;
        builder.start(build);
    }

    fn set_waiting(&mut self, now: Time, master: &MasterKey, waiting: Vec<(BuilderKey, usize)>) {
        let version = self.version;
        let keys = waiting.iter().map(|(key, _)| key.clone()).collect();
        let before = std::mem::replace(&mut self.master(now, master).waiting, keys);
        for (key, count) in before.into_iter().map(|key| (key, 0)).chain(waiting) {
            if let Some(builder) = self.builders.get_mut(&key) {
                (builder.waiting, builder.version) = (count, version);
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

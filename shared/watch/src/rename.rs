//! A master is called by another key: what was told, seen, muted and claimed of it stays, under that key.

use crate::build_set::SetUnderWay;
use crate::mute::Scope;
use crate::notice::{Target, Tell};
use crate::state::State;
use crate::{BuildKey, BuilderKey, MasterKey};
use std::mem::take;

impl State {
    /// What is true only now (running builds, waiting requests) is forgotten and has to be said again. Notices that name
    /// the old key are taken away.
    pub(crate) fn rename(&mut self, from: &MasterKey, to: &MasterKey) -> Vec<Tell> {
        if from == to || self.masters.contains_key(to) {
            return Vec::new();
        }
        let Some(mut master) = self.masters.remove(from) else {
            return Vec::new();
        };
        master.waiting.clear();
        master.troubles.clear();
        self.masters.insert(to.clone(), master);
        self.rename_builders(from, to);
        let names = Names { from, to };
        for broken in self.breaks.iter_mut().filter(|b| b.master == *from) {
            broken.master = to.clone();
            let builders = take(&mut broken.builders).into_iter();
            broken.builders = builders.map(|(key, part)| (names.builder(key), part)).collect();
        }
        self.mutes.iter_mut().for_each(|mute| names.scope(&mut mute.scope));
        self.claims
            .iter_mut()
            .for_each(|claim| names.change(&mut claim.builder));
        self.verdicts.for_each(|build| names.change_build(build));
        for away in self.away_kept.iter_mut().filter(|away| away.master == *from) {
            away.master = to.clone();
            away.named.iter_mut().for_each(|(_, target)| names.target(target));
        }
        self.rename_what_is_awaited(&names)
    }

    fn rename_builders(&mut self, from: &MasterKey, to: &MasterKey) {
        let keys: Vec<BuilderKey> = self.builders_of(from).map(|(key, _)| key.clone()).collect();
        for key in keys {
            let Some(mut builder) = self.builders.remove(&key) else {
                continue;
            };
            let new = BuilderKey::new(to, key.id);
            (builder.info.key, builder.version, builder.waiting) = (new.clone(), self.version, 0);
            builder.running.clear();
            self.builders.insert(new.clone(), builder);
            self.touched.builders.extend([key, new]);
        }
    }

    /// Build sets and workers, whose notices have the key in their names.
    fn rename_what_is_awaited(&mut self, names: &Names<'_>) -> Vec<Tell> {
        let mut withdrawn = Vec::new();
        for set in self.sets.iter_mut().filter(|set| set.master == *names.from) {
            withdrawn.extend(set.told.then(|| Tell::Withdraw(set.notice())));
            rename_set(set, names);
        }
        for missing in self.missing.iter_mut().filter(|missing| missing.master == *names.from) {
            withdrawn.extend(missing.told.then(|| Tell::Withdraw(missing.notice())));
            missing.master = names.to.clone();
        }
        withdrawn
    }
}

fn rename_set(set: &mut SetUnderWay, names: &Names<'_>) {
    set.master = names.to.clone();
    set.builds.iter_mut().for_each(|(builder, ..)| names.change(builder));
}

struct Names<'a> {
    from: &'a MasterKey,
    to: &'a MasterKey,
}

impl Names<'_> {
    fn builder(&self, mut key: BuilderKey) -> BuilderKey {
        self.change(&mut key);
        key
    }

    fn change(&self, key: &mut BuilderKey) {
        self.master(&mut key.master);
    }

    fn change_build(&self, key: &mut BuildKey) {
        self.master(&mut key.master);
    }

    fn master(&self, master: &mut MasterKey) {
        if master == self.from {
            *master = self.to.clone();
        }
    }

    fn scope(&self, scope: &mut Scope) {
        match scope {
            Scope::Master(master) | Scope::Project { master, .. } => self.master(master),
            Scope::Builder(key) => self.change(key),
            Scope::All | Scope::Tag(_) => {}
        }
    }

    fn target(&self, target: &mut Target) {
        match target {
            Target::Builder(builder) | Target::Build { builder, .. } | Target::Log { builder, .. } => {
                self.change(builder);
            }
            Target::Worker { master, .. } => self.master(master),
            Target::Now | Target::Lending | Target::Try { .. } => {}
        }
    }
}

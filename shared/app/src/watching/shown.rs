//! Builders as they are shown, by master: made anew only where something changed, and shared with whoever looks.

use model::{BuilderId, Time};
use std::collections::BTreeMap;
use std::sync::Arc;
use watch::{BuilderKey, BuilderView, MasterKey, State};

/// The builders of one master.
pub type Builders = BTreeMap<BuilderId, Arc<BuilderView>>;

/// The builders of all masters. A clone is cheap, and stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    masters: BTreeMap<MasterKey, Arc<Builders>>,
    /// Of the state that it shows.
    version: Option<u64>,
}

impl Shown {
    /// A builder.
    pub fn get(&self, key: &BuilderKey) -> Option<&BuilderView> {
        self.of(&key.master)?.get(&key.id).map(|view| &**view)
    }

    /// The builders of a master. It is the same allocation as long as none of them changed.
    pub fn of(&self, master: &MasterKey) -> Option<&Arc<Builders>> {
        self.masters.get(master)
    }

    /// All builders, by master and id.
    pub fn iter(&self) -> impl Iterator<Item = &BuilderView> {
        let all = self.masters.values().flat_map(|builders| builders.values());
        all.map(|view| &**view)
    }

    /// How many builders of a master are red.
    pub fn red(&self, master: &MasterKey) -> u32 {
        let builders = self.of(master).into_iter().flat_map(|builders| builders.values());
        let red = builders.filter(|view| view.colour == watch::Colour::Red).count();
        u32::try_from(red).unwrap_or(u32::MAX)
    }

    /// Takes over what changed.
    pub(super) fn refresh(&mut self, state: &State, now: Time) {
        if self.version == Some(state.version()) {
            return;
        }
        let (whole, changed) = state.builders_since(self.version, now);
        self.version = Some(state.version());
        if whole {
            self.replace(changed);
            return;
        }
        for view in changed {
            let builders = Arc::make_mut(self.masters.entry(view.key.master.clone()).or_default());
            builders.insert(view.key.id, Arc::new(view));
        }
    }

    /// What looks as before stays the same allocation.
    fn replace(&mut self, all: Vec<BuilderView>) {
        let mut masters: BTreeMap<MasterKey, Builders> = BTreeMap::new();
        for view in all {
            let same = self.of(&view.key.master).and_then(|known| known.get(&view.key.id));
            let same = same.filter(|known| ***known == view).map(Arc::clone);
            let builders = masters.entry(view.key.master.clone()).or_default();
            builders.insert(view.key.id, same.unwrap_or_else(|| Arc::new(view)));
        }
        let alike = |known: &Builders, new: &Builders| {
            known.len() == new.len() && known.values().zip(new.values()).all(|(a, b)| Arc::ptr_eq(a, b))
        };
        let before = std::mem::take(&mut self.masters);
        self.masters = masters
            .into_iter()
            .map(|(master, new)| match before.get(&master) {
                Some(known) if alike(known, &new) => (master, Arc::clone(known)),
                _ => (master, Arc::new(new)),
            })
            .collect();
    }
}

//! What the owners of the handles want, also while there is no connection.

use super::keeper::Shared;
use model::{BuildId, BuilderId};
use std::collections::{BTreeMap, BTreeSet};

/// What an owner of a [`crate::Joined`] wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The steps and logs of this build.
    Watch(BuildId),
    /// No longer.
    Unwatch(BuildId),
    /// This builder's last builds.
    Want(BuilderId),
    /// Another attempt, now.
    Reconnect,
    /// The end.
    Stop,
}

/// What is wanted besides what every connection has.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// How many watch each build.
    watches: BTreeMap<BuildId, usize>,
    /// Builders whose last builds are wanted.
    builders: BTreeSet<BuilderId>,
}

impl Wishes {
    /// Remembers an order; whether a build is now watched that was not, or the other way round.
    pub(super) fn note(&mut self, order: Order, shared: &Shared) -> bool {
        match order {
            Order::Watch(build) => {
                let count = self.watches.entry(build).or_default();
                *count += 1;
                shared.picture().watch(build);
                *count == 1
            }
            Order::Unwatch(build) => {
                let Some(count) = self.watches.get_mut(&build) else {
                    return false;
                };
                *count -= 1;
                let is_last = *count == 0;
                if is_last {
                    self.watches.remove(&build);
                    shared.picture().unwatch(build);
                }
                is_last
            }
            Order::Want(builder) => {
                self.builders.insert(builder);
                false
            }
            Order::Reconnect | Order::Stop => false,
        }
    }

    /// The builds that are watched.
    pub(super) fn watched(&self) -> impl Iterator<Item = BuildId> {
        self.watches.keys().copied()
    }

    /// The builders that are wanted; each is given out once.
    pub(super) fn take_builders(&mut self) -> BTreeSet<BuilderId> {
        std::mem::take(&mut self.builders)
    }
}

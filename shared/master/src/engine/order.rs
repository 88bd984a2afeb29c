//! What the engine keeps in mind of a request until it is built.

use crate::collapse::Asked;
use crate::queue::Waiting;
use model::{BuildId, BuildRequest, BuildSet, Change, ChangeId, NewBuildSet, NewSourceStamp, Properties, RequestId};
use std::collections::HashMap;
use std::sync::Arc;
use store::rusqlite::{Connection, Result};
use store::{build_requests, build_sets, changes};

/// A request's share of its set.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// For merging.
    pub asked: Asked,
    /// The trees.
    pub source_stamps: Arc<Vec<NewSourceStamp>>,
    /// For a rebuild: the build that it repeats.
    pub rebuilt: Option<BuildId>,
    /// Older requests that became part of this one.
    pub absorbed: Vec<RequestId>,
}

impl Order {
    /// Of a set that is being made. `changes` are those that its scheduler was told.
    pub fn of_set(set: &NewBuildSet, changes: &HashMap<ChangeId, Arc<Change>>) -> Order {
        let codebases = set
            .changes
            .iter()
            .filter_map(|id| Some(changes.get(id)?.new.codebase.clone()));
        Order {
            asked: Asked {
                source_stamps: set.source_stamps.clone(),
                changed: codebases.collect(),
                properties: set.properties.clone(),
                waited_for: false,
            },
            source_stamps: Arc::new(set.source_stamps.clone()),
            rebuilt: set.rebuilt_build,
            absorbed: Vec::new(),
        }
    }

    /// Of a request that was stored by an earlier run of the master.
    pub fn read(c: &Connection, request: &BuildRequest, set: &BuildSet) -> Result<Order> {
        let stamps: Vec<NewSourceStamp> = set.source_stamps.iter().map(|stamp| stamp.new.clone()).collect();
        let caused = changes::for_build_set(c, set.id)?;
        let mut order = Order {
            asked: Asked {
                source_stamps: stamps.clone(),
                changed: caused.into_iter().map(|change| change.new.codebase).collect(),
                properties: build_sets::properties(c, set.id)?,
                waited_for: request.waited_for,
            },
            source_stamps: Arc::new(stamps),
            rebuilt: set.rebuilt_build,
            absorbed: Vec::new(),
        };
        order.absorbed = absorbed(c, request, &order.asked)?;
        Ok(order)
    }

    /// The request as the queue sees it.
    pub fn waiting(request: &BuildRequest) -> Waiting {
        Waiting {
            id: request.id,
            set: request.build_set,
            builder: request.builder,
            priority: request.priority,
            submitted_at: request.submitted_at,
        }
    }

    /// The set's properties.
    pub fn properties(&self) -> &Properties {
        &self.asked.properties
    }
}

/// Older requests that were merged and not yet built: found again after a restart as those of the same builder that
/// were left out, that no build serves, and that may merge with this one.
fn absorbed(c: &Connection, request: &BuildRequest, asked: &Asked) -> Result<Vec<RequestId>> {
    let mut found = Vec::new();
    for old in build_requests::skipped_unserved(c, request.builder)? {
        let set = match build_sets::get(c, old.build_set)? {
            Some(set) if old.id < request.id => set,
            _ => continue,
        };
        let caused = changes::for_build_set(c, set.id)?;
        let old_asked = Asked {
            source_stamps: set.source_stamps.into_iter().map(|stamp| stamp.new).collect(),
            changed: caused.into_iter().map(|change| change.new.codebase).collect(),
            properties: build_sets::properties(c, set.id)?,
            waited_for: old.waited_for,
        };
        if crate::collapse::may_merge(asked, &old_asked) {
            found.push(old.id);
        }
    }
    Ok(found)
}

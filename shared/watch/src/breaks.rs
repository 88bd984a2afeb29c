//! A break: the builders of one master that turned red on the same new changes.

use crate::happening::{FailedStep, FinishedBuild, Suspect};
use crate::identity::Identity;
use crate::who::Who;
use crate::words;
use crate::{BuilderKey, MasterKey, NoticeKey};
use model::{BuildSetId, ChangeId, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Suspects and owners that a break remembers: beyond that a list of names helps nobody.
const SUSPECTS: usize = 200;
/// With more people, or more changes of others, than this it says little that the person is among them.
const CROWD: usize = 10;

/// A break's id, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BreakId(pub u64);

/// What broke, on whose changes, and what was told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Break {
    /// Its id.
    pub id: BreakId,
    /// Where.
    pub master: MasterKey,
    /// When its first builder turned red.
    pub opened_at: Time,
    /// When its last builder was green again.
    pub closed_at: Option<Time>,
    /// The new changes on which its builders turned red, oldest first.
    pub suspects: Vec<Suspect>,
    /// People blamed besides the suspects' authors.
    pub owners: Vec<String>,
    /// The builders, also those that are green again.
    pub builders: BTreeMap<BuilderKey, BrokenBuilder>,
    /// When the person was last told aloud that it is broken.
    pub told_at: Option<Time>,
    /// Whether the person was told aloud that it is fixed.
    pub told_fixed: bool,
    /// Whether the person is among those who may be to blame.
    #[serde(default)]
    pub mine: bool,
    /// How many changes or people may be to blame, when they are so many that each is hardly the one.
    #[serde(default)]
    pub crowd: Option<usize>,
    /// The names of those who may be to blame besides the person.
    #[serde(default)]
    pub(crate) others: Vec<String>,
    /// Whether it was not told because it is doubtful that the person is to blame.
    #[serde(default)]
    pub(crate) doubted: bool,
    /// What is kept for the summary after quiet hours.
    pub(crate) kept_broken: bool,
    pub(crate) kept_fixed: bool,
    pub(crate) build_sets: Vec<BuildSetId>,
}

/// One builder's part in a break.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokenBuilder {
    /// Its name.
    pub name: String,
    /// The build that turned it red.
    pub number: i64,
    /// When.
    pub at: Time,
    /// The first step that failed.
    pub failed: Option<FailedStep>,
    /// How it was repaired.
    pub fixed: Option<FixedBy>,
}

/// A repair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixedBy {
    /// The green build.
    pub number: i64,
    /// When.
    pub at: Time,
    /// The changes that were new in it; none for a repetition that happened to be green.
    pub changes: Vec<Suspect>,
}

impl Break {
    /// A new one without builders.
    pub(crate) fn open(id: BreakId, master: &MasterKey, at: Time) -> Break {
        Break {
            id,
            master: master.clone(),
            opened_at: at,
            closed_at: None,
            suspects: Vec::new(),
            owners: Vec::new(),
            builders: BTreeMap::new(),
            told_at: None,
            told_fixed: false,
            mine: false,
            crowd: None,
            others: Vec::new(),
            doubted: false,
            kept_broken: false,
            kept_fixed: false,
            build_sets: Vec::new(),
        }
    }

    /// The one notice of this break.
    pub fn notice(&self) -> NoticeKey {
        NoticeKey(format!("break-{}", self.id.0))
    }

    /// Whether a builder that turned red on these changes, or in this set, is part of it.
    pub(crate) fn shares(&self, master: &MasterKey, suspects: &[Suspect], set: Option<BuildSetId>) -> bool {
        let known = |change: ChangeId| self.suspects.iter().any(|s| s.change == change);
        self.master == *master
            && (suspects.iter().any(|s| known(s.change)) || set.is_some_and(|set| self.build_sets.contains(&set)))
    }

    /// Takes a builder in, with whom it blames.
    pub(crate) fn join(&mut self, name: &str, build: &FinishedBuild, suspects: &[Suspect]) {
        self.closed_at = None;
        self.kept_fixed = false;
        self.builders.insert(
            build.builder.clone(),
            BrokenBuilder {
                name: name.to_owned(),
                number: build.number,
                at: build.complete_at,
                failed: build.failed.clone(),
                fixed: None,
            },
        );
        self.build_sets
            .extend(build.build_set.filter(|set| !self.build_sets.contains(set)));
        self.suspect(suspects);
        let author = |owner: &str| {
            build
                .changes
                .iter()
                .any(|c| Who::same(&c.author, owner) || c.author == *owner)
        };
        for owner in build.owners.iter().filter(|owner| !author(owner)) {
            if !self.owners.contains(owner) && self.owners.len() < SUSPECTS {
                self.owners.push(owner.clone());
            }
        }
    }

    /// Adds suspects.
    pub(crate) fn suspect(&mut self, suspects: &[Suspect]) {
        for suspect in suspects {
            if !self.suspects.iter().any(|s| s.change == suspect.change) && self.suspects.len() < SUSPECTS {
                self.suspects.push(suspect.clone());
            }
        }
        self.suspects.sort_by_key(|s| s.change);
    }

    /// Notes a repair; true when it was the last.
    pub(crate) fn repair(&mut self, build: &FinishedBuild, by: Vec<Suspect>) -> bool {
        if let Some(builder) = self.builders.get_mut(&build.builder) {
            builder.fixed = Some(FixedBy {
                number: build.number,
                at: build.complete_at,
                changes: by,
            });
        }
        self.close_if_done(build.complete_at)
    }

    /// A builder that no longer exists is broken no more; true when it was the last one red.
    pub(crate) fn forget(&mut self, builder: &BuilderKey, at: Time) -> bool {
        self.builders.remove(builder).is_some() && self.close_if_done(at)
    }

    fn close_if_done(&mut self, at: Time) -> bool {
        let done = self.closed_at.is_none() && self.builders.values().all(|b| b.fixed.is_some());
        if done {
            self.closed_at = Some(at);
        }
        done
    }

    /// Whether a notice about it waits for the end of a silence.
    pub(crate) fn is_kept(&self) -> bool {
        self.kept_broken || self.kept_fixed
    }

    /// Whether it is not repaired yet.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    /// Builders still red, in the order in which they broke.
    pub(crate) fn red(&self) -> Vec<(&BuilderKey, &BrokenBuilder)> {
        let mut red: Vec<_> = self.builders.iter().filter(|(_, b)| b.fixed.is_none()).collect();
        red.sort_by_key(|(_, b)| b.at);
        red
    }

    /// Works out anew who is the person among those who may be to blame, after these or the identity changed.
    pub(crate) fn mark(&mut self, me: &Identity) {
        let is_me = |author: &str| me.is_me(&self.master, author);
        let others = words::names(self.blamed().filter(|author| !is_me(author)));
        let mine = self.blamed().any(is_me);
        let foreign = self.suspects.iter().filter(|s| !is_me(&s.author)).count();
        let people = others.len() + usize::from(mine);
        let crowd = (people > CROWD || foreign > CROWD).then(|| people.max(self.suspects.len()));
        (self.others, self.mine, self.crowd) = (others, mine, crowd);
    }

    /// The suspects that are the person's.
    pub(crate) fn my_changes(&self, me: &Identity) -> Vec<&Suspect> {
        self.suspects
            .iter()
            .filter(|s| me.is_me(&self.master, &s.author))
            .collect()
    }

    fn blamed(&self) -> impl Iterator<Item = &str> {
        self.suspects
            .iter()
            .map(|s| s.author.as_str())
            .chain(self.owners.iter().map(String::as_str))
    }
}

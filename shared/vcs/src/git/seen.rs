//! Which commits are news: the last seen branches, and the step from them to the present ones.
//!
//! A commit is reported once per branch. The rules:
//!
//! * A followed branch that moved reports what its new tip reaches and its earlier tips do not. What another followed
//!   branch is known to have is left out (a branch rebased onto `main` reports its own commits, not `main`'s), unless
//!   that would leave out the new tip itself: a branch that is moved forward to commits known from elsewhere reports
//!   them, for on this branch they are new.
//! * Hence an amend is one change, a rebase of 100 commits is 100, a merge commit is one beside what it brings from
//!   branches that are not followed, and a branch set back reports nothing; set forward again neither.
//! * A branch that appears reports what no branch was known to have; often nothing. A deleted one reports nothing, and
//!   is remembered for a while in case it returns.
//! * A branch followed for the first time is taken as it is: no change, or one for its tip if that is wanted.
//! * Of one branch's step the newest [`MOST_COMMITS`] commits are reported. Where nothing was known that the history
//!   could be told apart by (an import into an empty repository, a replaced history), only the tip is.

use super::error::GitError;
use super::reader::{Graph, Refs, Walk};
use model::config::Branches;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most commits reported of one branch at once.
pub(crate) const MOST_COMMITS: usize = 1000;
/// Longer histories than this that arrive in an empty repository are an import.
const MOST_OF_THE_UNKNOWN: usize = 100;
/// Earlier tips remembered per branch.
const MOST_FORMER: usize = 32;
/// Deleted branches remembered.
const MOST_GONE: usize = 100;
/// Of the JSON form.
const VERSION: u32 = 1;

/// What was seen so far; stored as JSON between runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seen {
    version: u32,
    follows: Follows,
    default: Option<String>,
    branches: BTreeMap<String, Tips>,
    gone: Vec<Gone>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tips {
    tip: String,
    /// Earlier tips that the present one does not reach, oldest first.
    #[serde(default)]
    former: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Gone {
    branch: String,
    #[serde(flatten)]
    tips: Tips,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Follows {
    Default,
    Named(Vec<String>),
    All,
}

/// New commits of one branch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct News {
    /// Its plain name.
    pub(crate) branch: String,
    /// Full hashes, parents before children.
    pub(crate) commits: Vec<String>,
}

/// From one state to the next.
#[derive(Debug)]
pub(crate) struct Step {
    /// The default branch first, the others by name.
    pub(crate) news: Vec<News>,
    /// The next state.
    pub(crate) seen: Seen,
    /// What was left out, for a person.
    pub(crate) notes: Vec<String>,
    /// Branches that could not be looked at, with the reason; they stay as they were.
    pub(crate) problems: Vec<String>,
}

impl Seen {
    /// Reads what an earlier run stored; `None` if it is not understood.
    pub(crate) fn from_json(json: &model::Json) -> Option<Seen> {
        let seen = Seen::deserialize(json).ok()?;
        (seen.version == VERSION).then_some(seen)
    }

    /// For the store.
    pub(crate) fn to_json(&self) -> model::Json {
        serde_json::to_value(self).expect("names and hashes are JSON")
    }

    /// The default branch as it was.
    pub(crate) fn default_branch(&self) -> Option<&str> {
        self.default.as_deref()
    }

    /// The followed branches that existed.
    pub(crate) fn branches(&self) -> impl Iterator<Item = &str> {
        self.branches.keys().map(String::as_str)
    }

    fn followed_before(&self, branch: &str) -> bool {
        match &self.follows {
            Follows::All => true,
            Follows::Named(names) => names.iter().any(|name| name == branch),
            Follows::Default => self.default.as_deref().is_none_or(|name| name == branch),
        }
    }
}

/// What is new in `refs` since `before`, which is `None` at the first sight of the repository.
pub(crate) fn advance(
    before: Option<&Seen>,
    branches: &Branches,
    build_at_first_sight: bool,
    refs: &Refs,
    graph: &impl Graph,
) -> Step {
    let default = refs.default_branch(before.and_then(Seen::default_branch));
    let mut names: BTreeSet<&String> = match branches {
        Branches::All => refs.branches.keys().chain(refs.broken.keys()).collect(),
        Branches::Named(names) => names.iter().collect(),
        Branches::Default => default.iter().collect(),
    };
    let mut pass = Pass::new(
        before,
        refs,
        graph,
        build_at_first_sight,
        names.iter().copied().cloned().collect(),
    );
    pass.forget_the_deleted();
    let first = default.as_ref().and_then(|name| names.take(name));
    for branch in first.into_iter().chain(names) {
        pass.look_at(branch);
    }
    pass.into_step(branches, default)
}

/// One advance under way.
struct Pass<'a, G> {
    before: Option<&'a Seen>,
    refs: &'a Refs,
    graph: &'a G,
    build_at_first_sight: bool,
    followed: BTreeSet<String>,
    /// The followed branches: as they were, until each is looked at.
    tips: BTreeMap<String, Tips>,
    gone: Vec<Gone>,
    news: Vec<News>,
    notes: Vec<String>,
    problems: Vec<String>,
}

impl<'a, G: Graph> Pass<'a, G> {
    fn new(
        before: Option<&'a Seen>,
        refs: &'a Refs,
        graph: &'a G,
        build_at_first_sight: bool,
        followed: BTreeSet<String>,
    ) -> Self {
        Pass {
            followed,
            before,
            refs,
            graph,
            build_at_first_sight,
            tips: before.map(|seen| seen.branches.clone()).unwrap_or_default(),
            gone: before.map(|seen| seen.gone.clone()).unwrap_or_default(),
            news: vec![],
            notes: vec![],
            problems: vec![],
        }
    }

    /// Moves branches that exist no more to the remembered ones, and drops those that are followed no more.
    fn forget_the_deleted(&mut self) {
        let exists = |name: &String| self.refs.branches.contains_key(name) || self.refs.broken.contains_key(name);
        for (branch, tips) in std::mem::take(&mut self.tips) {
            if !exists(&branch) {
                self.gone.push(Gone { branch, tips });
            } else if self.followed.contains(&branch) {
                self.tips.insert(branch, tips);
            }
        }
        let too_many = self.gone.len().saturating_sub(MOST_GONE);
        self.gone.drain(..too_many);
    }

    fn look_at(&mut self, branch: &str) {
        if let Some(reason) = self.refs.broken.get(branch) {
            self.problems.push(format!("branch {branch} is damaged ({reason})"));
            return;
        }
        let Some(tip) = self.refs.branches.get(branch) else {
            let is_unborn = self.refs.head.as_deref() == Some(branch);
            if !is_unborn && !self.before.is_some_and(|seen| seen.followed_before(branch)) {
                self.notes
                    .push(format!("branch {branch} does not exist; it is followed once it does"));
            }
            return;
        };
        let looked = match self.tips.get(branch).cloned() {
            Some(tips) if tips.tip == *tip => Ok(()),
            Some(tips) => self.moved(branch, tips, tip),
            None if self.before.is_some_and(|seen| seen.followed_before(branch)) => self.appeared(branch, tip),
            None => self.first_seen(branch, tip),
        };
        if let Err(error) = looked {
            self.problems
                .push(format!("branch {branch} cannot be followed ({error})"));
        }
    }

    fn first_seen(&mut self, branch: &str, tip: &str) -> Result<(), GitError> {
        if self.build_at_first_sight {
            self.report(branch, vec![tip.to_owned()]);
        }
        self.record(branch, tip, vec![]);
        Ok(())
    }

    fn moved(&mut self, branch: &str, before: Tips, tip: &str) -> Result<(), GitError> {
        let old = before.tip;
        let has_old = !self.graph.present(std::slice::from_ref(&old))?.is_empty();
        let mut own = self.graph.present(&before.former)?;
        let mut former = before.former;
        if has_old {
            own.push(old.clone());
        }
        if own.is_empty() {
            self.notes.push(format!(
                "the history of branch {branch} was replaced; only its newest commit is listed"
            ));
            self.report(branch, vec![tip.to_owned()]);
        } else {
            let mut walk = self.walk(branch, tip, &[&own[..], &self.known_elsewhere(branch)?].concat())?;
            if walk.commits.is_empty() {
                walk = self.walk(branch, tip, &own)?;
            }
            self.report(branch, walk.commits);
        }
        if has_old && !self.graph.is_ancestor(&old, tip)? {
            former.push(old);
        }
        self.record(branch, tip, former);
        Ok(())
    }

    fn appeared(&mut self, branch: &str, tip: &str) -> Result<(), GitError> {
        let mut former = vec![];
        if let Some(gone) = self.gone.iter().rfind(|gone| gone.branch == branch) {
            former.clone_from(&gone.tips.former);
            former.push(gone.tips.tip.clone());
        }
        let known = [self.known_elsewhere(branch)?, self.graph.present(&former)?].concat();
        let bounds = [&known[..], &self.graph.present(&self.tips_of_the_unfollowed())?].concat();
        let mut commits = if bounds.is_empty() {
            self.unbounded(branch, tip)?
        } else {
            self.walk(branch, tip, &bounds)?.commits
        };
        // Only the followed branches make a tip known; the others just tell how far back is too far.
        if commits.is_empty() && (known.is_empty() || !self.graph.walk(tip, &known, 1)?.commits.is_empty()) {
            commits = vec![tip.to_owned()];
        }
        self.report(branch, commits);
        self.gone.retain(|gone| gone.branch != branch);
        self.record(branch, tip, former);
        Ok(())
    }

    /// The whole history of `tip` if it is short, else the tip alone.
    fn unbounded(&mut self, branch: &str, tip: &str) -> Result<Vec<String>, GitError> {
        let walk = self.graph.walk(tip, &[], MOST_OF_THE_UNKNOWN)?;
        if walk.left_out == 0 {
            return Ok(walk.commits);
        }
        self.notes.push(format!(
            "branch {branch} arrived with a long history; only its newest commit is listed"
        ));
        Ok(vec![tip.to_owned()])
    }

    /// Tips, now or before, of the other followed branches and of the deleted ones; those that still exist as commits.
    fn known_elsewhere(&self, branch: &str) -> Result<Vec<String>, GitError> {
        let others = self
            .tips
            .iter()
            .filter(|(name, _)| *name != branch)
            .map(|(_, tips)| &tips.tip);
        let gone = self.gone.iter().map(|gone| &gone.tips.tip);
        let known: BTreeSet<&String> = others.chain(gone).collect();
        self.graph.present(&known.into_iter().cloned().collect::<Vec<_>>())
    }

    fn tips_of_the_unfollowed(&self) -> Vec<String> {
        let unfollowed = self
            .refs
            .branches
            .iter()
            .filter(|(name, _)| !self.followed.contains(*name));
        unfollowed.map(|(_, tip)| tip.clone()).collect()
    }

    fn walk(&mut self, branch: &str, tip: &str, hidden: &[String]) -> Result<Walk, GitError> {
        let walk = self.graph.walk(tip, hidden, MOST_COMMITS)?;
        if walk.left_out > 0 {
            self.notes.push(format!(
                "branch {branch} received {} commits at once; the oldest {} are not listed",
                walk.commits.len() + walk.left_out,
                walk.left_out
            ));
        }
        Ok(walk)
    }

    fn report(&mut self, branch: &str, commits: Vec<String>) {
        if !commits.is_empty() {
            self.news.push(News {
                branch: branch.to_owned(),
                commits,
            });
        }
    }

    fn record(&mut self, branch: &str, tip: &str, mut former: Vec<String>) {
        former.retain(|old| old != tip);
        let too_many = former.len().saturating_sub(MOST_FORMER);
        former.drain(..too_many);
        let tip = tip.to_owned();
        self.tips.insert(branch.to_owned(), Tips { tip, former });
    }

    fn into_step(self, branches: &Branches, default: Option<String>) -> Step {
        let follows = match branches {
            Branches::Default => Follows::Default,
            Branches::Named(names) => Follows::Named(names.clone()),
            Branches::All => Follows::All,
        };
        Step {
            news: self.news,
            seen: Seen {
                version: VERSION,
                follows,
                default,
                branches: self.tips,
                gone: self.gone,
            },
            notes: self.notes,
            problems: self.problems,
        }
    }
}

#[cfg(test)]
#[path = "seen_tests.rs"]
mod tests;

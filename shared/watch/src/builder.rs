//! One builder: its colour, and what a finished build does to it.

use crate::breaks::BreakId;
use crate::flaky::{Flip, Trees, hash};
use crate::happening::{BuilderInfo, FinishedBuild, StartedBuild, Suspect};
use crate::history::Seen;
use crate::identity::Identity;
use crate::last_few::{insert_sparing, push_newest};
use model::{ChangeId, Results, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Durations kept for the median; odd, so that one outlier never is the median.
const DURATIONS: usize = 11;
/// Changes that builds without a colour leave to the next one; beyond that the oldest are forgotten.
const UNTRIED: usize = 200;
/// Authors remembered of the last build: enough to say whether it is the person's.
const AUTHORS: usize = 32;
/// Lines of development of which the newest change is known.
const LINES: usize = 64;

/// What is known of the code that a builder builds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// No build said anything yet.
    #[default]
    Unknown,
    /// The newest build that said something was a success, perhaps with warnings.
    Green,
    /// It was a failure.
    Red,
}

/// The build that finished last, whatever it said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Last {
    pub number: i64,
    pub results: Results,
    pub complete_at: Time,
    pub authors: Vec<String>,
    /// Whether one of them is the person.
    #[serde(default)]
    pub mine: bool,
}

/// All that is kept of one builder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BuilderState {
    pub info: BuilderInfo,
    pub colour: Colour,
    /// Start of the present colour.
    pub since: Option<Time>,
    /// The break that made it red.
    pub broken_in: Option<BreakId>,
    pub last: Option<Last>,
    /// How long its builds take, newest last: greens, and reds only until there is a green.
    durations: VecDeque<i64>,
    has_green_duration: bool,
    /// The build that gave the present colour.
    decided_by: Option<i64>,
    /// The newest build that was green.
    green_at: Option<i64>,
    /// Newest change that decided, per line of development, which is named by a hash.
    #[serde(default)]
    lines: Vec<(u64, ChangeId)>,
    /// What it said of the same code more than once.
    #[serde(default)]
    trees: Trees,
    /// Builds that were counted.
    builds: Seen,
    /// Changes that a build of either colour tried.
    tried: Seen,
    /// Changes of builds without a colour, by build number: the next coloured build is the first to try them.
    untried: Vec<(i64, Suspect)>,
    /// The state's version when something of it changed last.
    #[serde(skip)]
    pub version: u64,
    #[serde(skip)]
    pub running: BTreeMap<i64, StartedBuild>,
    #[serde(skip)]
    pub waiting: usize,
}

/// What a finished build did to its builder.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Turn {
    /// It was counted before.
    Repeated,
    /// Its result says nothing about the code.
    NoColour,
    /// It built a diff: it says nothing about the builder.
    Patched,
    /// A newer build has spoken already.
    Overtaken,
    /// Overtaken, but it shows that the present break began here.
    BrokeEarlier(Vec<Suspect>),
    /// First colour ever.
    First(Colour),
    /// Green as before.
    StaysGreen,
    /// Red as before.
    StaysRed,
    /// From green to red, on code that had been green.
    Flipped(Flip),
    /// From green to red, on these new changes.
    Broke(Vec<Suspect>),
    /// From red to green, by these new changes.
    Fixed(Vec<Suspect>),
}

impl BuilderState {
    pub(crate) fn new(info: BuilderInfo) -> BuilderState {
        BuilderState {
            info,
            colour: Colour::Unknown,
            since: None,
            broken_in: None,
            last: None,
            durations: VecDeque::new(),
            has_green_duration: false,
            decided_by: None,
            green_at: None,
            lines: Vec::new(),
            trees: Trees::default(),
            version: 0,
            builds: Seen::default(),
            tried: Seen::default(),
            untried: Vec::new(),
            running: BTreeMap::new(),
            waiting: 0,
        }
    }

    /// A build began; one that is over already is not taken up again.
    pub(crate) fn start(&mut self, build: StartedBuild) {
        if !self.builds.contains(build.number) {
            self.running.insert(build.number, build);
        }
    }

    /// Counts a finished build, the person's or not, and says what it did.
    pub(crate) fn finish(&mut self, build: &FinishedBuild, mine: bool) -> Turn {
        self.running.remove(&build.number);
        if self.builds.contains(build.number) {
            return Turn::Repeated;
        }
        self.builds.insert(build.number);
        self.remember_last(build, mine);
        if build.patched {
            return Turn::Patched;
        }
        let new = self.new_changes(build);
        if !build.results.is_green() && !build.results.is_red() {
            self.leave_untried(build, new);
            return Turn::NoColour;
        }
        self.remember_duration(build);
        let overtaken = self.is_overtaken(build);
        let flip = self.trees.note(build);
        self.try_changes(build);
        if overtaken {
            self.late(build, new)
        } else {
            self.decide(build, new, flip)
        }
    }

    /// Works out anew whether the last build is the person's, after the identity changed.
    pub(crate) fn mark(&mut self, me: &Identity) {
        let master = &self.info.key.master;
        if let Some(last) = &mut self.last {
            last.mine = last.authors.iter().any(|author| me.is_me(master, author));
        }
    }

    /// Whether that build was counted.
    pub(crate) fn has_counted(&self, number: i64) -> bool {
        self.builds.contains(number)
    }

    /// Why its word is doubted now: it flipped without changes.
    pub(crate) fn flip(&self) -> Option<Flip> {
        self.trees.flip()
    }

    /// Median of the durations in milliseconds.
    pub(crate) fn typical(&self) -> Option<i64> {
        let mut sorted: Vec<i64> = self.durations.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }

    fn decide(&mut self, build: &FinishedBuild, new: Vec<Suspect>, flip: Option<Flip>) -> Turn {
        let before = self.colour;
        self.colour = if build.results.is_green() {
            Colour::Green
        } else {
            Colour::Red
        };
        self.decided_by = Some(build.number);
        if self.colour == Colour::Green {
            self.green_at = Some(build.number);
        }
        self.remember_lines(build);
        if before != self.colour {
            self.since = Some(build.complete_at);
        }
        if let (Colour::Green, Colour::Red, true, Some(flip)) = (before, self.colour, new.is_empty(), flip) {
            return Turn::Flipped(flip);
        }
        match (before, self.colour) {
            (Colour::Unknown, now) => Turn::First(now),
            (Colour::Green, Colour::Red) if new.is_empty() && build.rebuilt => Turn::Broke(build.changes.clone()),
            (Colour::Green, Colour::Red) => Turn::Broke(new),
            (Colour::Red, Colour::Green) => Turn::Fixed(new),
            (Colour::Red, _) => Turn::StaysRed,
            (Colour::Green, _) => Turn::StaysGreen,
        }
    }

    fn remember_lines(&mut self, build: &FinishedBuild) {
        for (line, change) in positions(&build.changes) {
            match self.lines.iter_mut().find(|known| known.0 == line) {
                Some(known) => known.1 = change,
                None => {
                    let end = self.lines.len();
                    insert_sparing(&mut self.lines, end, (line, change));
                }
            }
        }
        if self.lines.len() > LINES {
            self.lines.sort_by_key(|(_, change)| std::cmp::Reverse(*change));
            self.lines.truncate(LINES);
        }
    }

    /// A build that a newer one has overtaken: a red one between the last green and the break was its true beginning.
    fn late(&mut self, build: &FinishedBuild, new: Vec<Suspect>) -> Turn {
        let after_green = self.green_at.is_some_and(|green| build.number > green);
        if build.results.is_red() && self.colour == Colour::Red && after_green && !new.is_empty() {
            return Turn::BrokeEarlier(new);
        }
        Turn::Overtaken
    }

    /// Whether the present colour is of a newer tree. Where both are on one line of development the changes tell,
    /// since an old tree can be built again; otherwise the numbers.
    fn is_overtaken(&self, build: &FinishedBuild) -> bool {
        let Some(decided_by) = self.decided_by else {
            return false;
        };
        let shared = positions(&build.changes)
            .into_iter()
            .filter_map(|(line, change)| Some(change.cmp(&self.lines.iter().find(|known| known.0 == line)?.1)));
        shared
            .max()
            .unwrap_or(std::cmp::Ordering::Equal)
            .then(build.number.cmp(&decided_by))
            .is_lt()
    }

    /// The changes that no build of either colour has tried before this one.
    fn new_changes(&self, build: &FinishedBuild) -> Vec<Suspect> {
        let left = self
            .untried
            .iter()
            .filter(|(number, _)| *number < build.number)
            .map(|(_, suspect)| suspect);
        let mut new: Vec<Suspect> = Vec::new();
        for suspect in left.chain(&build.changes) {
            if !self.tried.has_change(suspect.change) && !new.iter().any(|n| n.change == suspect.change) {
                new.push(suspect.clone());
            }
        }
        new.sort_by_key(|suspect| suspect.change);
        new
    }

    fn leave_untried(&mut self, build: &FinishedBuild, new: Vec<Suspect>) {
        for suspect in new {
            if !self.untried.iter().any(|(_, u)| u.change == suspect.change) {
                self.untried.push((build.number, suspect));
            }
        }
        let surplus = self.untried.len().saturating_sub(UNTRIED);
        self.untried.drain(..surplus);
    }

    fn try_changes(&mut self, build: &FinishedBuild) {
        for suspect in &build.changes {
            self.tried.insert_change(suspect.change);
        }
        let tried = &mut self.tried;
        self.untried.retain(|(number, suspect)| {
            let now_tried = *number < build.number || tried.has_change(suspect.change);
            if now_tried {
                tried.insert_change(suspect.change);
            }
            !now_tried
        });
    }

    fn remember_last(&mut self, build: &FinishedBuild, mine: bool) {
        if self.last.as_ref().is_none_or(|last| last.number < build.number) {
            let authors = build
                .changes
                .iter()
                .map(|c| c.author.clone())
                .chain(build.owners.iter().cloned())
                .take(AUTHORS)
                .collect();
            self.last = Some(Last {
                number: build.number,
                results: build.results,
                complete_at: build.complete_at,
                authors,
                mine,
            });
        }
    }

    fn remember_duration(&mut self, build: &FinishedBuild) {
        let green = build.results.is_green();
        if green && !self.has_green_duration {
            self.durations.clear();
            self.has_green_duration = true;
        }
        if green == self.has_green_duration {
            let took = build.complete_at.since(build.started_at);
            push_newest(&mut self.durations, took, DURATIONS);
        }
    }
}

/// The newest change of each line of development.
fn positions(changes: &[Suspect]) -> BTreeMap<u64, ChangeId> {
    let mut newest = BTreeMap::new();
    for change in changes {
        let branch = change.branch.as_deref().unwrap_or_default();
        let line = hash(format!("{}\n{branch}", change.repository).as_bytes());
        let known = newest.entry(line).or_insert(change.change);
        *known = (*known).max(change.change);
    }
    newest
}

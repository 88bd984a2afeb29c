//! Build sets of which the first failure is told, and one summary at the end.
//!
//! What a set has and when it is complete is told by its master. One that was lost meanwhile says which sets are still
//! under way, and the others are over.

use crate::finished::{Case, Decision};
use crate::notice::{Button, Notice, NoticeAction, NoticeKey, Subject, Target, Tell, Urgency};
use crate::rule::Mode;
use crate::state::State;
use crate::{BuilderKey, MasterKey, compose, words};
use model::{BuildSetId, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Sets under way that are remembered over all masters; one that never ends must not stay for ever.
const SETS: usize = 256;
/// Builders of one set that are counted.
const BUILDERS: usize = 1000;
/// Builders that the summary names.
const NAMED: usize = 3;

/// A build set under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SetUnderWay {
    pub(crate) master: MasterKey,
    set: BuildSetId,
    /// Whether its first failure was told.
    pub(crate) told: bool,
    /// Builder, name, number and whether it was red, of each builder's last build in it.
    pub(crate) builds: Vec<(BuilderKey, String, i64, bool)>,
}

impl SetUnderWay {
    fn is(&self, master: &MasterKey, set: BuildSetId) -> bool {
        self.master == *master && self.set == set
    }

    pub(crate) fn notice(&self) -> NoticeKey {
        NoticeKey(format!("set/{}/{}", self.master, self.set))
    }
}

impl State {
    /// Counts a build for its set's summary. A repetition of it counts in its place.
    pub(crate) fn note_in_set(&mut self, case: &Case<'_>) {
        let build = case.build;
        let Some(set) = counted(case) else { return };
        let (red, coloured) = (
            build.results.is_red(),
            build.results.is_green() || build.results.is_red(),
        );
        if !coloured {
            return;
        }
        let under_way = self.set_under_way(&build.builder.master, set);
        under_way.builds.retain(|(builder, ..)| *builder != build.builder);
        if under_way.builds.len() < BUILDERS {
            let row = (build.builder.clone(), case.name.clone(), build.number, red);
            under_way.builds.push(row);
        }
    }

    fn set_under_way(&mut self, master: &MasterKey, set: BuildSetId) -> &mut SetUnderWay {
        let at = match self.sets.iter().position(|known| known.is(master, set)) {
            Some(at) => at,
            None => {
                if self.sets.len() >= SETS {
                    // Of one that was told the end is awaited.
                    let untold = self.sets.iter().position(|known| !known.told);
                    self.sets.remove(untold.unwrap_or(0));
                }
                self.sets.push(SetUnderWay {
                    master: master.clone(),
                    set,
                    told: false,
                    builds: Vec::new(),
                });
                self.sets.len() - 1
            }
        };
        &mut self.sets[at]
    }

    /// In place of a break's own notice: the first failure of the set aloud, the others not at all. `None` where no
    /// rule asks for that.
    pub(crate) fn tell_first_failure(&mut self, now: Time, at: usize, case: &Case<'_>) -> Option<Decision> {
        let build = case.build;
        let set = counted(case)?;
        let under_way = self.set_under_way(&build.builder.master, set);
        let (first, id) = (!under_way.told, under_way.notice());
        under_way.told = true;
        let why = if first {
            format!("{} is the first failure of its build set. {}", case.name, case.asked())
        } else {
            format!(
                "The first failure of its build set was told; {} is in the summary at its end.",
                case.name
            )
        };
        let mut notice = compose::broken(self, &self.breaks[at], now, false, &why);
        notice.title = format!("First failure: {} #{}", case.name, build.number);
        notice.id = id.clone();
        self.breaks[at].told_at.get_or_insert(now);
        self.breaks[at].kept_broken = false;
        Some(Decision {
            tells: if first {
                vec![Tell::Show(Box::new(notice))]
            } else {
                Vec::new()
            },
            told: first,
            reason: why,
            notice: Some(id),
        })
    }

    /// Whether the end of that set is awaited, so that [`crate::Happening::SetOver`] says something.
    pub fn awaits_end_of(&self, master: &MasterKey, set: BuildSetId) -> bool {
        self.sets.iter().any(|known| known.is(master, set))
    }

    /// These sets of a master are under way, and no others.
    pub(crate) fn sets_are(&mut self, now: Time, master: &MasterKey, under_way: &BTreeSet<BuildSetId>) -> Vec<Tell> {
        let over = |known: &&SetUnderWay| known.master == *master && !under_way.contains(&known.set);
        let over: Vec<BuildSetId> = self.sets.iter().filter(over).map(|known| known.set).collect();
        over.into_iter()
            .flat_map(|set| self.set_over(now, master, set))
            .collect()
    }

    /// A master is no longer followed: nobody will say when its sets are over.
    pub(crate) fn forget_sets(&mut self, master: &MasterKey) -> Vec<Tell> {
        let (gone, kept) = std::mem::take(&mut self.sets)
            .into_iter()
            .partition(|known| known.master == *master);
        self.sets = kept;
        let told = gone.into_iter().filter(|known: &SetUnderWay| known.told);
        told.map(|known| Tell::Withdraw(known.notice())).collect()
    }

    /// The set is complete: one summary, if a failure of it was told.
    pub(crate) fn set_over(&mut self, now: Time, master: &MasterKey, set: BuildSetId) -> Vec<Tell> {
        let Some(at) = self.sets.iter().position(|known| known.is(master, set)) else {
            return Vec::new();
        };
        let over = self.sets.remove(at);
        self.touched.rest = true;
        if !over.told {
            return Vec::new();
        }
        let muted = over.builds.iter().all(|(builder, ..)| self.mute_of(builder).is_some());
        if muted || self.hush(now).is_some() {
            return vec![Tell::Withdraw(over.notice())];
        }
        vec![Tell::Show(Box::new(summary(&over)))]
    }
}

/// The build's set, if a rule asks for its first failure.
fn counted(case: &Case<'_>) -> Option<BuildSetId> {
    let asked = case.ruling.rule.has(&[Mode::FirstFailure]);
    case.build.build_set.filter(|_| asked)
}

fn summary(over: &SetUnderWay) -> Notice {
    let red: Vec<_> = over.builds.iter().filter(|(.., red)| *red).collect();
    let mut lines: Vec<String> = red
        .iter()
        .take(NAMED)
        .map(|(_, name, number, _)| format!("{name} #{number} failed"))
        .collect();
    if red.len() > NAMED {
        lines.push(format!("and {}", words::count(red.len() - NAMED, "more builder")));
    }
    let target = match red.as_slice() {
        [(builder, _, number, _)] => Target::Build {
            builder: builder.clone(),
            number: *number,
        },
        _ => Target::Now,
    };
    let all = words::count(over.builds.len(), "builder");
    Notice {
        id: over.notice(),
        about: if red.is_empty() {
            Subject::Other
        } else {
            Subject::Broken
        },
        title: match red.len() {
            0 => format!("Done: {all} green after all"),
            some => format!("Done: {some} of {all} failed"),
        },
        body: lines.join("\n"),
        urgency: if red.is_empty() { Urgency::Low } else { Urgency::Normal },
        buttons: vec![Button {
            label: "Open Outpost".to_owned(),
            action: NoticeAction::Open(target.clone()),
        }],
        silent: false,
        target,
        why: "The build set is complete; you were told of its first failure.".to_owned(),
    }
}

//! The promise of the step from state to state, held against histories made at random: no commit is reported twice on
//! a branch, and none that arrives is forgotten.

use super::*;
use proptest::prelude::*;

/// Commits by number; each has its parents' numbers.
#[derive(Clone, Debug, Default)]
struct History(Vec<Vec<usize>>);

impl History {
    fn commit(&mut self, parents: Vec<usize>) -> String {
        self.0.push(parents);
        name(self.0.len() - 1)
    }

    fn reach(&self, tips: &[String]) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = tips.iter().map(|tip| number(tip)).collect();
        while let Some(commit) = open.pop() {
            if reached.insert(commit) {
                open.extend(&self.0[commit]);
            }
        }
        reached
    }
}

fn name(number: usize) -> String {
    format!("{number:040}")
}

fn number(name: &str) -> usize {
    name.parse().expect("a number")
}

impl Graph for History {
    fn present(&self, revisions: &[String]) -> Result<Vec<String>, GitError> {
        Ok(revisions.to_vec())
    }

    fn walk(&self, tip: &str, hidden: &[String], limit: usize) -> Result<Walk, GitError> {
        let hidden = self.reach(hidden);
        let all: Vec<String> = self
            .reach(&[tip.to_owned()])
            .difference(&hidden)
            .map(|commit| name(*commit))
            .collect();
        let left_out = all.len().saturating_sub(limit);
        Ok(Walk {
            commits: all[left_out..].to_vec(),
            left_out,
        })
    }

    fn is_ancestor(&self, old: &str, new: &str) -> Result<bool, GitError> {
        Ok(self.reach(&[new.to_owned()]).contains(&number(old)))
    }
}

/// What a person does between two looks.
#[derive(Clone, Debug)]
enum Act {
    Commit(usize),
    Amend(usize),
    Back(usize),
    Merge(usize, usize),
    SetTo(usize, usize),
    Branch(usize, usize),
    Delete(usize),
    Look,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let branch = || 0..4usize;
    let act = prop_oneof![
        3 => branch().prop_map(Act::Commit),
        1 => branch().prop_map(Act::Amend),
        1 => branch().prop_map(Act::Back),
        1 => (branch(), branch()).prop_map(|(to, from)| Act::Merge(to, from)),
        1 => (branch(), branch()).prop_map(|(to, from)| Act::SetTo(to, from)),
        1 => (branch(), branch()).prop_map(|(new, from)| Act::Branch(new, from)),
        1 => branch().prop_map(Act::Delete),
        4 => Just(Act::Look),
    ];
    prop::collection::vec(act, 1..60)
}

fn apply(act: &Act, history: &mut History, branches: &mut BTreeMap<String, String>) {
    let key = |number: &usize| ["main", "a", "b", "c"][*number].to_owned();
    let tip = |number: &usize| branches.get(&key(number)).cloned();
    let (branch, new) = match act {
        Act::Commit(to) => (to, tip(to).map(|old| history.commit(vec![number(&old)]))),
        Act::Amend(to) => (to, tip(to).map(|old| history.commit(history.0[number(&old)].clone()))),
        Act::Back(to) => (
            to,
            tip(to).and_then(|old| history.0[number(&old)].first().map(|parent| name(*parent))),
        ),
        Act::Merge(to, from) => (
            to,
            tip(to)
                .zip(tip(from))
                .map(|(to, from)| history.commit(vec![number(&to), number(&from)])),
        ),
        Act::SetTo(to, from) => (to, tip(to).and(tip(from))),
        Act::Branch(new, from) => (new, tip(new).or(tip(from))),
        Act::Delete(old) => {
            if *old > 0 {
                branches.remove(&key(old));
            }
            return;
        }
        Act::Look => return,
    };
    if let Some(new) = new {
        branches.insert(key(branch), new);
    }
}

proptest! {
    #[test]
    fn each_commit_is_reported_once_per_branch_and_none_is_forgotten(acts in acts()) {
        let mut history = History::default();
        let first = history.commit(vec![]);
        let mut branches = BTreeMap::from([("main".to_owned(), first)]);
        let look = |seen: Option<&Seen>, branches: &BTreeMap<String, String>, history: &History| {
            let refs = Refs { branches: branches.clone(), ..Refs::default() };
            advance(seen, &Branches::All, false, &refs, history)
        };
        let mut seen = look(None, &branches, &history).seen;
        let mut reported = BTreeSet::from([("main".to_owned(), name(0))]);
        for act in acts.iter().chain([&Act::Look]) {
            apply(act, &mut history, &mut branches);
            if !matches!(act, Act::Look) {
                continue;
            }
            let step = look(Some(&seen), &branches, &history);
            prop_assert_eq!(&step.problems, &Vec::<String>::new());
            for news in step.news {
                for commit in news.commits {
                    let fresh = reported.insert((news.branch.clone(), commit.clone()));
                    prop_assert!(fresh, "{} was reported twice on {}", commit, news.branch);
                }
            }
            let tips: Vec<String> = branches.values().cloned().collect();
            for commit in history.reach(&tips) {
                prop_assert!(reported.iter().any(|(_, known)| *known == name(commit)), "{} was forgotten", commit);
            }
            let stored = Seen::from_json(&step.seen.to_json());
            prop_assert_eq!(stored.as_ref(), Some(&step.seen));
            seen = step.seen;
        }
    }
}

//! Why a notice came, or did not.

use crate::{BuildKey, NoticeKey};
use model::Time;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Verdicts kept of each kind; older ones are dropped. A day of one person's builds fits.
const KEPT: usize = 500;

/// What was decided about one finished build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The build.
    pub build: BuildKey,
    /// Its builder's name at that time.
    pub builder: String,
    /// Its number.
    pub number: i64,
    /// When it was decided.
    pub at: Time,
    /// Whether the person was told, aloud, because of this build.
    pub told: bool,
    /// In one or two sentences: why, or why not.
    pub reason: String,
    /// The notice that this build gave rise to or changed.
    pub notice: Option<NoticeKey>,
    /// What decided, in words: `your settings`, `your rule 2 (builder nightly-*)`.
    #[serde(default)]
    pub rule: String,
    /// Whether the person had a part in the build, or was told of it.
    #[serde(default)]
    pub mine: bool,
    /// By what the person was recognised, as a sentence; `None` where nobody in it is the person.
    #[serde(default)]
    pub identity: Option<String>,
}

/// The newest verdicts, oldest first: those that concern the person apart, so that a busy farm does not wash them away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Verdicts {
    mine: VecDeque<Verdict>,
    others: VecDeque<Verdict>,
}

impl Verdicts {
    pub(crate) fn push(&mut self, verdict: Verdict) {
        let kind = if verdict.mine { &mut self.mine } else { &mut self.others };
        if kind.len() >= KEPT {
            kind.pop_front();
        }
        kind.push_back(verdict);
    }

    /// Newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Verdict> {
        let (mut mine, mut others) = (self.mine.iter().rev().peekable(), self.others.iter().rev().peekable());
        std::iter::from_fn(move || match (mine.peek(), others.peek()) {
            (Some(a), Some(b)) if a.at < b.at => others.next(),
            (Some(_), _) => mine.next(),
            (None, _) => others.next(),
        })
    }

    /// Changes which builds they are about.
    pub(crate) fn for_each(&mut self, change: impl Fn(&mut BuildKey)) {
        let all = self.mine.iter_mut().chain(&mut self.others);
        all.for_each(|verdict| change(&mut verdict.build));
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&Verdict) -> bool) {
        self.mine.retain(&keep);
        self.others.retain(&keep);
    }
}

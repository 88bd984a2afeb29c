//! Why a notice came, or did not.

use crate::{BuildKey, NoticeKey};
use model::Time;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Verdicts kept; older ones are dropped. A day of a busy farm fits.
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
}

/// The newest verdicts, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Verdicts(VecDeque<Verdict>);

impl Verdicts {
    pub(crate) fn push(&mut self, verdict: Verdict) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(verdict);
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Verdict> {
        self.0.iter()
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&Verdict) -> bool) {
        self.0.retain(keep);
    }
}

//! What is kept of a try besides its patch.

use crate::api::tries::{TryAgainstBase, TryApplied, TryPresetValues, TryPushState, TryState, TryWay};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use wire::try_job::{TryJob, TryPatch};

/// A try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub target: String,
    pub route: Route,
    /// Key of the master; empty when it is not joined.
    pub master: String,
    pub title: String,
    pub project: String,
    pub root: String,
    pub submitted_at: i64,
    pub job: Job,
    pub files: u32,
    pub bytes: i64,
    pub state: TryState,
    pub words: String,
    #[serde(default)]
    pub hint: Option<String>,
    #[serde(default)]
    pub ended_at: Option<i64>,
    #[serde(default)]
    pub build_set: Option<i64>,
    #[serde(default)]
    pub builds: Vec<Built>,
    #[serde(default)]
    pub repeats: Option<i64>,
    /// What to choose again for a fresh repetition.
    #[serde(default)]
    pub choice: TryPresetValues,
    /// The change is the whole difference of the working copy, so that what passes is what would be pushed.
    #[serde(default)]
    pub whole: bool,
    /// Where it is pushed to, and the commit that was checked out.
    #[serde(default)]
    pub remote: Option<String>,
    #[serde(default)]
    pub head: Option<String>,
    /// How it was taken, for a fresh repetition.
    #[serde(default)]
    pub look: crate::api::tries::TryLook,
    /// `git`
    #[serde(default)]
    pub system: Option<String>,
    /// Git's id of the tree that was built.
    #[serde(default)]
    pub tree: Option<String>,
    pub push: TryPushState,
    /// The newest build set of the master before it was sent: its own is newer.
    #[serde(default)]
    pub after_set: Option<i64>,
    /// When it went to the master, so that it may be there although no answer came.
    #[serde(default)]
    pub sent_at: Option<i64>,
    /// What its end asks for is done: the person was told, and it was pushed where that was wanted.
    #[serde(default)]
    pub done: bool,
}

/// By which way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(super) enum Route {
    /// The own master.
    Desk,
    /// A joined master, as its access says.
    Joined { way: TryWay, master: String },
    /// A force form of a joined master.
    Form { master: String, scheduler: String },
    /// A master that is not joined. Its password is in the file, or was given for this run.
    Named {
        reach: TryWay,
        address: String,
        user: String,
        port: Option<u16>,
        jobdir: String,
        ssh: String,
        buildbotbin: String,
        #[serde(default)]
        job_limit: Option<u32>,
        /// It said that it is one.
        #[serde(default)]
        outpost: bool,
        file: Option<PathBuf>,
    },
}

impl Route {
    pub fn way(&self) -> TryWay {
        match self {
            Route::Desk => TryWay::Desk,
            Route::Joined { way, .. } => *way,
            Route::Form { .. } => TryWay::Form,
            Route::Named { reach, .. } => *reach,
        }
    }
}

/// A job without the patch's bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Job {
    pub id: String,
    pub branch: Option<String>,
    pub base: Option<String>,
    /// None when there is no patch.
    pub level: Option<u32>,
    pub repository: String,
    pub project: String,
    pub who: String,
    pub comment: String,
    pub builders: Vec<String>,
    pub properties: BTreeMap<String, String>,
}

impl Job {
    /// With the patch.
    pub fn whole(&self, body: Vec<u8>) -> TryJob {
        TryJob {
            id: self.id.clone(),
            branch: self.branch.clone(),
            base_revision: self.base.clone(),
            patch: self.level.map(|level| TryPatch {
                level,
                body: Bytes::from(body),
            }),
            repository: self.repository.clone(),
            project: self.project.clone(),
            who: self.who.clone(),
            comment: self.comment.clone(),
            builders: self.builders.clone(),
            properties: self
                .properties
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect(),
        }
    }
}

/// A builder of a try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Built {
    pub builder: String,
    #[serde(default)]
    pub builder_id: Option<i64>,
    #[serde(default)]
    pub request: Option<i64>,
    #[serde(default)]
    pub build: Option<i64>,
    #[serde(default)]
    pub number: Option<i64>,
    /// `waiting`, `running`, or the result as a word.
    pub state: String,
    #[serde(default)]
    pub words: String,
    pub applied: TryApplied,
    #[serde(default)]
    pub started_at: Option<i64>,
    #[serde(default)]
    pub ended_at: Option<i64>,
    #[serde(default)]
    pub expected_at: Option<i64>,
    pub against_base: TryAgainstBase,
    #[serde(default)]
    pub base_words: Option<String>,
    /// The first step that failed.
    #[serde(default)]
    pub failed_step: Option<String>,
    /// All that is to be known of its end is known.
    #[serde(default)]
    pub settled: bool,
}

/// No build yet.
pub(super) const WAITING: &str = "waiting";
/// A build is at it.
pub(super) const RUNNING: &str = "running";

impl Built {
    pub fn waiting(builder: &str) -> Built {
        Built {
            builder: builder.to_owned(),
            builder_id: None,
            request: None,
            build: None,
            number: None,
            state: WAITING.to_owned(),
            words: String::new(),
            applied: TryApplied::Unknown,
            started_at: None,
            ended_at: None,
            expected_at: None,
            against_base: TryAgainstBase::Unknown,
            base_words: None,
            failed_step: None,
            settled: false,
        }
    }

    pub fn is_over(&self) -> bool {
        self.state != WAITING && self.state != RUNNING
    }

    pub fn is_green(&self) -> bool {
        matches!(self.state.as_str(), "success" | "warnings")
    }
}

impl Record {
    pub fn of(kept: &store::tries::Try) -> Result<Record, serde_json::Error> {
        serde_json::from_value(kept.record.clone())
    }

    /// Whether something is still to happen to it.
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            TryState::Queued | TryState::Sending | TryState::Waiting | TryState::Running
        )
    }

    /// Whether there is still something to do for it here.
    pub fn is_carried(&self) -> bool {
        self.is_open() || (self.state == TryState::Ended && !self.done)
    }

    /// Whether the master has it.
    pub fn is_there(&self) -> bool {
        matches!(
            self.state,
            TryState::Waiting | TryState::Running | TryState::Ended | TryState::Sent
        )
    }

    /// Takes the state and words that follow from its builders.
    pub fn settle(&mut self, now: i64) {
        if self.builds.is_empty() {
            return;
        }
        let over = self.builds.iter().filter(|one| one.is_over()).count();
        let begun = self.builds.iter().any(|one| one.state != WAITING);
        if over == self.builds.len() {
            self.state = TryState::Ended;
            let last = self.builds.iter().filter_map(|one| one.ended_at).max();
            self.ended_at = Some(last.unwrap_or(now));
            self.words = self.verdict();
        } else if begun {
            self.state = TryState::Running;
            self.words = format!("{over} of {} builders have ended", self.builds.len());
        } else {
            self.state = TryState::Waiting;
            self.words = "No builder has begun yet".to_owned();
        }
        self.hint = None;
    }

    fn verdict(&self) -> String {
        let red = self.builds.iter().filter(|one| !one.is_green()).count();
        if self.builds.iter().any(|one| one.applied == TryApplied::NotApplied) {
            return "The change did not fit: it was not applied".to_owned();
        }
        let count = self.builds.len();
        match red {
            0 if count == 1 => "Green".to_owned(),
            0 => format!("Green on all {count} builders"),
            _ if count == 1 => match self.builds[0].state.as_str() {
                "failure" => "The builder failed".to_owned(),
                _ => "The builder did not succeed".to_owned(),
            },
            red if red == count => format!("None of {count} builders succeeded"),
            red => format!("{red} of {count} builders did not succeed"),
        }
    }

    /// Whether every builder ended green.
    pub fn is_green(&self) -> bool {
        self.state == TryState::Ended && self.builds.iter().all(Built::is_green)
    }
}

//! Where a change can go, and by which ways.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where can a change go?
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryTargetsQuery {
    /// Which change.
    pub change: String,
    /// Ask masters again rather than tell what is known.
    #[serde(default)]
    pub fresh: bool,
    /// Of this master only, which need not be joined.
    #[serde(default)]
    pub at: Option<TryAt>,
}

/// A master that is named for one try.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct TryAt {
    /// `pb` or `ssh`.
    pub way: TryWay,
    /// `host:port` of its Perspective Broker port, or the ssh host.
    pub address: String,
    /// Name of the `Try_Userpass` user, or of the ssh user.
    #[serde(default)]
    pub user: String,
    /// Password of the `Try_Userpass` user; kept for this run only.
    #[serde(default)]
    pub password: String,
    /// Port of ssh.
    #[serde(default)]
    pub port: Option<u16>,
    /// Job folder on the master's machine.
    #[serde(default)]
    pub jobdir: String,
    /// Words that run ssh; `ssh` when empty.
    #[serde(default)]
    pub ssh: String,
    /// The program over there; `buildbot` when empty.
    #[serde(default)]
    pub buildbotbin: String,
    /// Bytes that a job file may have for this master; what Buildbot's masters take when absent.
    #[serde(default)]
    pub job_limit: Option<u32>,
}

impl std::fmt::Debug for TryAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TryAt")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// How a change travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryWay {
    /// Within this program: the own master.
    Desk,
    /// Perspective Broker: `Try_Userpass`.
    Pb,
    /// A job folder over ssh: `Try_Jobdir`.
    Ssh,
    /// A force form with a patch parameter.
    Form,
}

/// The ways and their builders.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryTargets {
    /// Those that fit the change best first.
    pub targets: Vec<TryTarget>,
}

/// A master by one way.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryTarget {
    /// Names it: `bundled`, `KEY/pb`, `KEY/ssh`, `KEY/form/SCHEDULER`.
    pub target: String,
    /// Key of its master; empty for one that only a `.buildbot/options` file names.
    pub master: String,
    /// What the master calls itself.
    pub title: String,
    /// How the change travels.
    pub way: TryWay,
    /// Where to: `ci.example.org:8031 as alice`.
    pub words: String,
    /// The address that it is sent to, as it was given: of Perspective Broker with its port, of ssh the host.
    pub address: Option<String>,
    /// Why it cannot take this change now: `nobody has given a password for it`.
    pub cannot: Option<String>,
    /// The next step.
    pub hint: Option<String>,
    /// A submission would wait here until the master is back.
    pub offline: bool,
    /// Most bytes that a patch may have this way.
    pub limit: Option<i64>,
    /// Files of this change that cannot travel this way or be applied there, and why.
    pub unfit: Vec<TryUnfit>,
    /// Whether the master has seen the base: `false` when its recent changes end before it.
    pub knows_base: Option<bool>,
    /// What may build it.
    pub builders: Vec<TryBuilder>,
    /// Builders that build this project and branch by themselves.
    pub proposed: Vec<String>,
}

impl TryTarget {
    /// Whether the change is sent to this address.
    pub fn is_at(&self, address: &str) -> bool {
        self.address.as_deref() == Some(address)
    }
}

/// A file that cannot go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TryUnfit {
    /// Its path.
    pub path: String,
    /// One clause: `it is binary`.
    pub reason: String,
}

/// A builder that may be asked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryBuilder {
    /// Its name.
    pub name: String,
    /// Its id, where the master is joined.
    pub builder: Option<i64>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its project.
    pub project: Option<String>,
    /// Result of its last build, as a word.
    pub results: Option<String>,
    /// How long it usually takes, in milliseconds.
    pub usual: Option<i64>,
}

//! Workers: who they are, the ports they come to, and who was turned away there.

use super::overview::BuildMark;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The page Workers.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Workers {
    /// The resident's clock.
    pub now: i64,
    /// Those of the configuration in its order, then others that are attached.
    pub workers: Vec<WorkerDetails>,
    /// Where workers of other machines come in.
    pub ports: Vec<PortRow>,
    /// Who was turned away there, newest first.
    pub refused: Vec<RefusedRow>,
}

/// What a worker is doing, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkerCondition {
    /// Attached and free.
    Idle,
    /// Attached and building.
    Building,
    /// Attached, takes no new builds.
    Paused,
    /// Attached, leaves after its builds.
    Leaving,
    /// Not attached.
    Away,
    /// Not attached for longer than its configuration allows.
    Missing,
    /// Attached, and no longer in the configuration: leaves after its builds.
    Removed,
}

/// A worker.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct WorkerDetails {
    /// Key of its master; `bundled` is this program's own.
    pub master: String,
    /// `workerid`.
    pub worker: i64,
    /// Unique.
    pub name: String,
    /// What it is doing.
    pub condition: WorkerCondition,
    /// The same in words: `building 2 of 4`.
    pub words: String,
    /// Since when it is attached, or away; `null` when it has not come since the master started.
    pub since: Option<i64>,
    /// Runs in this program.
    pub local: bool,
    /// Attached.
    pub connected: bool,
    /// Takes no new builds.
    pub paused: bool,
    /// Why.
    pub pause_reason: Option<String>,
    /// Leaves after its builds.
    pub leaving: bool,
    /// It was its own wish to leave.
    pub wants_to_leave: bool,
    /// What it builds.
    pub building: Vec<BuildMark>,
    /// How many at once; `null` is no limit.
    pub max_builds: Option<u32>,
    /// What it may build.
    pub builders: Vec<WorkerBuilder>,
    /// Where it comes from, while it is attached over a network.
    pub address: Option<String>,
    /// What is spoken with it, as `c["protocols"]` calls it.
    pub protocol: Option<String>,
    /// Of its program.
    pub version: Option<String>,
    /// Its operating system: `Debian GNU/Linux 12`.
    pub system: Option<String>,
    /// Its processors.
    pub cpus: Option<u32>,
    /// Who looks after it, as it says.
    pub admin: Option<String>,
    /// What machine it is, as it says.
    pub host: Option<String>,
    /// `FILE:LINE` of the configuration.
    pub configured_at: Option<String>,
}

/// A builder that a worker may build.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct WorkerBuilder {
    /// `builderid`.
    pub builder: i64,
    /// Its name.
    pub name: String,
}

/// A port for workers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PortRow {
    /// As `c["protocols"]` calls it.
    pub protocol: String,
    /// As the configuration has it.
    pub endpoint: String,
    /// Where it listens: `0.0.0.0:9989`, a path; `null` while it does not.
    pub listens: Option<String>,
    /// With TLS.
    pub secure: bool,
    /// Other machines can reach it.
    pub reachable: bool,
    /// Why it does not listen.
    pub error: Option<String>,
}

/// Somebody who was turned away.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RefusedRow {
    /// The name that was given.
    pub name: String,
    /// The address that it came from.
    pub from: Option<String>,
    /// Why.
    pub reason: String,
    /// How often.
    pub count: u32,
    /// The first time.
    pub first_at: i64,
    /// The last time.
    pub at: i64,
}

/// Which worker.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct WorkerQuery {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `workerid`.
    pub worker: i64,
}

/// One worker's page.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct WorkerPage {
    /// The resident's clock.
    pub now: i64,
    /// Itself.
    pub row: WorkerDetails,
    /// All that it tells of itself.
    pub facts: Vec<Fact>,
    /// What it built, newest first.
    pub recent: Vec<BuildMark>,
}

/// Something that a worker tells of itself.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Fact {
    /// What.
    pub name: String,
    /// In words.
    pub value: String,
}

/// What a person does to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkerVerb {
    /// It takes no new builds.
    Pause,
    /// It takes builds again.
    Unpause,
    /// It leaves after its builds.
    Stop,
    /// It does not leave after its builds.
    Stay,
    /// It leaves at once; its builds are made again.
    Kill,
}

/// Does something to a worker.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OrderWorker {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `workerid`.
    pub worker: i64,
    /// What.
    pub verb: WorkerVerb,
    /// In words; may be empty.
    pub reason: String,
}

/// Prepares a worker on another machine.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct InviteWorker {
    /// Its name.
    pub name: String,
}

/// What to do so that a worker of another machine can come.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Invitation {
    /// Its name.
    pub name: String,
    /// Made for it; shown this once.
    pub password: String,
    /// Under this name the keychain has the password.
    pub secret: Option<String>,
    /// Why the keychain does not have it.
    pub not_kept: Option<String>,
    /// For the configuration.
    pub lines: Vec<String>,
    /// On the other machine: one way and the other.
    pub ways: Vec<Way>,
}

/// Commands that make a worker and start it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Way {
    /// Whose program it is.
    pub program: String,
    /// To be typed there, one after the other.
    pub commands: Vec<String>,
}

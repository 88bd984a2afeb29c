//! Lending: this machine as a worker of other masters.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The page Lending.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Lendings {
    /// The resident's clock.
    pub now: i64,
    /// In the order in which they were added.
    pub lendings: Vec<LendingRow>,
}

/// What a lending is doing, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LendingCondition {
    /// Switched off.
    Off,
    /// On its way to the master.
    Connecting,
    /// The master has it and may give it builds.
    Free,
    /// It builds.
    Building,
    /// Not attached; tries again by itself.
    Away,
    /// Finishes what runs and then stays away.
    Leaving,
    /// Stays away until it is resumed.
    Paused,
    /// Does not try any more.
    Ended,
    /// Its password is not to be had.
    NoPassword,
}

/// This machine as a worker of one master.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LendingRow {
    /// Names it in commands.
    pub lending: i64,
    /// Where the master is, as it was given.
    pub master: String,
    /// The worker's name there.
    pub name: String,
    /// `pb` or `msgpack_experimental_v7`; `null` is chosen by the address.
    pub protocol: Option<String>,
    /// By TLS, where the address does not say it.
    pub tls: bool,
    /// Where it works.
    pub folder: String,
    /// How many commands run at once; `null` is no limit.
    pub builds: Option<u32>,
    /// How far its builds step back behind everything else, 0 to 19.
    pub nice: u8,
    /// What it is doing.
    pub condition: LendingCondition,
    /// The same in words.
    pub words: String,
    /// Since when the master has it.
    pub since: Option<i64>,
    /// When it tries again.
    pub until: Option<i64>,
    /// What it builds there.
    pub building: Vec<LentRow>,
    /// What went wrong last, while that lasts.
    pub trouble: Option<String>,
    /// The password is forgotten when Outpost ends.
    pub session_only: bool,
}

/// A builder of another master that this machine builds for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LentRow {
    /// Its name; empty where the master does not tell.
    pub builder: String,
    /// Since when.
    pub since: i64,
}

/// What a person says of a lending.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LendingFields {
    /// `HOST[:PORT]`, `tls:HOST:PORT`, `unix:PATH`, `ws://…` or `wss://…`.
    pub master: String,
    /// The worker's name in the master's configuration.
    pub name: String,
    /// Its password there; `null` keeps the one that is known.
    pub password: Option<String>,
    /// `pb` or `msgpack_experimental_v7`; `null` is chosen by the address.
    pub protocol: Option<String>,
    /// By TLS, where the address does not say it.
    pub tls: bool,
    /// Where it works; `null` is a folder below Outpost's own.
    pub folder: Option<String>,
    /// How many commands run at once; `null` is no limit.
    pub builds: Option<u32>,
    /// How far its builds step back behind everything else, 0 to 19.
    pub nice: u8,
    /// Do not put the password into the keychain: it is forgotten when Outpost ends.
    pub session_only: bool,
}

/// Begins to lend.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AddLending {
    /// To whom, and how.
    pub fields: LendingFields,
}

/// Lends in another way. What is built for the master is taken back.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChangeLending {
    /// Which.
    pub lending: i64,
    /// To whom, and how.
    pub fields: LendingFields,
}

/// Which lending.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LendingQuery {
    /// Its id.
    pub lending: i64,
}

/// What a person does with a lending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LendingVerb {
    /// Lends again, also after the next start of Outpost.
    On,
    /// Finishes what runs and lends no more.
    Off,
    /// Finishes what runs and stays away until resumed.
    Pause,
    /// Comes back after a pause.
    Resume,
    /// Ends what runs at once and stays away until resumed; the master builds it again elsewhere.
    TakeBack,
}

/// Does something with one lending, or with all.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OrderLending {
    /// Which; `null` is all that are on, and for `on` all.
    pub lending: Option<i64>,
    /// What.
    pub verb: LendingVerb,
}

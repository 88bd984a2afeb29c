//! The masters: this program's own and the joined ones; joining, signing in, leaving.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// The page Masters.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Masters {
    /// The resident's clock.
    pub now: i64,
    /// This program's own first, then the joined ones in the order of joining.
    pub masters: Vec<MasterRow>,
    /// Masters that repositories here name and that are not joined.
    pub hints: Vec<MasterHint>,
}

/// How a master is followed, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MasterCondition {
    /// On the way.
    Connecting,
    /// Everything is told at once.
    Live,
    /// It is asked now and then, as nothing is told.
    Polling,
    /// It cannot be heard; tried again by itself.
    Stale,
    /// It shows nothing without signing in.
    SignInNeeded,
    /// It cannot be followed as it is; not tried again by itself.
    Refused,
}

/// How people sign in at a master.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum SignInWay {
    /// Nobody signs in.
    None,
    /// User name and password.
    Password,
    /// At a provider: `GitHub`.
    Provider {
        /// Its name.
        name: String,
        /// Page where it begins, for a window or a browser.
        page: String,
    },
    /// The proxy in front of it knows who asks.
    Proxy,
    /// It does not say.
    Unknown,
}

/// A master.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MasterRow {
    /// Its key: `bundled` for this program's own.
    pub master: String,
    /// What it calls itself.
    pub title: String,
    /// Address of its pages; `null` for this program's own.
    pub url: Option<String>,
    /// Of its program: `Buildbot 4.3.0`.
    pub version: Option<String>,
    /// It is an Outpost too.
    pub outpost: bool,
    /// How it is followed.
    pub condition: MasterCondition,
    /// The same in words, with the reason: `Stale since 14:02: connection refused`.
    pub words: String,
    /// The next step, when one is needed.
    pub hint: Option<String>,
    /// What is shown is of that time.
    pub stale_since: Option<i64>,
    /// When it is tried again.
    pub retry_at: Option<i64>,
    /// How people sign in there.
    pub sign_in: SignInWay,
    /// Who is signed in.
    pub user: Option<String>,
    /// Why nobody is signed in any more: `the session ended`.
    pub signed_out: Option<String>,
    /// The secret is for this run only, as there is no keychain.
    pub session_only: bool,
    /// What it refused to do for this user, and its reason, by the order's name: `force`, `stop`, `rebuild`, `cancel`,
    /// `set_priority`, `order_worker`, `switch_scheduler`.
    pub denied: BTreeMap<String, String>,
    /// Builders that it has.
    pub builders: u32,
    /// Of these, red.
    pub broken: u32,
    /// Builds under way.
    pub running: u32,
}

/// A master that a repository names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MasterHint {
    /// Address of its pages, or its host where nothing else is known.
    pub url: String,
    /// The file that names it.
    pub file: String,
}

/// An address to look at before joining.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LookAt {
    /// Of any of its pages.
    pub url: String,
}

/// What is there.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Looked {
    /// Address of its pages, as it will be kept.
    pub url: String,
    /// What it calls itself.
    pub title: String,
    /// Of its program.
    pub version: Option<String>,
    /// It is an Outpost too.
    pub outpost: bool,
    /// How people sign in.
    pub sign_in: SignInWay,
    /// It can be read without signing in.
    pub open: bool,
    /// Builders that were seen, if it can be read.
    pub builders: Option<u32>,
    /// A name that is free.
    pub name: String,
    /// The key of the master that is joined by this address already.
    pub joined: Option<String>,
}

/// Join a master.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Join {
    /// Of any of its pages.
    pub url: String,
    /// Its key here; proposed when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// To sign in at once.
    #[serde(default)]
    pub secret: Option<SignInSecret>,
    /// Where no keychain is, keep the secret for this run only.
    #[serde(default)]
    pub session_only: bool,
}

/// What proves who asks.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum SignInSecret {
    /// User name and password, of the master or of the proxy in front of it.
    Password {
        /// User name.
        user: String,
        /// Password.
        password: String,
    },
    /// The session cookie of a browser that is signed in: its value, or `NAME=VALUE`.
    Cookie {
        /// As copied.
        cookie: String,
    },
}

impl std::fmt::Debug for SignInSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignInSecret(…)")
    }
}

/// Sign in at a joined master.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SignIn {
    /// Its key.
    pub master: String,
    /// What proves it.
    pub secret: SignInSecret,
    /// Where no keychain is, keep the secret for this run only.
    #[serde(default)]
    pub session_only: bool,
}

/// Which master.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MasterQuery {
    /// Its key; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
}

/// Give a joined master another key.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RenameMaster {
    /// Its key.
    pub master: String,
    /// The new one.
    pub name: String,
}

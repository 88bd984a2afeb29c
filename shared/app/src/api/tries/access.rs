//! How changes get to a joined master, beside its pages.

use super::targets::TryWay;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How changes get to a joined master, beside its pages.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryAccess {
    /// Key of the master.
    pub master: String,
    /// `pb` or `ssh`; `null` when nothing was given: then only a force form is left.
    pub way: Option<TryWay>,
    /// `host:port` of its Perspective Broker port, with `ssl:` or `tls:` in front where it has one; or the ssh host.
    pub address: String,
    /// Name of the `Try_Userpass` user, or of the ssh user.
    pub user: String,
    /// There is a password in the keychain.
    pub has_password: bool,
    /// The password is for this run only, as there is no keychain.
    pub session_only: bool,
    /// Port of ssh.
    pub port: Option<u16>,
    /// Job folder on the master's machine.
    pub jobdir: String,
    /// Words that run ssh; `ssh` when empty.
    pub ssh: String,
    /// The program over there; `buildbot` when empty.
    pub buildbotbin: String,
    /// Bytes that a job file may have for this master; what masters of its make take when absent.
    #[serde(default)]
    pub job_limit: Option<u32>,
    /// Where these were found, before the person has saved any: `.buildbot/options` of a working copy.
    pub found_in: Option<String>,
}

/// Say how changes get there.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct SetTryAccess {
    /// All but the password.
    pub access: TryAccess,
    /// A new password; the old one stays when absent.
    #[serde(default)]
    pub password: Option<String>,
    /// Ask the master whether it works before keeping it.
    #[serde(default)]
    pub check: bool,
}

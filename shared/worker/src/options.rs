//! What a worker is told when it starts.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// How one worker serves one master.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its folder, which no other worker uses; every builder gets a folder below it. Made when it is absent. Files in
    /// `info/` are told to the master.
    pub basedir: PathBuf,
    /// Its name, for the local log.
    pub name: String,
    /// The program that is started once, with the single argument `process-shim`, and forks a shim for each command
    /// (see [`process::Launcher`]); on Linux `/proc/self/exe` names the running binary even after an update.
    /// `None` runs commands without a shim, and then only their process group is killed.
    pub shim: Option<PathBuf>,
    /// What commands inherit: as a rule the environment of this process.
    pub environment: Vec<(OsString, OsString)>,
    /// More to tell the master, over files in `info/` of the same name: `admin`, `host`, `access_uri`, …
    pub info: Vec<(String, String)>,
    /// The number of processors to tell the master; what is there when `None`.
    pub numcpus: Option<u32>,
    /// How often to say "I am here"; `None` where the link cannot die in silence.
    pub keepalive: Option<Duration>,
    /// How far commands step back behind everything else on this machine, from 0 (not at all) to 19.
    pub nice: u8,
    /// So many commands run at once; further ones wait, and say so in their logs. No limit when `None`.
    pub at_once: Option<u32>,
    /// Delete folders in `basedir` that belong to no builder, instead of naming them in the log.
    pub delete_leftover_dirs: bool,
}

impl Options {
    /// A worker of this name in this folder, with this process's environment and without a shim.
    pub fn new(basedir: impl Into<PathBuf>, name: impl Into<String>) -> Options {
        Options {
            basedir: basedir.into(),
            name: name.into(),
            shim: None,
            environment: std::env::vars_os().collect(),
            info: Vec::new(),
            numcpus: None,
            keepalive: None,
            nice: 0,
            at_once: None,
            delete_leftover_dirs: false,
        }
    }
}

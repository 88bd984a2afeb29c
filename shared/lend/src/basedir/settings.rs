//! A worker's settings, as `worker.toml` has them. Names follow `buildbot-worker create-worker`.

use super::BasedirError;
use crate::backoff::Retry;
use crate::lender::Lending;
use link::address::Address;
use link::{Login, Target};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;
use worker::Options;

/// A worker's settings (`worker-protocol-pb` §9).
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the master is, as [`link::address::Address`] reads it.
    pub master: String,
    /// The worker's name in the master's configuration.
    pub name: String,
    /// The password that stands there, too.
    pub password: String,
    /// `pb` or `msgpack_experimental_v7`; by the address when none is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// TLS, where the address does not say it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub use_tls: bool,
    /// The address of an HTTP proxy to go through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Seconds between two signs of life; 0 gives none.
    #[serde(default = "keepalive")]
    pub keepalive: u64,
    /// The longest wait between two attempts to connect, in seconds.
    #[serde(default = "maxdelay")]
    pub maxdelay: u64,
    /// End after so many attempts that failed one after another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maxretries: Option<u32>,
    /// What files are made without: `0o022`, for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub umask: Option<u32>,
    /// The number of processors to tell; what is there when none is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numcpus: Option<u32>,
    /// How the worker can be asked from this machine to leave after its builds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_shutdown: Option<AllowShutdown>,
    /// Delete folders that belong to no builder.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delete_leftover_dirs: bool,
    /// When `worker.log` begins anew; it grows without end when none is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<Rotation>,
}

/// How a worker can be asked from its machine to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AllowShutdown {
    /// By the signal HUP.
    Signal,
    /// By touching `shutdown.stamp`.
    File,
}

/// When a log begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// At so many bytes.
    pub size: u64,
    /// So many old ones are kept; all of them when none is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

impl Default for Rotation {
    fn default() -> Rotation {
        Rotation {
            size: 10_000_000,
            count: Some(10),
        }
    }
}

impl Settings {
    /// Everything else as it is by default.
    pub fn new(master: impl Into<String>, name: impl Into<String>, password: impl Into<String>) -> Settings {
        Settings {
            master: master.into(),
            name: name.into(),
            password: password.into(),
            protocol: None,
            use_tls: false,
            proxy: None,
            keepalive: keepalive(),
            maxdelay: maxdelay(),
            maxretries: None,
            umask: None,
            numcpus: None,
            allow_shutdown: None,
            delete_leftover_dirs: false,
            log: Some(Rotation::default()),
        }
    }

    /// The master.
    pub fn target(&self) -> Result<Target, BasedirError> {
        let mut address: Address = self.master.parse()?;
        if self.use_tls {
            address = address.with_tls();
        }
        let mut target = Target::new(address);
        if let Some(protocol) = &self.protocol {
            target.protocol = protocol.parse()?;
        }
        target.proxy = self.proxy.as_deref().map(str::parse).transpose()?;
        Ok(target)
    }

    /// What the worker says of itself to its master.
    pub fn login(&self) -> Login {
        Login {
            name: self.name.clone(),
            password: self.password.clone(),
        }
    }

    /// How it serves in a folder, and how it comes back.
    pub fn lending(&self, folder: &Path) -> Lending {
        let mut options = Options::new(folder, &self.name);
        options.keepalive = Some(self.keepalive)
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs);
        options.delete_leftover_dirs = self.delete_leftover_dirs;
        options.numcpus = self.numcpus;
        Lending {
            options,
            retry: Retry {
                longest: Duration::from_secs(self.maxdelay),
                attempts: self.maxretries,
            },
        }
    }

    /// What `info/host` says until somebody writes more.
    pub(super) fn described_host(&self) -> String {
        format!(
            "{} {}; please put a description of this build host here\n",
            std::env::consts::OS,
            std::env::consts::ARCH
        )
    }
}

/// Without the password.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("master", &self.master)
            .field("name", &self.name)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}

fn keepalive() -> u64 {
    600
}

fn maxdelay() -> u64 {
    60
}

fn is_default(value: &bool) -> bool {
    !value
}

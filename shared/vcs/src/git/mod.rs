//! Git: facts about a repository, and a watch that reports each commit once per branch.
//!
//! Local repositories are read through libgit2. Whatever goes over a network, and every format that libgit2 refuses
//! (reftable, SHA-256), goes through the person's own `git`, with its own configuration and credentials.
//!
//! What is followed is branches. A commit on a detached `HEAD` is seen when a branch comes to have it.

mod changes;
pub(crate) mod command;
mod commit;
mod error;
mod facts;
mod filesystem;
mod library;
mod local;
mod location;
mod mounts;
mod notifications;
pub(crate) mod places;
mod porcelain;
mod reader;
mod remote;
mod seen;
mod source;
mod status;
mod watch;

pub use error::GitError;
pub use facts::{Head, Identity, Kind, Repository, branches, default_branch, discover, head, identity};
pub use filesystem::{Probe, unwatchable};
pub(crate) use location::percent_decoded;
pub use location::{is_local, without_password};
pub use notifications::{Notifications, OnEvent, OnFolder, Tap};
pub use status::{Batch, Mode, Report, SourceStatus};
pub use watch::{Surroundings, Watch, WatchHandle};

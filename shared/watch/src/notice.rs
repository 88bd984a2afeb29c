//! A notice as a value: what it says, and what a click on it means.

use crate::{BuilderKey, Scope};
use serde::{Deserialize, Serialize};

/// Which notice. A notice with the id of an earlier one takes that one's place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoticeKey(pub String);

/// What to do for the person.
#[derive(Clone, Debug, PartialEq)]
pub enum Tell {
    /// Show it, in place of the one with the same id.
    Show(Box<Notice>),
    /// What that notice says is over: take it away if it is still there.
    Withdraw(NoticeKey),
}

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Good to know: a repair, an update of what is known.
    Low,
    /// Somebody has to do something: a break. Never higher, so that a do-not-disturb of the desktop is respected.
    Normal,
}

/// What a notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Something is red.
    Broken,
    /// Something is green again.
    Fixed,
    /// Anything else.
    Other,
}

/// A desktop notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Which; equal ids replace each other.
    pub id: NoticeKey,
    /// One line of plain text.
    pub title: String,
    /// A few lines of plain text.
    pub body: String,
    /// What it says, in one word.
    pub about: Subject,
    /// How much it matters.
    pub urgency: Urgency,
    /// What can be done at once.
    pub buttons: Vec<Button>,
    /// An update of a notice that may still be seen: no sound, and nothing at all when it was closed already.
    pub silent: bool,
    /// Where a click leads.
    pub target: Target,
    /// Why the person gets it.
    pub why: String,
}

/// A button of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// Its text.
    pub label: String,
    /// What it does.
    pub action: NoticeAction,
}

/// What a notice's button does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeAction {
    /// Opens the window there.
    Open(Target),
    /// Mutes that for an hour.
    Mute(Scope),
}

/// A place in the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The first page: what needs the person.
    Now,
    /// A builder.
    Builder(BuilderKey),
    /// A build.
    Build {
        /// Its builder.
        builder: BuilderKey,
        /// Its number.
        number: i64,
    },
    /// A log of a build's step, at a line.
    Log {
        /// The build's builder.
        builder: BuilderKey,
        /// The build's number.
        number: i64,
        /// The step's number.
        step: i64,
        /// The log's slug.
        log: String,
        /// The line to show, from 0: the first error.
        line: Option<i64>,
    },
    /// A worker.
    Worker {
        /// Its master.
        master: crate::MasterKey,
        /// Which.
        worker: model::WorkerId,
    },
    /// What this machine is lent to.
    Lending,
    /// A try.
    Try {
        /// Which.
        id: i64,
    },
}

impl Target {
    /// The place as a path of the front end: Buildbot's own paths, with the line as `?line=`.
    ///
    /// Those of the bundled master begin at the root, those of another below `/masters/KEY`.
    pub fn path(&self) -> String {
        let of = |master: &crate::MasterKey| {
            let bundled = *master == crate::MasterKey::bundled();
            if bundled {
                String::new()
            } else {
                format!("/masters/{}", escaped(&master.0))
            }
        };
        let builder = |key: &BuilderKey| format!("{}/builders/{}", of(&key.master), key.id);
        match self {
            Target::Now => "/".to_owned(),
            Target::Lending => "/lending".to_owned(),
            Target::Try { id } => format!("/try/{id}"),
            Target::Builder(key) => builder(key),
            Target::Build { builder: key, number } => format!("{}/builds/{number}", builder(key)),
            Target::Log {
                builder: key,
                number,
                step,
                log,
                line,
            } => {
                let path = format!("{}/builds/{number}/steps/{step}/logs/{}", builder(key), escaped(log));
                match line {
                    Some(line) => format!("{path}?line={line}"),
                    None => path,
                }
            }
            Target::Worker { master, worker } => format!("{}/workers/{worker}", of(master)),
        }
    }
}

/// Percent-escapes what may not stand in a part of a path or query.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MasterKey;
    use model::BuilderId;

    #[test]
    fn targets_are_paths() {
        let here = BuilderKey::new(&MasterKey::bundled(), BuilderId(3));
        let there = BuilderKey::new(&MasterKey("the farm".to_owned()), BuilderId(3));
        let log = |builder: &BuilderKey, line| Target::Log {
            builder: builder.clone(),
            number: 12,
            step: 2,
            log: "stdio".to_owned(),
            line,
        };
        let table = [
            (Target::Now, "/"),
            (Target::Builder(here.clone()), "/builders/3"),
            (
                Target::Build {
                    builder: there.clone(),
                    number: 4,
                },
                "/masters/the%20farm/builders/3/builds/4",
            ),
            (log(&here, None), "/builders/3/builds/12/steps/2/logs/stdio"),
            (
                log(&there, Some(7)),
                "/masters/the%20farm/builders/3/builds/12/steps/2/logs/stdio?line=7",
            ),
        ];
        for (target, path) in table {
            assert_eq!(target.path(), path);
        }
    }
}

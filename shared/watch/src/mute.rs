//! Mutes and quiet hours: what keeps a notice back. They never change a state.

use crate::happening::BuilderInfo;
use crate::{BuilderKey, MasterKey};
use model::Time;
use serde::{Deserialize, Serialize};

/// What a mute is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything.
    All,
    /// A master.
    Master(MasterKey),
    /// A project of a master.
    Project {
        /// Whose.
        master: MasterKey,
        /// Its name.
        project: String,
    },
    /// All builders with that tag.
    Tag(String),
    /// One builder.
    Builder(BuilderKey),
}

impl Scope {
    /// Whether the builder is in it.
    pub(crate) fn covers(&self, builder: &BuilderInfo) -> bool {
        match self {
            Scope::All => true,
            Scope::Master(master) => builder.key.master == *master,
            Scope::Project { master, project } => {
                builder.key.master == *master && builder.project.as_ref() == Some(project)
            }
            Scope::Tag(tag) => builder.tags.contains(tag),
            Scope::Builder(key) => builder.key == *key,
        }
    }
}

/// When a mute ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// At that time.
    At(Time),
    /// When a builder of the scope was repaired and none of them is red any more.
    Fixed,
    /// When the person ends it.
    Ended,
}

/// A mute in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// What is muted; a scope has one mute at most.
    pub scope: Scope,
    /// Since when.
    pub since: Time,
    /// Until when.
    pub until: Until,
}

impl Mute {
    /// Whether its time is over.
    pub(crate) fn is_over(&self, now: Time) -> bool {
        matches!(self.until, Until::At(end) if end <= now)
    }
}

/// Daily hours without notices, in minutes of the local day; they may go past midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// First quiet minute, 0 to 1439.
    pub from: u16,
    /// First minute that is no longer quiet; equal to `from` for none at all.
    pub to: u16,
}

impl QuietHours {
    /// Whether that minute of the day is quiet.
    pub fn contains(&self, minute: i64) -> bool {
        let (from, to) = (i64::from(self.from), i64::from(self.to));
        if from <= to {
            (from..to).contains(&minute)
        } else {
            minute >= from || minute < to
        }
    }

    /// The end, as people say it: `08:00`.
    pub(crate) fn end(&self) -> String {
        format!("{:02}:{:02}", self.to / 60 % 24, self.to % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_go_past_midnight() {
        let table = [(60, 120, 59, false), (60, 120, 60, true), (60, 120, 120, false)];
        let over_midnight = [
            (1320, 480, 1320, true),
            (1320, 480, 0, true),
            (1320, 480, 480, false),
            (5, 5, 5, false),
        ];
        for (from, to, minute, quiet) in table.into_iter().chain(over_midnight) {
            assert_eq!(
                QuietHours { from, to }.contains(minute),
                quiet,
                "{from}-{to} at {minute}"
            );
        }
    }
}

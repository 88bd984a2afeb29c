//! Tries that are over: one notice each, to whoever submitted it, which is the person here. A try is never a break.
//!
//! Quiet hours, do-not-disturb and a mute of everything keep it until they are over. Mutes of less are about what others
//! break.

use crate::mute::Scope;
use crate::notice::{Button, Notice, NoticeAction, NoticeKey, Subject, Target, Tell, Urgency};
use crate::state::State;
use crate::words;
use model::Time;
use serde::{Deserialize, Serialize};

/// Tries that are kept in a long silence, the last ones.
const KEPT: usize = 50;
/// Builders that a notice has room for.
const BUILDERS: usize = 5;

/// A change of the person's that was tried, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryOver {
    /// Names it.
    pub id: i64,
    /// Of which project.
    pub project: String,
    /// What the master calls itself.
    pub master: String,
    /// Every builder succeeded.
    pub green: bool,
    /// How it ended, in words.
    pub words: String,
    /// Builders that did not succeed.
    pub failed: Vec<String>,
}

impl State {
    pub(crate) fn try_over(&mut self, over: TryOver) {
        self.tries.retain(|known| known.id != over.id);
        self.tries.push(over);
        if self.tries.len() > KEPT {
            self.tries.remove(0);
        }
        self.touched.rest = true;
    }

    /// Tells of those that nobody was told of, once nothing asks for silence.
    pub(crate) fn tell_tries(&mut self, now: Time) -> Vec<Tell> {
        let muted = || self.mutes.iter().any(|mute| mute.scope == Scope::All);
        if self.tries.is_empty() || muted() || self.hush(now).is_some() {
            return Vec::new();
        }
        let due = std::mem::take(&mut self.tries);
        due.iter().map(|over| Tell::Show(Box::new(notice(over)))).collect()
    }
}

fn notice(over: &TryOver) -> Notice {
    let target = Target::Try { id: over.id };
    let mut lines = vec![format!("{}, on {}", over.words, words::cut(&over.master))];
    if !over.failed.is_empty() {
        let mut names: Vec<String> = over.failed.iter().take(BUILDERS).cloned().collect();
        if over.failed.len() > BUILDERS {
            names.push(format!("{} more", over.failed.len() - BUILDERS));
        }
        lines.push(names.join(", "));
    }
    let project = words::cut(&over.project);
    Notice {
        id: NoticeKey(format!("try/{}", over.id)),
        title: match over.green {
            true => format!("Your change of {project} is green"),
            false => format!("Your change of {project} did not pass"),
        },
        body: lines.join("\n"),
        about: Subject::Other,
        urgency: if over.green { Urgency::Low } else { Urgency::Normal },
        buttons: vec![Button {
            label: "Open try".to_owned(),
            action: NoticeAction::Open(target.clone()),
        }],
        silent: false,
        target,
        why: "You submitted this try.".to_owned(),
    }
}

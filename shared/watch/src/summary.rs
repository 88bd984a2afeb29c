//! What waits for its time: notices kept through quiet hours, and reminders.

use crate::breaks::Break;
use crate::compose;
use crate::notice::{Button, Notice, NoticeAction, NoticeKey, Target, Tell, Urgency};
use crate::state::State;
use crate::words;
use model::Time;

impl State {
    /// Once nothing asks for silence any more: one notice for all that was kept.
    pub(crate) fn release_kept(&mut self, now: Time) -> Vec<Tell> {
        let kept: Vec<usize> = (0..self.breaks.len())
            .filter(|&at| self.breaks[at].kept_broken || self.breaks[at].kept_fixed)
            .collect();
        if kept.is_empty() || self.hush(now).is_some() {
            return Vec::new();
        }
        // What was muted meanwhile, or repaired after it was told, is dropped without a word.
        let worth: Vec<usize> = kept
            .iter()
            .copied()
            .filter(|&at| self.is_worth_telling(&self.breaks[at]))
            .collect();
        let notice = match worth.as_slice() {
            [] => None,
            [one] => Some(self.kept_notice(&self.breaks[*one], now)),
            more => Some(self.summary(more, now)),
        };
        for at in kept {
            let kept = &mut self.breaks[at];
            if kept.is_open() && worth.contains(&at) {
                kept.told_at = Some(now);
            }
            kept.told_fixed |= kept.kept_fixed;
            (kept.kept_broken, kept.kept_fixed) = (false, false);
        }
        if worth.len() > 1 {
            self.last_summary += 1;
        }
        notice.map(|notice| Tell::Show(Box::new(notice))).into_iter().collect()
    }

    fn is_worth_telling(&self, b: &Break) -> bool {
        let muted = |key| self.mute_of(key).is_some();
        let settings = if b.is_open() {
            self.settings.tell_broken
        } else {
            self.settings.tell_fixed
        };
        settings && b.is_mine(&self.settings.identity) && !b.builders.keys().all(muted)
    }

    fn kept_notice(&self, b: &Break, now: Time) -> Notice {
        let why = "It happened while notices were off, and was kept until now.";
        if b.is_open() {
            compose::broken(self, b, now, false, why)
        } else {
            compose::fixed(self, b, now, false, why)
        }
    }

    fn summary(&self, which: &[usize], now: Time) -> Notice {
        let breaks: Vec<&Break> = which.iter().map(|&at| &self.breaks[at]).collect();
        let open = breaks.iter().filter(|b| b.is_open()).count();
        let fixed = breaks.len() - open;
        let mut parts = Vec::new();
        if open > 0 {
            parts.push(format!("{open} broken by you"));
        }
        if fixed > 0 {
            parts.push(format!("{fixed} fixed"));
        }
        let lines: Vec<String> = breaks.iter().map(|b| self.kept_notice(b, now).title).collect();
        Notice {
            id: NoticeKey(format!("summary-{}", self.last_summary + 1)),
            title: format!("While notices were off: {}", parts.join(", ")),
            body: lines.join("\n"),
            urgency: if open > 0 { Urgency::Normal } else { Urgency::Low },
            buttons: vec![Button {
                label: "Open Outpost".to_owned(),
                action: NoticeAction::Open(Target::Now),
            }],
            silent: false,
            target: Target::Now,
            why: format!(
                "{} kept back by quiet hours or the desktop's do-not-disturb.",
                words::count(breaks.len(), "notice")
            ),
        }
    }

    /// Breaks of which the person wants to hear again.
    pub(crate) fn reminders(&mut self, now: Time) -> Vec<Tell> {
        let Some(minutes) = self
            .settings
            .remind_minutes
            .filter(|m| *m > 0 && self.hush(now).is_none())
        else {
            return Vec::new();
        };
        let due = |b: &Break| {
            let waited = b
                .told_at
                .is_some_and(|told| now.since(told) >= i64::from(minutes) * 60_000);
            b.is_open() && waited && self.may_tell_broken(b)
        };
        let due: Vec<usize> = (0..self.breaks.len()).filter(|&at| due(&self.breaks[at])).collect();
        let mut tells = Vec::new();
        for at in due {
            tells.push(Tell::Show(Box::new(compose::still_broken(self, &self.breaks[at], now))));
            self.breaks[at].told_at = Some(now);
        }
        tells
    }
}

//! What waits for its time: notices kept through quiet hours, and reminders.

use crate::breaks::Break;
use crate::compose;
use crate::notice::{Button, Notice, NoticeAction, NoticeKey, Subject, Target, Tell, Urgency};
use crate::rule::{Ruling, Whose};
use crate::state::State;
use crate::words;
use model::Time;

/// Lines of a summary that name a break each.
const NAMED: usize = 8;

impl State {
    /// Once nothing asks for silence any more: one notice for all that was kept.
    pub(crate) fn release_kept(&mut self, now: Time) -> Vec<Tell> {
        if self.hush(now).is_some() || !self.breaks.iter().any(Break::is_kept) {
            return Vec::new();
        }
        let mut news = self.take_kept(now, |_| true);
        let notice = if news.len() == 1 {
            news.pop()
        } else {
            self.summary(&news).map(|mut summary| {
                self.last_summary += 1;
                summary.id = NoticeKey(format!("summary-{}", self.last_summary));
                summary.title = format!("While notices were off: {}", summary.title);
                summary.why = format!(
                    "{} kept back by quiet hours or the desktop's do-not-disturb.",
                    words::count(news.len(), "notice")
                );
                summary
            })
        };
        notice.map(|notice| Tell::Show(Box::new(notice))).into_iter().collect()
    }

    /// The notices that were kept about these breaks, as they would be now. They count as told.
    pub(crate) fn take_kept(&mut self, now: Time, which: impl Fn(&Break) -> bool) -> Vec<Notice> {
        let kept: Vec<usize> = (0..self.breaks.len())
            .filter(|&at| self.breaks[at].is_kept() && which(&self.breaks[at]))
            .collect();
        let mut news = Vec::new();
        for at in kept {
            // What was muted meanwhile, or repaired after it was told, is dropped without a word.
            let worth = self.is_worth_telling(&self.breaks[at]);
            if worth {
                news.push(self.kept_notice(&self.breaks[at], now));
            }
            let kept = &mut self.breaks[at];
            if kept.is_open() && worth {
                kept.told_at = Some(now);
            }
            kept.told_fixed |= kept.kept_fixed;
            (kept.kept_broken, kept.kept_fixed) = (false, false);
        }
        self.touched.rest = true;
        news
    }

    fn is_worth_telling(&self, b: &Break) -> bool {
        let muted = |key| self.mute_of(key).is_some();
        let wanted = |ruling: &Ruling| {
            let told = if b.is_open() {
                ruling.rule.tells_breaks()
            } else {
                ruling.rule.tells_repairs()
            };
            told && is_for_person(ruling, b)
        };
        self.rulings(b).iter().any(wanted) && !b.builders.keys().all(muted)
    }

    /// The rules of the break's builders.
    fn rulings(&self, b: &Break) -> Vec<Ruling> {
        let branches = b.suspects.iter().map(|s| s.branch.as_deref().unwrap_or_default());
        let infos = b.builders.keys().filter_map(|key| self.builders.get(key));
        infos
            .map(|builder| self.settings.ruling(&builder.info, branches.clone()))
            .collect()
    }

    fn kept_notice(&self, b: &Break, now: Time) -> Notice {
        let why = "It happened while notices were off, and was kept until now.";
        if b.is_open() {
            compose::broken(self, b, now, false, why)
        } else {
            compose::fixed(self, b, now, false, why)
        }
    }

    /// Several notices in one, still without its key; `None` for none.
    pub(crate) fn summary(&self, news: &[Notice]) -> Option<Notice> {
        let of = |beginning: &str| news.iter().filter(|n| n.title.starts_with(beginning)).count();
        let (mine, broken) = (of("Broken by you"), of("Broken by "));
        let fixed = news.len() - broken;
        let mut parts = Vec::new();
        for (count, words) in [(mine, "broken by you"), (broken - mine, "broken"), (fixed, "fixed")] {
            if count > 0 {
                parts.push(format!("{count} {words}"));
            }
        }
        let mut lines: Vec<String> = news.iter().take(NAMED).map(|n| n.title.clone()).collect();
        if news.len() > NAMED {
            lines.push(format!("and {} more", news.len() - NAMED));
        }
        let target = match news {
            [one] => one.target.clone(),
            _ => Target::Now,
        };
        (!news.is_empty()).then(|| Notice {
            id: NoticeKey("summary".to_owned()),
            about: if broken > 0 { Subject::Broken } else { Subject::Other },
            title: parts.join(", "),
            body: lines.join("\n"),
            urgency: if broken > 0 { Urgency::Normal } else { Urgency::Low },
            buttons: vec![Button {
                label: "Open Outpost".to_owned(),
                action: NoticeAction::Open(target.clone()),
            }],
            silent: false,
            target,
            why: String::new(),
        })
    }

    /// When the break's next reminder is due, by the most impatient of its builders' rules.
    pub(crate) fn reminder_of(&self, b: &Break) -> Option<Time> {
        let told = b.told_at.filter(|_| b.is_open())?;
        let claimed = self.claim_on(b).is_some_and(|claim| claim.mine);
        let muted = b.red().iter().all(|(key, _)| self.mute_of(key).is_some());
        if claimed || muted {
            return None;
        }
        let rulings = self.rulings(b);
        let wanted = rulings.iter().filter(|ruling| is_for_person(ruling, b));
        let minutes = wanted
            .filter_map(|ruling| ruling.rule.remind_minutes.filter(|m| *m > 0))
            .min()?;
        Some(told.plus_millis(i64::from(minutes) * 60_000))
    }

    /// Whether anybody asked to be reminded of anything.
    pub(crate) fn reminds(&self) -> bool {
        let mut rules = self.settings.rules.iter().chain([&self.settings.otherwise]);
        rules.any(|rule| rule.remind_minutes.is_some_and(|minutes| minutes > 0))
    }

    /// Breaks of which the person wants to hear again.
    pub(crate) fn reminders(&mut self, now: Time) -> Vec<Tell> {
        if !self.reminds() || self.hush(now).is_some() {
            return Vec::new();
        }
        let due: Vec<usize> = (0..self.breaks.len())
            .filter(|&at| self.reminder_of(&self.breaks[at]).is_some_and(|due| due <= now))
            .collect();
        let mut tells = Vec::new();
        for at in due {
            tells.push(Tell::Show(Box::new(compose::still_broken(self, &self.breaks[at], now))));
            self.breaks[at].told_at = Some(now);
        }
        tells
    }
}

/// Whether a rule tells the break to the person at all.
fn is_for_person(ruling: &Ruling, b: &Break) -> bool {
    match ruling.rule.whose {
        Whose::Mine => b.mine,
        Whose::Everybody => true,
        Whose::Nobody => false,
    }
}

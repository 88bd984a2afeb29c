//! What ended while a master was not heard: counted as always, told as one notice.

use crate::MasterKey;
use crate::happening::FinishedBuild;
use crate::notice::{Notice, NoticeKey, Tell};
use crate::state::State;
use crate::words;
use model::Time;

impl State {
    /// Counts the builds in the order in which they ended; what would have been told is kept, and told as one summary.
    pub(crate) fn missed(&mut self, now: Time, master: &MasterKey, mut builds: Vec<FinishedBuild>) -> Vec<Tell> {
        builds.retain(|build| build.builder.master == *master && !self.has_counted(build));
        builds.sort_by_key(|build| (build.complete_at, build.number));
        builds.dedup_by(|a, b| a.builder == b.builder && a.number == b.number);
        let kept_before: Vec<_> = self.breaks.iter().filter(|b| b.is_kept()).map(|b| b.id).collect();
        let before = self.breaks_before();
        self.away = Some(self.scope_words(&crate::Scope::Master(master.clone())));
        let mut tells: Vec<Tell> = builds.iter().flat_map(|build| self.finished(now, build)).collect();
        let title = self.away.take().unwrap_or_default();
        self.keep_away(now, master, &builds, &before);
        if self.hush(now).is_some() {
            // It is told with all else when the silence is over.
            return tells;
        }
        let news = self.take_kept(now, |b| !kept_before.contains(&b.id));
        tells.extend(self.missed_summary(now, &title, builds.len(), &news));
        tells
    }

    fn has_counted(&self, build: &FinishedBuild) -> bool {
        let known = self.builders.get(&build.builder);
        known.is_some_and(|builder| builder.has_counted(build.number))
    }

    fn missed_summary(&mut self, now: Time, title: &str, ended: usize, news: &[Notice]) -> Option<Tell> {
        let mut summary = self.summary(news)?;
        self.last_summary += 1;
        summary.id = NoticeKey(format!("summary-{}", self.last_summary));
        summary.title = format!("While {title} was away: {}", summary.title);
        summary.body = format!("{}\n{} ended meanwhile", summary.body, words::count(ended, "build"));
        let at = words::clock(now, now, self.utc_offset_minutes);
        summary.why = format!("{title} could not be heard while this happened. ({at})");
        Some(Tell::Show(Box::new(summary)))
    }
}

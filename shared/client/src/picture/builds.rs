//! Builds: those that run, and the last ones of each builder.

use super::about::{About, cut};
use super::news::News;
use super::rows::{Builder, Finished, Running, worker_kept};
use super::{EARLY, HISTORY, Picture, RUNNING};
use crate::rest;
use model::{BuildId, BuilderId, Properties, RequestId, Results};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The longest words about what a build or a step does.
pub(super) const STATE: usize = 300;

impl Picture {
    pub(super) fn build(&mut self, row: &rest::Build, news: &mut Vec<News>) {
        if row.id.0 <= 0 || self.over.contains(row.id) {
            return;
        }
        self.last_build = self.last_build.max(row.id.0);
        if !self.builders.contains_key(&row.builder) {
            self.ask(row.builder);
        }
        if row.complete {
            self.finish(row, news);
        } else {
            self.run(row, news);
        }
    }

    fn finish(&mut self, row: &rest::Build, news: &mut Vec<News>) {
        let ran = self.running.remove(&row.id).map(|running| running.about);
        let about = self.about(row, ran.as_deref());
        let finished = self.finished(row, about);
        if finished.results != Some(Results::Retry) {
            self.taken(row, news);
        }
        self.remember_over(&finished);
        self.remember(finished.clone());
        let request = finished.request();
        news.push(News::BuildFinished(Box::new(finished)));
        self.end_set_of(request, news);
    }

    /// A build is there, so its request waits no longer.
    fn taken(&mut self, row: &rest::Build, news: &mut Vec<News>) {
        self.claimed.extend(row.request);
        if row.request.and_then(|request| self.requests.remove(&request)).is_some() {
            news.push(News::RequestsChanged);
        }
    }

    /// That it is over, and what that means for its request.
    pub(super) fn remember_over(&mut self, build: &Finished) {
        self.over.add(build.build);
        self.ran.remove(&build.build);
        match build.request() {
            // It waits again, as an event of its own will say.
            Some(request) if build.results == Some(Results::Retry) => self.claimed.remove(request),
            request => self.complete.extend(request),
        }
    }

    fn run(&mut self, row: &rest::Build, news: &mut Vec<News>) {
        let Some(known) = self.running.get(&row.id) else {
            if self.fits("running builds", self.running.len(), RUNNING) {
                let about = self.about(row, None);
                let running = running(row, about);
                self.taken(row, news);
                self.running.insert(row.id, running.clone());
                news.push(News::BuildStarted(Box::new(running)));
            }
            return;
        };
        let before = Arc::clone(&known.about);
        let about = match row.properties.is_empty() {
            true => before,
            false => self.about(row, Some(&*before)),
        };
        let now = running(row, about);
        if let Some(known) = self.running.get_mut(&row.id)
            && *known != now
        {
            *known = now;
            news.push(News::BuildChanged(row.id));
        }
    }

    pub(super) fn properties(&mut self, build: BuildId, properties: &Properties, news: &mut Vec<News>) {
        let Some(running) = self.running.get(&build) else {
            if !self.over.contains(build) {
                self.early_properties(build, properties);
            }
            return;
        };
        let mut about = About::clone(&running.about);
        about.merge(properties);
        if about == *running.about {
            return;
        }
        let about = self.abouts.keep(about);
        if let Some(running) = self.running.get_mut(&build) {
            running.about = about;
            news.push(News::BuildChanged(build));
        }
    }

    fn early_properties(&mut self, build: BuildId, properties: &Properties) {
        if let Some((_, about)) = self.early.iter_mut().find(|(early, _)| *early == build) {
            about.merge(properties);
            return;
        }
        if self.early.len() >= EARLY {
            self.early.pop_front();
        }
        let mut about = About::default();
        about.merge(properties);
        self.early.push_back((build, about));
    }

    /// What is known of a build besides its row.
    pub(super) fn about(&mut self, row: &rest::Build, before: Option<&About>) -> Arc<About> {
        let early = self.early.iter().position(|(build, _)| *build == row.id);
        let early = early.and_then(|place| self.early.remove(place)).map(|(_, about)| about);
        let mut about = before.cloned().or(early).unwrap_or_default();
        about.merge(&row.properties);
        self.abouts.keep(about)
    }

    /// Keeps it among its builder's last ones; whether that changed them.
    pub(super) fn remember(&mut self, build: Finished) -> bool {
        let Some(builder) = self.builders.get_mut(&build.builder) else {
            return false;
        };
        let place = builder.finished.partition_point(|known| known.build < build.build);
        if builder
            .finished
            .get(place)
            .is_some_and(|known| known.build == build.build)
        {
            return false;
        }
        if builder.finished.len() >= HISTORY {
            if place == 0 {
                return false;
            }
            builder.finished.pop_front();
            builder.finished.insert(place - 1, build);
            builder.is_read = true;
        } else {
            builder.finished.reserve_exact(HISTORY - builder.finished.len());
            builder.finished.insert(place, build);
        }
        true
    }

    /// Takes in a builder's last builds, which were read because they were not known.
    pub fn history(&mut self, builder: BuilderId, rows: &[rest::Build], news: &mut Vec<News>) {
        let complete = rows
            .iter()
            .filter(|row| row.complete && row.builder == builder && row.id.0 > 0);
        for row in complete {
            let about = self.about(row, None);
            let build = self.finished(row, about);
            self.remember(build);
        }
        if let Some(builder) = self.builders.get_mut(&builder) {
            builder.is_read = true;
            news.push(News::HistoryRead(builder.id));
        }
    }

    /// Takes in older builds over all builders, and with `all` there are none that are older; of how many builders nothing
    /// was known before.
    pub(crate) fn older(&mut self, rows: &[rest::Build], all: bool, news: &mut Vec<News>) -> usize {
        let mut covered = BTreeSet::new();
        for row in rows.iter().filter(|row| row.complete && row.id.0 > 0) {
            if self.builders.get(&row.builder).is_some_and(Builder::is_empty) {
                covered.insert(row.builder);
            }
            let about = self.about(row, None);
            let build = self.finished(row, about);
            self.remember(build);
        }
        if all {
            let empty = self.builders.values_mut().filter(|builder| builder.is_empty());
            for builder in empty {
                builder.is_read = true;
                covered.insert(builder.id);
            }
        }
        news.extend(covered.iter().map(|builder| News::HistoryRead(*builder)));
        covered.len()
    }

    pub(super) fn finished(&self, row: &rest::Build, about: Arc<About>) -> Finished {
        let started_at = row.started_at.or(row.complete_at).unwrap_or_default();
        let set = row.request.and_then(|request| self.set_of(request));
        Finished {
            build: row.id,
            builder: row.builder,
            number: row.number,
            request: row.request.unwrap_or(RequestId(0)),
            worker: worker_kept(row.worker),
            started_at,
            complete_at: row.complete_at.unwrap_or(started_at).max(started_at),
            results: row.results,
            patched: set.and_then(|set| self.build_set(set)).is_some_and(|set| set.patched),
            about,
        }
    }

    /// A build that is over built a diff, as was read of its set afterwards.
    pub(crate) fn note_patched(&mut self, builder: BuilderId, build: BuildId) {
        let builds = self.builders.get_mut(&builder).map(|builder| &mut builder.finished);
        if let Some(build) = builds.into_iter().flatten().find(|known| known.build == build) {
            build.patched = true;
        }
    }

    /// A running build is no longer there, and nothing is known of its end.
    pub(crate) fn gone(&mut self, build: BuildId, news: &mut Vec<News>) {
        if let Some(gone) = self.running.remove(&build) {
            self.over.add(build);
            news.push(News::BuildGone(build));
            self.end_set_of(gone.request, news);
        }
        self.ran.remove(&build);
    }
}

pub(super) fn running(row: &rest::Build, about: Arc<About>) -> Running {
    Running {
        build: row.id,
        builder: row.builder,
        number: row.number,
        request: row.request,
        worker: row.worker,
        started_at: row.started_at.unwrap_or_default(),
        state: cut(&row.state_string, STATE).into(),
        about,
    }
}

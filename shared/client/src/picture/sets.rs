//! Build sets: which are under way, why they were asked for, and which builds are of them.
//!
//! A set is over when its master says so and none of its builds is known to run: the end of a build may have been missed
//! and is told before the end of its set, never after it.

use super::about::cut;
use super::news::News;
use super::rows::BuildSet;
use super::{BUILD_SETS, Picture};
use crate::rest;
use model::{BuildId, BuildSetId, RequestId};
use std::collections::BTreeSet;
use std::mem::take;

/// The longest reason.
const REASON: usize = 200;
/// Sets that are over and still known, for whoever tells of their builds is a little behind.
const OVER: usize = 256;
/// Requests that are over and of which the set is still known.
const REQUESTS_OVER: usize = 1_024;

impl Picture {
    /// A set, under way or over lately.
    pub fn build_set(&self, id: BuildSetId) -> Option<&BuildSet> {
        let over = || self.sets_over.iter().rev().find(|set| set.id == id);
        self.sets.get(&id).or_else(over)
    }

    /// The sets that are under way, the oldest first.
    pub fn build_sets(&self) -> impl ExactSizeIterator<Item = &BuildSet> {
        self.sets.values()
    }

    /// The newest set that is known of those that build a diff, or of those that build none.
    pub fn newest_set(&self, patched: bool) -> Option<BuildSetId> {
        let known = self.sets_over.iter().chain(self.sets.values());
        known.filter(|set| set.patched == patched).map(|set| set.id).max()
    }

    /// The set that a request belongs to: of those that wait, that are built, and that were over lately.
    pub fn set_of(&self, request: RequestId) -> Option<BuildSetId> {
        self.set_of.get(&request).copied()
    }

    /// The build that repeats this one, the newest, as far as it is known.
    pub fn repetition_of(&self, build: BuildId) -> Option<RequestId> {
        let known = self.sets_over.iter().chain(self.sets.values());
        let sets: BTreeSet<BuildSetId> = known
            .filter(|set| set.repeats == Some(build))
            .map(|set| set.id)
            .collect();
        let last = sets.last()?;
        let found = self.set_of.iter().rev().find(|(_, set)| *set == last);
        found.map(|(request, _)| *request)
    }

    pub(super) fn set(&mut self, row: &rest::BuildSet, news: &mut Vec<News>) {
        if row.id.0 <= 0 || self.told_over.contains(row.id) {
            return;
        }
        self.keep_set(row);
        if row.complete {
            if let Some(set) = self.sets.get_mut(&row.id) {
                set.complete = true;
            }
            self.end_set(row.id, news);
        } else if self.requests.values().any(|request| request.build_set == Some(row.id)) {
            // They were told before it, and show its reason.
            news.push(News::RequestsChanged);
        }
    }

    fn keep_set(&mut self, row: &rest::BuildSet) {
        let complete = self.sets.get(&row.id).is_some_and(|known| known.complete);
        if self.sets.contains_key(&row.id) || self.fits("build sets", self.sets.len(), BUILD_SETS) {
            self.sets.insert(row.id, set(row, complete));
        }
    }

    /// Notes which set a request belongs to.
    pub(super) fn note_set(&mut self, row: &rest::Request) {
        let Some(set) = row.build_set else { return };
        self.set_of.insert(row.id, set);
        let used = self.running.len() + self.requests.len() + REQUESTS_OVER;
        if self.set_of.len() > used * 2 {
            let built = self.running.values().filter_map(|build| build.request);
            let used: BTreeSet<RequestId> = built.chain(self.requests.keys().copied()).collect();
            let newest = self.set_of.keys().rev().nth(REQUESTS_OVER).copied();
            self.set_of
                .retain(|request, _| used.contains(request) || newest.is_none_or(|newest| *request > newest));
        }
    }

    /// A build of this request runs no longer: its set may have waited for that.
    pub(super) fn end_set_of(&mut self, request: Option<RequestId>, news: &mut Vec<News>) {
        let set = request.and_then(|request| self.set_of(request));
        if let Some(set) = set.filter(|set| self.sets.get(set).is_some_and(|set| set.complete)) {
            self.end_set(set, news);
        }
    }

    fn end_set(&mut self, id: BuildSetId, news: &mut Vec<News>) {
        if self.runs(id) || !self.told_over.add(id) {
            return;
        }
        self.put_by(id);
        news.push(News::BuildSetOver(id));
    }

    fn put_by(&mut self, id: BuildSetId) {
        if let Some(set) = self.sets.remove(&id) {
            self.sets_over.push_back(set);
            if self.sets_over.len() > OVER {
                self.sets_over.pop_front();
            }
        }
    }

    /// Whether a build of the set is known to run.
    fn runs(&self, id: BuildSetId) -> bool {
        let mut requests = self.running.values().filter_map(|build| build.request);
        requests.any(|request| self.set_of(request) == Some(id))
    }

    /// Takes over the sets that are under way, as they were read; with `all` there are no others. What is over now.
    pub(crate) fn replace_sets(&mut self, rows: &[rest::BuildSet], all: bool) -> Vec<News> {
        let before = take(&mut self.sets);
        for row in rows.iter().filter(|row| !row.complete && row.id.0 > 0) {
            if !self.told_over.contains(row.id) {
                self.keep_set(row);
            }
        }
        // Of a list that was cut, those before its oldest are not known to be over.
        let oldest = rows.iter().map(|row| row.id).min();
        let is_over = |id: BuildSetId| all || oldest.is_some_and(|oldest| id > oldest);
        let mut news = Vec::new();
        for (id, mut set) in before {
            if self.sets.contains_key(&id) {
                continue;
            }
            set.complete |= is_over(id);
            let complete = set.complete;
            self.sets.insert(id, set);
            if complete {
                self.end_set(id, &mut news);
            }
        }
        news
    }
}

fn set(row: &rest::BuildSet, complete: bool) -> BuildSet {
    BuildSet {
        id: row.id,
        reason: cut(&row.reason, REASON).into(),
        repeats: row.rebuilt_build,
        patched: row.source_stamps.iter().any(|stamp| stamp.patch.is_some()),
        complete,
    }
}

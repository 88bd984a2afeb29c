//! Requests that wait, and changes.

use super::about::cut;
use super::news::News;
use super::rows::{Change, Request};
use super::{CHANGES, Picture, REQUESTS};
use crate::rest;
use model::ChangeId;

/// The longest author, branch, title or address.
const TEXT: usize = 300;

impl Picture {
    pub(super) fn request(&mut self, row: &rest::Request, again: bool, news: &mut Vec<News>) {
        self.note_set(row);
        if row.complete {
            self.complete.add(row.id);
        }
        if row.complete || row.claimed {
            self.claimed.add(row.id);
            if self.requests.remove(&row.id).is_some() {
                news.push(News::RequestsChanged);
            }
            return;
        }
        if again {
            self.claimed.remove(row.id);
        }
        if !self.claimed.contains(row.id) && !self.complete.contains(row.id) && self.keep_request(row) {
            news.push(News::RequestsChanged);
        }
    }

    pub(super) fn keep_request(&mut self, row: &rest::Request) -> bool {
        let request = request(row);
        if let Some(known) = self.requests.get_mut(&row.id) {
            let changed = *known != request;
            *known = request;
            return changed;
        }
        let fits = self.fits("requests", self.requests.len(), REQUESTS);
        if fits {
            self.requests.insert(row.id, request);
        }
        fits
    }

    pub(super) fn change(&mut self, row: &rest::Change, news: &mut Vec<News>) {
        let oldest = self.changes.keys().next().copied().unwrap_or(ChangeId(0));
        let is_old = self.changes.len() >= CHANGES && row.id < oldest;
        if is_old || self.changes.contains_key(&row.id) {
            return;
        }
        let change = change(row);
        self.keep_change(change.clone());
        news.push(News::ChangeArrived(Box::new(change)));
    }

    fn keep_change(&mut self, change: Change) {
        self.changes.insert(change.id, change);
        if self.changes.len() > CHANGES {
            self.changes.pop_first();
        }
    }

    pub(super) fn keep_changes(&mut self, rows: &[rest::Change]) {
        for row in rows {
            if !self.changes.contains_key(&row.id) {
                self.keep_change(change(row));
            }
        }
    }
}

pub(super) fn request(row: &rest::Request) -> Request {
    Request {
        id: row.id,
        build_set: row.build_set,
        builder: row.builder,
        priority: row.priority,
        submitted_at: row.submitted_at.unwrap_or_default(),
        waited_for: row.waited_for,
    }
}

fn change(row: &rest::Change) -> Change {
    let title = row.comments.trim_start().lines().next().unwrap_or_default();
    Change {
        id: row.id,
        author: cut(&row.author, TEXT).into(),
        revision: some(row.revision.as_deref()),
        branch: some(row.branch.as_deref()),
        repository: cut(&row.repository, TEXT).into(),
        project: cut(&row.project, TEXT).into(),
        codebase: cut(&row.codebase, TEXT).into(),
        title: cut(title, TEXT).into(),
        link: some(row.revlink.as_deref()),
        when: row.when,
    }
}

fn some(text: Option<&str>) -> Option<Box<str>> {
    text.filter(|text| !text.is_empty()).map(|text| cut(text, TEXT).into())
}

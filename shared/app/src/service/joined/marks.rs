//! Builds of a joined master as small marks.

use super::super::App;
use crate::api::overview::BuildMark;
use crate::joined::Member;
use client::picture::{About, Finished, Picture, Running};
use client::rest;
use model::{BuilderId, Results};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Makes marks. What many builds have in common is looked at once.
pub(in crate::service) struct Marker<'a> {
    app: &'a App,
    member: &'a Member,
    mine: RefCell<HashMap<*const About, bool>>,
}

impl<'a> Marker<'a> {
    pub fn new(app: &'a App, member: &'a Member) -> Marker<'a> {
        Marker {
            app,
            member,
            mine: RefCell::default(),
        }
    }

    /// Whether an author's or owner's text means the person there.
    pub fn is_me(&self, author: &str) -> bool {
        self.app.is_me_at(&self.member.key, author)
    }

    fn is_mine(&self, about: &Arc<About>) -> bool {
        let mine = || about.owners.iter().any(|owner| self.is_me(owner));
        *self.mine.borrow_mut().entry(Arc::as_ptr(about)).or_insert_with(mine)
    }

    /// The mark of a build that is over.
    pub fn finished(&self, name: &str, build: &Finished) -> BuildMark {
        BuildMark {
            master: self.member.key.0.clone(),
            build: build.build.0,
            builder: build.builder.0,
            builder_name: name.to_owned(),
            number: build.number,
            results: build.results.map(u8::from),
            state: words(build.results).to_owned(),
            started_at: self.member.ours(build.started_at).0,
            complete_at: Some(self.member.ours(build.complete_at).0),
            mine: self.is_mine(&build.about),
            revision: build.about.revision.as_ref().map(|revision| revision.to_string()),
        }
    }

    /// The mark of a build that runs.
    pub fn running(&self, name: &str, build: &Running) -> BuildMark {
        BuildMark {
            master: self.member.key.0.clone(),
            build: build.build.0,
            builder: build.builder.0,
            builder_name: name.to_owned(),
            number: build.number,
            results: None,
            state: build.state.to_string(),
            started_at: self.member.ours(build.started_at).0,
            complete_at: None,
            mine: self.is_mine(&build.about),
            revision: build.about.revision.as_ref().map(|revision| revision.to_string()),
        }
    }

    /// The mark of a build as the master's answer has it.
    pub fn read(&self, build: &rest::Build) -> BuildMark {
        let text = |name| {
            build
                .properties
                .text(name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let owners = crate::watching::translate::owners(&build.properties);
        BuildMark {
            master: self.member.key.0.clone(),
            build: build.id.0,
            builder: build.builder.0,
            builder_name: self.member.joined.with(|picture| name_of(picture, build.builder)),
            number: build.number,
            results: build.results.map(u8::from),
            state: build.state_string.clone(),
            started_at: build.started_at.map_or(0, |at| self.member.ours(at).0),
            complete_at: build.complete_at.map(|at| self.member.ours(at).0),
            mine: owners.iter().any(|owner| self.is_me(owner)),
            revision: text("got_revision").or_else(|| text("revision")),
        }
    }
}

/// The name of a builder as it is shown.
pub(in crate::service) fn name_of(picture: &Picture, builder: BuilderId) -> String {
    let known = picture
        .builder_of(builder)
        .map(|builder| builder.shown_name().to_owned());
    known.unwrap_or_else(|| format!("builder {builder}"))
}

/// Properties of a build that a mark needs, to be asked for.
pub(in crate::service) const PROPERTIES: &str =
    "property=owners&property=owner&property=got_revision&property=revision";

fn words(results: Option<Results>) -> &'static str {
    match results {
        Some(Results::Success) => "build successful",
        Some(Results::Warnings) => "warnings",
        Some(Results::Failure) => "failed",
        Some(Results::Skipped) => "skipped",
        Some(Results::Exception) => "exception",
        Some(Results::Retry) => "retry",
        Some(Results::Cancelled) => "cancelled",
        None => "finished",
    }
}

//! A joined master: by the way that the person gave or its repository names, and by each of its forms that takes a patch.

use super::PATIENCE;
use super::repository::{Known, known};
use crate::api::Refusal;
use crate::api::tries::{TryBuilder, TryTarget, TryWay};
use crate::joined::Member;
use crate::joined::translate::project;
use crate::service::App;
use crate::tries::access::{self, Kept};
use crate::tries::held::Change;
use client::LinkState;
use client::picture::{Builder, Picture};
use client::rest::ForceScheduler;
use std::sync::Arc;
use submit::pb::PbWay;
use submit::{form, limits};

pub(super) async fn targets(
    app: &App,
    member: &Arc<Member>,
    change: &Change,
    found: Option<&Kept>,
    fresh: bool,
) -> Result<Vec<TryTarget>, Refusal> {
    let kept = access::of_member(app, member, found).await?;
    let known = known(member, change.repository(), change.base());
    let at = At {
        app,
        member,
        change,
        known,
    };
    let by_access = async {
        match kept.way {
            Some(TryWay::Pb) => Some(at.by_pb(&kept, fresh).await),
            Some(TryWay::Ssh) => Some(at.by_ssh(&kept)),
            _ => None,
        }
    };
    let (by_access, forms) = tokio::join!(by_access, member.patch_forms(PATIENCE));
    let mut targets: Vec<TryTarget> = by_access.into_iter().collect();
    targets.extend(forms.unwrap_or_default().iter().map(|form| at.by_form(form)));
    if targets.is_empty() {
        targets.push(at.no_way());
    }
    Ok(targets)
}

/// Whether a target is what a file names.
pub(super) fn is_found(target: &TryTarget, found: Option<&Kept>) -> bool {
    found.is_some_and(|found| target.is_at(&found.address))
}

struct At<'a> {
    app: &'a App,
    member: &'a Member,
    change: &'a Change,
    known: Known,
}

impl At<'_> {
    fn target(&self, way: TryWay, name: String, words: String) -> TryTarget {
        TryTarget {
            target: name,
            master: self.member.key.0.clone(),
            title: self.member.title(),
            way,
            words,
            address: None,
            cannot: None,
            hint: None,
            offline: !matches!(*self.member.joined.link().borrow(), LinkState::Live { .. }),
            limit: None,
            unfit: Vec::new(),
            knows_base: self.known.base,
            builders: Vec::new(),
            proposed: Vec::new(),
        }
    }

    async fn by_pb(&self, kept: &Kept, fresh: bool) -> TryTarget {
        let key = &self.member.key.0;
        let mut target = self.target(
            TryWay::Pb,
            format!("{key}/pb"),
            format!("{} as {}", kept.address, kept.user),
        );
        target.address = Some(kept.address.clone());
        target.limit = i64::try_from(limits::longest_patch(self.member.is_outpost())).ok();
        let password = match access::password(self.app, self.member, kept).await {
            Ok(password) => password,
            Err(refusal) => {
                (target.cannot, target.hint) = (Some(refusal.message), refusal.hint);
                return self.with(target, None);
            }
        };
        let way = match PbWay::new(&kept.address, &kept.user, &password) {
            Ok(way) => way,
            Err(error) => {
                (target.cannot, target.hint) = (Some(error.message), error.hint);
                return target;
            }
        };
        let asked = &self.app.tries.inner.asked;
        let answer = asked.offer(key, way, fresh, PATIENCE, &self.app.newsroom).await;
        match answer {
            None => {
                target.cannot = Some(format!("asking {} which builders may be tried", kept.address));
                self.with(target, None)
            }
            Some(Ok(offer)) => {
                target.offline = false;
                self.with(target, Some(&offer.builders))
            }
            Some(Err(error)) if error.passing => {
                target.offline = true;
                self.with(target, None)
            }
            Some(Err(error)) => {
                (target.cannot, target.hint) = (Some(error.message), error.hint);
                self.with(target, None)
            }
        }
    }

    fn by_ssh(&self, kept: &Kept) -> TryTarget {
        let words = match kept.user.as_str() {
            "" => format!("{}:{}", kept.address, kept.jobdir),
            user => format!("{user}@{}:{}", kept.address, kept.jobdir),
        };
        let mut target = self.target(TryWay::Ssh, format!("{}/ssh", self.member.key), words);
        target.address = Some(kept.address.clone());
        target.limit = i64::try_from(limits::job_file(kept.job_limit, self.member.is_outpost())).ok();
        // Whether the pages can be read says nothing about ssh.
        target.offline = false;
        self.with(target, None)
    }

    fn by_form(&self, one: &ForceScheduler) -> TryTarget {
        let name = format!("{}/form/{}", self.member.key, one.name);
        let words = format!("the form '{}' of its pages", one.name);
        let mut target = self.target(TryWay::Form, name, words);
        target.limit = i64::try_from(form::longest(one)).ok();
        if let Some(reason) = self.member.denied("force") {
            target.cannot = Some(reason);
            target.hint = Some(format!(
                "Sign in at {} as somebody who may force builds.",
                self.member.key
            ));
        }
        self.with(target, Some(&one.builders))
    }

    /// Nothing is known of how a change gets there.
    fn no_way(&self) -> TryTarget {
        let key = &self.member.key;
        let mut target = self.target(TryWay::Pb, format!("{key}/pb"), "no way is known".to_owned());
        target.cannot = Some("nobody has said how a change gets there, and no form of it takes a patch".to_owned());
        target.hint = Some(format!(
            "Say on the page of {key} how its try scheduler is reached, or build the change here."
        ));
        target
    }

    /// Fills in the builders: those of these names, or all that it has.
    fn with(&self, mut target: TryTarget, names: Option<&[String]>) -> TryTarget {
        self.member.joined.with(|picture| {
            let configured = || picture.builders().filter(|builder| builder.is_configured());
            target.builders = match names {
                Some(names) => names.iter().map(|name| self.builder(picture, name)).collect(),
                None => configured()
                    .map(|builder| self.builder(picture, &builder.name))
                    .collect(),
            };
            let proposed = |name: &String| {
                picture
                    .builder_named(name)
                    .is_some_and(|one| self.builds_this(picture, one))
            };
            let names = target.builders.iter().map(|builder| &builder.name);
            target.proposed = names.filter(|name| proposed(name)).cloned().collect();
        });
        target
    }

    fn builder(&self, picture: &Picture, name: &str) -> TryBuilder {
        let Some(known) = picture.builder_named(name) else {
            return TryBuilder {
                name: name.to_owned(),
                builder: None,
                tags: Vec::new(),
                project: None,
                results: None,
                usual: None,
            };
        };
        let durations = known.finished().map(|build| build.complete_at.since(build.started_at));
        TryBuilder {
            name: name.to_owned(),
            builder: Some(known.id.0),
            tags: known.shown_tags().iter().map(|tag| tag.to_string()).collect(),
            project: project(picture, known),
            results: known
                .finished()
                .filter(|build| !build.patched)
                .find_map(|build| build.results)
                .map(|results| results.word().to_owned()),
            usual: crate::service::marks::usual(durations.collect()).map(|usual| usual.0),
        }
    }

    /// Whether its last builds were of a change of this repository on this branch.
    fn builds_this(&self, picture: &Picture, builder: &Builder) -> bool {
        let Some(repository) = &self.known.repository else {
            return false;
        };
        let branch = self.change.branch();
        let of_it = |revision: &str| {
            picture.changes().any(|change| {
                change.revision.as_deref() == Some(revision)
                    && *change.repository == **repository
                    && (change.branch.is_none() || branch.is_none() || change.branch.as_deref() == branch)
            })
        };
        builder
            .finished()
            .any(|build| build.about.revision.as_deref().is_some_and(of_it))
    }
}

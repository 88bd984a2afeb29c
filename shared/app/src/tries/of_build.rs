//! A build of a joined master that is to be tried here: its revision, and its patch where it was one of ours.

use super::held::{Change, Content, Given, fresh_id};
use super::history::body;
use super::look::{hold, project_of, who};
use super::record::Record;
use super::ways::same_repository;
use crate::api::Refusal;
use crate::api::tries::{TryChange, TryFrom, TryLook, TryOfBuild};
use crate::service::{App, Whose, refused};
use bytes::Bytes;
use client::rest;
use model::{BuildId, BuildSetId};
use std::path::PathBuf;
use std::sync::Arc;

/// What a build was made of.
struct Origin {
    title: String,
    build_set: BuildSetId,
    branch: Option<String>,
    revision: Option<String>,
    repository: String,
    patched: bool,
}

pub(crate) async fn of_build(app: &App, query: TryOfBuild) -> Result<TryChange, Refusal> {
    let origin = origin(app, &query).await?;
    let mut given = Given {
        level: 1,
        body: Bytes::new(),
        branch: origin.branch,
        base: origin.revision,
        repository: origin.repository,
        tree: None,
    };
    let mut root = query.root.clone().map(PathBuf::from);
    if origin.patched {
        let (id, record) = ours(app, &query.master, origin.build_set).await?.ok_or_else(|| {
            Refusal::unavailable(format!(
                "{} built a patch of somebody else's, which is not kept here",
                origin.title
            ))
            .hint("Its log 'patch' has it: save that, and try it with:  outpost try --diff FILE")
        })?;
        given.level = record.job.level.unwrap_or(1);
        given.body = Bytes::from(body(app, id).await?);
        root = root.or_else(|| Some(PathBuf::from(&record.root)));
    }
    let root = match root {
        Some(root) => root,
        None => {
            let (root, repository) = working_copy(app, &given).await?;
            given.repository = repository;
            root
        }
    };
    let change = Change {
        id: fresh_id(),
        system: Some(vcs::working_copy::System::Git).filter(|_| root.join(".git").exists()),
        project: project_of(app, &root),
        who: who(app, &root).await,
        look: TryLook {
            folder: root.to_string_lossy().into_owned(),
            ..TryLook::default()
        },
        root,
        from: Some(TryFrom::Build {
            master: query.master,
            build: query.build,
            title: origin.title,
        }),
        head: None,
        content: Content::Given(Arc::new(given)),
    };
    hold(app, change).await
}

async fn origin(app: &App, query: &TryOfBuild) -> Result<Origin, Refusal> {
    let member = match app.master_of(&query.master)? {
        Whose::There(member) => member,
        Whose::Here => {
            return Err(Refusal::invalid("this build was made here").hint("Rebuild it, or repeat its try."));
        }
    };
    let http = member.http();
    let of = |error| refused(&member, error);
    let id = BuildId(query.build);
    let build: rest::Build = http
        .row(&format!("builds/{id}?property=got_revision"), "builds")
        .await
        .map_err(of)?;
    let no_set = || Refusal::failed(format!("{}: what asked for the build is not known", member.key));
    let request = build.request.ok_or_else(no_set)?;
    let request: rest::Request = http
        .row(&format!("buildrequests/{request}?limit=1"), "buildrequests")
        .await
        .map_err(of)?;
    let set = request.build_set.ok_or_else(no_set)?;
    let set: rest::BuildSet = http
        .row(&format!("buildsets/{set}?limit=1"), "buildsets")
        .await
        .map_err(of)?;
    let stamp = set.source_stamps.first().ok_or_else(no_set)?;
    let name = member.joined.with(|picture| {
        picture
            .builder_of(build.builder)
            .map(|builder| builder.name.to_string())
    });
    Ok(Origin {
        title: format!(
            "{} #{}",
            name.unwrap_or_else(|| format!("builder {}", build.builder)),
            build.number
        ),
        build_set: set.id,
        branch: stamp.branch.clone(),
        revision: build
            .properties
            .text("got_revision")
            .map(str::to_owned)
            .or_else(|| stamp.revision.clone()),
        repository: stamp.repository.clone(),
        patched: stamp.patch.is_some(),
    })
}

/// Our try that this set is of.
async fn ours(app: &App, master: &str, set: BuildSetId) -> Result<Option<(i64, Record)>, Refusal> {
    let kept = app.store().read(|c| store::tries::list(c, None, None, 1000)).await?;
    let mut records = kept.iter().filter_map(|one| Some((one.id, Record::of(one).ok()?)));
    Ok(records.find(|(_, record)| record.master == master && record.build_set == Some(set.0)))
}

/// The working copy here of a build's repository, and that repository's address. A build that was forced often does not
/// say which one it is: then it is the one that has the commit.
async fn working_copy(app: &App, given: &Given) -> Result<(PathBuf, String), Refusal> {
    let roots = app.store().read(|c| store::tries::roots(c, 100)).await?;
    let tried = roots.into_iter().map(|(root, _)| PathBuf::from(root));
    let folders: Vec<PathBuf> = super::access::folders(app).into_iter().chain(tried).collect();
    let unnamed = given.repository.is_empty();
    let commit = given.base.as_deref().filter(|base| unnamed && is_commit(base));
    if unnamed && commit.is_none() {
        let message = "the build says neither its repository nor its commit";
        return Err(Refusal::not_found(message).hint("Choose its folder."));
    }
    for folder in folders {
        let look = TryLook {
            folder: folder.to_string_lossy().into_owned(),
            base: commit.map(str::to_owned),
            ..TryLook::default()
        };
        let taken = super::look::taken(app, look).await;
        if let Ok(taken) = taken
            && (unnamed || same_repository(taken.repository(), &given.repository))
        {
            let repository = match unnamed {
                true => taken.repository().to_owned(),
                false => given.repository.clone(),
            };
            return Ok((folder, repository));
        }
    }
    let message = match commit {
        Some(commit) => {
            format!("the build does not say its repository, and no working copy here has its commit {commit}")
        }
        None => format!("no working copy of {} is known here", given.repository),
    };
    Err(Refusal::not_found(message).hint("Choose its folder."))
}

/// Whether it names one commit of all there are.
fn is_commit(revision: &str) -> bool {
    matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

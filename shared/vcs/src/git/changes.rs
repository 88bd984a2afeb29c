//! Commits as the changes that a master records.

use super::commit::Commit;
use super::error::GitError;
use super::location::without_password;
use super::reader::Reader;
use super::seen::News;
use model::config::GitPoller;
use model::{NewChange, Properties};
use std::collections::HashMap;

/// The changes of `news`, in its order.
pub(crate) fn of(news: &[News], config: &GitPoller, reader: &Reader) -> Result<Vec<NewChange>, GitError> {
    let mut revisions: Vec<String> = news.iter().flat_map(|news| news.commits.iter().cloned()).collect();
    revisions.sort_unstable();
    revisions.dedup();
    let commits: HashMap<String, Commit> = reader
        .commits(&revisions)?
        .into_iter()
        .map(|commit| (commit.revision.clone(), commit))
        .collect();
    let in_order = news
        .iter()
        .flat_map(|news| news.commits.iter().map(|revision| (&news.branch, revision)));
    Ok(in_order
        .filter_map(|(branch, revision)| commits.get(revision).map(|commit| change(branch, commit, config)))
        .collect())
}

fn change(branch: &str, commit: &Commit, config: &GitPoller) -> NewChange {
    NewChange {
        author: commit.author.clone(),
        committer: Some(commit.committer.clone()).filter(|committer| !committer.is_empty()),
        branch: Some(branch.to_owned()),
        revision: Some(commit.revision.clone()),
        revlink: String::new(),
        category: config.category.clone(),
        comments: commit.comments.clone(),
        files: commit.files.clone(),
        when: commit.when,
        repository: without_password(&config.repourl),
        project: config.project.clone(),
        codebase: config.codebase.clone(),
        properties: Properties::default(),
    }
}

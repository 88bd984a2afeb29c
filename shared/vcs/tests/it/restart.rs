//! The state that a watch gives out lets the next one go on where it ended.

use crate::rig::{Watched, by_branch, commit, folder, git, repository, source, subjects, surroundings};
use model::config::Branches;
use model::config::GitPoller;

fn named(names: &[&str]) -> Branches {
    Branches::Named(names.iter().map(|name| (*name).to_owned()).collect())
}

#[tokio::test]
async fn commits_made_while_it_was_off_are_seen_once() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "before the first sight");
    let config = source(&repository, Branches::All);
    let mut first = Watched::start(surroundings(folder.path()), config.clone(), None).await;
    let one = commit(&repository, "one");
    first.before(&one).await;
    let state = first.state.clone();
    drop(first);
    commit(&repository, "two");
    git(&repository, &["checkout", "-q", "-b", "topic"]);
    commit(&repository, "three");
    git(&repository, &["checkout", "-q", "main"]);
    let mut second = Watched::begin(surroundings(folder.path()), config.clone(), state.clone());
    let changes = second.changes().await;
    assert_eq!(by_branch(&changes), ["main: two", "topic: three"]);
    let stored = second.state.clone();
    drop(second);
    let mut third = Watched::start(surroundings(folder.path()), config.clone(), stored).await;
    assert_eq!(subjects(&third.before_a_fence(&repository).await), Vec::<String>::new());
    drop(third);
    // A batch that was never stored is told again.
    let mut again = Watched::begin(surroundings(folder.path()), config, state);
    assert_eq!(
        by_branch(&again.changes().await),
        ["main: two", "main: fence 1", "topic: three"]
    );
}

#[tokio::test]
async fn at_first_sight_the_tips_are_recorded_or_built() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "one");
    commit(&repository, "two");
    git(&repository, &["branch", "topic", "HEAD~1"]);
    let config = source(&repository, Branches::All);
    let mut silent = Watched::begin(surroundings(folder.path()), config.clone(), None);
    let batch = silent.batch().await;
    assert_eq!(subjects(&batch.changes), Vec::<String>::new());
    let config = GitPoller {
        build_at_first_sight: true,
        ..config
    };
    let mut eager = Watched::begin(surroundings(folder.path()), config.clone(), None);
    assert_eq!(by_branch(&eager.batch().await.changes), ["main: two", "topic: one"]);
    let mut again = Watched::start(surroundings(folder.path()), config, Some(batch.state)).await;
    assert_eq!(subjects(&again.before_a_fence(&repository).await), Vec::<String>::new());
}

#[tokio::test]
async fn a_branch_followed_from_now_on_is_taken_as_it_is() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "one");
    git(&repository, &["checkout", "-q", "-b", "topic"]);
    commit(&repository, "two");
    let mut first = Watched::begin(surroundings(folder.path()), source(&repository, named(&["main"])), None);
    let state = first.batch().await.state;
    drop(first);
    for branches in [named(&["main", "topic"]), Branches::All] {
        let config = source(&repository, branches);
        let mut second = Watched::start(surroundings(folder.path()), config, Some(state.clone())).await;
        assert_eq!(
            by_branch(&second.before_a_fence(&repository).await),
            Vec::<String>::new()
        );
    }
}

#[tokio::test]
async fn a_state_that_is_not_understood_is_a_first_sight() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "one");
    let config = source(&repository, Branches::Default);
    let foreign = serde_json::json!({"version": 99, "tips": [1]});
    let mut watched = Watched::start(surroundings(folder.path()), config, Some(foreign)).await;
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn the_default_branch_stays_when_another_is_checked_out() {
    let folder = folder();
    git(folder.path(), &["init", "-q", "-b", "odd", "thing"]);
    let repository = folder.path().join("thing");
    commit(&repository, "one");
    let config = source(&repository, Branches::Default);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    git(&repository, &["checkout", "-q", "-b", "topic"]);
    commit(&repository, "two");
    git(&repository, &["checkout", "-q", "odd"]);
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_replaced_history_reports_its_tip() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "one");
    let config = source(&repository, Branches::Default);
    let mut first = Watched::begin(surroundings(folder.path()), config.clone(), None);
    let state = first.batch().await.state;
    drop(first);
    std::fs::remove_dir_all(&repository).expect("removed");
    let repository = crate::rig::repository(folder.path(), "thing");
    commit(&repository, "other one");
    commit(&repository, "other two");
    let mut second = Watched::begin(surroundings(folder.path()), config, Some(state));
    assert_eq!(subjects(&second.changes().await), ["other two"]);
    assert!(second.notes[0].contains("was replaced"), "{:?}", second.notes);
}

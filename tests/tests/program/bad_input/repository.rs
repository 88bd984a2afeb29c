//! Repositories that vanish or break.

use super::{no_trouble, trouble};
use tests::{Outpost, Repository};

const GREEN: &str = "#!/bin/sh\n";

#[tokio::test]
async fn one_that_vanishes_is_told_and_one_that_comes_back_is_built() {
    let outpost = Outpost::start().await;
    let (lost, other) = (
        Repository::project(&outpost, "lost", GREEN),
        Repository::project(&outpost, "other", GREEN),
    );
    let elsewhere = lost.path().with_file_name("elsewhere");
    std::fs::rename(lost.path(), &elsewhere).expect("moved");
    let message = trouble(&outpost, "source", "is not there").await;
    assert!(
        message.contains(lost.path().to_str().expect("text")) && message.contains("put it back"),
        "{message}"
    );

    other.commit("second");
    assert_eq!(outpost.built("other", 2).await["results"], 0, "the rest works");

    std::fs::rename(&elsewhere, lost.path()).expect("moved back");
    no_trouble(&outpost).await;
    lost.commit("second");
    assert_eq!(outpost.built("lost", 2).await["results"], 0);
}

#[tokio::test]
async fn a_corrupt_one_is_told_with_what_to_do() {
    let outpost = Outpost::start().await;
    let repository = Repository::project(&outpost, "app", GREEN);
    let branch = repository.path().join(".git/refs/heads/main");
    let good = std::fs::read_to_string(&branch).expect("the branch");
    std::fs::write(&branch, "this is no revision\n").expect("written");
    let message = trouble(&outpost, "source", "app").await;
    assert!(message.contains("git fsck") || message.contains("repair"), "{message}");

    std::fs::write(&branch, good).expect("written");
    no_trouble(&outpost).await;
    repository.commit("second");
    assert_eq!(outpost.built("app", 2).await["results"], 0);
}

#[tokio::test]
async fn a_commit_whose_objects_are_lost_is_told_and_built_when_they_are_back() {
    let outpost = Outpost::start().await;
    let repository = Repository::project(&outpost, "app", GREEN);
    let objects = repository.path().join(".git/objects");
    // Another branch has the commit first; then its object breaks, and only then it comes to the branch that is built.
    repository.git(&["checkout", "--quiet", "-b", "aside"]);
    let revision = repository.commit("second");
    let object = objects.join(&revision[..2]).join(&revision[2..]);
    let good = std::fs::read(&object).expect("the object");
    std::fs::remove_file(&object).expect("removed");
    std::fs::write(&object, b"not an object").expect("written");
    std::fs::write(repository.path().join(".git/refs/heads/main"), format!("{revision}\n")).expect("moved");
    let message = trouble(&outpost, "source", "app").await;
    assert!(message.contains("git fsck") || message.contains("repair"), "{message}");

    std::fs::write(&object, good).expect("written");
    repository.git(&["update-ref", "refs/heads/nudge", &revision]);
    assert_eq!(outpost.built("app", 2).await["revision"], revision);
    no_trouble(&outpost).await;
}

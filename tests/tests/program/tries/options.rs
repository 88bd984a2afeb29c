//! What the command line says stands before what `.buildbot/options` says, and nothing that it says is passed over.

use super::desk::project;
use serde_json::json;
use tests::{Outpost, Repository};

/// Tries the folder; exit code, and all that was said.
fn tried(outpost: &Outpost, repository: &Repository, options: &[&str]) -> (Option<i32>, String) {
    let mut command = outpost.command();
    command.current_dir(repository.path()).arg("try").args(options);
    let output = command.output().expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test]
async fn a_named_master_is_not_reached_by_the_way_of_the_file() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    let file = "try_connect = 'ssh'\ntry_host = 'nowhere.invalid'\ntry_jobdir = '/jobs'\n";
    repository.write(".buildbot/options", file);
    repository.write("text.txt", "other\n");
    let options = ["--untracked=none", "--master=bundled", "-b", "frob", "-n"];
    let (code, said) = tried(&outpost, &repository, &options);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("this program's own master"), "{said}");
    let (_, said) = tried(&outpost, &repository, &["--untracked=none", "-b", "frob", "-n"]);
    assert!(said.contains("nowhere.invalid"), "{said}");
}

#[tokio::test]
async fn a_file_that_is_left_out_does_not_go_along() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    repository.write("text.txt", "other\n");
    repository.write("folder/left.txt", "one\n");
    repository.git(&["add", "folder/left.txt"]);
    let with = |options: &[&str]| {
        let usual = ["--master=bundled", "-b", "frob", "-n"];
        tried(&outpost, &repository, &[&usual, options].concat())
    };
    let (_, said) = with(&[]);
    assert!(said.contains("left.txt") && said.contains("text.txt"), "{said}");
    for pattern in ["--leave-out=left.txt", "--leave-out=folder/*"] {
        let (code, said) = with(&[pattern]);
        assert_eq!(code, Some(0), "{said}");
        assert!(!said.contains("left.txt") && said.contains("text.txt"), "{said}");
    }
    let (code, said) = with(&["--leave-out=*.rs"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("'*.rs'"), "{said}");
}

#[tokio::test]
async fn a_repetition_takes_no_other_choice_and_is_not_sent_where_nothing_is_to_be() {
    let outpost = Outpost::start().await;
    let repository = project(&outpost).await;
    repository.write("red", "it fails\n");
    let options = ["--untracked=all", "--master=bundled", "-b", "frob", "--wait", "-q"];
    assert_eq!(tried(&outpost, &repository, &options).0, Some(1));
    for other in ["--dryrun", "--builder=frob", "--push-when-green", "--untracked=all"] {
        let (code, said) = tried(&outpost, &repository, &["--repeat-failed", other]);
        assert_eq!(code, Some(2), "{other}: {said}");
    }
    let history = outpost.call("tries", json!({})).await;
    assert_eq!(history["tries"].as_array().map(Vec::len), Some(1), "{history:#}");
    assert_eq!(tried(&outpost, &repository, &["--repeat-failed", "--wait"]).0, Some(1));
    let history = outpost.call("tries", json!({})).await;
    assert_eq!(history["tries"][0]["repeats"], history["tries"][1]["id"], "{history:#}");
}

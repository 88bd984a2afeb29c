//! What goes wrong: each has its own sentence, a next step and an exit code, and none hangs.

use super::buildbot::{Buildbot, cloned};
use super::ways::{joined, write_all};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::{Outpost, Repository};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStderr, Command};

/// Longer than any wait of which nothing is said.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where nothing listens.
const NOWHERE: &str = "127.0.0.1:1";

fn asked(outpost: &Outpost, folder: &Path, master: &str, options: &[&str]) -> Command {
    let mut command = Command::from(outpost.command());
    command
        .current_dir(folder)
        .args(["try", "--username=alice", "-b", "linux"])
        .arg(format!("--master={master}"))
        .args(options)
        .kill_on_drop(true);
    command
}

/// Tries a folder, which must come to an end; exit code, and all that was said.
async fn tried(outpost: &Outpost, folder: &Path, master: &str, options: &[&str]) -> (Option<i32>, String) {
    let output = asked(outpost, folder, master, options).output();
    let output = tokio::time::timeout(PATIENCE, output).await;
    let output = output.expect("it hangs").expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// One line after the other of what a waiting command says, until one has this text.
async fn says(lines: &mut tokio::io::Lines<BufReader<ChildStderr>>, text: &str) {
    let mut said = String::new();
    let search = async {
        while let Some(line) = lines.next_line().await.expect("text") {
            if line.contains(text) {
                return;
            }
            said += &line;
            said += "\n";
        }
        panic!("it ended without '{text}': {said}");
    };
    tokio::time::timeout(PATIENCE, search)
        .await
        .expect("it says it in time");
}

/// Working copies with something wrong, made by one script.
struct Folders(TempDir);

impl Folders {
    fn new() -> Folders {
        let folders = Folders(TempDir::new().expect("a folder"));
        let script = r"
            git init -q -b main up; cd up; seq 9 > f; echo x > g; git add .; git commit -q -m one
            git checkout -q --orphan lone; git commit -q -m lone; git checkout -q main; cd ..
            git init -q -b main alone; cd alone; echo a > a; git add .; git commit -q -m a; echo b > a; cd ..
            git clone -q up apart; cd apart; git checkout -q -b mine origin/lone
            git branch -q --set-upstream-to=origin/main; echo 2 > g; cd ..
            git clone -q --depth 1 -b lone file://$PWD/up shallow; cd shallow
            git fetch -q --depth 1 origin main:refs/remotes/origin/main; git config branch.lone.merge refs/heads/main
            git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'; cd ..
            git clone -q up detached; cd detached; git checkout -q --detach; echo 2 > g; cd ..
            git clone -q up merging; cd merging; git checkout -q -b one; echo 1 > g; git commit -q -a -m 1
            git checkout -q main; echo 2 > g; git commit -q -a -m 2; git merge -q one > /dev/null || true; cd ..
            git clone -q up marked; cd marked; printf '<<<<<<< a\n1\n=======\n2\n>>>>>>> b\n' > g; cd ..
            git clone -q up huge; cd huge; echo 2 > g; truncate -s 2G vast";
        let name = ["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Mia"));
        let mail = ["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "mia@example.org"));
        let output = std::process::Command::new("sh")
            .args(["-e", "-c", script])
            .current_dir(folders.0.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(name.into_iter().chain(mail))
            .output()
            .expect("a shell");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folders
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

#[tokio::test]
async fn a_working_copy_that_cannot_be_sent_says_why_and_what_to_do() {
    let folders = Folders::new();
    let outpost = Outpost::start().await;
    for (folder, options, code, texts) in [
        ("alone", "--wait", 2, ["the branch follows no other", "Name the base"]),
        (
            "apart",
            "--wait",
            2,
            ["no commit in common with origin/main", "Name the base"],
        ),
        (
            "shallow",
            "--wait",
            2,
            ["the clone is shallow", "git fetch --unshallow"],
        ),
        (
            "detached",
            "--comment=why",
            0,
            ["no branch is checked out; the change starts from origin/main", "+2"],
        ),
        (
            "merging",
            "--wait",
            2,
            ["a merge is not resolved in g", "Resolve the merge"],
        ),
        (
            "marked",
            "--comment=why",
            0,
            ["marks of a conflict (<<<<<<<) are left in g", "+======="],
        ),
        (
            "huge",
            "--comment=why",
            0,
            ["Left out, as they are not tracked:\n  vast", "+2"],
        ),
        (
            "huge",
            "--untracked=all",
            0,
            ["Left out, as it is so large: vast", "+2"],
        ),
        (
            "huge",
            "--untracked=vast",
            2,
            ["the patch would have more than", "Leave the largest files out"],
        ),
    ] {
        // What is refused is refused before it is sent; nothing else here is to be sent.
        let (got, said) = tried(&outpost, &folders.at(folder), NOWHERE, &[options, "--dryrun"]).await;
        assert_eq!(got, Some(code), "{folder} {options}: {said}");
        for text in texts {
            assert!(said.contains(text), "{folder} {options}, '{text}': {said}");
            assert_eq!(
                said.matches(text).count(),
                1,
                "{folder} {options} says '{text}' twice: {said}"
            );
        }
    }
    assert_eq!(outpost.ok(&["tries"]).lines().count(), 1, "nothing was to be sent");
}

#[tokio::test]
async fn a_master_that_cannot_be_reached_is_waited_for_and_that_is_said() {
    let folders = Folders::new();
    let folder = folders.at("detached");
    let outpost = Outpost::start().await;
    let (code, said) = tried(&outpost, &folder, NOWHERE, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("nothing listens there; it is sent when the master is back"),
        "{said}"
    );

    let rude = TcpListener::bind("127.0.0.1:0").expect("a port");
    let rude_address = rude.local_addr().expect("an address").to_string();
    // It hangs up on everybody for as long as the test's process lives.
    std::thread::spawn(move || rude.incoming().for_each(drop));
    for (address, text) in [
        (NOWHERE, "nothing listens there"),
        (&rude_address, "closed the connection"),
    ] {
        let mut command = asked(&outpost, &folder, address, &["--wait"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut lines = BufReader::new(child.stderr.take().expect("its words")).lines();
        says(&mut lines, text).await;
        child.kill().await.expect("it waits");
    }

    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = mute.local_addr().expect("an address").to_string();
    let (code, said) = tried(&outpost, &folder, &address, &["--wait"]).await;
    assert_eq!(code, Some(7), "{said}");
    assert!(
        said.contains("has not said within") && said.contains("Look whether this is the port"),
        "{said}"
    );
}

/// What a try of the clone says.
async fn to_buildbot(
    outpost: &Outpost,
    clone: &Repository,
    buildbot: &Buildbot,
    options: &[&str],
) -> (Option<i32>, String) {
    tried(outpost, &clone.path(), &buildbot.address(), options).await
}

#[tokio::test]
async fn what_a_real_master_refuses_or_loses_is_told() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(mut buildbot) = Buildbot::start(&bare).await else {
        return;
    };
    let outpost = Outpost::start().await;
    clone.write("text.txt", "other\n");
    for (options, code, texts) in [
        (
            ["--passwd=wrong", "--wait"],
            7,
            [
                "does not accept 'alice' with this password",
                "Give the name and the password",
            ],
        ),
        (
            ["--passwd=s3cret", "-bnobody"],
            2,
            ["has no builder 'nobody'", "--get-builder-names"],
        ),
    ] {
        let (got, said) = to_buildbot(&outpost, &clone, &buildbot, &options).await;
        assert_eq!(got, Some(code), "{options:?}: {said}");
        assert!(texts.iter().all(|text| said.contains(text)), "{options:?}: {said}");
    }

    joined(&outpost, &buildbot).await;
    let misfit = clone.path().join("../misfit.patch");
    std::fs::write(
        &misfit,
        "--- a/text.txt\n+++ b/text.txt\n@@ -1,2 +1,2 @@\n-not there\n+at all\n two\n",
    )
    .expect("a file");
    let diff = format!("--diff={}", misfit.display());
    let (code, said) = tried(&outpost, &clone.path(), "team", &[&diff, "--patchlevel=1", "--wait"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("not applied"), "{said}");

    clone.write("slow", "");
    let master = buildbot.address();
    let options = ["--passwd=s3cret", "--wait", "--untracked=slow"];
    let mut command = asked(&outpost, &clone.path(), &master, &options);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stderr.take().expect("its words")).lines();
    says(&mut lines, "linux: running").await;
    buildbot.kill();
    let began = Instant::now();
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let output = output.expect("it hangs").expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_ne!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("It was taken, but cannot be followed any more")
            && said.contains("Look at the master's own pages"),
        "after {:?}: {said}",
        began.elapsed()
    );
}

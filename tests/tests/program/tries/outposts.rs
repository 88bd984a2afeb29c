//! A change that somebody else's Outpost builds: it takes more than a Buildbot does, and every byte as it is.

use super::buildbot::cloned;
use super::desk::built;
use super::ways::{join, write_all};
use super::{PATIENCE, change_everything, look, submit, tree, until_over};
use crate::sent::ssh::{Server, user};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tests::{Outpost, Repository, program};

/// Bytes of a job file or patch that an Outpost takes.
const LONGEST: i64 = 64 << 20;

/// Somebody else's, which takes changes by both ways.
struct There {
    outpost: Outpost,
    pb: u16,
    jobs: PathBuf,
}

impl There {
    async fn start(repository: &Path) -> There {
        let mut outpost = Outpost::prepared();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let pb = listener.local_addr().expect("an address").port();
        drop(listener);
        let jobs = outpost.home().join("jobs");
        let text = format!(
            r#"
c = BuildmasterConfig = {{}}
c["workers"] = [worker.LocalWorker("local")]
c["builders"] = [util.BuilderConfig(name="linux", workernames=["local"], factory=util.BuildFactory([
    steps.Git(repourl="{}", mode="full"), steps.ShellCommand(name="look", command="test -e text.txt")]))]
c["schedulers"] = [
    schedulers.Try_Userpass("try", ["linux"], "tcp:{pb}:interface=127.0.0.1", [("alice", "s3cret")]),
    schedulers.Try_Jobdir("jobs", ["linux"], "{}"),
]
"#,
            repository.display(),
            jobs.display()
        );
        let folder = outpost.home().join("config");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("master.star"), text).expect("a file");
        outpost.run(&["--no-tray"]).await;
        let there = There { outpost, pb, jobs };
        there.listens().await;
        there
    }

    /// Waits until both ways are open.
    async fn listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        let reached = || std::net::TcpStream::connect(("127.0.0.1", self.pb)).is_ok();
        while !self.jobs.join("new").is_dir() || !reached() {
            assert!(Instant::now() < deadline, "the ways for changes are not open");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until so many builds are over, all of them green.
    async fn has_built(&self, count: usize, said: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.outpost.rest("builds?complete=true").await;
            let builds = answer["builds"].as_array().cloned().unwrap_or_default();
            if builds.len() == count {
                return assert!(builds.iter().all(|build| build["results"] == 0), "{answer:#}");
            }
            assert!(Instant::now() < deadline, "{said}\n{answer:#}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Every kind of change, some bytes that are no UTF-8, and three megabytes of lines.
fn change_much(clone: &Repository) {
    change_everything(&clone.path());
    std::fs::write(clone.path().join("latin.txt"), b"caf\xe9\n").expect("a file");
    let lines: String = (0_u64..150_000)
        .map(|at| format!("{:020}\n", at.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    clone.write("long.txt", &lines);
}

fn run(outpost: &Outpost, clone: &Repository, options: &[String]) -> (Option<i32>, String) {
    let mut command = outpost.command();
    command.current_dir(clone.path()).args(["try", "--builder=linux"]);
    let output = command.arg("--untracked=all").args(options).output().expect("it runs");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.code(), said)
}

fn by_ssh(server: &Server, there: &There) -> Vec<String> {
    vec![
        "--connect=ssh".to_owned(),
        "--host=127.0.0.1".to_owned(),
        format!("--port={}", server.port),
        format!("--username={}", user()),
        format!("--jobdir={}", there.jobs.display()),
        format!("--buildbotbin={}", program().display()),
        format!("--ssh={}", server.ssh()),
    ]
}

#[tokio::test]
async fn one_that_is_only_named_says_what_it_is_and_gets_every_byte() {
    let (clone, _place, bare) = cloned(write_all);
    let there = There::start(&bare).await;
    let outpost = Outpost::start().await;
    let text = format!(
        "try_connect = 'pb'\ntry_master = '127.0.0.1:{}'\ntry_username = 'alice'\ntry_password = 's3cret'\n",
        there.pb
    );
    clone.write(".buildbot/options", &text);
    change_much(&clone);
    let wanted = tree(&clone.path());
    let (code, said) = run(&outpost, &clone, &["--wait".to_owned()]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(tree(&built(&there.outpost)), wanted);
    let patch = outpost.call("try_patch", json!({"id": 1})).await;
    let text = patch["text"].as_str().expect("a patch");
    assert!(text.contains("+caf\u{fffd}\n"), "the bytes are as they are");
    assert_eq!(text.matches("GIT binary patch").count(), 1);

    // The same patch again, before it is asked again: that it is an Outpost is kept.
    let again = outpost.call("try_repeat", json!({"id": 1})).await;
    let row = until_over(&outpost, again["id"].as_i64().expect("a try")).await;
    assert_eq!(row["results"], "success", "{row:#}");
}

#[tokio::test]
async fn a_patch_that_is_given_goes_as_it_is_or_names_the_file_that_cannot() {
    let (clone, _place, bare) = cloned(write_all);
    let there = There::start(&bare).await;
    let outpost = Outpost::start().await;
    let patch = outpost.home().join("latin.patch");
    let script = b"--- a/script\n+++ b/script\n@@ -1 +1 @@\n-echo hello\n+echo hi\n";
    let latin = b"--- a/text.txt\n+++ b/text.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+caf\xe9\n";
    std::fs::write(&patch, [&script[..], latin].concat()).expect("a file");
    let given = [format!("--diff={}", patch.display()), "--patchlevel=1".to_owned()];
    let with = |options: &[&str]| {
        let options = options.iter().map(|option| (*option).to_owned());
        given.iter().cloned().chain(options).collect::<Vec<_>>()
    };
    let (code, said) = run(
        &outpost,
        &clone,
        &with(&["--connect=ssh", "--host=127.0.0.1", "--jobdir=/jobs"]),
    );
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("text.txt cannot be carried: it is not UTF-8"), "{said}");
    let master = format!("--master=127.0.0.1:{}", there.pb);
    let options = ["--connect=pb", &master, "--username=alice", "--passwd=s3cret", "--wait"];
    let (code, said) = run(&outpost, &clone, &with(&options));
    assert_eq!(code, Some(0), "{said}");
    let text = std::fs::read(built(&there.outpost).join("text.txt"));
    assert_eq!(text.expect("a file"), b"one\ncaf\xe9\n");
}

#[tokio::test]
async fn a_job_of_megabytes_gets_there_by_ssh_when_its_limit_is_said() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(server) = Server::start() else { return };
    server.answers().await;
    let there = There::start(&bare).await;
    let outpost = Outpost::start().await;
    change_much(&clone);
    let wanted = tree(&clone.path());
    let (code, said) = run(&outpost, &clone, &by_ssh(&server, &there));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("99999"), "{said}");
    let limited = |bytes: i64| [&by_ssh(&server, &there)[..], &[format!("--job-limit={bytes}")]].concat();
    let (code, said) = run(&outpost, &clone, &limited(LONGEST + 1));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("from 1 to 67108864"), "{said}");
    let (code, said) = run(&outpost, &clone, &limited(LONGEST));
    assert_eq!(code, Some(0), "{said}");
    there.has_built(1, &said).await;
    assert_eq!(tree(&built(&there.outpost)), wanted);
}

#[tokio::test]
async fn one_that_is_joined_takes_its_own_limit_unless_another_is_said() {
    let (clone, _place, bare) = cloned(write_all);
    let Some(server) = Server::start() else { return };
    server.answers().await;
    let there = There::start(&bare).await;
    let outpost = Outpost::start().await;
    let address = there.outpost.call("hello", json!({})).await["dashboard"].clone();
    join(&outpost, address.as_str().expect("an address")).await;
    let give = async |limit: Value| {
        let access = json!({
            "master": "team", "way": "ssh", "address": "127.0.0.1", "user": user(), "has_password": false,
            "session_only": true, "port": server.port, "jobdir": there.jobs, "ssh": server.ssh(),
            "buildbotbin": program(), "job_limit": limit, "found_in": null,
        });
        outpost.try_call("set_try_access", json!({"access": access})).await
    };
    let limit = async |change: &Value| {
        let targets = outpost.call("try_targets", json!({"change": change["change"]})).await;
        let mut all = targets["targets"].as_array().into_iter().flatten();
        let there = all.find(|one| one["target"] == "team/ssh");
        there.unwrap_or_else(|| panic!("{targets:#}"))["limit"].clone()
    };
    let (status, refusal) = give(json!(0)).await;
    assert_ne!(status, 200);
    assert!(!refusal["fields"]["job_limit"].is_null(), "{refusal:#}");
    change_much(&clone);
    let change = look(&outpost, &clone.path()).await;
    assert_eq!(give(json!(5000)).await.0, 200);
    assert_eq!(limit(&change).await, 5000);
    let files = change["untracked"].as_array().into_iter().flatten();
    let untracked: Vec<&Value> = files.map(|file| &file["file"]).collect();
    let (asked, to) = (&change["change"], "team/ssh");
    let asked = json!({"change": asked, "target": to, "builders": ["linux"], "untracked": untracked});
    let (status, refusal) = outpost.try_call("try_preview", asked).await;
    assert_ne!(status, 200);
    let said = refusal["message"].as_str().unwrap_or_default();
    assert!(said.contains("up to 5000"), "{refusal:#}");

    assert_eq!(give(Value::Null).await.0, 200);
    assert_eq!(limit(&change).await, LONGEST);
    let id = submit(&outpost, &change, "team/ssh", &["linux"]).await;
    let row = until_over(&outpost, id).await;
    assert_eq!(
        (&row["state"], &row["results"], &row["applied"]),
        (&json!("ended"), &json!("success"), &json!("applied")),
        "{row:#}"
    );
    assert_eq!(tree(&built(&there.outpost)), tree(&clone.path()));
}

//! Folders that `buildbot-worker` made, and folders that cannot be used.

use super::{Folder, attach, builds_hello, said, write};
use tests::Buildbot;

#[tokio::test]
async fn a_folder_that_buildbot_worker_made_is_started_and_stopped_by_either() {
    let Some(buildbot) = Buildbot::start().await else {
        return;
    };
    let folder = Folder::new();
    let mut create = buildbot.program("buildbot-worker");
    create.args(["create-worker", "-q", "--umask=0o022"]).arg(folder.path());
    let made = create.args([&buildbot.address(), "w1", "pass-w1"]).status();
    assert!(made.expect("buildbot-worker runs").success());

    let known = attach(&folder, &buildbot, "w1").await;
    assert_eq!(
        known["workerinfo"]["admin"],
        "Your Name Here <admin@youraddress.invalid>\n"
    );
    builds_hello(&buildbot, "w1", 1).await;
    let pid = folder.pid().expect("it runs");
    let stopped = buildbot
        .program("buildbot-worker")
        .arg("stop")
        .arg(folder.path())
        .output();
    let stopped = stopped.expect("buildbot-worker runs");
    assert!(stopped.status.success(), "{}", said(&stopped));
    folder.until_gone(pid).await;

    let started = buildbot
        .program("buildbot-worker")
        .arg("start")
        .arg(folder.path())
        .output();
    let started = started.expect("buildbot-worker runs");
    assert!(started.status.success(), "{}", said(&started));
    buildbot.worker("w1", true).await;
    let refused = folder.worker("start", &[]);
    assert_eq!(refused.status.code(), Some(5));
    assert!(said(&refused).contains("buildbot-worker stop"), "{}", said(&refused));
    let stopped = buildbot
        .program("buildbot-worker")
        .arg("stop")
        .arg(folder.path())
        .status();
    assert!(stopped.expect("buildbot-worker runs").success());
}

#[test]
fn a_folder_that_is_no_workers_is_named_with_the_next_step() {
    let folder = Folder::new();
    let output = folder.worker("start", &[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("outpost worker create"), "{}", said(&output));

    std::fs::create_dir(folder.path()).expect("a folder");
    write(
        &folder.path().join("buildbot.tac"),
        "import os\npasswd = os.environ['P']\ns = Worker('h', 1, 'w', passwd)\n",
    );
    let output = folder.worker("start", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("line 2: the value of 'passwd' is not plain"),
        "{}",
        said(&output)
    );

    let output = folder.worker("stop", &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("no worker runs"), "{}", said(&output));
}

#[test]
fn wrong_words_of_create_are_named() {
    for (words, part) in [
        (&["localhost:0", "w", "p"][..], "the port '0'"),
        (&["localhost", "w"], "--passwd-file"),
        (&["localhost", "w", "p", "--protocol", "smoke"], "'smoke'"),
        (&["localhost", "w", "p", "--umask", "0o9"], "octal"),
        (&["localhost", "w", "p", "--log-count", "many"], "'many'"),
        (&["localhost", "w", "p", "--passwd-file", "/x"], "given twice"),
        (&["w", "--passwd-file", "/no/such/file"], "a master, a name"),
        (&["localhost", "w", "--passwd-file", "/no/such/file"], "/no/such/file"),
    ] {
        let folder = Folder::new();
        let output = folder.worker("create", words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", said(&output));
        assert!(said(&output).contains(part), "{words:?}: {}", said(&output));
        assert!(!folder.path().join("worker.toml").exists(), "{words:?}");
    }
    let folder = Folder::made("localhost", "w", &["--json"]);
    let again = folder.worker("create", &["localhost", "w", "p"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again).contains("--force"), "{}", said(&again));
}

//! Everything that a builder of this master can ask of a worker, asked of Buildbot's own workers and of ours.

use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::{Outpost, skip};

/// How long something that must happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at what only a question tells.
const LOOK: Duration = Duration::from_millis(50);

/// Results as masters number them.
const SUCCESS: i64 = 0;
const FAILURE: i64 = 2;

/// Steps that do not end well, and shall not.
const RED: [&str; 3] = ["rc", "timeout", "upload missing"];

fn configuration(port: u16, repository: &str) -> String {
    format!(
        r#"
def sh(name, script, **options):
    return steps.ShellCommand(name = name, command = ["sh", "-c", script], logEnviron = False, **options)

def red(name, script, **options):
    return sh(name, script, flunkOnFailure = False, haltOnFailure = False, **options)

c = BuildmasterConfig = {{}}
c["workers"] = [worker.Worker("far", "sesame")]
c["protocols"] = {{"pb": {{"port": "tcp:{port}:interface=127.0.0.1"}}}}
c["builders"] = [util.BuilderConfig(name = "all", workernames = ["far"], factory = util.BuildFactory([
    steps.Git(name = "git", repourl = "{repository}", branch = "main", mode = "full", method = "clobber"),
    sh("sources", "cat a.c"),
    sh("lines", "echo out; echo $GREETING >&2; printf 'no end'", env = {{"GREETING": "hello"}}),
    red("rc", "exit 3"),
    sh("stdin", "cat", initialStdin = "some input"),
    sh("pty", "test -t 1 && echo a terminal", usePTY = True),
    sh("logfile", "echo first > test.log; sleep 3; echo second >> test.log", logfiles = {{"test": "test.log"}}),
    red("timeout", "echo begun; exec sleep 100", timeout = 1),
    sh("many lines", "seq 1 20000"),
    steps.SetPropertyFromCommand(name = "property", command = "echo found", property = "found"),
    steps.ShellCommand(name = "rendered", command = util.Interpolate("echo %(prop:found)s"), logEnviron = False),
    steps.MakeDirectory(name = "mkdir", dir = "build/made"),
    steps.StringDownload("some text\n", name = "download text", workerdest = "made/text"),
    steps.JSONStringDownload({{"a": [1, 2]}}, name = "download json", workerdest = "made/json"),
    steps.FileExists(name = "stat", file = "build/made/text"),
    steps.CopyDirectory(name = "cpdir", src = "build/made", dest = "build/copied"),
    sh("copied", "cat copied/text copied/json"),
    sh("big", "head -c 3000000 /dev/urandom > made/big; cksum < made/big"),
    steps.FileUpload(name = "upload", workersrc = "made/big", masterdest = "up/big", mode = 0o600, keepstamp = True),
    steps.FileUpload(name = "upload missing", workersrc = "absent", masterdest = "up/absent", flunkOnFailure = False, haltOnFailure = False),
    steps.DirectoryUpload(name = "upload directory", workersrc = "made", masterdest = "up/plain"),
    steps.DirectoryUpload(name = "upload gz", workersrc = "made", masterdest = "up/gz", compress = "gz"),
    steps.DirectoryUpload(name = "upload bz2", workersrc = "made", masterdest = "up/bz2", compress = "bz2"),
    steps.MultipleFileUpload(name = "upload several", workersrcs = ["made", "a.c"], masterdest = "up/several"),
    steps.FileDownload(name = "back", mastersrc = "up/big", workerdest = "back/big", mode = 0o640),
    steps.FileDownload(name = "back of plain", mastersrc = "up/plain/big", workerdest = "back/plain"),
    steps.FileDownload(name = "back of gz", mastersrc = "up/gz/big", workerdest = "back/gz"),
    steps.FileDownload(name = "back of bz2", mastersrc = "up/bz2/big", workerdest = "back/bz2"),
    steps.FileDownload(name = "back of several", mastersrc = "up/several/made/big", workerdest = "back/several"),
    sh("the same", "for f in back/*; do cksum < $f; done; stat -c %a back/big"),
    steps.RemoveDirectory(name = "rmdir", dir = "build/copied"),
    sh("removed", "test ! -e copied && echo gone"),
]))]
c["schedulers"] = [schedulers.ForceScheduler(name = "force", builderNames = ["all"])]
"#
    )
}

/// A repository with one commit.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "git init -q -b main && echo 'int main(void) { return 0; }' > a.c && git add a.c \
                  && git -c user.name=J -c user.email=j@example.org commit -q -m first";
    let made = Command::new("sh")
        .args(["-c", script])
        .current_dir(folder.path())
        .status();
    assert!(made.expect("git runs").success());
    folder
}

/// A worker's program. Ended when it goes out of use.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Makes a worker with `create` and starts it with `start`, each of them a command that lacks its last words.
fn worker(mut create: Command, mut start: Command, folder: &Path, port: u16) -> Worker {
    let address = format!("127.0.0.1:{port}");
    let made = create
        .arg(folder)
        .args([&address, "far", "sesame"])
        .stdout(Stdio::null())
        .status();
    assert!(made.expect("it runs").success());
    let started = start.arg(folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Worker(started.expect("it starts"))
}

/// Buildbot's own of a virtual environment; none where it is not installed.
fn of_buildbot(variable: &str, usual: &str, what: &str, folder: &Path, port: u16) -> Option<Worker> {
    let usual = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../target/tools")
        .join(usual);
    let environment = std::env::var_os(variable).map_or(usual, PathBuf::from);
    let program = environment.join("bin/buildbot-worker");
    if !program.exists() {
        skip(&format!(
            "set {variable} to a virtual environment with the worker of {what}"
        ));
        return None;
    }
    let command = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.args(words);
        command
    };
    Some(worker(
        command(&["create-worker", "-q"]),
        command(&["start", "--nodaemon"]),
        folder,
        port,
    ))
}

fn of_outpost(outpost: &Outpost, folder: &Path, port: u16) -> Worker {
    let command = |words: &[&str]| {
        let mut command = outpost.command();
        command.args(words);
        command
    };
    worker(
        command(&["worker", "create"]),
        command(&["worker", "start", "--nodaemon"]),
        folder,
        port,
    )
}

async fn every_step(start: impl FnOnce(&Outpost, &Path, u16) -> Option<Worker>) {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("an address").port()
    };
    let repository = repository();
    let text = configuration(port, &format!("file://{}", repository.path().display()));
    let mut outpost = Outpost::prepared();
    let folder = outpost.home().join("config");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("master.star"), text).expect("a file");
    outpost.run(&["--no-tray"]).await;
    let listens = json!(format!("127.0.0.1:{port}"));
    until(&outpost, "the port", |page| page["ports"][0]["listens"] == listens).await;
    let folder = tempfile::tempdir().expect("a folder");
    let Some(_worker) = start(&outpost, &folder.path().join("worker"), port) else {
        return;
    };
    until(&outpost, "its arrival", |page| page["workers"][0]["connected"] == true).await;
    outpost.ok(&["force", "all"]);
    let build = outpost.built("all", 1).await;
    let steps = outpost.rest("builds/1/steps").await;
    for step in steps["steps"].as_array().expect("steps") {
        let wanted = if RED.iter().any(|red| step["name"] == *red) {
            FAILURE
        } else {
            SUCCESS
        };
        assert_eq!(step["results"], wanted, "{step:#}");
    }
    assert_eq!(build["results"], SUCCESS, "{build:#}");
    let log = |step: &str| outpost.ok(&["log", "all/1", "--step", step]);
    let has = |step: &str, part: &str| assert!(log(step).contains(part), "{step}: {}", log(step));
    has("sources", "int main(void) { return 0; }");
    has("lines", "out\n");
    has("lines", "hello\n");
    has("lines", "no end\n");
    has("stdin", "some input");
    has("pty", "a terminal");
    has("timeout", "command timed out: 1 seconds without output");
    has("many lines", "\n9999\n10000\n10001\n");
    has("rendered", "\nfound\n");
    has("copied", "some text\n");
    has("copied", "{\"a\": [1, 2]}");
    has("removed", "gone");
    let sum = |step: &str| {
        let text = log(step);
        let sums = text.lines().filter(|line| line.ends_with(" 3000000"));
        sums.map(str::to_owned).collect::<Vec<_>>()
    };
    let big = sum("big");
    assert_eq!(big.len(), 1);
    assert_eq!(sum("the same"), vec![big[0].clone(); 5]);
    has("the same", "\n640\n");
}

/// Waits until the page Workers is as wanted.
async fn until(outpost: &Outpost, what: &str, wanted: impl Fn(&Value) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let page = outpost.call("workers", json!({})).await;
        if wanted(&page) {
            return;
        }
        assert!(Instant::now() < deadline, "{what} did not happen: {page:#}");
        tokio::time::sleep(LOOK).await;
    }
}

#[tokio::test]
async fn on_buildbots_worker() {
    every_step(|_, folder, port| of_buildbot("OUTPOST_TEST_BUILDBOT", "buildbot", "Buildbot 4.3", folder, port)).await;
}

#[tokio::test]
async fn on_an_older_worker() {
    let older = |_: &Outpost, folder: &Path, port| {
        of_buildbot(
            "OUTPOST_TEST_BUILDBOT_OLD",
            "buildbot-old",
            "Buildbot 3.11",
            folder,
            port,
        )
    };
    every_step(older).await;
}

#[tokio::test]
async fn on_our_worker() {
    every_step(|outpost, folder, port| Some(of_outpost(outpost, folder, port))).await;
}

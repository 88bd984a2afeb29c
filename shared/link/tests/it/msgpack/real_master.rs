//! Our worker on a real master.

use super::rig::{soon, work, work_for};
use crate::buildbot::{Generation, Master, environment};
use link::{ConnectError, Connected, Login};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use worker::{Ended, Owner};

const SUCCESS: i64 = 0;
const FAILURE: i64 = 2;
const RETRY: i64 = 5;
const CANCELLED: i64 = 6;

const CONFIGURATION: &str = r#"
from twisted.internet import defer

c["protocols"] = {"msgpack_experimental_v7": {"port": PORT}}
HERE = os.path.join(os.path.dirname(basedir), "up")
os.makedirs(HERE)


class Hidden(buildstep.BuildStep):
    @defer.inlineCallbacks
    def run(self):
        words = ["echo", ("obfuscated", "real", "XXX")]
        command = remotecommand.RemoteShellCommand("build", words, logEnviron=False)
        log = yield self.addLog("stdio")
        command.useLog(log)
        yield self.runCommand(command)
        return command.results()


everything = [
    sh("env", "echo $A; pwd; echo oops >&2; printf tail", env={"A": ["x", "${HOME}"]}),
    steps.ShellCommand(name="pty", command="test -t 1 && echo terminal", usePTY=True, logEnviron=False),
    steps.ShellCommand(name="stdin", command=["cat"], initialStdin="from the master\n", logEnviron=False),
    Hidden(name="hidden"),
    sh("logs", "echo first > l.log; sleep 0.1; echo last >> l.log", logfiles={"l": "l.log"}),
    sh("long", "head -c 9000 /dev/zero | tr '\\0' x; echo; echo é"),
    sh("rc", "exit 3", haltOnFailure=False, flunkOnFailure=False),
    sh("silent", "sleep 60", timeout=1, haltOnFailure=False, flunkOnFailure=False),
    sh("over", "sleep 60", maxTime=1, haltOnFailure=False, flunkOnFailure=False),
    sh("lines", "yes", max_lines=5, haltOnFailure=False, flunkOnFailure=False),
    steps.MakeDirectory(name="mkdir", dir="build/d/e"),
    sh("fill", "echo content > d/e/f; echo 2 > two.log"),
    steps.CopyDirectory(name="cpdir", src="build/d", dest="build/copy"),
    steps.FileExists(name="stat", file="build/copy/e/f"),
    steps.FileUpload(name="upload", workersrc="d/e/f", masterdest=os.path.join(HERE, "f"), keepstamp=True),
    steps.DirectoryUpload(name="uploaddir", workersrc="copy", masterdest=os.path.join(HERE, "dir"), compress="gz"),
    steps.MultipleFileUpload(name="glob", workersrcs=["*.log"], masterdest=os.path.join(HERE, "logs"), glob=True),
    steps.RemoveDirectory(name="rmdir", dir="build/copy"),
    sh("gone", "test ! -e copy"),
    steps.StringDownload("content", name="download", workerdest="down", haltOnFailure=False, flunkOnFailure=False),
]
builder("everything", *everything)
builder("slow", sh("sleep", "echo started; sleep 60"))
builder("short", sh("wait", "echo started; while ! test -e go; do sleep 0.05; done"), sh("second", "echo last"))
"#;

/// A worker of ours on a master.
struct Attached {
    owner: Owner,
    closed: CancellationToken,
    worker: JoinHandle<Ended>,
    folder: TempDir,
}

async fn connect(master: &Master, password: &str) -> Result<Connected, ConnectError> {
    let stream = TcpStream::connect(("127.0.0.1", master.port)).await.unwrap();
    let login = Login {
        name: "one".to_owned(),
        password: password.to_owned(),
    };
    let address = format!("ws://127.0.0.1:{}", master.port);
    soon(link::msgpack::connect(stream, &address, "/", login)).await
}

async fn attach(master: &Master) -> Attached {
    let folder = tempfile::tempdir().unwrap();
    let connected = connect(master, "s3cret").await.unwrap();
    let owner = Owner::default();
    let worker = work_for(owner.clone(), connected.end, folder.path());
    soon(connected.accepted).await.unwrap().unwrap();
    master.attached("one", true).await;
    Attached {
        owner,
        closed: connected.closed,
        worker,
        folder,
    }
}

#[tokio::test]
async fn a_real_master_builds_on_a_worker_of_ours() {
    let Some(buildbot) = environment(Generation::New) else {
        return;
    };
    let master = Master::start(&buildbot, CONFIGURATION).await;
    let worker = attach(&master).await;
    everything(&master, &worker).await;
    doors(&master).await;
    interrupt(&master).await;
    let worker = lost(&master, worker).await;
    leave(&master, worker).await;
    master.stop().await;
}

async fn everything(master: &Master, worker: &Attached) {
    let built = master.build("everything").await;
    let stdout = |step: &str| built.step(step).stdout();
    let build = worker.folder.path().join("everything/build");
    assert_eq!(stdout("env"), format!("x:/srv/bb/home\n{}\ntail\n", build.display()));
    assert_eq!(built.step("env").stderr(), "oops\n");
    assert_eq!(stdout("pty"), "terminal\n");
    assert_eq!(stdout("stdin"), "from the master\n");
    assert_eq!(stdout("hidden"), "real\n");
    let header = built.step("hidden").header();
    assert!(header.contains("echo XXX") && !header.contains("real"), "{header}");
    assert_eq!(built.step("logs").log("l"), "ofirst\nolast\n");
    // The original loses more than half of such a line.
    let long = stdout("long");
    assert_eq!(long.matches('x').count(), 9000);
    assert!(long.ends_with("é\n"));
    let reason = |step: &str| built.step(step).header();
    assert!(
        reason("silent").contains("1 seconds without output"),
        "{}",
        reason("silent")
    );
    assert!(reason("over").contains("1 seconds elapsed"), "{}", reason("over"));
    assert!(reason("lines").contains("exceeds max lines"), "{}", reason("lines"));
    // What this master cannot do is told plainly.
    assert!(
        built.step("download").stderr().contains("--protocol=pb"),
        "{:?}",
        built.step("download")
    );
    for step in &built.steps {
        let wanted = match step.name.as_str() {
            "rc" | "silent" | "over" | "lines" | "download" => FAILURE,
            _ => SUCCESS,
        };
        assert_eq!(step.results, wanted, "{step:?}");
    }
    assert_eq!(
        built
            .steps
            .iter()
            .filter(|step| step.name != "worker_preparation")
            .count(),
        20,
        "{built:?}"
    );
    let up = |name: &str| std::fs::read_to_string(master.folder.path().join("up").join(name)).unwrap();
    assert_eq!(
        (up("f"), up("dir/e/f"), up("logs/two.log")),
        ("content\n".into(), "content\n".into(), "2\n".into())
    );
}

/// Wrong passwords, and a second worker of the same name.
async fn doors(master: &Master) {
    let refused = connect(master, "wrong").await;
    assert!(matches!(refused, Err(ConnectError::Refused { .. })), "{refused:?}");
    let connected = connect(master, "s3cret").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let second = work(connected.end, folder.path());
    let accepted = soon(connected.accepted).await.unwrap();
    assert!(matches!(accepted, Err(ConnectError::Rejected { .. })), "{accepted:?}");
    assert_eq!(soon(second).await.unwrap(), Ended::Lost);
}

async fn interrupt(master: &Master) {
    let build = master.build_of(master.force("slow").await, 0).await;
    master.printed(build, "sleep", "started").await;
    master
        .order(&format!("builds/{build}"), "stop", json!({"reason": "enough"}))
        .await;
    let built = master.finished(build).await;
    assert_eq!(built.step("sleep").results, CANCELLED);
    assert!(built.step("sleep").header().contains("command interrupted"));
}

/// The build is done again when the worker is back.
async fn lost(master: &Master, worker: Attached) -> Attached {
    let request = master.force("slow").await;
    let build = master.build_of(request, 0).await;
    master.printed(build, "sleep", "started").await;
    worker.closed.cancel();
    assert_eq!(soon(worker.worker).await.unwrap(), Ended::Lost);
    assert_eq!(master.finished(build).await.results, RETRY);
    let back = attach(master).await;
    let again = master.build_of(request, 1).await;
    master.printed(again, "sleep", "started").await;
    master
        .order(&format!("builds/{again}"), "stop", json!({"reason": "enough"}))
        .await;
    master.finished(again).await;
    back
}

/// No master of this protocol can be asked: the build that runs ends well, and then the worker goes.
async fn leave(master: &Master, worker: Attached) {
    let build = master.build_of(master.force("short").await, 0).await;
    master.printed(build, "wait", "started").await;
    worker.owner.leave();
    std::fs::write(worker.folder.path().join("short/build/go"), "").unwrap();
    assert_eq!(soon(worker.worker).await.unwrap(), Ended::Shutdown);
    let built = master.finished(build).await;
    assert_eq!(
        (built.results, built.step("second").stdout()),
        (SUCCESS, "last\n".to_owned())
    );
    master.attached("one", false).await;
}

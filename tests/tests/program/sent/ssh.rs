//! `buildbot try --connect=ssh` through a real ssh server on this machine, which starts `outpost tryserver`.

use super::*;
use std::net::TcpListener;
use std::process::{Child, Stdio};
use tempfile::TempDir;
use tests::{has, program};

/// A server with keys of its own, for the user of this test.
pub struct Server {
    child: Child,
    folder: TempDir,
    /// Where it listens, on the loopback.
    pub port: u16,
}

impl Server {
    /// Starts one, or says what is not installed.
    pub fn start() -> Option<Server> {
        let daemon = Path::new("/usr/sbin/sshd");
        if !daemon.exists() || !has("ssh") || !has("ssh-keygen") {
            skip("install openssh-server and openssh-client to send changes through them");
            return None;
        }
        // Where it locks itself up; without it, it does not start as root.
        let _ = std::fs::create_dir_all("/run/sshd");
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        for key in ["host", "user"] {
            let made = std::process::Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f", &path(key)])
                .status();
            assert!(made.expect("ssh-keygen runs").success());
        }
        std::fs::copy(path("user.pub"), path("authorized")).expect("a file");
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("a port")
            .local_addr()
            .expect("one")
            .port();
        let configuration = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\n\
             StrictModes no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n",
            path("host"),
            path("authorized")
        );
        std::fs::write(path("sshd_config"), configuration).expect("a file");
        let child = std::process::Command::new(daemon)
            .args(["-D", "-f", &path("sshd_config"), "-E", &path("log")])
            .stdin(Stdio::null())
            .spawn()
            .expect("sshd runs");
        Some(Server { child, folder, port })
    }

    /// Waits until it can be reached.
    pub async fn answers(&self) {
        let deadline = Instant::now() + PATIENCE;
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(Instant::now() < deadline, "{}", self.log());
            tokio::time::sleep(LOOK).await;
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The words that reach it.
    pub fn ssh(&self) -> String {
        let key = self.folder.path().join("user");
        format!(
            "ssh -F none -i {} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null",
            key.display()
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // On the way out of a test there is nothing better to do than to try.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Who runs this.
pub fn user() -> String {
    let told = std::process::Command::new("id").arg("-un").output().expect("id runs");
    String::from_utf8_lossy(&told.stdout).trim().to_owned()
}

async fn by_ssh(generation: Generation) {
    let Some(buildbot) = buildbot(generation) else { return };
    let Some(server) = Server::start() else { return };
    server.answers().await;
    let (repository, revision) = repository();
    let mut outpost = Outpost::prepared();
    let jobs = outpost.home().join("jobs");
    let scheduler = format!(
        "schedulers.Try_Jobdir(name=\"jobs\", builderNames=[\"tree\", \"try-a\"], jobdir=\"{}\")",
        jobs.display()
    );
    configure(&outpost, &configuration(&scheduler, &repository));
    outpost.run(&["--no-tray"]).await;
    let deadline = Instant::now() + PATIENCE;
    while !jobs.join("cur").is_dir() || !jobs.join("new").is_dir() {
        assert!(Instant::now() < deadline, "there is no {}", jobs.display());
        tokio::time::sleep(LOOK).await;
    }
    let options = [
        "--connect=ssh".to_owned(),
        "--host=127.0.0.1".to_owned(),
        format!("--port={}", server.port),
        format!("--username={}", user()),
        format!("--jobdir={}", jobs.display()),
        format!("--buildbotbin={}", program().display()),
        format!("--ssh={}", server.ssh()),
        "--builder=try-a".to_owned(),
        "--builder=tree".to_owned(),
        "--who=alice".to_owned(),
        "--property=fruit=pear".to_owned(),
    ];
    let all: Vec<&str> = options.iter().map(String::as_str).collect();
    let sent = try_it(&buildbot, &revision, PATCH, &all).await;
    assert_eq!(sent.code, Some(0), "{sent:?}\n{}", server.log());
    let set = sets(&outpost, 1).await.remove(0);
    assert_eq!(set["reason"], "'try' job by user alice");
    assert_eq!(set["sourcestamps"][0]["patch"]["author"], "alice");
    until(&outpost, "buildsets", |answer| answer["buildsets"][0]["results"] == 0).await;
    assert!(outpost.ok(&["log", "try-a/1"]).contains("fruit is pear"));
    assert!(outpost.ok(&["log", "tree/1"]).contains("f is new"));

    // Buildbot's client waits for ever after a failure over there, so it is not asked here.
    let ssh = server.ssh();
    let mut words = ssh.split(' ');
    let lost = Command::new(words.next().expect("ssh"))
        .args(words)
        .args(["-p", &server.port.to_string(), "-l", &user(), "127.0.0.1"])
        .arg(program())
        .args(["tryserver", "--jobdir", "/nowhere"])
        .stdin(Stdio::null())
        .output()
        .await
        .expect("ssh runs");
    let said = String::from_utf8_lossy(&lost.stderr);
    assert_eq!(lost.status.code(), Some(4), "{said}");
    assert!(said.contains("there is no folder /nowhere/tmp"), "{said}");
}

#[tokio::test]
async fn a_new_client_over_ssh() {
    by_ssh(Generation::New).await;
}

#[tokio::test]
async fn an_old_client_over_ssh() {
    by_ssh(Generation::Old).await;
}

#[test]
fn what_cannot_be_delivered_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["tmp", "new", "cur"] {
        std::fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    let run = |input: Stdio| {
        let output = std::process::Command::new(program())
            .args(["tryserver", "--jobdir"])
            .arg(folder.path())
            .stdin(input)
            .output();
        output.expect("the program starts")
    };
    let nothing = run(Stdio::null());
    assert_eq!(nothing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("empty"));
    let job = folder.path().join("job");
    let big = std::fs::File::create(&job).expect("a file");
    big.set_len((64 << 20) + 1).expect("a long file");
    let big = run(std::fs::File::open(&job).expect("a file").into());
    assert_eq!(big.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&big.stderr).contains("67108864"));
    for name in ["tmp", "new"] {
        let left = std::fs::read_dir(folder.path().join(name)).expect("a folder").count();
        assert_eq!(left, 0, "{name}");
    }
}

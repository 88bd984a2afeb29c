//! By a real sshd on this machine into a real master's job folder.

use crate::buildbot::{Master, free_port};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use submit::Arrived;
use submit::ssh::SshWay;
use tempfile::TempDir;
use tokio::process::{Child, Command};

const SSHD: &str = "/usr/sbin/sshd";

/// A version 4 job for the builder `a`.
fn job_file() -> Vec<u8> {
    let patch = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-1\n+2\n";
    let fields = [
        "4",
        "1700000000.5-14",
        "main",
        "abc123",
        "1",
        patch,
        "",
        "proj",
        "ann",
        "why",
        "a",
    ];
    let netstring = |field: &&str| format!("{}:{field},", field.len());
    fields.iter().map(netstring).collect::<String>().into_bytes()
}

struct Sshd {
    _child: Child,
    folder: TempDir,
    port: u16,
}

impl Sshd {
    async fn start() -> Option<Sshd> {
        if !Path::new(SSHD).exists() {
            println!("SKIPPED: {SSHD} is not installed");
            return None;
        }
        // Where it goes when it gives up its rights; the system makes it when its own sshd starts.
        let _ = std::fs::create_dir_all("/run/sshd");
        let folder = TempDir::new().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        for key in ["host", "user", "other"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(at(key))
                .status()
                .await;
            assert!(made.expect("ssh-keygen runs").success());
        }
        std::fs::copy(at("user.pub"), at("authorized_keys")).expect("a file");
        let port = free_port();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized_keys\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nStrictModes no\nPidFile none\nUsePAM no\n",
            folder.path().display()
        );
        std::fs::write(at("config"), config).expect("a file");
        let known = std::fs::read_to_string(at("host.pub")).expect("a key");
        std::fs::write(at("known"), format!("[127.0.0.1]:{port} {known}")).expect("a file");
        std::fs::write(at("unknown"), "").expect("a file");
        let child = Command::new(SSHD)
            .arg("-D")
            .arg("-f")
            .arg(at("config"))
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("sshd runs");
        let deadline = Instant::now() + Duration::from_secs(30);
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(Instant::now() < deadline, "sshd does not listen");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(Sshd {
            _child: child,
            folder,
            port,
        })
    }

    fn way(&self, key: &str, known: &str, jobdir: &Path, buildbot: &Path) -> SshWay {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        SshWay {
            host: "127.0.0.1".to_owned(),
            user: String::new(),
            port: Some(self.port),
            jobdir: jobdir.display().to_string(),
            ssh: format!(
                "ssh -F none -o IdentitiesOnly=yes -i '{}' -o UserKnownHostsFile='{}' -o StrictHostKeyChecking=yes",
                at(key),
                at(known)
            ),
            buildbotbin: buildbot.display().to_string(),
        }
    }
}

#[tokio::test]
async fn a_job_gets_into_the_folder_and_every_failure_has_its_own_sentence() {
    let Some(sshd) = Sshd::start().await else { return };
    let Some(master) = Master::start().await else { return };
    let buildbot = master.environment.join("bin/buildbot");
    let jobdir = master.jobdir();
    let job = job_file();

    let way = sshd.way("user", "known", &jobdir, &buildbot);
    way.deliver(&job, submit::patience(job.len())).await.expect("delivered");
    let (set, stamp) = master.only_stamp().await;
    assert_eq!(set["external_idstring"], "1700000000.5-14");
    assert_eq!(stamp["patch"]["author"], "ann");

    let nowhere = PathBuf::from("/nowhere/bin/buildbot");
    let table = [
        (
            sshd.way("user", "unknown", &jobdir, &buildbot),
            "its host key is not known",
            Arrived::No,
            false,
        ),
        (
            sshd.way("other", "known", &jobdir, &buildbot),
            "does not let this user in",
            Arrived::No,
            false,
        ),
        (
            sshd.way("user", "known", &jobdir, &nowhere),
            "has no program",
            Arrived::No,
            false,
        ),
        (
            sshd.way("user", "known", Path::new("/nowhere"), &buildbot),
            "has no job folder",
            Arrived::No,
            false,
        ),
        (
            SshWay {
                port: Some(free_port()),
                ..sshd.way("user", "known", &jobdir, &buildbot)
            },
            "it cannot be reached",
            Arrived::No,
            true,
        ),
        (
            SshWay {
                ssh: "no-such-ssh".to_owned(),
                ..way.clone()
            },
            "cannot be run",
            Arrived::No,
            false,
        ),
        (
            SshWay {
                host: "-oProxyCommand=x".to_owned(),
                ..way.clone()
            },
            "is no host's name",
            Arrived::No,
            false,
        ),
    ];
    for (way, says, arrived, passing) in table {
        let error = way.deliver(&job, submit::patience(job.len())).await.expect_err(says);
        assert!(error.message.contains(says), "{error}, not: {says}");
        assert_eq!((error.arrived, error.passing), (arrived, passing), "{error}");
        assert!(passing || error.hint.is_some(), "{error}");
    }
}

#[tokio::test]
async fn what_takes_too_long_is_ended() {
    let way = SshWay {
        host: "h".to_owned(),
        jobdir: "/jobs".to_owned(),
        ssh: "sh -c 'exec sleep 1000' sh".to_owned(),
        ..SshWay::default()
    };
    let error = way
        .deliver(b"x", Duration::from_millis(300))
        .await
        .expect_err("too long");
    assert_eq!(error.arrived, Arrived::Maybe);
}

/// A way that runs a script in ssh's place, and a pipe by which the script can be held or seen.
fn scripted(script: &str) -> (SshWay, TempDir, PathBuf) {
    let folder = TempDir::new().expect("a temporary folder");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let script = script.replace("PIPE", &pipe.display().to_string());
    let way = SshWay {
        host: "h".to_owned(),
        jobdir: "/jobs".to_owned(),
        ssh: format!("sh -c '{script}' sh"),
        ..SshWay::default()
    };
    (way, folder, pipe)
}

#[tokio::test]
async fn a_connection_that_stays_in_the_background_is_not_waited_for() {
    let (way, _folder, pipe) = scripted("cat PIPE & cat >/dev/null");
    // What reads it stays as long as this is open.
    let held = std::fs::File::options().read(true).write(true).open(pipe);
    let delivered = way.deliver(b"x", Duration::from_secs(10)).await;
    drop(held.expect("the pipe"));
    delivered.expect("delivered");
}

#[tokio::test]
async fn a_delivery_that_is_given_up_leaves_nothing_running() {
    let (way, _folder, pipe) = scripted("exec 9>PIPE; sleep 1000 & sleep 1000");
    let delivering = tokio::spawn(async move { way.deliver(b"x", submit::patience(1)).await });
    let opening = tokio::task::spawn_blocking(move || std::fs::File::open(pipe).expect("the pipe"));
    let mut pipe = opening.await.expect("the pipe");
    delivering.abort();
    let ended = tokio::task::spawn_blocking(move || std::io::copy(&mut pipe, &mut std::io::sink()));
    ended.await.expect("the pipe's end").expect("the pipe's end");
}

#[test]
fn the_command_is_that_of_buildbots_own_client() {
    let way = SshWay {
        host: "h".to_owned(),
        user: "u".to_owned(),
        port: Some(2222),
        jobdir: "my jobs".to_owned(),
        ssh: "plink -agent".to_owned(),
        buildbotbin: String::new(),
    };
    let argv = way.argv().expect("words");
    assert_eq!(
        argv,
        [
            "plink",
            "-agent",
            "-l",
            "u",
            "-p",
            "2222",
            "h",
            "buildbot",
            "tryserver",
            "--jobdir",
            "'my jobs'"
        ]
    );
    let own = SshWay {
        ssh: String::new(),
        ..way
    };
    let argv = own.argv().expect("words");
    assert_eq!(argv[..5], ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20"]);
}

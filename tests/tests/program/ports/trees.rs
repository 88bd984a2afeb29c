//! Trees of Subversion and Mercurial on workers of other machines, with a change of every kind and of five megabytes.

use super::*;
use std::process::Output;

/// Makes the first tree in the current folder.
const BEGIN: &str = r"seq 1 30 > plain.txt; printf 'a\r\nb\r\n' > crlf.txt; seq 1 40 > 'old name.txt'; mkdir dir
    echo only > dir/only.txt; head -c 5000 /dev/urandom > data.bin; : > empty; echo '#!/bin/sh' > run.sh
    chmod +x run.sh; ln -s plain.txt link; echo text > becomes-link; echo früher > ünïcode.txt";

/// Changes it; the patch is of about five megabytes.
const CHANGE: &str = r"sed -i s/^3$/three/ plain.txt; printf 'a\r\nB\r\n' > crlf.txt; mv 'old name.txt' 'new name.txt'
    rm -r dir empty becomes-link; ln -s plain.txt becomes-link; ln -sf crlf.txt link; chmod -x run.sh
    head -c 5000 /dev/urandom > data.bin; mkdir -p new/deep; echo new > new/deep/file; printf 'caf\351\n' > latin
    : > empty-new; echo später > ünïcode.txt; head -c 4000000 /dev/urandom > big.bin; echo '#!/bin/sh' > new.sh
    chmod +x new.sh";

/// Tells what the tree in the current folder is, a line for each file: name, kind and check sum.
const TELL: &str = r#"find . \( -name .svn -o -name .hg -o -name .git \) -prune -o \( -type f -o -type l \) -print | LC_ALL=C sort |
    while read -r f; do if test -L "$f"; then echo "$f is $(readlink "$f")"
    else echo "$f is $(test -x "$f" && echo x || echo -) $(cksum < "$f")"; fi; done"#;

fn sh(folder: &Path, script: &str) -> String {
    let output: Output = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(folder)
        .envs([
            ("LC_ALL", "C.UTF-8"),
            ("HGRCPATH", "/dev/null"),
            ("HGUSER", "Ada <ada@example.org>"),
        ])
        .output()
        .expect("a shell");
    assert!(
        output.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// A team's repositories, and a change that nobody has committed.
struct Team {
    folder: TempDir,
    plain: String,
    changed: String,
    patch: Vec<u8>,
}

impl Team {
    /// None where a system is not installed.
    fn new() -> Option<Team> {
        for program in ["svnadmin", "hg"] {
            if Command::new(program).arg("--version").output().is_err() {
                skip(&format!("install {program}"));
                return None;
            }
        }
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let git = "git -c user.name=A -c user.email=a@example.org";
        sh(folder.path(), "mkdir dev && git init -q dev");
        sh(
            &at("dev"),
            &format!("{BEGIN}\n{git} add -A -f && {git} commit -q -m begin"),
        );
        sh(
            folder.path(),
            "svnadmin create svn && svn import -q --no-ignore -m begin dev file://$PWD/svn/trunk \
             && svn rm -q -m own file://$PWD/svn/trunk/.git && cp -a dev hg && rm -rf hg/.git && cd hg && hg init \
             && hg addremove -q && hg commit -q -m begin",
        );
        let plain = sh(&at("dev"), TELL);
        sh(&at("dev"), CHANGE);
        let changed = sh(&at("dev"), TELL);
        sh(
            &at("dev"),
            &format!("{git} add -A -f && {git} diff --cached --binary --full-index -M --output=../patch"),
        );
        let patch = std::fs::read(at("patch")).expect("the patch");
        assert!(patch.len() > 4_500_000, "{}", patch.len());
        Some(Team {
            folder,
            plain,
            changed,
            patch,
        })
    }

    fn configuration(&self, ports: &str) -> String {
        let folder = self.folder.path().display();
        format!(
            r#"
c = BuildmasterConfig = {{}}
c["workers"] = [{FAR}]
c["protocols"] = {{{ports}}}
env = {{"LC_ALL": "C.UTF-8", "HGRCPATH": "/dev/null"}}
def builder(name, source):
    return util.BuilderConfig(name=name, workernames=["far"], factory=util.BuildFactory([
        source,
        steps.ShellCommand(name="tell", command=["sh", "-c", r'''{TELL}'''], env=env, logEnviron=False),
    ]))
c["builders"] = [
    builder("svn", steps.SVN(name="get", repourl="file://{folder}/svn/trunk", env=env, logEnviron=False)),
    builder("hg", steps.Mercurial(name="get", repourl="{folder}/hg", env=env, logEnviron=False)),
]
c["schedulers"] = [
    schedulers.ForceScheduler(name="force", builderNames=["svn", "hg"]),
    schedulers.Try_Jobdir("jobs", ["svn", "hg"], "jobs"),
]
"#
        )
    }

    fn revision(&self, builder: &str) -> String {
        let folder = self.folder.path();
        match builder {
            "svn" => sh(folder, "svn info --show-item revision file://$PWD/svn"),
            _ => sh(folder, "hg -R hg log -r . --template {node}"),
        }
    }
}

/// A job in format 4, which takes any bytes.
fn job(builder: &str, revision: &str, patch: &[u8]) -> Vec<u8> {
    let builder = builder.as_bytes();
    let fields: [&[u8]; 11] = [
        b"4",
        b"1",
        b"",
        revision.as_bytes(),
        b"1",
        patch,
        b"",
        b"",
        b"ada",
        b"",
        builder,
    ];
    let netstring = |field: &[u8]| [format!("{}:", field.len()).as_bytes(), field, b","].concat();
    fields.into_iter().flat_map(netstring).collect()
}

/// Delivers a job as `tryserver` does.
fn deliver(outpost: &Outpost, name: &str, job: &[u8]) {
    let folder = outpost.home().join("data/master/jobs");
    std::fs::write(folder.join("tmp").join(name), job).expect("a file");
    std::fs::rename(folder.join("tmp").join(name), folder.join("new").join(name)).expect("moved");
}

/// Waits for a build that is a success, and gives what its tree is.
async fn tree(outpost: &Outpost, builder: &str, number: i64) -> String {
    let build = outpost.built(builder, number).await;
    let name = format!("{builder}/{number}");
    if build["results"] != 0 {
        panic!("{build:#}\n{}", outpost.ok(&["log", &name, "--step", "get"]));
    }
    let log = outpost.ok(&["log", &name, "--step", "tell"]);
    let lines: Vec<&str> = log.lines().filter(|line| line.starts_with("./")).collect();
    lines.join("\n")
}

async fn patch_applied(outpost: &Outpost, build: usize) -> Value {
    let properties = outpost.rest(&format!("builds/{build}/properties")).await;
    properties["properties"][0]["patch_applied"][0].clone()
}

async fn every_change_arrives(ports: &str, far: impl FnOnce(&Outpost) -> Option<Far>) {
    let Some(team) = Team::new() else { return };
    let outpost = start(&team.configuration(ports)).await;
    page(&outpost, "the port", |page| page["ports"][0]["listens"].is_string()).await;
    let Some(_far) = far(&outpost) else { return };
    page(&outpost, "its arrival", |page| connected(page, "far")).await;
    for (at, builder) in ["svn", "hg"].into_iter().enumerate() {
        let revision = team.revision(builder);
        outpost.ok(&["force", builder]);
        assert_eq!(tree(&outpost, builder, 1).await, team.plain);
        deliver(
            &outpost,
            &format!("{builder}-good"),
            &job(builder, &revision, &team.patch),
        );
        assert_eq!(tree(&outpost, builder, 2).await, team.changed);
        assert_eq!(patch_applied(&outpost, at * 5 + 2).await, json!(true));
        outpost.ok(&["force", builder]);
        assert_eq!(tree(&outpost, builder, 3).await, team.plain);
        let misfit =
            "diff --git a/plain.txt b/plain.txt\n--- a/plain.txt\n+++ b/plain.txt\n@@ -1 +1 @@\n-x\n+patched\n";
        deliver(
            &outpost,
            &format!("{builder}-bad"),
            &job(builder, &revision, misfit.as_bytes()),
        );
        let build = outpost.built(builder, 4).await;
        assert_eq!(build["results"], 2, "{build:#}");
        assert_eq!(patch_applied(&outpost, at * 5 + 4).await, json!(false));
        let steps = outpost.rest(&format!("builds/{}/steps", at * 5 + 4)).await;
        let steps = steps["steps"].as_array().expect("steps");
        let got = steps.iter().find(|step| step["name"] == "get").expect("the step");
        assert_eq!(got["state_string"], "update (failure) (patch not applied)");
        let rejects = outpost.ok(&[
            "log",
            &format!("{builder}/4"),
            "--step",
            "get",
            "--log",
            "plain.txt.rej",
        ]);
        assert!(rejects.contains("+patched"), "{rejects}");
        outpost.ok(&["force", builder]);
        assert_eq!(tree(&outpost, builder, 5).await, team.plain);
    }
}

#[tokio::test]
async fn on_buildbots_worker() {
    let port = free_port();
    every_change_arrives(&pb(port), |_| Far::of_buildbot(port, "sesame", &[])).await;
}

#[tokio::test]
async fn on_buildbots_worker_over_msgpack() {
    let port = free_port();
    let ports = format!(r#""msgpack_experimental_v7": {{"port": "tcp:{port}:interface=127.0.0.1"}}"#);
    every_change_arrives(&ports, |_| {
        Far::of_buildbot(port, "sesame", &["--protocol=msgpack_experimental_v7"])
    })
    .await;
}

#[tokio::test]
async fn on_our_worker_over_msgpack() {
    let port = free_port();
    let ports = format!(r#""msgpack_experimental_v7": {{"port": "tcp:{port}:interface=127.0.0.1"}}"#);
    let address = format!("ws://127.0.0.1:{port}");
    every_change_arrives(&ports, |outpost| Some(Far::of_outpost(outpost, &address, "sesame"))).await;
}

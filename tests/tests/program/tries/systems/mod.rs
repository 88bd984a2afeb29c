//! Working copies of every system with every kind of change, made by the systems' own programs: the tree that a master's
//! worker builds is the working copy.

mod buildbot;
mod own;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use tests::{Outpost, has, skip};

/// Systems by the word of `--vc`, each with the program that must be there.
const SYSTEMS: [(&str, &str); 6] = [
    ("git", "git"),
    ("hg", "hg"),
    ("svn", "svnadmin"),
    ("bzr", "brz"),
    ("darcs", "darcs"),
    ("cvs", "cvs"),
];

/// What everything here is run with: the machine's own settings do not matter, and submodules may lie on this machine.
const ENVIRONMENT: [(&str, &str); 11] = [
    ("LC_ALL", "C.UTF-8"),
    ("HGRCPATH", "/dev/null"),
    ("HGUSER", "Ada <ada@example.org>"),
    ("BRZ_EMAIL", "Ada <ada@example.org>"),
    ("BZR_EMAIL", "Ada <ada@example.org>"),
    ("EMAIL", "ada@example.org"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_COUNT", "1"),
    ("GIT_CONFIG_KEY_0", "protocol.file.allow"),
    ("GIT_CONFIG_VALUE_0", "always"),
    ("BRZ_LOG", "/dev/null"),
];

/// How much of a change is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kinds {
    /// What the program `patch` can make: text, line ends, deletions, new files, moves, names of any kind.
    Text,
    /// Everything that the system knows.
    Every,
}

fn sh(folder: &Path, script: &str) -> String {
    let output = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(folder)
        .envs(ENVIRONMENT)
        .output()
        .expect("a shell");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}\n{complaints}");
    String::from_utf8(output.stdout).expect("text")
}

/// A folder with a repository and a working copy of each system that is installed.
struct Team {
    folder: TempDir,
    systems: Vec<&'static str>,
}

impl Team {
    fn new() -> Team {
        let team = Team {
            folder: TempDir::new().expect("a folder"),
            systems: SYSTEMS
                .iter()
                .filter(|(_, program)| installed(program))
                .map(|(word, _)| *word)
                .collect(),
        };
        let scripts = [
            ("commands.sh", include_str!("commands.sh")),
            ("tell.sh", include_str!("tell.sh")),
        ];
        for (name, text) in scripts {
            std::fs::write(team.path().join(name), text).expect("a script");
        }
        for system in &team.systems {
            let place = team.path().join(system);
            std::fs::create_dir(&place).expect("a folder");
            team.run(&place, system, "begin");
        }
        team
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, folder: &Path, system: &str, command: &str) {
        sh(folder, &format!("system={system}; . ../commands.sh; {command}"));
    }

    fn working_copy(&self, system: &str) -> PathBuf {
        self.path().join(system).join("mine")
    }

    /// Changes the working copy.
    fn change(&self, system: &str, kinds: Kinds) {
        let place = self.path().join(system);
        self.run(&place, system, "cd mine; change_text");
        if kinds == Kinds::Every {
            self.change_more(system);
        }
    }

    /// Changes also what `patch` cannot make.
    fn change_more(&self, system: &str) {
        self.run(&self.path().join(system), system, "cd mine; change_more");
    }

    /// What the working copy is: each file with its mode and check sum.
    fn tells(&self, system: &str) -> String {
        sh(self.path(), &format!("sh tell.sh {system}/mine"))
    }

    /// What the last build of a system's builder was made from.
    fn told(&self, system: &str) -> String {
        std::fs::read_to_string(self.path().join(format!("told-{system}"))).unwrap_or_default()
    }

    /// Builders of the systems' names, which check out, patch and tell their tree; `darcs` is the mode of that step.
    fn builders(&self, darcs: &str) -> String {
        let folder = self.path().display();
        format!(
            r#"
def builder(name, source):
    tell = "sh {folder}/tell.sh . > {folder}/told-" + name
    return util.BuilderConfig(name=name, workernames=["local"], factory=util.BuildFactory([
        source, steps.ShellCommand(name="tell", command=["sh", "-c", tell])]))
c["builders"] = [
    builder("git", steps.Git(repourl="{folder}/git/server", mode="full", method="clobber", submodules=True)),
    builder("hg", steps.Mercurial(repourl="{folder}/hg/server", mode="full", method="clobber", branchType="inrepo")),
    builder("svn", steps.SVN(repourl="file://{folder}/svn/server/trunk", mode="full", method="clobber")),
    builder("bzr", steps.Bzr(repourl="{folder}/bzr/server", mode="full", method="clobber")),
    builder("darcs", steps.Darcs(repourl="{folder}/darcs/server", {darcs})),
    builder("cvs", steps.CVS(cvsroot="{folder}/cvs/server", cvsmodule="module", mode="full", method="clobber")),
]
names = [b.name for b in c["builders"]]
"#
        )
    }

    /// Tries the working copy by `outpost try`: exit code, what was printed, and what was complained about.
    fn try_it(&self, outpost: &Outpost, system: &str, options: &[&str]) -> (Option<i32>, String, String) {
        let mut command = outpost.command();
        command.current_dir(self.working_copy(system));
        command.args(["try", "-b", system, "--untracked=all", "--wait", "--json"]);
        let output = command.args(options).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// Tries it, which must be a success of a tree that is the working copy.
    fn arrives(&self, outpost: &Outpost, system: &str, options: &[&str]) -> Value {
        let (wanted, status) = (self.tells(system), self.status(system));
        let (code, row, said) = self.try_it(outpost, system, options);
        assert_eq!(code, Some(0), "{system}: {row}{said}");
        assert_eq!(self.told(system), wanted, "{system}: {row}{said}");
        assert_eq!(self.status(system), status, "{system} was touched");
        serde_json::from_str(&row).expect("JSON")
    }

    /// What the system says of the working copy.
    fn status(&self, system: &str) -> String {
        sh(
            &self.path().join(system),
            &format!("system={system}; . ../commands.sh; cd mine; status"),
        )
    }
}

fn installed(program: &str) -> bool {
    let found = has(program);
    if !found {
        skip(&format!("install {program}"));
    }
    found
}

/// The program with the environment of the systems.
fn prepared() -> Outpost {
    ENVIRONMENT
        .iter()
        .fold(Outpost::prepared(), |outpost, (name, value)| outpost.with(name, value))
}

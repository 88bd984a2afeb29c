//! A team's repository of each system, with one developer's working copy.

use model::config::{BzrSource, CvsSource, DarcsSource, GitSource, MercurialSource, Render, Source, SvnSource, System};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Git,
    Svn,
    Mercurial,
    Bzr,
    Darcs,
    Cvs,
}

impl Which {
    pub fn program(self) -> &'static str {
        match self {
            Which::Git => "git",
            Which::Svn => "svn",
            Which::Mercurial => "hg",
            Which::Bzr => "brz",
            Which::Darcs => "darcs",
            Which::Cvs => "cvs",
        }
    }

    /// Whether it keeps symbolic links and who may run a file.
    pub fn keeps_modes(self) -> bool {
        !matches!(self, Which::Darcs | Which::Cvs)
    }
}

/// The repository is `FOLDER/repo`, the working copy `FOLDER/dev`, which is the same where a system has no centre.
pub struct Team {
    pub which: Which,
    folder: PathBuf,
    pub dev: PathBuf,
}

/// Nobody's settings but these.
pub fn environment(folder: &Path) -> Value {
    json!({
        "HOME": folder, "LC_ALL": "C.UTF-8", "HGRCPATH": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
    })
}

/// Runs a program, which must succeed, and gives what it says.
pub fn run(home: &Path, folder: &Path, program: &str, words: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(words).current_dir(folder);
    for (name, value) in environment(home).as_object().expect("variables") {
        command.env(name, value.as_str().expect("text"));
    }
    for name in ["HGUSER", "BRZ_EMAIL", "DARCS_EMAIL", "EMAIL"] {
        command.env(name, "Ada <ada@example.org>");
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Ada");
        command.env(format!("GIT_{who}_EMAIL"), "ada@example.org");
    }
    let output = command.output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program} {words:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

impl Team {
    /// An empty repository below `folder`; none where the system is not installed, which is told.
    pub fn new(which: Which, folder: &Path) -> Option<Team> {
        let program = which.program();
        if Command::new(program).arg("--version").output().is_err() {
            println!("SKIPPED: install {program}");
            return None;
        }
        let centre = matches!(which, Which::Svn | Which::Cvs);
        let dev = folder.join(if centre { "dev" } else { "repo" });
        let team = Team {
            which,
            folder: folder.to_owned(),
            dev,
        };
        team.begin();
        Some(team)
    }

    fn begin(&self) {
        std::fs::create_dir_all(&self.dev).expect("a folder");
        let root = self.root();
        match self.which {
            Which::Git => self.say(&["init", "-q", "-b", "main"]),
            Which::Mercurial | Which::Bzr | Which::Darcs => self.say(&["init", "-q"]),
            Which::Svn => {
                run(&self.folder, &self.folder, "svnadmin", &["create", "repo"]);
                let trunk = format!("{root}/trunk");
                self.say(&["mkdir", "-q", "-m", "begin", &trunk, &format!("{root}/branches")]);
                self.say(&["checkout", "-q", &trunk, "."])
            }
            Which::Cvs => {
                self.say(&["-d", &root, "init"]);
                self.say(&["-Q", "-d", &root, "import", "-m", "begin", "mod", "ADA", "begin"]);
                std::fs::remove_dir_all(&self.dev).expect("it is there");
                run(
                    &self.folder,
                    &self.folder,
                    "cvs",
                    &["-Q", "-d", &root, "checkout", "-d", "dev", "mod"],
                )
            }
        };
    }

    /// The repository's address.
    pub fn root(&self) -> String {
        let path = self.folder.join("repo").display().to_string();
        match self.which {
            Which::Svn => format!("file://{path}"),
            _ => path,
        }
    }

    /// Runs the system's program in the working copy.
    pub fn say(&self, words: &[&str]) -> String {
        run(&self.folder, &self.dev, self.which.program(), words)
    }

    /// Commits the working copy as it is. Gives the revision as a source stamp carries it.
    pub fn commit(&self) -> String {
        match self.which {
            Which::Git => {
                self.say(&["add", "-A", "-f"]);
                self.say(&["commit", "-q", "-m", "work"]);
                self.say(&["rev-parse", "HEAD"]).trim().to_owned()
            }
            Which::Svn => {
                self.say(&["add", "-q", "--force", "--no-ignore", "."]);
                let status = self.say(&["status"]);
                for gone in status.lines().filter_map(|line| line.strip_prefix('!')) {
                    self.say(&["rm", "-q", gone.trim()]);
                }
                self.say(&["commit", "-q", "-m", "work"]);
                self.say(&["update", "-q"]);
                self.say(&["info", "--show-item", "last-changed-revision"])
                    .trim()
                    .to_owned()
            }
            Which::Mercurial => {
                self.say(&["addremove", "-q"]);
                self.say(&["commit", "-q", "-m", "work"]);
                self.say(&["log", "-r", ".", "--template", "{node}"])
            }
            Which::Bzr => {
                self.say(&["add", "-q", "--no-recurse", "."]);
                self.say(&["add", "-q"]);
                self.say(&["commit", "-q", "-m", "work"]);
                let said = self.say(&["version-info", "--custom", "--template={revision_id}"]);
                format!("revid:{}", said.trim())
            }
            Which::Darcs => {
                self.say(&["record", "-q", "-l", "-a", "-m", "work"]);
                self.say(&["log", "--context"])
            }
            Which::Cvs => self.commit_to_cvs(),
        }
    }

    /// A revision is a second here: a commit must not fall into the one that the last ended in.
    fn commit_to_cvs(&self) -> String {
        let note = self.folder.join("last");
        let last: u64 = std::fs::read_to_string(&note)
            .unwrap_or_default()
            .parse()
            .unwrap_or_default();
        while now() <= last {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        self.add_to_cvs(&self.dev);
        self.say(&["-Q", "commit", "-m", "work"]);
        let revision = now();
        std::fs::write(note, revision.to_string()).expect("a note");
        revision.to_string()
    }

    fn add_to_cvs(&self, folder: &Path) {
        let entries = std::fs::read_to_string(folder.join("CVS/Entries")).expect("its entries");
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .strip_prefix(&self.dev)
                .expect("below")
                .to_str()
                .expect("a plain name")
                .to_owned();
            let last = name.rsplit('/').next().expect("a name");
            if last == "CVS" {
                continue;
            }
            let known = entries.contains(&format!("/{last}/"));
            if !known {
                self.say(&["-Q", "add", "-kb", &name]);
            }
            if path.is_dir() {
                self.add_to_cvs(&path);
            }
        }
        for line in entries.lines().filter(|line| line.starts_with('/')) {
            let name = line.split('/').nth(1).expect("a name");
            if !folder.join(name).exists() {
                let path = folder.join(name);
                let path = path.strip_prefix(&self.dev).expect("below");
                self.say(&["-Q", "rm", path.to_str().expect("a plain name")]);
            }
        }
    }

    /// The step that gets the newest of the main line.
    pub fn source(&self) -> Source {
        let root = self.root();
        let repourl = Render::Const(root.clone().into());
        let mut source = Source::of(match self.which {
            Which::Git => System::Git(GitSource {
                repourl,
                ..GitSource::default()
            }),
            Which::Svn => System::Svn(SvnSource {
                repourl: Render::Const(format!("{root}/trunk").into()),
                ..SvnSource::default()
            }),
            Which::Mercurial => System::Mercurial(MercurialSource {
                repourl,
                ..MercurialSource::default()
            }),
            Which::Bzr => System::Bzr(BzrSource {
                url: repourl,
                ..BzrSource::default()
            }),
            Which::Darcs => System::Darcs(DarcsSource { repourl }),
            Which::Cvs => System::Cvs(CvsSource {
                cvsroot: repourl,
                cvsmodule: Render::Const("mod".into()),
                ..CvsSource::default()
            }),
        });
        source.env = Render::Const(environment(&self.folder));
        source.log_environ = false;
        source
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs()
}

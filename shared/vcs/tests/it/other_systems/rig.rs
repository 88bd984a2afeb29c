//! Working copies made by the real programs, and patches applied as a worker applies them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use vcs::working_copy::{Carrier, Chosen, Diff, System, TakeError, Taken, Wanted, take};

/// Whether a program is not installed; says so.
pub fn lacks(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).exists());
    if !found {
        println!("SKIPPED: {program} is not installed");
    }
    !found
}

/// Runs a program, whatever comes of it.
pub fn try_run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", "/nonexistent")
        .envs([("HGPLAIN", "1"), ("HGUSER", "ann"), ("HGRCPATH", "/dev/null")])
        .envs([
            ("BRZ_EMAIL", "Ann <ann@example.org>"),
            ("BZR_EMAIL", "Ann <ann@example.org>"),
        ])
        .envs([
            ("BRZ_HOME", "/nonexistent"),
            ("BRZ_LOG", "/dev/null"),
            ("EMAIL", "ann@example.org"),
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// Runs a program that must do it, and gives what it printed.
pub fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = try_run(folder, program, arguments);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaints}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Text of a path.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// A file or link as it lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A file, and whether it may be run.
    File(Vec<u8>, bool),
    /// A link's target.
    Link(Vec<u8>),
}

/// A tree by path.
pub type Tree = BTreeMap<Vec<u8>, Thing>;

/// The files below `top`, without folders of the name `administration`.
pub fn tree(top: &Path, administration: &str) -> Tree {
    let mut tree = Tree::new();
    collect(top, b"", administration, &mut tree);
    tree
}

fn collect(folder: &Path, above: &[u8], administration: &str, tree: &mut Tree) {
    for entry in std::fs::read_dir(folder).expect("folder") {
        let entry = entry.expect("entry");
        let name = [above, entry.file_name().as_bytes()].concat();
        let metadata = entry.path().symlink_metadata().expect("metadata");
        if metadata.is_symlink() {
            let target = std::fs::read_link(entry.path()).expect("link");
            tree.insert(name, Thing::Link(target.into_os_string().into_vec()));
        } else if metadata.is_dir() {
            if entry.file_name() != administration {
                collect(&entry.path(), &[&name, b"/".as_slice()].concat(), administration, tree);
            }
        } else {
            let bytes = std::fs::read(entry.path()).expect("file");
            tree.insert(name, Thing::File(bytes, metadata.permissions().mode() & 0o100 != 0));
        }
    }
}

/// Where a name lies.
pub fn place(top: &Path, name: &[u8]) -> PathBuf {
    top.join(OsStr::from_bytes(name))
}

/// Puts a thing there, in the place of what is there.
pub fn put(top: &Path, name: &[u8], thing: &Thing) {
    let place = place(top, name);
    std::fs::create_dir_all(place.parent().expect("folder")).expect("folder");
    if place.symlink_metadata().is_ok() {
        std::fs::remove_file(&place).expect("file removed");
    }
    match thing {
        Thing::Link(target) => symlink(OsStr::from_bytes(target), place).expect("link"),
        Thing::File(bytes, executable) => {
            std::fs::write(&place, bytes).expect("file");
            let mode = if *executable { 0o755 } else { 0o644 };
            std::fs::set_permissions(place, std::fs::Permissions::from_mode(mode)).expect("mode");
        }
    }
}

/// A plain file.
pub fn file(bytes: impl AsRef<[u8]>) -> Thing {
    Thing::File(bytes.as_ref().to_vec(), false)
}

/// What is wanted of a folder.
pub fn wanted(folder: &Path, system: System) -> Wanted {
    Wanted {
        folder: folder.to_owned(),
        system: Some(system),
        ..Wanted::default()
    }
}

/// Takes the change of a folder.
pub async fn taken(folder: &Path, system: System) -> Taken {
    let taken = take(wanted(folder, system)).await;
    taken.unwrap_or_else(|error| panic!("{}: {error}", system.name()))
}

/// Why it cannot be taken.
pub async fn refused(wanted: Wanted) -> TakeError {
    match take(wanted).await {
        Ok(taken) => panic!("a change was taken: {taken:?}"),
        Err(error) => error,
    }
}

/// Everything: all files and all untracked ones.
pub fn everything(taken: &Taken) -> Chosen {
    Chosen {
        files: None,
        untracked: (0..taken.untracked.len()).collect(),
    }
}

/// The patch of everything.
pub fn whole(taken: &Taken, carrier: Carrier) -> Diff {
    let diff = taken.diff(&everything(taken), carrier);
    diff.unwrap_or_else(|unfit| panic!("{unfit}\n{taken:?}"))
}

/// Applies a patch in a folder that is in no repository, by `git`.
pub fn apply(folder: &Path, diff: &Diff) {
    if diff.body.is_empty() {
        return;
    }
    let patch = folder.with_extension("patch");
    std::fs::write(&patch, &diff.body).expect("patch");
    let level = format!("-p{}", diff.level);
    let output = Command::new("git")
        .args(["-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", &level])
        .arg(&patch)
        .current_dir(folder)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().expect("folder"))
        .output()
        .expect("git");
    assert!(
        output.status.success(),
        "git apply: {}\n{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&diff.body)
    );
}

/// Applies a patch as a Buildbot master's worker does for systems other than git.
pub fn apply_by_patch(folder: &Path, diff: &Diff) {
    let patch = folder.with_extension("patch");
    std::fs::write(&patch, &diff.body).expect("patch");
    let level = format!("-p{}", diff.level);
    let words = [
        "--remove-empty-files",
        "--force",
        "--forward",
        &level,
        "-i",
        text(&patch),
    ];
    run(folder, "patch", &words);
}

/// The words of all remarks.
pub fn remarks(taken: &Taken) -> String {
    let texts: Vec<&str> = taken.remarks.iter().map(|remark| remark.text.as_str()).collect();
    texts.join("\n")
}

/// The files in which a merge left something unresolved.
pub fn conflicts(taken: &Taken) -> Vec<&[u8]> {
    let files = taken.files.iter().filter(|file| file.conflict);
    files.map(|file| file.path.as_slice()).collect()
}

/// A Mercurial repository with one file and no other place.
pub fn desk_of(folder: &Path) -> PathBuf {
    run(folder, "hg", &["init", "alone"]);
    let top = folder.join("alone");
    put(&top, b"a", &file("a\n"));
    run(&top, "hg", &["commit", "-A", "-q", "-m", "one"]);
    top
}

//! Trees of files: a first one, a change of every kind, and what a tree is.

use super::team::run;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// The folders in which systems keep their own.
const OWN: [&str; 7] = [".git", ".svn", ".hg", ".bzr", "_darcs", "CVS", ".outpost-p4"];

/// What stands in a tree by path: `/` for a folder, `> TARGET` for a link, else `x` or `-` and the content.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// What is in `folder` except the systems' own.
pub fn tree(folder: &Path) -> Tree {
    let mut all = Tree::new();
    read(folder, "", &mut all);
    all
}

/// What is in `folder` except the systems' own and folders, which most systems do not keep.
pub fn files(folder: &Path) -> Tree {
    let mut all = tree(folder);
    all.retain(|_, content| content != b"/");
    all
}

fn read(folder: &Path, above: &str, all: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if OWN.contains(&name.as_str()) {
            continue;
        }
        let whole = format!("{above}{name}");
        let about = fs::symlink_metadata(&path).expect("it is there");
        if about.is_symlink() {
            let target = fs::read_link(&path).expect("a link");
            all.insert(whole, [b"> ", target.as_os_str().as_bytes()].concat());
        } else if about.is_dir() {
            read(&path, &format!("{whole}/"), all);
            all.insert(whole, b"/".to_vec());
        } else {
            let sign: &[u8] = if about.permissions().mode() & 0o100 == 0 {
                b"-"
            } else {
                b"x"
            };
            all.insert(whole, [sign, &fs::read(&path).expect("a file")].concat());
        }
    }
}

pub fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, content).expect("a file");
}

fn mode(folder: &Path, name: &str, mode: u32) {
    fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).expect("a mode");
}

fn lines(count: usize) -> String {
    (1..=count).map(|number| format!("line {number}\n")).collect()
}

fn bytes(seed: u32, count: u32) -> Vec<u8> {
    (0..count)
        .map(|at| (at.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8)
        .collect()
}

/// The first tree; with links and modes where the system keeps them.
pub fn begin(folder: &Path, modes: bool) {
    write(folder, "plain.txt", lines(30));
    write(folder, "crlf.txt", "a\r\nb\r\nc\r\n");
    write(folder, "gone.txt", "gone\n");
    write(folder, "old name.txt", lines(40));
    write(folder, "moved/file.txt", lines(20));
    write(folder, "script.sh", "#!/bin/sh\n");
    write(folder, "data.bin", bytes(1, 5000));
    write(folder, "empty-gone", "");
    write(folder, "no-newline", "no newline");
    write(folder, "dir/only.txt", "only\n");
    write(folder, "becomes-link", "text\n");
    write(folder, "ünïcode.txt", "früher\n");
    if modes {
        write(folder, "run.sh", "#!/bin/sh\n");
        mode(folder, "run.sh", 0o755);
        symlink("plain.txt", folder.join("link")).expect("a link");
        symlink("plain.txt", folder.join("becomes-file")).expect("a link");
    }
}

/// A change of every kind.
pub fn change(folder: &Path, modes: bool) {
    let renamed = lines(40).replace("line 7\n", "line seven\n");
    fs::remove_file(folder.join("old name.txt")).expect("it is there");
    write(folder, "new name.txt", renamed);
    fs::create_dir_all(folder.join("elsewhere/deep")).expect("folders");
    fs::rename(folder.join("moved/file.txt"), folder.join("elsewhere/deep/file.txt")).expect("a move");
    fs::remove_dir(folder.join("moved")).expect("it is empty");
    for gone in ["gone.txt", "empty-gone", "dir/only.txt", "becomes-link"] {
        fs::remove_file(folder.join(gone)).expect("it is there");
    }
    fs::remove_dir(folder.join("dir")).expect("it is empty");
    symlink("plain.txt", folder.join("becomes-link")).expect("a link");
    write(
        folder,
        "plain.txt",
        lines(30).replace("line 3\n", "line three\nand more\n"),
    );
    write(folder, "crlf.txt", "a\r\nB\r\nc\r\n");
    write(folder, "data.bin", bytes(2, 5000));
    write(folder, "no-newline", "still no newline");
    write(folder, "ünïcode.txt", "später\n");
    mode(folder, "script.sh", 0o755);
    write(folder, "new/deep/file.txt", lines(5));
    write(folder, "größe 1.txt", "neu\n");
    write(folder, "latin", b"caf\xe9\n");
    write(folder, "new.bin", bytes(3, 70_000));
    write(folder, "empty-new", "");
    write(folder, "long", "x".repeat(100_000));
    write(folder, "new.sh", "#!/bin/sh\n");
    mode(folder, "new.sh", 0o755);
    symlink("../nowhere", folder.join("new-link")).expect("a link");
    if modes {
        mode(folder, "run.sh", 0o644);
        fs::remove_file(folder.join("link")).expect("it is there");
        symlink("crlf.txt", folder.join("link")).expect("a link");
        fs::remove_file(folder.join("becomes-file")).expect("it is there");
        write(folder, "becomes-file", "a file now\n");
    }
}

/// The diff in git's form between two trees that these functions make in `folder`, and the second tree.
pub fn diff(folder: &Path, before: impl Fn(&Path), after: impl Fn(&Path)) -> (Vec<u8>, Tree) {
    let place = folder.join("diff");
    // A test may ask several times.
    let _ = fs::remove_dir_all(&place);
    fs::create_dir(&place).expect("a folder");
    let git = |words: &[&str]| run(folder, &place, "git", words);
    git(&["init", "-q"]);
    before(&place);
    git(&["add", "-A", "-f"]);
    git(&["commit", "-q", "--allow-empty", "-m", "before"]);
    after(&place);
    git(&["add", "-A", "-f"]);
    let out = format!("--output={}", folder.join("diff.patch").display());
    git(&["diff", "--cached", "--binary", "--full-index", "--find-renames", &out]);
    let body = fs::read(folder.join("diff.patch")).expect("the diff");
    (body, files(&place))
}

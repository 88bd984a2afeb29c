//! Whatever was done to a working copy, it is seen as git by itself sees it.

use super::super::scan::by_git;
use super::*;
use proptest::prelude::*;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Files of the commit, in an order in which neither names nor paths come.
const FILES: [&str; 11] = [
    "a.txt",
    "b.up",
    "d/one",
    "d/two.txt",
    "d/e/deep",
    "f/i",
    "f-g/h",
    "f.j",
    "empty",
    "run",
    "d/e/x.o",
];
/// Names that the commit does not have.
const NEW: [&str; 8] = [
    "new",
    "d/new",
    "d/new.o",
    "d/keep.o",
    "build/x",
    "n/o/p",
    "f.j/below",
    ":(top)x",
];

/// Something that is done to a file, or to everything.
#[derive(Clone, Debug)]
enum Deed {
    Write(&'static str, &'static str),
    Touch(&'static str),
    /// Its time is set to one long before, and its content stays.
    Age(&'static str),
    Run(&'static str),
    Remove(&'static str),
    Link(&'static str),
    Folder(&'static str),
    RemoveAbove(&'static str),
    LinkAbove(&'static str),
    Stage(&'static str),
    Unstage(&'static str),
    Intend(&'static str),
    Flag(&'static str, &'static str),
    Commit,
    /// Git looks at all and notes it.
    Look,
    Module(&'static str),
    Nested,
}

fn deed() -> impl Strategy<Value = Deed> {
    let any = || prop::sample::select([&FILES[..], &NEW].concat());
    let file = || prop::sample::select(FILES.to_vec());
    let text = prop::sample::select(vec!["old\n", "one\n", "two\n", "longer\r\n", ""]);
    let flag = prop::sample::select(vec![
        "--assume-unchanged",
        "--skip-worktree",
        "--chmod=+x",
        "--force-remove",
    ]);
    let module = prop::sample::select(vec![
        "echo x >own",
        "echo x >new",
        "git commit -q --allow-empty -m x",
        "rm -rf .",
    ]);
    prop_oneof![
        6 => (any(), text).prop_map(|(path, text)| Deed::Write(path, text)),
        2 => file().prop_map(Deed::Touch),
        2 => file().prop_map(Deed::Age),
        1 => file().prop_map(Deed::Run),
        2 => file().prop_map(Deed::Remove),
        1 => any().prop_map(Deed::Link),
        1 => file().prop_map(Deed::Folder),
        1 => file().prop_map(Deed::RemoveAbove),
        1 => file().prop_map(Deed::LinkAbove),
        3 => any().prop_map(Deed::Stage),
        1 => file().prop_map(Deed::Unstage),
        1 => any().prop_map(Deed::Intend),
        1 => (flag, file()).prop_map(|(flag, path)| Deed::Flag(flag, path)),
        1 => Just(Deed::Commit),
        1 => Just(Deed::Look),
        1 => module.prop_map(Deed::Module),
        1 => Just(Deed::Nested),
    ]
}

fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/git")
}

/// Runs git, which may refuse: some deeds make others senseless.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(program());
    command.args(["-c", "user.name=Ann", "-c", "user.email=a@b"]);
    let output = command.args(arguments).current_dir(folder).output().expect("git");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Writes a file, in place of whatever is in the way.
fn write(top: &Path, name: &str, text: &str) {
    let path = top.join(name);
    for above in path.ancestors().skip(1).take_while(|above| *above != top) {
        if above.is_symlink() || above.is_file() {
            std::fs::remove_file(above).expect("above");
        }
    }
    if path.is_dir() && !path.is_symlink() {
        std::fs::remove_dir_all(&path).expect("folder");
    }
    std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    std::fs::write(path, text).expect("file");
}

fn repository(format: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let top = folder.path();
    git(top, &["init", "-q", &format!("--object-format={format}")]);
    for (name, value) in [("filter.case.clean", "tr a-z A-Z"), ("core.symlinks", "true")] {
        git(top, &["config", name, value]);
    }
    write(top, ".gitattributes", "*.txt text=auto\n*.up filter=case\n");
    write(top, ".gitignore", "*.o\nbuild/\n!keep.o\n");
    for name in FILES {
        write(top, name, if name == "empty" { "" } else { "old\n" });
    }
    symlink("a.txt", top.join("link")).expect("link");
    let module = top.join("module");
    git(top, &["init", "-q", &format!("--object-format={format}"), "module"]);
    write(&module, "own", "own\n");
    git(&module, &["add", "own"]);
    git(&module, &["commit", "-q", "-m", "own"]);
    git(top, &["add", "-f", "."]);
    git(top, &["commit", "-q", "-m", "all"]);
    folder
}

fn age(path: &Path) {
    let long_before = SystemTime::now() - Duration::from_secs(100_000);
    if let Ok(file) = File::options().write(true).open(path) {
        file.set_modified(long_before).expect("time");
    }
}

fn replaced(path: &Path) -> bool {
    let is_folder = path.is_dir() && !path.is_symlink();
    let removed = if is_folder {
        std::fs::remove_dir_all(path)
    } else {
        std::fs::remove_file(path)
    };
    removed.is_ok() && path.parent().is_some_and(Path::exists)
}

fn does(top: &Path, deed: &Deed) {
    let at = |name: &str| top.join(name);
    match deed {
        Deed::Write(name, text) => write(top, name, text),
        Deed::Touch(name) => drop(std::fs::read(at(name)).map(|bytes| std::fs::write(at(name), bytes))),
        Deed::Age(name) => age(&at(name)),
        Deed::Run(name) => drop(std::fs::set_permissions(at(name), PermissionsExt::from_mode(0o755))),
        Deed::Remove(name) => drop(std::fs::remove_file(at(name))),
        Deed::Link(name) => {
            if replaced(&at(name)) {
                symlink("empty", at(name)).expect("link");
            }
        }
        Deed::Folder(name) => write(top, &format!("{name}/inside"), "inside\n"),
        Deed::RemoveAbove(name) | Deed::LinkAbove(name) => {
            let Some((above, _)) = name.split_once('/') else { return };
            let is_gone = replaced(&at(above));
            if is_gone && matches!(deed, Deed::LinkAbove(_)) {
                symlink("f", at(above)).expect("link");
            }
        }
        Deed::Stage(name) => drop(git(top, &["--literal-pathspecs", "add", "-f", name])),
        Deed::Unstage(name) => drop(git(top, &["rm", "-q", "--cached", name])),
        Deed::Intend(name) => drop(git(top, &["--literal-pathspecs", "add", "-f", "-N", name])),
        Deed::Flag(flag, name) => drop(git(top, &["update-index", flag, name])),
        Deed::Commit => drop(git(top, &["commit", "-q", "-m", "more"])),
        Deed::Look => drop(git(top, &["status"])),
        Deed::Module(words) => in_module(&at("module"), words),
        Deed::Nested => drop(git(top, &["init", "-q", "nested"])),
    }
}

fn in_module(module: &Path, words: &str) {
    if !module.join(".git").exists() {
        return;
    }
    match words.strip_prefix("git ") {
        Some(words) => drop(git(module, &words.split(' ').collect::<Vec<_>>())),
        None => drop(Command::new("sh").args(["-c", words]).current_dir(module).output()),
    }
}

/// What both ways see; the quick one only if it is sure.
fn seen(top: &Path, staged: bool) -> (Option<Scan>, Scan) {
    let place = Place::at(top, Some(&program())).expect("a repository");
    let settings = Settings::read(&place).expect("settings");
    let before = std::fs::read(top.join(".git/index")).expect("index");
    let quick = scan(&place, &settings, staged).map(|(scan, _)| scan);
    let by_git = by_git(&place, staged).expect("a scan");
    assert!(
        std::fs::read(top.join(".git/index")).expect("index") == before,
        "the index was written"
    );
    (quick.map(|scan| comparable(scan, staged)), comparable(by_git, staged))
}

/// In order, and without what has no meaning.
fn comparable(mut scan: Scan, staged: bool) -> Scan {
    for changed in scan.changed.iter_mut().filter(|changed| !changed.edited) {
        changed.mode = 0;
    }
    if staged {
        // What is only edited is not looked for.
        scan.changed
            .retain(|changed| changed.staged || changed.unmerged || changed.dirty_inside);
        for changed in scan
            .changed
            .iter_mut()
            .filter(|changed| changed.staged && !changed.dirty_inside)
        {
            (changed.edited, changed.mode) = (false, 0);
        }
    }
    scan.changed.sort_by(|one, other| one.path.cmp(&other.path));
    scan
}

fn same(top: &Path) {
    for staged in [false, true] {
        let (quick, by_git) = seen(top, staged);
        let quick = quick.unwrap_or_else(|| panic!("not sure, where git says {by_git:#?}"));
        assert_eq!(quick, by_git, "staged: {staged}");
    }
}

/// As after some time: git has noted all, and nothing was written in the second of the index.
fn settled(top: &Path) {
    for name in FILES {
        age(&top.join(name));
    }
    git(top, &["status"]);
}

#[test]
fn every_kind_of_deed_is_seen_as_by_git() {
    let new = [
        Deed::Write("new", "x\n"),
        Deed::Write("d/keep.o", "x\n"),
        Deed::Write("build/x", "x\n"),
    ];
    let cases: Vec<Vec<Deed>> = vec![
        vec![],
        vec![
            Deed::Write("a.txt", "new\n"),
            Deed::Write("d/e/deep", "new\n"),
            Deed::Run("run"),
        ],
        vec![Deed::Write("a.txt", "old\r\n"), Deed::Write("b.up", "OLD\n")],
        vec![Deed::Touch("f/i"), Deed::Age("f.j"), Deed::Age("empty")],
        vec![
            Deed::Remove("d/one"),
            Deed::RemoveAbove("f/i"),
            Deed::LinkAbove("f-g/h"),
        ],
        vec![Deed::Link("run"), Deed::Folder("f.j"), Deed::Link("d/e/deep")],
        vec![
            Deed::Write("d/one", "x\n"),
            Deed::Stage("d/one"),
            Deed::Write("d/one", "y\n"),
        ],
        vec![
            Deed::Unstage("d/one"),
            Deed::Unstage("d/two.txt"),
            Deed::Remove("d/two.txt"),
        ],
        vec![
            Deed::Write("new", "x\n"),
            Deed::Intend("new"),
            Deed::Write("d/new", "x\n"),
            Deed::Stage("d/new"),
        ],
        vec![Deed::Flag("--assume-unchanged", "run"), Deed::Write("run", "x\n")],
        vec![Deed::Flag("--skip-worktree", "f/i"), Deed::Remove("f/i")],
        vec![Deed::Module("echo x >new"), Deed::Nested],
        vec![Deed::Module("git commit -q --allow-empty -m x"), Deed::Stage("module")],
        vec![
            Deed::Folder("d/one"),
            Deed::Stage("d/one"),
            Deed::Write("f/i", "x\n"),
            Deed::Commit,
        ],
        vec![Deed::Write(":(top)x", "x\n"), Deed::Write("n/o/p", "x\n")],
        vec![Deed::Unstage("f-g/h"), Deed::Intend("f-g/h"), Deed::Folder("f-g/h")],
        new.to_vec(),
    ];
    for deeds in cases {
        for is_settled in [true, false] {
            let folder = repository("sha1");
            if is_settled {
                settled(folder.path());
            }
            deeds.iter().for_each(|deed| does(folder.path(), deed));
            println!("{deeds:?}, settled: {is_settled}");
            same(folder.path());
        }
    }
}

#[test]
fn a_merge_that_is_not_resolved_is_seen_as_by_git() {
    let folder = repository("sha256");
    let top = folder.path();
    git(top, &["checkout", "-q", "-b", "other"]);
    for (name, text) in [("a.txt", "other\n"), ("d/one", "other\n"), ("new", "other\n")] {
        write(top, name, text);
    }
    git(top, &["rm", "-q", "run"]);
    git(top, &["add", "-A"]);
    git(top, &["commit", "-q", "-m", "other"]);
    git(top, &["checkout", "-q", "-"]);
    for (name, text) in [("a.txt", "own\n"), ("run", "own\n"), ("new", "own\n")] {
        write(top, name, text);
    }
    git(top, &["rm", "-q", "d/one"]);
    git(top, &["add", "-A"]);
    git(top, &["commit", "-q", "-m", "own"]);
    git(top, &["merge", "-q", "other"]);
    let (_, by_git) = seen(top, false);
    assert_eq!(by_git.changed.iter().filter(|changed| changed.unmerged).count(), 4);
    same(top);
    write(top, "a.txt", "resolved\n");
    does(top, &Deed::Stage("a.txt"));
    same(top);
}

#[test]
fn many_files_that_were_only_touched_are_not_edited() {
    let folder = repository("sha1");
    for file in 0..2 * MOST_ASKED {
        write(folder.path(), &format!("many/{file}"), "old\n");
    }
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "many"]);
    for file in 0..2 * MOST_ASKED {
        age(&folder.path().join(format!("many/{file}")));
        write(folder.path(), &format!("others/{file}"), "new\n");
        write(folder.path(), &format!("many/{file}.new"), "new\n");
    }
    write(folder.path(), "many/7", "new\n");
    same(folder.path());
}

#[test]
fn what_is_not_known_is_left_to_git() {
    let own: [&[&str]; 5] = [
        &["update-index", "--split-index"],
        &["sparse-checkout", "set", "d"],
        &["config", "core.ignoreCase", "true"],
        &["config", "core.fsmonitor", "true"],
        &["init", "-q", "d/e"],
    ];
    for words in own {
        let folder = repository("sha1");
        assert!(seen(folder.path(), false).0.is_some());
        git(folder.path(), words);
        assert_eq!(seen(folder.path(), false).0, None, "{words:?}");
    }
    let folder = repository("sha1");
    let index = folder.path().join(".git/index");
    let bytes = std::fs::read(&index).expect("index");
    std::fs::write(&index, &bytes[..bytes.len() / 2]).expect("index");
    let place = Place::at(folder.path(), Some(&program())).expect("a repository");
    let settings = Settings::read(&place).expect("settings");
    assert!(scan(&place, &settings, false).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn whatever_was_done_is_seen_as_by_git(deeds in prop::collection::vec(deed(), 1..14), is_settled: bool) {
        let folder = repository("sha1");
        if is_settled {
            settled(folder.path());
        }
        deeds.iter().for_each(|deed| does(folder.path(), deed));
        same(folder.path());
    }
}

//! What is made here is applied by the real `git` and the real `patch`, and the tree that comes of it is compared.

use super::*;
use crate::working_copy::{ChosenFile, LineKind, UnfitFile};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

type Tree = BTreeMap<Vec<u8>, Side>;

const NAMES: [&[u8]; 16] = [
    b"a",
    b"a/b",
    b"a/c/d",
    b"dir/one.txt",
    b"dir/two.txt",
    b"dir",
    b"with blank",
    b" b/c d",
    b"tab\there",
    b"quo\"te",
    b"back\\slash",
    b"line\nfeed",
    b"na\xc3\xafve/\xe2\x82\xac",
    b"not\xffutf8",
    b"x => y",
    b"z",
];

fn lines() -> impl Strategy<Value = Vec<u8>> {
    let line = select(vec![
        "{",
        "}",
        "",
        "    return 1",
        "gr\u{fc}n",
        "x\r",
        "lone\rreturn",
        "-- ",
        "@@ -1 +1 @@",
    ]);
    (prop::collection::vec(line, 0..30), any::<bool>()).prop_map(|(lines, finished)| {
        let end = if finished { "\n" } else { "" };
        format!("{}{end}", lines.join("\n")).into_bytes()
    })
}

/// A long text, some of whose lines are changed, so that there are many hunks.
fn edited() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let edits = prop::collection::btree_map(0..60_usize, select(vec!["", "new\n", "new\nnewer\n", "half"]), 0..8);
    edits.prop_map(|edits| {
        let old: String = (0..60).map(|number| format!("line {number}\n")).collect();
        let line = |number| match edits.get(&number) {
            Some(text) if *text == "half" && number < 59 => "half\n".to_owned(),
            Some(text) => (*text).to_owned(),
            None => format!("line {number}\n"),
        };
        (old.into_bytes(), (0..60).map(line).collect::<String>().into_bytes())
    })
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => lines(),
        1 => Just(vec![]),
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| [b"\0".to_vec(), bytes].concat()),
        1 => lines().prop_map(|text| [text, b"gr\xfcn\n".to_vec()].concat()),
        1 => lines().prop_map(|text| [vec![b'x'; 9000], text, b"\0\n".to_vec()].concat()),
    ]
}

fn side() -> impl Strategy<Value = Side> {
    let file = (select(vec![0o100_644, 0o100_755]), content()).prop_map(|(mode, bytes)| Side { mode, bytes });
    let link = select(vec!["a", "../some where", "gr\u{fc}n"]).prop_map(|target| Side {
        mode: LINK,
        bytes: target.into(),
    });
    prop_oneof![6 => file, 1 => link]
}

/// A tree in which no file is a folder as well.
fn tree() -> impl Strategy<Value = Tree> {
    prop::collection::btree_map(select(NAMES.to_vec()).prop_map(<[u8]>::to_vec), side(), 0..8).prop_map(without_clashes)
}

fn without_clashes(tree: Tree) -> Tree {
    let is_folder = |path: &[u8]| tree.keys().any(|other| other.starts_with(&[path, b"/"].concat()));
    let kept = tree.iter().filter(|(path, _)| !is_folder(path));
    kept.map(|(path, side)| (path.clone(), side.clone())).collect()
}

/// Two trees, of which the second has files of the first as they are, edited, elsewhere, or not at all.
fn trees() -> impl Strategy<Value = (Tree, Tree)> {
    let moves = prop::collection::vec((any::<Index>(), select(NAMES.to_vec()), any::<bool>()), 0..3);
    (tree(), tree(), edited(), moves).prop_map(|(mut old, other, (before, after), moves)| {
        let text = |bytes| Side { mode: 0o100_644, bytes };
        old.retain(|path, _| path != b"z");
        old.insert(b"z".to_vec(), text(before));
        let mut new = old.clone();
        new.insert(b"z".to_vec(), text(after));
        for (place, to, edit) in moves {
            let from = place.get(&new.keys().cloned().collect::<Vec<_>>()).clone();
            let mut side = new.remove(&from).expect("a file");
            if edit && side.mode != LINK {
                side.bytes.extend(b"more\n");
            }
            new.insert(to.to_vec(), side);
        }
        for (path, side) in other.into_iter().take(4) {
            new.insert(path, side);
        }
        (old, without_clashes(new))
    })
}

fn entries(old: &Tree, new: &Tree) -> Vec<Entry> {
    let paths: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let entry = |path: &Vec<u8>| Entry {
        path: path.clone(),
        from: None,
        old: old.get(path).cloned(),
        new: new.get(path).cloned(),
        huge: None,
        conflict: false,
        committed: false,
    };
    find_renames(paths.into_iter().map(entry).collect())
}

fn held(old: &Tree, new: &Tree) -> Held {
    Held::new(entries(old, new), vec![], Ids::Sha1).expect("held")
}

fn whole(file: usize) -> ChosenFile {
    ChosenFile { file, hunks: None }
}

fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/git");
    run(Command::new(program).args(arguments).current_dir(folder), input)
}

fn run(command: &mut Command, input: &[u8]) -> Result<Vec<u8>, String> {
    use std::io::Write;
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("program");
    child.stdin.take().expect("input").write_all(input).expect("input");
    let output = child.wait_with_output().expect("end");
    let said = || String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
    output
        .status
        .success()
        .then_some(output.stdout.clone())
        .ok_or_else(said)
}

/// Writes a tree into a folder.
fn write(folder: &Path, tree: &Tree) {
    use std::os::unix::fs::PermissionsExt;
    for (path, side) in tree {
        let path = folder.join(crate::working_copy::read::os_path(path));
        std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        if side.mode == LINK {
            std::os::unix::fs::symlink(crate::working_copy::read::os_path(&side.bytes), &path).expect("link");
        } else {
            std::fs::write(&path, &side.bytes).expect("file");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(side.mode & 0o777)).expect("mode");
        }
    }
}

/// Reads a folder as a tree.
fn read(top: &Path, folder: &Path, tree: &mut Tree) {
    use std::os::unix::ffi::OsStrExt;
    for found in std::fs::read_dir(folder).expect("folder") {
        let path = found.expect("entry").path();
        if path.ends_with(".git") {
            continue;
        }
        let metadata = std::fs::symlink_metadata(&path).expect("metadata");
        match crate::working_copy::read::mode(&metadata) {
            None => read(top, &path, tree),
            Some(mode) => {
                let bytes = crate::working_copy::read::whole(&path, 1 << 20).expect("bytes");
                let name = path.strip_prefix(top).expect("below").as_os_str().as_bytes();
                tree.insert(name.to_vec(), Side { mode, bytes });
            }
        }
    }
}

/// What `git apply --index`, as a master's Git step has it, makes of a tree.
fn applied_by_git(old: &Tree, body: &[u8]) -> Result<Tree, String> {
    let folder = tempfile::tempdir().expect("folder");
    write(folder.path(), old);
    git(folder.path(), &["init", "-q"], b"")?;
    git(folder.path(), &["add", "-A", "-f", "."], b"")?;
    if !body.is_empty() {
        git(folder.path(), &["apply", "--index", "-p", "1"], body)?;
    }
    git(folder.path(), &["diff-files", "--exit-code"], b"")?;
    let mut tree = Tree::new();
    read(folder.path(), folder.path(), &mut tree);
    Ok(tree)
}

/// What `patch`, as a master's step of another system has it, makes of a tree.
fn applied_by_patch(old: &Tree, body: &[u8]) -> Result<Tree, String> {
    let folder = tempfile::tempdir().expect("folder");
    write(folder.path(), old);
    let options = ["-p1", "--remove-empty-files", "--force", "--forward"];
    run(Command::new("patch").args(options).current_dir(folder.path()), body)?;
    let mut tree = Tree::new();
    read(folder.path(), folder.path(), &mut tree);
    Ok(tree)
}

fn all(held: &Held, carrier: Carrier) -> Result<Vec<u8>, Unfit> {
    let diff = held.patch(&held.picked(&Chosen::default())?, carrier)?;
    Ok(diff.body)
}

/// `new` with the hunks taken back that are not `wanted`.
fn taken_back(new: &[u8], hunks: &[Hunk], wanted: &[usize]) -> Vec<u8> {
    let lines: Vec<&[u8]> = new.split_inclusive(|byte| *byte == b'\n').collect();
    let mut made = vec![];
    let mut at = 0;
    for (place, hunk) in hunks.iter().enumerate().filter(|(place, _)| !wanted.contains(place)) {
        let start = hunk.new_start as usize - usize::from(hunk.new_lines > 0);
        made.extend(lines[at..start].concat());
        for line in hunks[place].lines.iter().filter(|line| line.kind != LineKind::Added) {
            made.extend(&line.text);
            made.extend((!line.unfinished).then_some(b'\n'));
        }
        at = start + hunk.new_lines as usize;
    }
    made.extend(lines[at..].concat());
    made
}

#[test]
fn a_file_that_becomes_a_folder_and_a_folder_that_becomes_a_file_are_named_to_patch() {
    let tree = |files: &[(&str, &str)]| -> Tree {
        let side = |text: &str| Side {
            mode: 0o100_644,
            bytes: text.into(),
        };
        files
            .iter()
            .map(|(path, text)| (path.as_bytes().to_vec(), side(text)))
            .collect()
    };
    let text = "one\ntwo\nthree\nfour\n";
    let table = [
        (tree(&[("a", text)]), tree(&[("a/b", text)]), "a/b"),
        (tree(&[("a", text)]), tree(&[("a/b", "other\n")]), "a/b"),
        (tree(&[("a/b", text)]), tree(&[("a", text)]), "a"),
        (tree(&[("a/b/c", text)]), tree(&[("a", "other\n")]), "a"),
    ];
    for (old, new, path) in table {
        let held = held(&old, &new);
        let reason = "a file becomes a folder there, or a folder a file".to_owned();
        let unfit = UnfitFile {
            path: path.to_owned(),
            reason,
        };
        assert_eq!(all(&held, Carrier::Patch), Err(Unfit::Kinds(vec![unfit])));
        assert_eq!(
            applied_by_git(&old, &all(&held, Carrier::Git).expect("a patch")),
            Ok(new)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn git_makes_the_tree_byte_for_byte((old, new) in trees()) {
        let held = held(&old, &new);
        let body = all(&held, Carrier::Own).expect("a patch");
        prop_assert_eq!(applied_by_git(&old, &body), Ok(new.clone()));
        let text = all(&held, Carrier::Git).expect("a patch");
        prop_assert!(std::str::from_utf8(&text).is_ok());
        prop_assert_eq!(applied_by_git(&old, &text), Ok(new));
    }

    #[test]
    fn a_choice_of_hunks_makes_what_is_left_when_the_others_are_taken_back(
        (old, new) in trees(), seed in any::<u64>(),
    ) {
        let held = held(&old, &new);
        let mut expected = old.clone();
        let mut chosen = vec![];
        for (file, entry) in held.entries.iter().enumerate().filter(|(file, _)| held.files[*file].hunks > 0) {
            let hunks = held.hunks(Place::File(file)).expect("hunks");
            prop_assert_eq!(hunks.len(), held.files[file].hunks as usize);
            let wanted: Vec<usize> = (0..hunks.len()).filter(|hunk| seed >> (hunk % 64) & 1 == 1).collect();
            let (old, new) = (entry.old.as_ref().expect("old"), entry.new.as_ref().expect("new"));
            let bytes = taken_back(&new.bytes, &hunks, &wanted);
            prop_assert_eq!(taken_back(&new.bytes, &hunks, &[]), old.bytes.clone());
            expected.remove(entry.from.as_ref().unwrap_or(&entry.path));
            expected.insert(entry.path.clone(), Side { mode: new.mode, bytes });
            chosen.push(ChosenFile { file, hunks: Some(wanted) });
        }
        let chosen = Chosen { files: Some(chosen), untracked: vec![] };
        match held.picked(&chosen) {
            Ok(picked) => {
                let body = held.patch(&picked, Carrier::Git).expect("a patch").body;
                prop_assert_eq!(applied_by_git(&old, &body), Ok(expected));
            }
            Err(Unfit::Kinds(files)) => prop_assert!(files[0].reason.ends_with("was left out")),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn patch_makes_the_tree_or_what_it_cannot_make_is_named((old, new) in trees()) {
        let held = held(&old, &new);
        let (mut kept, mut expected) = (vec![], old.clone());
        for (file, entry) in held.entries.iter().enumerate() {
            let chosen = Chosen { files: Some(vec![whole(file)]), untracked: vec![] };
            let Ok(picked) = held.picked(&chosen) else { continue };
            if held.patch(&picked, Carrier::Patch).is_ok() {
                kept.push(whole(file));
                expected.remove(entry.from.as_ref().unwrap_or(&entry.path));
                expected.extend(entry.new.clone().map(|new| (entry.path.clone(), new)));
            }
        }
        let chosen = Chosen { files: Some(kept), untracked: vec![] };
        if let Ok(picked) = held.picked(&chosen) {
            let body = held.patch(&picked, Carrier::Patch).expect("a patch").body;
            prop_assert!(std::str::from_utf8(&body).is_ok());
            if !body.is_empty() {
                prop_assert_eq!(applied_by_patch(&old, &body), Ok(expected));
            }
        }
    }
}

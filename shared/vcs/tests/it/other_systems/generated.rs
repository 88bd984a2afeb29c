//! Random changes of random trees, made by the real program: base and patch make the tree of the working copy.

use super::rig::{Thing, Tree, apply, file, lacks, place, put, taken, tree, whole};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vcs::working_copy::{Carrier, System, Taken};

/// A system's program, as far as a test needs it.
pub trait Tool {
    /// Which system.
    fn system(&self) -> System;
    /// Its programs.
    fn programs(&self) -> &'static [&'static str];
    /// Folder with its administration.
    fn administration(&self) -> &'static str;
    /// What its files can be.
    fn can(&self) -> Can;
    /// A working copy with `tree` committed where others can get it.
    fn committed(&self, folder: &Path, tree: &Tree) -> PathBuf;
    /// Tells it of new files.
    fn add(&self, top: &Path, names: &[&str]);
    /// Deletes files.
    fn remove(&self, top: &Path, names: &[&str]);
    /// Moves a file, where it can.
    fn rename(&self, top: &Path, from: &str, to: &str);
    /// Tells it of a mode that was changed on disk, where that is not enough.
    fn mode_changed(&self, _top: &Path, _name: &str, _executable: bool) {}
    /// The base as a worker checks it out.
    fn export(&self, top: &Path, taken: &Taken, folder: &Path) -> PathBuf;
}

/// What a system knows of files.
#[derive(Clone, Copy, Default)]
pub struct Can {
    pub modes: bool,
    pub links: bool,
    pub renames: bool,
}

/// What is done to a file.
#[derive(Clone, Debug)]
enum Edit {
    Nothing,
    Content(Vec<u8>),
    Mode,
    Remove,
    Lose,
    Rename,
    RenameAndContent(Vec<u8>),
}

impl Edit {
    fn word(&self) -> &'static str {
        match self {
            Edit::Nothing => "stays",
            Edit::Content(_) => "becomes",
            Edit::Mode => "other mode",
            Edit::Remove => "removed",
            Edit::Lose => "lost",
            Edit::Rename => "moved",
            Edit::RenameAndContent(_) => "moved, becomes",
        }
    }
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop_oneof![
        Just("line\n"),
        Just("other\r\n"),
        Just("<<<\n"),
        Just("\u{fc}\u{20ac}\n"),
        Just("--- a\n"),
        Just("\n"),
        Just("end")
    ];
    prop_oneof![
        6 => proptest::collection::vec(lines, 0..12).prop_map(|lines| lines.concat().into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..60),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => Just(Edit::Nothing),
        4 => content().prop_map(Edit::Content),
        1 => Just(Edit::Mode),
        1 => Just(Edit::Remove),
        1 => Just(Edit::Lose),
        2 => Just(Edit::Rename),
        2 => content().prop_map(Edit::RenameAndContent),
    ]
}

/// Names that make trouble for somebody.
const NAMES: [&str; 12] = [
    "plain",
    "a b",
    "-x",
    "d/deep/x",
    "d/y",
    "%41",
    "at@2",
    "\u{fc}\u{20ac}",
    "d b/z",
    "q\"uote",
    "back'tick",
    "#hash",
];

/// A tree and what is done to it.
struct Case {
    files: Vec<(Vec<u8>, bool, Edit)>,
    new: Vec<(Vec<u8>, bool)>,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, (bytes, executable, edit)) in NAMES.iter().zip(&self.files) {
            let (word, after) = match edit {
                Edit::Content(bytes) | Edit::RenameAndContent(bytes) => (edit.word(), bytes.as_slice()),
                _ => (edit.word(), b"".as_slice()),
            };
            let (bytes, after) = (bytes.escape_ascii(), after.escape_ascii());
            writeln!(f, "{name:?} {executable} \"{bytes}\" {word} \"{after}\"")?;
        }
        for (bytes, known) in &self.new {
            writeln!(f, "new {known} \"{}\"", bytes.escape_ascii())?;
        }
        Ok(())
    }
}

/// A working copy with these files committed, unless one of the tool's programs is missing.
pub fn desk(tool: &dyn Tool, files: &[(&str, &str)]) -> Option<(TempDir, PathBuf)> {
    if tool.programs().iter().any(|program| lacks(program)) {
        return None;
    }
    let tree = files.iter().map(|(name, text)| (name.as_bytes().to_vec(), file(text)));
    let scratch = TempDir::new().expect("folder");
    let top = tool.committed(scratch.path(), &tree.collect());
    Some((scratch, top))
}

/// Runs random cases through a tool, unless one of its programs is missing.
pub fn run(tool: &dyn Tool, cases: u32) {
    if tool.programs().iter().any(|program| lacks(program)) {
        return;
    }
    let files = proptest::collection::vec((content(), any::<bool>(), edit()), NAMES.len());
    let new = proptest::collection::vec((content(), any::<bool>()), 0..4);
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 0,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let cases = (files, new).prop_map(|(files, new)| Case { files, new });
    let ran = runner.run(&cases, |case| {
        one(tool, &case);
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{}: {error}", tool.system().name()));
}

fn one(tool: &dyn Tool, Case { files, new }: &Case) {
    let scratch = TempDir::new().expect("folder");
    let can = tool.can();
    let named = || NAMES.iter().zip(files);
    let mut base: Tree = named()
        .map(|(name, (bytes, executable, _))| {
            (
                name.as_bytes().to_vec(),
                Thing::File(bytes.clone(), can.modes && *executable),
            )
        })
        .collect();
    if can.links {
        base.insert(b"link".to_vec(), Thing::Link(b"plain".to_vec()));
    }
    let top = tool.committed(scratch.path(), &base);
    for (name, (bytes, executable, edit)) in named() {
        change(tool, &top, name, bytes, can.modes && *executable, edit);
    }
    if can.links {
        put(&top, b"link", &Thing::Link(b"d/y".to_vec()));
    }
    for (number, (bytes, known)) in new.iter().enumerate() {
        let name = format!("new/{number} n");
        put(&top, name.as_bytes(), &file(bytes));
        if *known {
            tool.add(&top, &[&name]);
        }
    }
    let before = tree(&top, tool.administration());
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let taken = runtime.block_on(taken(&top, tool.system()));
    assert_eq!(
        before,
        tree(&top, tool.administration()),
        "the working copy was touched"
    );
    let made = tool.export(&top, &taken, scratch.path());
    apply(&made, &whole(&taken, Carrier::Own));
    assert_eq!(tree(&made, tool.administration()), before, "{taken:?}");
}

fn change(tool: &dyn Tool, top: &Path, name: &str, bytes: &[u8], executable: bool, edit: &Edit) {
    let elsewhere = format!("moved/{}", name.replace('/', "-"));
    match edit {
        Edit::Nothing => {}
        Edit::Content(bytes) => put(top, name.as_bytes(), &Thing::File(bytes.clone(), executable)),
        Edit::Mode if tool.can().modes => {
            put(top, name.as_bytes(), &Thing::File(bytes.to_vec(), !executable));
            tool.mode_changed(top, name, !executable);
        }
        Edit::Lose => std::fs::remove_file(place(top, name.as_bytes())).expect("file"),
        Edit::Rename if tool.can().renames => tool.rename(top, name, &elsewhere),
        Edit::RenameAndContent(bytes) if tool.can().renames => {
            tool.rename(top, name, &elsewhere);
            put(top, elsewhere.as_bytes(), &Thing::File(bytes.clone(), executable));
        }
        _ => tool.remove(top, &[name]),
    }
}

//! Files that a configuration loads and reads.

use super::{evaluate_in, folder, shown};
use config::{Options, evaluate};
use std::path::PathBuf;

const GOOD: &str = "c = BuildmasterConfig = {}\n";

#[test]
fn data_files_are_read_and_noted_as_inputs() {
    let folder = folder(&[
        (
            "master.star",
            r#"
c = BuildmasterConfig = {}
c["title"] = "".join([
    read_json("data/a.json")["x"],
    read_yaml("a.yaml")["x"][0],
    read_toml("a.toml")["x"]["y"],
    read_text("a.txt"),
    read_text("none.txt", default="-"),
    str(read_json("none.json", default={"n": 1})["n"]),
    env("OUTPOST_NO_SUCH_VARIABLE", "e"),
    ",".join(glob("data/*.json")),
])
"#,
        ),
        ("data/a.json", r#"{"x": "json "}"#),
        ("a.yaml", "x: ['yaml ']\n"),
        ("a.toml", "x = {y = 'toml '}\n"),
        ("a.txt", "text"),
    ]);
    let evaluation = evaluate_in(folder.path());
    assert_eq!(shown(&evaluation), "");
    assert_eq!(evaluation.config.unwrap().title, "json yaml toml text-1edata/a.json");
    let root = folder.path().canonicalize().unwrap();
    for file in ["master.star", "data/a.json", "none.txt", "data"] {
        assert!(
            evaluation.inputs.contains(&root.join(file)),
            "{file}: {:?}",
            evaluation.inputs
        );
    }
}

#[test]
fn a_wrong_data_file_is_told_at_the_call() {
    let folder = folder(&[
        (
            "master.star",
            "c = BuildmasterConfig = {}\nx = read_json('a.json')\ny = read_toml('a.json')\n",
        ),
        ("a.json", "{"),
    ]);
    let evaluation = evaluate_in(folder.path());
    let lines: Vec<_> = evaluation.problems.iter().map(|p| (p.line, p.column)).collect();
    assert_eq!(lines, [(2, 5), (3, 5)], "{}", shown(&evaluation));
    assert!(
        evaluation.problems[0]
            .message
            .starts_with("'a.json' cannot be read: EOF")
    );
}

#[test]
fn nothing_outside_the_folder_can_be_loaded_or_read() {
    let outside = folder(&[("x.star", "y = 1\n")]);
    let absolute = outside.path().join("x.star");
    let inside = folder(&[("master.star", "")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), inside.path().join("link")).unwrap();
    let mut paths = vec![
        "../x.star".to_owned(),
        "a/../../x.star".to_owned(),
        absolute.display().to_string(),
    ];
    if cfg!(unix) {
        paths.push("link/x.star".to_owned());
    }
    for path in paths {
        for text in [
            format!("load('{path}', 'y')\n"),
            format!("y = read_text('{path}', default='')\n"),
        ] {
            std::fs::write(inside.path().join("master.star"), text.clone() + GOOD).unwrap();
            let evaluation = evaluate_in(inside.path());
            assert!(evaluation.config.is_none(), "{text}");
            assert!(
                shown(&evaluation).contains("leads out of the configuration's folder"),
                "{text}: {}",
                shown(&evaluation)
            );
            assert_eq!(evaluation.problems[0].line, 1, "{text}");
        }
    }
}

#[test]
fn loads_that_cannot_be_are_told_all_at_once() {
    let folder = folder(&[
        (
            "master.star",
            "load('a.star', 'x')\nload('none.star', 'y')\nload('bad.star', 'z')\nload('good.star', 'w')\nc = BuildmasterConfig = {}\n",
        ),
        ("a.star", "load('b.star', 'x')\n"),
        ("b.star", "load('a.star', 'x')\n"),
        ("bad.star", "z = 1 is None\n"),
        ("good.star", "w = 1\n"),
    ]);
    insta::assert_snapshot!("loads", shown(&evaluate_in(folder.path())));
}

#[test]
fn a_loaded_list_cannot_be_changed_and_the_fix_says_what_can() {
    let folder = folder(&[
        (
            "master.star",
            "load('lib/x.star', 'BUILDERS')\nc = BuildmasterConfig = {}\nBUILDERS.append(1)\n",
        ),
        ("lib/x.star", "BUILDERS = []\n"),
    ]);
    let evaluation = evaluate_in(folder.path());
    let problem = &evaluation.problems[0];
    assert_eq!((problem.file.as_str(), problem.line), ("master.star", 3));
    assert_eq!(
        problem.message,
        "this value belongs to a loaded file and cannot be changed"
    );
    assert!(problem.fix.as_ref().unwrap().contains("return lists from functions"));
}

#[test]
fn an_error_in_a_loaded_function_names_its_file_and_the_caller() {
    let folder = folder(&[
        (
            "master.star",
            "load('lib/x.star', 'f')\nc = BuildmasterConfig = {}\n\nf()\n",
        ),
        ("lib/x.star", "def f():\n    d = {}\n    return d['nokey']\n"),
    ]);
    let evaluation = evaluate_in(folder.path());
    let problem = &evaluation.problems[0];
    assert_eq!((problem.file.as_str(), problem.line), ("lib/x.star", 3));
    assert!(
        problem.message.ends_with("(called from master.star:4)"),
        "{}",
        problem.message
    );
}

#[test]
fn a_text_that_is_not_saved_stands_for_its_file() {
    let folder = folder(&[
        (
            "master.star",
            "load('lib/x.star', 'x')\nc = BuildmasterConfig = {}\nc['title'] = x\n",
        ),
        ("lib/x.star", "x = 'saved'\n"),
    ]);
    let mut options = Options::default();
    options
        .overlay
        .insert("lib/x.star".to_owned(), "x = 'draft'\n".to_owned());
    let evaluation = evaluate(folder.path(), "master.star", &options);
    assert_eq!(evaluation.config.unwrap().title, "draft");
}

#[test]
fn what_is_no_text_or_not_there_is_told() {
    let folder = folder(&[]);
    let evaluation = evaluate_in(folder.path());
    assert_eq!(evaluation.problems[0].message, "there is no file 'master.star'");
    std::fs::write(folder.path().join("master.star"), b"x = 1\ny = '\xff'\n").unwrap();
    let evaluation = evaluate_in(folder.path());
    assert_eq!((evaluation.problems[0].line, evaluation.problems[0].column), (2, 6));
    let nowhere = PathBuf::from("/nonexistent-folder");
    assert!(evaluate_in(&nowhere).config.is_none());
}

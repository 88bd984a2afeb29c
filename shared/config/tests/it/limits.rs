//! Texts that break an interpreter: the child dies or gives up, and the parent tells the line.

use super::folder;
use config::{Limits, Options, Report, check_in_child};
use std::path::PathBuf;
use std::time::Duration;

/// The child alone, built beside the tests.
fn child() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let target = test.parent().unwrap().parent().unwrap();
    target
        .join("examples")
        .join(format!("config_child{}", std::env::consts::EXE_SUFFIX))
}

fn check(text: &str, limits: &Limits) -> Report {
    let folder = folder(&[("master.star", text)]);
    let options = Options {
        time: Duration::from_secs(2),
        ..Options::default()
    };
    check_in_child(&child(), folder.path(), "master.star", &options, limits)
}

fn told(report: &Report) -> (String, u32, String) {
    let problem = &report.problems[0];
    (problem.file.clone(), problem.line, problem.message.clone())
}

#[test]
fn a_good_text_passes_and_gives_its_warnings() {
    let report = check("c = BuildmasterConfig = {}\nc['www'] = {}\n", &Limits::default());
    assert!(report.passed(), "{report:?}");
    assert_eq!(report.problems[0].line, 2);
    assert!(report.inputs[0].ends_with("master.star"));
}

#[test]
fn an_endless_loop_is_told_at_its_line() {
    let texts = [
        "x = 1\nfor i in range(1000000000000):\n    pass\n",
        "def f():\n    return f()\nf()\n",
        "x = 1\ny = [a for a in range(1000000000) for b in range(1000000000)]\n",
    ];
    for text in texts {
        let report = check(text, &Limits::default());
        let (file, line, message) = told(&report);
        assert_eq!((file.as_str(), line), ("master.star", 2), "{message}");
        assert!(!report.passed());
    }
}

#[test]
fn a_hundred_thousand_brackets_are_told_at_their_line() {
    let nested = format!("x = 1\ny = {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let (_, line, message) = told(&check(&nested, &Limits::default()));
    assert_eq!((line, message.as_str()), (2, "brackets are nested more than 100 deep"));
}

#[test]
fn nesting_without_brackets_kills_only_the_child() {
    for deep in [
        format!("y = {}1\n", "-".repeat(400_000)),
        format!("y = {}1\n", "not ".repeat(400_000)),
    ] {
        let report = check(&format!("x = 1\n{deep}"), &Limits::default());
        let (file, line, message) = told(&report);
        assert_eq!(
            (file.as_str(), line, message.as_str()),
            ("master.star", 2, "this is nested too deep")
        );
    }
}

#[test]
fn a_text_of_two_gigabytes_is_told_at_its_line() {
    for text in [
        "x = 1\ny = 'a' * 2000000000\n",
        "def f(n):\n    return 'a' * n\nx = f(2000000000)\n",
        "x = 1\ny = list(range(500000000))\n",
    ] {
        let report = check(text, &Limits::default());
        let (file, line, message) = told(&report);
        assert_eq!((file.as_str(), line), ("master.star", 2), "{message}");
        assert!(message.contains("memory") || message.contains("capacity"), "{message}");
    }
}

#[test]
fn the_wall_clock_ends_what_nothing_else_ends() {
    let limits = Limits {
        wall: Duration::from_millis(300),
        ..Limits::default()
    };
    // One native call that cannot be interrupted from inside.
    let (_, line, message) = told(&check(
        "x = 1\ny = sorted(range(30000000), key=lambda i: -i)\n",
        &limits,
    ));
    assert_eq!(
        (line, message.as_str()),
        (2, "the configuration takes longer than 0 seconds")
    );
}

#[test]
fn a_program_that_is_not_there_is_a_problem_too() {
    let folder = folder(&[("master.star", "")]);
    let report = check_in_child(
        &folder.path().join("no-such-program"),
        folder.path(),
        "master.star",
        &Options::default(),
        &Limits::default(),
    );
    assert!(report.problems[0].message.starts_with("the check could not be started"));
}

//! Each file of `problems/` and everything that is told about it.

use super::{evaluate_text, shown};
use std::path::Path;

#[test]
fn every_problem_has_its_place_and_its_fix() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/problems");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for path in names {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let evaluation = evaluate_text(&text);
        for problem in &evaluation.problems {
            assert!(problem.fix.is_some(), "{name}: {problem} has no fix");
            assert_eq!(problem.file, "master.star", "{name}: {problem}");
        }
        let errors = evaluation.problems.iter().any(config::Problem::is_error);
        assert_eq!(evaluation.config.is_some(), !errors, "{name}");
        insta::assert_snapshot!(name, shown(&evaluation));
    }
}

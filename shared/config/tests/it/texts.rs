//! Arbitrary texts: whatever it is, it gives a configuration or errors, and every place exists.

use super::{evaluate_text, shown};
use proptest::prelude::*;

/// Pieces that make texts which are nearly configurations.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("c = BuildmasterConfig = {}\n"),
        Just("c['builders'] = ["),
        Just("util.BuilderConfig(name='b', "),
        Just("factory=util.BuildFactory([steps."),
        Just("ShellCommand(command="),
        Just("lambda p: "),
        Just("util.Interpolate('%(prop:x:-"),
        Just("def f(x):\n"),
        Just("    return "),
        Just("for i in range(3):\n"),
        Just("a = b = "),
        Just("from buildbot.plugins import *\n"),
        Just("load('x', 'y')\n"),
        Just("'''"),
        Just("\"é\" "),
        Just("("),
        Just(")"),
        Just("]"),
        Just("{"),
        Just("\\"),
        Just("\n"),
        Just("\t"),
        Just(" = "),
        Just(", "),
        Just("is not "),
        Just("**"),
        Just("1 < 2 < 3"),
        Just("f'{x.y}'"),
        Just("# comment\n"),
        Just("\r\n"),
        Just("\u{feff}"),
        Just("\0"),
    ];
    proptest::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    let evaluation = evaluate_text(text);
    let errors = evaluation.problems.iter().any(config::Problem::is_error);
    prop_assert_eq!(evaluation.config.is_some(), !errors, "{}", shown(&evaluation));
    let broke = evaluation.problems.iter().any(|p| p.message.contains("broke off"));
    prop_assert!(!broke, "the interpreter broke off");
    let lines = text.split('\n').count() as u32 + 1;
    for problem in &evaluation.problems {
        prop_assert!(problem.line <= lines, "{problem}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_breaks_the_reading(text in any::<String>()) {
        holds(&text)?;
    }

    #[test]
    fn no_nearly_right_text_breaks_the_reading(text in pieces()) {
        holds(&text)?;
    }
}

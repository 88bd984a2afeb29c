//! The words that tell what a step or a build is doing or did (`rest-v2` §6: `state_string`).

use model::{Json, Results};

/// What a command is called while nothing better is known: its first two words in quotes, `...` for the rest.
pub fn of_command(command: &Json) -> Option<String> {
    let words: Vec<String> = match command {
        Json::String(text) => text.split_whitespace().take(3).map(str::to_owned).collect(),
        Json::Array(_) => flat_words(command),
        _ => Vec::new(),
    };
    match words.as_slice() {
        [] => None,
        [one] => Some(format!("'{one}'")),
        [one, two] => Some(format!("'{one} {two}'")),
        [one, two, ..] => Some(format!("'{one} {two} ...'")),
    }
}

/// The words of a command, nested lists flattened, each as text.
pub fn flat_words(command: &Json) -> Vec<String> {
    match command {
        Json::Array(items) => items.iter().flat_map(flat_words).collect(),
        Json::String(text) => vec![text.clone()],
        Json::Null => Vec::new(),
        Json::Bool(true) => vec!["True".to_owned()],
        Json::Bool(false) => vec!["False".to_owned()],
        other => vec![other.to_string()],
    }
}

/// A description of the configuration: text, or a list of words.
pub fn of_description(description: &Json) -> Option<String> {
    let words = flat_words(description);
    let text = words.join(" ");
    (!text.is_empty()).then_some(text)
}

/// A finished step's text: `compile`, `compile (failure)`.
pub fn finished(text: &str, results: Results) -> String {
    match results {
        Results::Success => text.to_owned(),
        other => format!("{text} ({})", other.word()),
    }
}

/// A build's text while it runs: what went wrong so far, or `building`.
pub fn of_running_build(told: &[String]) -> String {
    if told.is_empty() {
        "building".to_owned()
    } else {
        told.join(" ")
    }
}

/// A finished build's text: `build successful`, `failed compile (failure)`, `cancelled (no longer needed) …`.
pub fn of_finished_build(results: Results, reason: Option<&str>, told: &[String]) -> String {
    let head = match results {
        Results::Success => return "build successful".to_owned(),
        Results::Failure => "failed",
        other => other.word(),
    };
    let mut words = vec![head.to_owned()];
    words.extend(reason.map(|reason| format!("({reason})")));
    words.extend(told.iter().cloned());
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_command_is_called_by_its_first_two_words() {
        assert_eq!(of_command(&json!("make all")).as_deref(), Some("'make all'"));
        assert_eq!(of_command(&json!(["false"])).as_deref(), Some("'false'"));
        assert_eq!(of_command(&json!("echo hi; false")).as_deref(), Some("'echo hi; ...'"));
        assert_eq!(
            of_command(&json!(["a", ["b", ["c"]], "d"])).as_deref(),
            Some("'a b ...'")
        );
        assert_eq!(of_command(&json!([])), None);
        assert_eq!(of_command(&json!(["sleep", 5])).as_deref(), Some("'sleep 5'"));
    }

    #[test]
    fn a_steps_result_stands_in_brackets_unless_it_is_success() {
        assert_eq!(finished("compile", Results::Success), "compile");
        assert_eq!(finished("'false'", Results::Failure), "'false' (failure)");
        assert_eq!(finished("finished", Results::Skipped), "finished (skipped)");
    }

    #[test]
    fn a_builds_text_tells_what_went_wrong() {
        let told = vec!["'false' (failure)".to_owned()];
        assert_eq!(of_finished_build(Results::Success, None, &told), "build successful");
        assert_eq!(
            of_finished_build(Results::Failure, None, &told),
            "failed 'false' (failure)"
        );
        assert_eq!(
            of_finished_build(
                Results::Cancelled,
                Some("enough already"),
                &["'a' (cancelled)".to_owned()]
            ),
            "cancelled (enough already) 'a' (cancelled)"
        );
        assert_eq!(of_running_build(&[]), "building");
        assert_eq!(of_running_build(&told), "'false' (failure)");
    }
}

//! Every difference that there may be, with its reason.

/// Whether a difference shows on every run.
#[derive(Clone, Copy, PartialEq)]
enum Shows {
    Always,
    /// It is a matter of timing.
    Sometimes,
}
use Shows::{Always, Sometimes};

/// A pattern for lines of [`super::compare`], with `*` for any text; whether it shows; why it is so.
const LISTED: &[(&str, Shows, &str)] = &[
    (
        "start: GET /meta/total: theirs 14, ours 13",
        Always,
        "codebases, with their branches and commits, are not served; no known client but the About page asks for them",
    ),
    ("start: GET /rootlinks: *", Always, "as above"),
    (
        "*/workerinfo/version: theirs *, ours *",
        Always,
        "each worker tells its own version",
    ),
    (
        "*: event workers/1/state_updated: theirs only: *",
        Sometimes,
        "a Buildbot tells the state of a worker twice when it attaches, which can be after REST shows it attached",
    ),
    (
        "*owner*: theirs \"\", ours \"anonymous\"",
        Always,
        "when nobody gave a name, ours does not put an empty one into properties and blame lists",
    ),
    (
        "*/property_list/_properties/*/value: theirs *\\\"\\\"*, ours *anonymous*",
        Always,
        "as above",
    ),
    (
        "*/reason: theirs \"A build was forced by '': *\", ours \"A build was forced by 'anonymous': *\"",
        Always,
        "as above",
    ),
    (
        "*/revlink: theirs null, ours \"\"",
        Always,
        "a change without a link has an empty one, as a Buildbot's own git source gives it; its HTTP hook gives null",
    ),
    (
        "*: event logs/*/finished: *only: *\"name\":\"cancelled\"*",
        Always,
        "of the two logs of a stopped command ours closes the older one first",
    ),
    (
        "failure: event builds/2/update/state_string: theirs \"'*\", ours \"failed '*\"",
        Always,
        "while an always-run step follows a halting failure, ours says already that the build failed",
    ),
    (
        "cancel the running one: event control/builds/6/stop: theirs only: *",
        Always,
        "cancelling a request that is built stops its build directly, not by a second order on the bus",
    ),
    (
        "rebuild: event buildsets/8/new/scheduler: theirs \"rebuild\", ours \"force\"",
        Always,
        "a rebuilt set keeps the scheduler of the first, as its property `scheduler` does on both",
    ),
    (
        "errors: POST buildrequests/1 nosuch {}*: theirs *, ours *",
        Always,
        "an unknown method is answered 501 everywhere, where a Buildbot crashes (500) on build requests",
    ),
    (
        "errors: POST */99999 rebuild {}*: theirs *, ours *",
        Always,
        "what does not exist is 404 with a sentence, where a Buildbot crashes (500)",
    ),
    (
        "errors: POST workers/999 stop {}*: theirs *, ours *",
        Always,
        "as above",
    ),
    (
        "errors: POST forceschedulers/nosuch force {}*: theirs *, ours *",
        Always,
        "as above",
    ),
    (
        "errors: POST forceschedulers/force force {\"builder*}*: theirs *, ours *",
        Always,
        "as above; and 400 for builders that the scheduler does not have",
    ),
    (
        "errors: POST schedulers/{main} enable {}*: theirs *, ours *",
        Always,
        "a missing parameter is 400 with a sentence, where a Buildbot crashes (500)",
    ),
    (
        "errors: event buildrequests/99999/cancel: theirs only: null",
        Always,
        "what does not exist is not told to be cancelled",
    ),
];

/// What is wrong: differences that are not listed, and rows of the list that nothing matches.
pub fn judge(differences: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    for difference in differences {
        if !LISTED.iter().any(|(pattern, ..)| matches(pattern, difference)) {
            problems.push(format!("not listed: {difference}"));
        }
    }
    for (pattern, shows, _) in LISTED {
        if *shows == Always && !differences.iter().any(|difference| matches(pattern, difference)) {
            problems.push(format!("listed, but it does not differ: {pattern}"));
        }
    }
    problems
}

fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

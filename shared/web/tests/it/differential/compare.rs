//! The differences between two recordings, one line each.

use super::recorder::Phase;
use serde_json::Value;

/// All of them: `PHASE: QUESTION: …` and `PHASE: event KEY: …`.
pub fn differences(theirs: &[Phase], ours: &[Phase]) -> Vec<String> {
    let mut found = Vec::new();
    assert_eq!(theirs.len(), ours.len());
    for (theirs, ours) in theirs.iter().zip(ours) {
        answers(theirs, ours, &mut found);
        events(theirs, ours, &mut found);
    }
    found
}

fn answers(theirs: &Phase, ours: &Phase, found: &mut Vec<String>) {
    for question in theirs
        .answers
        .keys()
        .chain(ours.answers.keys().filter(|key| !theirs.answers.contains_key(*key)))
    {
        let place = format!("{}: {question}", theirs.name);
        match (theirs.answers.get(question), ours.answers.get(question)) {
            (Some((their_status, theirs)), Some((our_status, ours))) => {
                if their_status != our_status {
                    found.push(format!("{place}: status: theirs {their_status}, ours {our_status}"));
                }
                values(&place, theirs, ours, found);
            }
            (Some(_), None) => found.push(format!("{place}: asked of them only")),
            (None, _) => found.push(format!("{place}: asked of us only")),
        }
    }
}

/// What depends on timing is left out: how often a log tells that it has grown, and whether a step lives for the
/// second after which it says that it is still running.
fn is_timing(key: &str, body: &Value) -> bool {
    let elements: Vec<&str> = key.split('/').collect();
    match elements.as_slice() {
        ["logs", _, "append"] => true,
        ["builds", _, "steps", _, "updated"] => {
            let text = body["state_string"].as_str().unwrap_or_default();
            text == "running" || text.ends_with(" (not finished)")
        }
        _ => false,
    }
}

fn events(theirs: &Phase, ours: &Phase, found: &mut Vec<String>) {
    let told = |phase: &Phase| -> Vec<(String, Value)> {
        phase
            .events
            .iter()
            .filter(|(key, body)| !is_timing(key, body))
            .cloned()
            .collect()
    };
    let (their_events, our_events) = (told(theirs), told(ours));
    let keys = |events: &[(String, Value)]| -> Vec<String> { events.iter().map(|(key, _)| key.clone()).collect() };
    let (their_keys, our_keys) = (keys(&their_events), keys(&our_events));
    for pair in aligned(&their_keys, &our_keys) {
        match pair {
            (Some(t), Some(o)) => {
                let place = format!("{}: event {}", theirs.name, their_keys[t]);
                values(&place, &their_events[t].1, &our_events[o].1, found);
            }
            (Some(t), None) => {
                found.push(format!(
                    "{}: event {}: theirs only: {}",
                    theirs.name, their_keys[t], their_events[t].1
                ));
            }
            (None, Some(o)) => {
                found.push(format!(
                    "{}: event {}: ours only: {}",
                    ours.name, our_keys[o], our_events[o].1
                ));
            }
            (None, None) => {}
        }
    }
}

/// The longest common sequence, with what is between.
fn aligned(a: &[String], b: &[String]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut longest = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] = if a[i] == b[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            pairs.push((Some(i), Some(j)));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            pairs.push((Some(i), None));
            i += 1;
        } else {
            pairs.push((None, Some(j)));
            j += 1;
        }
    }
    pairs
}

fn values(place: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(t), Value::Object(o)) => {
            for name in t.keys().chain(o.keys().filter(|name| !t.contains_key(*name))) {
                let inner = format!("{place}/{name}");
                match (t.get(name), o.get(name)) {
                    (Some(t), Some(o)) => values(&inner, t, o, found),
                    (Some(t), None) => found.push(format!("{inner}: theirs only: {t}")),
                    (None, Some(o)) => found.push(format!("{inner}: ours only: {o}")),
                    (None, None) => {}
                }
            }
        }
        (Value::Array(t), Value::Array(o)) if t.len() == o.len() => {
            for (at, (t, o)) in t.iter().zip(o).enumerate() {
                values(&format!("{place}/{at}"), t, o, found);
            }
        }
        _ if theirs != ours => found.push(format!("{place}: theirs {theirs}, ours {ours}")),
        _ => {}
    }
}

//! The environment of a command: the builder's, then the step's (`worker-protocol-pb` §4.2).

use model::Json;
use wire::worker::Value;

/// `builder` and `step` as one dictionary for the worker; what both name is the step's. Both are rendered: a
/// dictionary, or null.
pub fn merged(builder: &Json, step: &Json) -> Result<Value, String> {
    let mut pairs: Vec<(String, Value)> = Vec::new();
    for environment in [builder, step] {
        let members = match environment {
            Json::Null => continue,
            Json::Object(members) => members,
            other => return Err(format!("env should be a dictionary, but is {other}")),
        };
        for (name, value) in members {
            let value = variable(name, value)?;
            match pairs.iter_mut().find(|(known, _)| known == name) {
                Some(pair) => pair.1 = value,
                None => pairs.push((name.clone(), value)),
            }
        }
    }
    Ok(Value::Dict(pairs))
}

/// Text, a list of text (the worker joins it) or nothing (the worker removes the variable). Numbers are told as text,
/// since a worker refuses them.
fn variable(name: &str, value: &Json) -> Result<Value, String> {
    match value {
        Json::Null => Ok(Value::None),
        Json::String(text) => Ok(Value::Text(text.clone())),
        Json::Number(number) => Ok(Value::Text(number.to_string())),
        Json::Array(items) => items
            .iter()
            .map(|item| variable(name, item))
            .collect::<Result<_, _>>()
            .map(Value::List),
        Json::Bool(_) | Json::Object(_) => Err(format!(
            "env: {name} should be text, a list of text or None, but is {value}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_steps_variables_win_and_nothing_removes() {
        let merged = merged(
            &json!({"A": "1", "B": "1"}),
            &json!({"B": ["x", "${B}"], "C": null, "N": 4}),
        );
        let text = |t: &str| Value::Text(t.to_owned());
        let wanted = Value::Dict(vec![
            ("A".to_owned(), text("1")),
            ("B".to_owned(), Value::List(vec![text("x"), text("${B}")])),
            ("C".to_owned(), Value::None),
            ("N".to_owned(), text("4")),
        ]);
        assert_eq!(merged, Ok(wanted));
    }

    #[test]
    fn what_a_worker_would_refuse_is_told_by_name() {
        assert_eq!(
            merged(&Json::Null, &json!({"A": true})),
            Err("env: A should be text, a list of text or None, but is true".to_owned())
        );
        assert_eq!(
            merged(&json!([]), &Json::Null),
            Err("env should be a dictionary, but is []".to_owned())
        );
    }
}

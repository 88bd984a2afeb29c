//! A command's environment (§4.2).

use crate::command::args::os_string;
use crate::system::{self, LIST_SEPARATOR, same_variable};
use std::ffi::{OsStr, OsString};
use std::path::Path;
use wire::worker::{Failure, Value};

/// Names and values.
pub(crate) type Environment = Vec<(OsString, OsString)>;

/// The worker's own environment, changed as `env` says, with `PWD` set.
pub(crate) fn for_command(own: &Environment, env: Option<&Value>, workdir: &Path) -> Result<Environment, Failure> {
    let mut result = own.clone();
    if let Some(Value::Dict(changes)) = env {
        for (name, value) in changes {
            remove(&mut result, name);
            if let Some(value) = value_for(own, name, value)? {
                result.push((name.into(), value));
            }
        }
    }
    remove(&mut result, "PWD");
    result.push(("PWD".into(), workdir.into()));
    Ok(result)
}

fn remove(environment: &mut Environment, name: &str) {
    environment.retain(|(other, _)| !same_variable(other, name.as_ref()));
}

fn value_for(own: &Environment, name: &str, value: &Value) -> Result<Option<OsString>, Failure> {
    let wrong = || Failure {
        kind: "builtins.RuntimeError".to_owned(),
        message: format!("'env' values must be strings or lists; key '{name}' is incorrect"),
    };
    let mut text = match value {
        Value::None => return Ok(None),
        Value::List(items) | Value::Tuple(items) => {
            let items: Option<Vec<OsString>> = items.iter().map(os_string).collect();
            items.ok_or_else(wrong)?.join(OsStr::new(LIST_SEPARATOR))
        }
        other => os_string(other).ok_or_else(wrong)?,
    };
    if name == "PYTHONPATH" {
        text.push(LIST_SEPARATOR);
        text.push("${PYTHONPATH}");
    }
    Ok(Some(substitute(own, &text)))
}

/// Every `${NAME}` becomes the worker's own value, or nothing. Other dollars stay.
fn substitute(own: &Environment, text: &OsStr) -> OsString {
    let mut result = Vec::new();
    let mut rest = text.as_encoded_bytes();
    while let Some(at) = rest.windows(2).position(|pair| pair == b"${") {
        let (before, after) = rest.split_at(at);
        result.extend_from_slice(before);
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        let length = after[2..].iter().take_while(is_name).count();
        if after.get(2 + length) == Some(&b'}') {
            let name = system::os_string(after[2..2 + length].to_vec());
            if let Some((_, value)) = own.iter().find(|(other, _)| same_variable(other, &name)) {
                result.extend_from_slice(value.as_encoded_bytes());
            }
            rest = &after[length + 3..];
        } else {
            result.extend_from_slice(b"${");
            rest = &after[2..];
        }
    }
    result.extend_from_slice(rest);
    system::os_string(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Environment {
        vec![
            ("PATH".into(), "/usr/bin:/bin".into()),
            ("HOME".into(), "/home/x".into()),
        ]
    }

    fn get(env: Vec<(&str, Value)>, name: &str) -> Option<String> {
        let env = Value::Dict(env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        let result = for_command(&own(), Some(&env), Path::new("/w/b")).unwrap();
        let mut values = result.iter().filter(|(other, _)| other == name);
        let value = values.next().map(|(_, value)| value.to_str().unwrap().to_owned());
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    #[test]
    fn lists_are_joined_and_own_values_filled_in() {
        let path = Value::List(vec!["/opt/x/bin".into(), "${PATH}".into()]);
        let joined = ["/opt/x/bin", "/usr/bin:/bin"].join(LIST_SEPARATOR);
        assert_eq!(get(vec![("PATH", path)], "PATH").unwrap(), joined);
        assert_eq!(
            get(vec![("A", "a${HOME}b${NONE}c${}".into())], "A").unwrap(),
            "a/home/xbc"
        );
        assert_eq!(
            get(vec![("A", "$HOME ${HOME ${a b} $".into())], "A").unwrap(),
            "$HOME ${HOME ${a b} $"
        );
        assert_eq!(
            get(vec![("PYTHONPATH", "/opt/py".into())], "PYTHONPATH").unwrap(),
            format!("/opt/py{LIST_SEPARATOR}")
        );
    }

    #[test]
    fn none_removes_and_pwd_is_always_the_folder() {
        assert_eq!(get(vec![("HOME", Value::None)], "HOME"), None);
        assert_eq!(get(vec![("PWD", "/else".into())], "PWD").unwrap(), "/w/b");
    }

    #[test]
    fn other_values_are_refused_with_their_key() {
        let env = Value::Dict(vec![("A".to_owned(), Value::Int(1))]);
        let failure = for_command(&own(), Some(&env), Path::new("/")).unwrap_err();
        assert_eq!(failure.kind, "builtins.RuntimeError");
        assert_eq!(
            failure.message,
            "'env' values must be strings or lists; key 'A' is incorrect"
        );
    }
}

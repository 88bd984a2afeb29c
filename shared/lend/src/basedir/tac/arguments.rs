//! The arguments of `Worker(…)` as settings (`worker-protocol-pb` §9).

use super::TacError;
use super::statement::Call;
use super::value::{Value, Variables};
use crate::basedir::{AllowShutdown, Rotation, Settings};
use std::path::{Path, PathBuf};

/// The names of the arguments that come without one, in order.
const POSITIONAL: [&str; 6] = ["buildmaster_host", "port", "name", "passwd", "basedir", "keepalive"];

/// The other names that the call may have, and those whose value says nothing to this worker.
const NAMED: [&str; 16] = [
    "keepaliveTimeout",
    "umask",
    "maxdelay",
    "numcpus",
    "unicode_encoding",
    "useTls",
    "allow_shutdown",
    "maxRetries",
    "connection_string",
    "delete_leftover_dirs",
    "proxy_connection_string",
    "protocol",
    "usePTY",
    "workername",
    "path",
    "keepalive",
];

/// What a worker waits at most when the call does not say.
const MAXDELAY: u64 = 300;

/// The folder and the settings that a call means.
pub(super) fn settings(call: &Call, variables: &Variables, folder: &Path) -> Result<(PathBuf, Settings), TacError> {
    let arguments = Arguments::of(call)?;
    let name = arguments
        .text("name")?
        .map_or_else(|| arguments.text("workername"), |name| Ok(Some(name)))?;
    let name = name.ok_or_else(|| arguments.missing("the worker's name"))?;
    let password = arguments.text("passwd")?;
    let password = password.ok_or_else(|| arguments.missing("passwd"))?;
    let mut settings = Settings::new(master(&arguments)?, name, password);
    settings.protocol = arguments.text("protocol")?;
    settings.use_tls = arguments.flag("useTls")?;
    settings.proxy = arguments.text("proxy_connection_string")?;
    settings.keepalive = arguments.number("keepalive")?.unwrap_or(0);
    settings.umask = arguments.number("umask")?;
    settings.maxdelay = arguments.number("maxdelay")?.unwrap_or(MAXDELAY);
    settings.maxretries = arguments.number("maxRetries")?;
    settings.numcpus = arguments.number("numcpus")?;
    settings.delete_leftover_dirs = arguments.flag("delete_leftover_dirs")?;
    settings.allow_shutdown = allow_shutdown(&arguments)?;
    settings.log = rotation(variables);
    encoding(&arguments)?;
    Ok((basedir(&arguments, folder)?, settings))
}

struct Arguments<'a> {
    line: usize,
    named: Vec<(&'a str, &'a Value)>,
}

impl<'a> Arguments<'a> {
    fn of(call: &'a Call) -> Result<Arguments<'a>, TacError> {
        let mut named: Vec<(&str, &Value)> = Vec::new();
        for (place, (name, value)) in call.arguments.iter().enumerate() {
            let name = match (name, POSITIONAL.get(place)) {
                (Some(name), _) if POSITIONAL.contains(&name.as_str()) || NAMED.contains(&name.as_str()) => name,
                (None, Some(name)) => *name,
                (Some(name), _) => {
                    return Err(TacError::new(
                        call.line,
                        format!("Worker has no argument '{name}'; leave it out"),
                    ));
                }
                (None, None) => {
                    let reason = format!("argument {} of Worker has no name; write name=value", place + 1);
                    return Err(TacError::new(call.line, reason));
                }
            };
            named.push((name, value));
        }
        Ok(Arguments { line: call.line, named })
    }

    /// What is given and is not `None`.
    fn get(&self, name: &str) -> Result<Option<&Value>, TacError> {
        match self.named.iter().find(|(other, _)| *other == name) {
            None | Some((_, Value::None)) => Ok(None),
            Some((_, Value::Unknown(line))) => Err(TacError::new(
                *line,
                format!("the value of '{name}' is not plain: this file is read, not run; write the value itself"),
            )),
            Some((_, value)) => Ok(Some(value)),
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, TacError> {
        match self.get(name)? {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(name, "a text")),
        }
    }

    /// A number, or a text of digits.
    fn number<N: TryFrom<i64>>(&self, name: &str) -> Result<Option<N>, TacError> {
        let number = match self.get(name)? {
            None => return Ok(None),
            Some(Value::Number(number)) => Some(*number),
            Some(Value::Text(text)) => text.parse().ok(),
            Some(_) => None,
        };
        let number = number.and_then(|number| N::try_from(number).ok());
        number.map(Some).ok_or_else(|| self.wrong(name, "a number"))
    }

    fn flag(&self, name: &str) -> Result<bool, TacError> {
        match self.get(name)? {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::Number(number)) => Ok(*number != 0),
            Some(_) => Err(self.wrong(name, "True or False")),
        }
    }

    fn wrong(&self, name: &str, what: &str) -> TacError {
        TacError::new(self.line, format!("'{name}' of Worker is not {what}"))
    }

    fn missing(&self, what: &str) -> TacError {
        TacError::new(self.line, format!("Worker(…) is not given {what}"))
    }
}

fn master(arguments: &Arguments<'_>) -> Result<String, TacError> {
    if let Some(text) = arguments.text("connection_string")? {
        return Ok(text);
    }
    let host = arguments.text("buildmaster_host")?;
    let host = host.ok_or_else(|| arguments.missing("buildmaster_host or connection_string"))?;
    let host = if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host
    };
    let port: u16 = arguments.number("port")?.unwrap_or(link::address::DEFAULT_PORT);
    Ok(format!("{host}:{port}"))
}

fn allow_shutdown(arguments: &Arguments<'_>) -> Result<Option<AllowShutdown>, TacError> {
    match arguments.text("allow_shutdown")?.as_deref() {
        None => Ok(None),
        Some("signal") => Ok(Some(AllowShutdown::Signal)),
        Some("file") => Ok(Some(AllowShutdown::File)),
        Some(_) => Err(arguments.wrong("allow_shutdown", "'signal' or 'file'")),
    }
}

/// The variables of the log stand beside the call; without a `logfile` that uses them the log is not rotated.
fn rotation(variables: &Variables) -> Option<Rotation> {
    let number = |name: &str| match variables.get(name) {
        Some(Value::Number(number)) => u64::try_from(*number).ok(),
        _ => None,
    };
    variables.get("logfile")?;
    Some(Rotation {
        size: number("rotateLength")?,
        count: number("maxRotatedFiles").and_then(|count| u32::try_from(count).ok()),
    })
}

/// Output is read as UTF-8; another encoding would come out wrong.
fn encoding(arguments: &Arguments<'_>) -> Result<(), TacError> {
    let encoding = arguments.text("unicode_encoding")?.unwrap_or_default();
    match encoding.to_lowercase().replace(['-', '_'], "").as_str() {
        "" | "utf8" | "ascii" => Ok(()),
        _ => {
            let reason = format!("unicode_encoding '{encoding}' is not served: output is read as UTF-8; leave it out");
            Err(TacError::new(arguments.line, reason))
        }
    }
}

fn basedir(arguments: &Arguments<'_>, folder: &Path) -> Result<PathBuf, TacError> {
    let basedir = arguments.text("basedir")?.unwrap_or_else(|| ".".to_owned());
    let basedir = folder.join(basedir);
    if basedir.is_dir() {
        return Ok(basedir);
    }
    let reason = format!(
        "the folder '{}' that basedir names does not exist; if the folder was moved, write basedir = '.' before the line \
         that compares it",
        basedir.display()
    );
    Err(TacError::new(arguments.line, reason))
}

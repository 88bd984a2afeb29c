//! The framing that a command's log gets from the worker (§4.3). Scripts read it, so it looks as it always did.

use crate::environment::Environment;
use crate::system::{self, Script};
use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::io;
use std::path::Path;
use wire::worker::Value;

/// What a command runs.
#[derive(Clone, Debug)]
pub(crate) enum Words {
    /// By the system's shell.
    Shell(OsString),
    /// Directly.
    List(Vec<Word>),
}

/// One argument.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// What the program gets.
    pub(crate) real: OsString,
    /// What people see.
    pub(crate) shown: OsString,
}

impl Words {
    /// What is executed, and what must be kept until it has ended.
    pub(crate) fn argv(&self, environment: &Environment) -> io::Result<(Vec<OsString>, Option<Script>)> {
        match self {
            Words::Shell(text) => system::shell(text, environment),
            Words::List(words) => Ok((words.iter().map(|word| word.real.clone()).collect(), None)),
        }
    }

    /// As one would type it.
    pub(crate) fn command_line(&self) -> String {
        match self {
            Words::Shell(text) => text.to_string_lossy().into_owned(),
            Words::List(words) => {
                let quoted: Vec<String> = words.iter().map(|word| quoted(&word.shown)).collect();
                quoted.join(" ")
            }
        }
    }

    /// As Python shows byte strings.
    pub(crate) fn repr(&self) -> String {
        match self {
            Words::Shell(text) => bytes_repr(text.as_encoded_bytes()),
            Words::List(words) => {
                let shown: Vec<String> = words
                    .iter()
                    .map(|word| bytes_repr(word.shown.as_encoded_bytes()))
                    .collect();
                format!("[{}]", shown.join(", "))
            }
        }
    }
}

/// All that the first header tells.
pub(crate) struct Start<'a> {
    pub(crate) words: &'a Words,
    pub(crate) workdir: &'a Path,
    pub(crate) timeout: Option<&'a Value>,
    pub(crate) max_time: Option<&'a Value>,
    pub(crate) logfiles: Option<&'a Value>,
    /// Unless it is not to be shown.
    pub(crate) environment: Option<&'a Environment>,
    pub(crate) stdin: Option<usize>,
    pub(crate) pty: bool,
}

/// The lines before a command's output.
pub(crate) fn start(start: &Start<'_>) -> String {
    let mut text = start.words.command_line();
    let _ = write!(text, "\n in dir {}", start.workdir.display());
    for (name, limit) in [("timeout", start.timeout), ("maxTime", start.max_time)] {
        if let Some(limit) = limit {
            let unit = if limit.float() == Some(1.0) { "sec" } else { "secs" };
            let _ = write!(text, " ({name} {} {unit})", repr(limit));
        }
    }
    let logfiles = start.logfiles.map_or("{}".to_owned(), repr);
    let _ = write!(text, "\n watching logfiles {logfiles}\n argv: {}\n", start.words.repr());
    if let Some(environment) = start.environment {
        let mut lines: Vec<(&OsStr, &OsStr)> = environment
            .iter()
            .map(|(n, v)| (n.as_os_str(), v.as_os_str()))
            .collect();
        lines.sort();
        text.push_str(" environment:\n");
        for (name, value) in lines {
            let _ = writeln!(text, "  {}={}", name.to_string_lossy(), value.to_string_lossy());
        }
    }
    if let Some(bytes) = start.stdin {
        let _ = writeln!(text, " writing {bytes} bytes to stdin");
    }
    let _ = writeln!(text, " using PTY: {}", if start.pty { "True" } else { "False" });
    text
}

/// A word as a shell would need it.
fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let harmless = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(harmless) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\"'\"'"))
    }
}

/// A byte string as Python shows it.
fn bytes_repr(bytes: &[u8]) -> String {
    let quote = quote_for(bytes.contains(&b'\''), bytes.contains(&b'"'));
    let mut text = format!("b{quote}");
    for &byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b' '..=b'~' if char::from(byte) == quote => {
                text.push('\\');
                text.push(quote);
            }
            b' '..=b'~' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push(quote);
    text
}

/// A value as Python shows it.
pub(crate) fn repr(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(repr).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => format!("{x:?}"),
        Value::Text(text) => text_repr(text),
        Value::Bytes(bytes) => bytes_repr(bytes),
        Value::List(items) => format!("[{}]", all(items)),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", all(items)),
        Value::Tuple(items) => format!("({})", all(items)),
        Value::Dict(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(k, v)| format!("{}: {}", text_repr(k), repr(v)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

fn text_repr(text: &str) -> String {
    let quote = quote_for(text.contains('\''), text.contains('"'));
    let mut shown = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if c == quote => {
                shown.push('\\');
                shown.push(c);
            }
            c if c.is_control() => {
                let _ = write!(shown, "\\x{:02x}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    shown.push(quote);
    shown
}

/// Python prefers single quotes, unless only they would need an escape.
fn quote_for(has_single: bool, has_double: bool) -> char {
    if has_single && !has_double { '"' } else { '\'' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_strings_look_as_in_python() {
        assert_eq!(
            bytes_repr(b"printf 'a\\377b\\n'; kill"),
            r#"b"printf 'a\\377b\\n'; kill""#
        );
        assert_eq!(bytes_repr(b"it's \"x\"\n\x00\xff"), r#"b'it\'s "x"\n\x00\xff'"#);
    }

    #[test]
    fn words_are_quoted_when_a_shell_would_need_it() {
        let word = |text: &str| Word {
            real: text.into(),
            shown: text.into(),
        };
        let words = Words::List(["echo", "a b", "", "it's", "--x=1,2"].map(word).to_vec());
        assert_eq!(words.command_line(), r#"echo 'a b' '' 'it'"'"'s' --x=1,2"#);
    }

    #[test]
    fn secrets_are_not_shown() {
        let secret = Word {
            real: "REALPW".into(),
            shown: "XXXX".into(),
        };
        let words = Words::List(vec![secret]);
        assert_eq!(
            (words.command_line().as_str(), words.repr().as_str()),
            ("XXXX", "[b'XXXX']")
        );
        assert_eq!(words.argv(&Vec::new()).unwrap().0, ["REALPW"]);
    }
}

//! Buildbot's idioms that are no Starlark, made Starlark without moving a line or a column.

use super::scan::{Kind, Token};
use std::ops::Range;

/// Bytes to be replaced, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// The namespaces that are always there.
pub(super) const NAMESPACES: [&str; 7] = [
    "steps",
    "schedulers",
    "changes",
    "worker",
    "reporters",
    "util",
    "secrets",
];

/// `from buildbot.plugins import …`: blank, with an assignment for each `as`. `None` if the line is something else, or
/// takes a name that is not there.
pub(super) fn plugins_import(line: &[Token<'_>], source: &str) -> Option<Edit> {
    let words: Vec<&str> = line
        .iter()
        .filter(|token| token.kind != Kind::End && !token.is("(") && !token.is(")"))
        .map(|token| token.text)
        .collect();
    let ["from", "buildbot", ".", "plugins", "import", names @ ..] = words.as_slice() else {
        return None;
    };
    let mut renamed = Vec::new();
    for name in names.split(|word| *word == ",") {
        match name {
            [] | ["*"] => {}
            [name] if NAMESPACES.contains(name) => {}
            [name, "as", local] if NAMESPACES.contains(name) => renamed.push(format!("{local} = {name}")),
            _ => return None,
        }
    }
    let first = line.first()?;
    let last = line.iter().rev().find(|token| token.kind != Kind::End)?;
    let range = first.at..last.end();
    // Only line ends stay, so that what follows keeps its place.
    let blank: String = source[range.clone()].chars().filter(|c| *c == '\n').collect();
    Some(Edit {
        range,
        text: renamed.join("; ") + &blank,
    })
}

/// `a = b = value`: the first targets become an empty statement of the same width, and assignments after the value.
pub(super) fn chained_assignment(line: &[Token<'_>], source: &str) -> Vec<Edit> {
    let signs: Vec<usize> = line
        .iter()
        .enumerate()
        .filter(|(_, token)| token.depth == line[0].depth && token.kind == Kind::Sign && token.text == "=")
        .map(|(i, _)| i)
        .collect();
    let keyword = ["def", "if", "elif", "for", "return", "class", "while", "with", "lambda"];
    if signs.len() < 2 || keyword.contains(&line[0].text) || line.iter().any(|token| token.is("lambda")) {
        return Vec::new();
    }
    let (Some(last), Some(code_end)) = (signs.last(), line.iter().rev().find(|token| token.kind != Kind::End)) else {
        return Vec::new();
    };
    let target = |from: usize, to: usize| source[line[from].at..line[to].at].trim();
    let last_target = target(signs[signs.len() - 2] + 1, *last);
    let mut from = 0;
    let mut suffix = String::new();
    for sign in &signs[..signs.len() - 1] {
        if from >= *sign {
            return Vec::new();
        }
        suffix.push_str(&format!("; {} = {last_target}", target(from, *sign)));
        from = sign + 1;
    }
    let head = line[0].at..line[signs[signs.len() - 2] + 1].at;
    if source[head.clone()].contains('\n') || head.len() < 2 {
        return Vec::new();
    }
    vec![
        Edit {
            text: format!("0;{}", " ".repeat(source[head.clone()].chars().count() - 2)),
            range: head,
        },
        Edit {
            range: code_end.end()..code_end.end(),
            text: suffix,
        },
    ]
}

/// `source` with the edits, which are in order and apart.
pub(super) fn apply(source: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&source[at..edit.range.start]);
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out.push_str(&source[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::super::scan::{Unclosed, scan};
    use super::*;

    fn rewritten(source: &str) -> String {
        let tokens = scan(source, Unclosed::Ends).tokens;
        let edits = match plugins_import(&tokens, source) {
            Some(edit) => vec![edit],
            None => chained_assignment(&tokens, source),
        };
        apply(source, &edits)
    }

    #[test]
    fn idioms_become_starlark_and_the_rest_stays() {
        let table = [
            ("from buildbot.plugins import *\n", "\n"),
            (
                "from buildbot.plugins import (\n  util,\n  steps as s)\n",
                "s = steps\n\n\n",
            ),
            (
                "from buildbot.plugins import nonsense\n",
                "from buildbot.plugins import nonsense\n",
            ),
            (
                "c = BuildmasterConfig = {}  # it\n",
                "0;  BuildmasterConfig = {}; c = BuildmasterConfig  # it\n",
            ),
            ("a=b=c['x'] = 1\n", "0;  c['x'] = 1; a = c['x']; b = c['x']\n"),
            ("a = f(b=1, c=2)\n", "a = f(b=1, c=2)\n"),
            ("a = b == c\n", "a = b == c\n"),
        ];
        for (source, expected) in table {
            assert_eq!(rewritten(source), expected, "{source}");
        }
    }
}

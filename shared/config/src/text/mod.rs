//! The text of a file before the interpreter sees it.
//!
//! Top-level statements are told apart so that each one's syntax errors are told, Buildbot's idioms that are no Starlark
//! are rewritten without moving a line or a column, and Python's constructs get a message that names the idiom.
//! Knows nothing of what the program does.

mod fixit;
mod rewrite;
mod scan;
mod statements;

pub(crate) use fixit::for_unknown_name;
pub(crate) use scan::{Kind, Token};
pub(crate) use statements::prepare;

use model::config::Location;

/// Finds lines and columns in one file's text.
#[derive(Debug)]
pub(crate) struct Lines {
    file: String,
    /// Byte offsets at which lines begin.
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(file: &str, text: &str) -> Lines {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Lines {
            file: file.to_owned(),
            starts,
        }
    }

    /// Index of the line that holds the byte at `at`, from 0.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// The place of the byte at `at` in `text`.
    pub(crate) fn place(&self, text: &str, at: usize) -> Location {
        let line = self.line(at);
        let column = text
            .get(self.starts[line]..at.min(text.len()))
            .map_or(0, |before| before.chars().count());
        Location {
            file: self.file.clone(),
            line: line as u32 + 1,
            column: column as u32 + 1,
        }
    }
}

/// Tokens of `source`, for looking for an argument's place in a call.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    scan::scan(source, scan::Unclosed::Ends).tokens
}

/// The text of the function `name` at the margin of `source`.
pub(crate) fn definition<'s>(source: &'s str, name: &str) -> Option<&'s str> {
    let begin = source.match_indices("def ").map(|(at, _)| at).find(|at| {
        let at_margin = *at == 0 || source[..*at].ends_with('\n');
        let rest = source[at + 4..].trim_start();
        at_margin
            && rest
                .strip_prefix(name)
                .is_some_and(|rest| rest.trim_start().starts_with('('))
    })?;
    let body = &source[begin..];
    let end = body
        .match_indices('\n')
        .map(|(at, _)| at)
        .find(|at| body[at + 1..].starts_with(|c: char| !c.is_whitespace() && c != '#' && c != ')'))
        .unwrap_or(body.len());
    Some(body[..end].trim_end())
}

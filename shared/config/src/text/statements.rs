//! Top-level statements, each read by itself.

use super::rewrite::{Edit, apply, chained_assignment, plugins_import};
use super::scan::{Kind, Scan, Token, Unclosed, scan};
use super::{Lines, fixit};
use crate::problem::{Problem, Problems};
use starlark::syntax::{AstModule, Dialect, DialectTypes};
use std::ops::Range;

/// Starlark as this program speaks it: statements at the top level, keyword-only arguments, f-strings; types are read
/// and not checked.
pub(crate) fn dialect() -> Dialect {
    Dialect {
        enable_def: true,
        enable_lambda: true,
        enable_load: true,
        enable_keyword_only_arguments: true,
        enable_positional_only_arguments: true,
        enable_types: DialectTypes::ParseOnly,
        enable_load_reexport: false,
        enable_top_level_stmt: true,
        enable_f_strings: true,
        ..Dialect::Standard
    }
}

/// Reads `source`; `started` is told the line of each statement before it is looked at.
///
/// Gives the module if there is no error. Every statement's errors are added to `problems`.
pub(crate) fn prepare(
    file: &str,
    source: &str,
    problems: &mut Problems,
    started: &mut dyn FnMut(u32),
) -> Option<AstModule> {
    let lines = Lines::new(file, source);
    started(1);
    let scan = balanced_scan(source);
    let mut good = true;
    for slip in &scan.slips {
        good = false;
        problems.add(Problem::error(&lines.place(source, slip.at), &slip.message).fix(&slip.fix));
    }
    if scan.too_deep {
        return None;
    }
    let mut edits = Vec::new();
    for statement in statements(&scan.tokens, source) {
        let line = lines.line(statement.range.start);
        started(line as u32 + 1);
        let tokens = &scan.tokens[statement.tokens.clone()];
        let own = statement_edits(tokens, source);
        let slipped = scan.slips.iter().any(|slip| statement.range.contains(&slip.at));
        if !slipped {
            good &= check_statement(&lines, source, &statement.range, tokens, &own, problems);
        }
        edits.extend(own);
    }
    if !good {
        return None;
    }
    match AstModule::parse(file, apply(source, &edits), &dialect()) {
        Ok(module) => Some(module),
        Err(error) => {
            problems.add(syntax_problem(file, 0, &error));
            None
        }
    }
}

/// A text whose brackets do not match is read again such that one slip does not hide what follows.
fn balanced_scan(source: &str) -> Scan<'_> {
    let first = scan(source, Unclosed::Ends);
    if first.unbalanced && !first.too_deep {
        scan(source, Unclosed::Recovers)
    } else {
        first
    }
}

struct Statement {
    /// Bytes of the source, from the first token to the last.
    range: Range<usize>,
    tokens: Range<usize>,
}

fn statements(tokens: &[Token<'_>], source: &str) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut decorated = false;
    let mut from = 0;
    for (i, token) in tokens.iter().enumerate() {
        if token.kind != Kind::End {
            continue;
        }
        let (first, last) = (&tokens[from], &tokens[i.max(from + 1) - 1]);
        let at_margin = first.at == 0 || source[..first.at].ends_with('\n');
        let goes_on = !at_margin || decorated || ["elif", "else", "except", "finally"].contains(&first.text);
        match found.last_mut() {
            Some(statement) if goes_on => {
                statement.range.end = last.end();
                statement.tokens.end = i + 1;
            }
            _ => found.push(Statement {
                range: first.at..last.end(),
                tokens: from..i + 1,
            }),
        }
        decorated = first.is("@");
        from = i + 1;
    }
    found
}

fn statement_edits(tokens: &[Token<'_>], source: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for line in tokens.split_inclusive(|token| token.kind == Kind::End) {
        match plugins_import(line, source) {
            Some(edit) => edits.push(edit),
            None => edits.extend(chained_assignment(line, source)),
        }
    }
    edits
}

/// Whether the statement is right.
fn check_statement(
    lines: &Lines,
    source: &str,
    range: &Range<usize>,
    tokens: &[Token<'_>],
    edits: &[Edit],
    problems: &mut Problems,
) -> bool {
    let moved: Vec<Edit> = edits
        .iter()
        .map(|edit| Edit {
            range: edit.range.start - range.start..edit.range.end - range.start,
            text: edit.text.clone(),
        })
        .collect();
    let text = apply(&source[range.clone()], &moved) + "\n";
    let result = AstModule::parse(&lines.file, text, &dialect());
    let mut found = fixit::always(tokens);
    if result.is_err() {
        found.extend(fixit::where_it_failed(tokens));
    }
    let good = found.is_empty() && result.is_ok();
    match (found.is_empty(), result) {
        (false, _) => {
            for slip in found {
                problems.add(Problem::error(&lines.place(source, slip.at), slip.message).fix(slip.fix));
            }
        }
        (true, Err(error)) => problems.add(syntax_problem(&lines.file, lines.line(range.start), &error)),
        (true, Ok(_)) => {}
    }
    good
}

/// The parser's own words, `above` lines further down.
fn syntax_problem(file: &str, above: usize, error: &starlark::Error) -> Problem {
    let message = error.without_diagnostic().to_string();
    let message = message.trim_start_matches("Parse error: ").to_owned();
    let (line, column) = error.span().map_or((0, 0), |span| {
        let begin = span.resolve_span().begin;
        (begin.line + above + 1, begin.column + 1)
    });
    let place = model::config::Location {
        file: file.to_owned(),
        line: line as u32,
        column: column as u32,
    };
    Problem::error(&place, format!("this cannot be read: {message}")).fix(fixit::for_parser_message(&message))
}

//! The console: changes by builders.

mod here;
mod ranges;
mod there;

pub(crate) use there::Built;

use super::App;
use super::joined::Whose;
use crate::api::Refusal;
use crate::api::console::{Console, ConsoleBuilder, ConsoleCell, ConsoleChange, ConsoleLine, ConsoleQuery};
use std::collections::BTreeSet;

/// Changes that are looked through for those of one line.
const LOOKED_THROUGH: usize = 1000;
/// Changes on a page at most.
const PAGE: u32 = 100;

/// What is wanted, checked.
struct Wanted {
    project: Option<String>,
    branch: Option<String>,
    before: Option<i64>,
    limit: usize,
}

/// A change with the line that it is of.
struct Row {
    line: ConsoleLine,
    change: ConsoleChange,
}

pub(super) async fn console(app: &App, query: ConsoleQuery) -> Result<Console, Refusal> {
    let before = match &query.before {
        Some(text) => Some(
            text.parse()
                .map_err(|_| Refusal::invalid(format!("'{text}' is no place in the list of changes")))?,
        ),
        None => None,
    };
    let wanted = Wanted {
        project: query.project,
        branch: query.branch,
        before,
        limit: query.limit.clamp(1, PAGE) as usize,
    };
    match app.master_of(&query.master)? {
        Whose::Here => here::console(app, wanted).await,
        Whose::There(member) => there::console(app, &member, wanted).await,
    }
}

/// The lines of these changes, the newest first, and the one that is wanted.
fn lines(rows: &[Row], wanted: &Wanted) -> (Vec<ConsoleLine>, Option<ConsoleLine>) {
    let mut lines: Vec<ConsoleLine> = Vec::new();
    for row in rows {
        if !lines.contains(&row.line) {
            lines.push(row.line.clone());
        }
    }
    let fits = |line: &&ConsoleLine| {
        wanted.project.as_ref().is_none_or(|project| *project == line.project)
            && wanted.branch.as_ref().is_none_or(|branch| *branch == line.branch)
    };
    let named = || {
        Some(ConsoleLine {
            project: wanted.project.clone()?,
            branch: wanted.branch.clone()?,
        })
    };
    let line = lines.iter().find(fits).cloned().or_else(named);
    (lines, line)
}

/// The changes of a line, as many as are wanted, and where the next page begins. `rows` are the newest first; `whole`
/// says that they are all that the master has.
fn page(
    rows: Vec<Row>,
    line: Option<&ConsoleLine>,
    wanted: &Wanted,
    whole: bool,
) -> (Vec<ConsoleChange>, Option<String>) {
    let last_seen = rows.last().map(|row| row.change.change);
    let mut changes: Vec<ConsoleChange> = rows
        .into_iter()
        .filter(|row| Some(&row.line) == line)
        .map(|row| row.change)
        .collect();
    let more = changes.len() > wanted.limit;
    changes.truncate(wanted.limit);
    let last_shown = changes.last().map(|change| change.change);
    let next = if more {
        last_shown
    } else if whole {
        None
    } else {
        last_seen
    };
    (changes, next.map(|id| id.to_string()))
}

/// The columns that have a cell, by name.
fn columns(builders: Vec<ConsoleBuilder>, cells: &[ConsoleCell]) -> Vec<ConsoleBuilder> {
    let with_cell: BTreeSet<i64> = cells.iter().map(|cell| cell.builder).collect();
    let mut columns: Vec<ConsoleBuilder> = builders
        .into_iter()
        .filter(|column| with_cell.contains(&column.builder))
        .collect();
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, branch: &str) -> Row {
        Row {
            line: ConsoleLine {
                project: "app".to_owned(),
                branch: branch.to_owned(),
            },
            change: ConsoleChange {
                change: id,
                revision: None,
                author: String::new(),
                mine: false,
                when: id,
                comment: String::new(),
                repository: String::new(),
            },
        }
    }

    fn wanted(branch: Option<&str>, limit: usize) -> Wanted {
        Wanted {
            project: None,
            branch: branch.map(str::to_owned),
            before: None,
            limit,
        }
    }

    fn shown(branch: Option<&str>, limit: usize, whole: bool) -> (Vec<i64>, Option<String>) {
        let rows = vec![row(9, ""), row(8, "wip"), row(7, ""), row(6, ""), row(5, "wip")];
        let wanted = wanted(branch, limit);
        let (_, line) = lines(&rows, &wanted);
        let (changes, next) = page(rows, line.as_ref(), &wanted, whole);
        (changes.iter().map(|change| change.change).collect(), next)
    }

    #[test]
    fn the_newest_change_chooses_the_line_unless_it_is_named() {
        assert_eq!(shown(None, 9, true).0, [9, 7, 6]);
        assert_eq!(shown(Some("wip"), 9, true).0, [8, 5]);
        assert_eq!(shown(Some("gone"), 9, true).0, [0; 0]);
    }

    #[test]
    fn the_next_page_begins_after_what_was_looked_through() {
        assert_eq!(shown(None, 2, true).1.as_deref(), Some("7"));
        assert_eq!(shown(None, 3, true).1, None);
        assert_eq!(shown(None, 3, false).1.as_deref(), Some("5"));
    }
}

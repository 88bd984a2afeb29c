//! Builders as a table. With hundreds of them only those that say something are shown.

use crate::show::{mark, name, plain::plain, table::Table, time};
use app::api::overview::{BuilderRow, Overview};

/// So many builders are all shown.
const FEW: usize = 60;

/// A line for each builder that is shown, and one that counts the others.
pub fn lines(overview: &Overview, all: bool) -> Vec<String> {
    let all = all || overview.builders.len() <= FEW;
    let shown: Vec<&BuilderRow> = overview
        .builders
        .iter()
        .filter(|row| all || says_something(row))
        .collect();
    let mut table = Table::default();
    for row in &shown {
        table.row(cells(row, overview.now));
    }
    let mut lines = table.lines();
    if overview.builders.is_empty() {
        lines.push("Nothing is built here yet. Add a repository with:  outpost init DIR".to_owned());
    }
    let others = overview.builders.len() - shown.len();
    if others > 0 {
        lines.push(mark::pale(&format!("and {others} quiet builders, shown with --all")));
    }
    lines
}

fn says_something(row: &BuilderRow) -> bool {
    matches!(row.results, Some(1..=4)) || !row.running.is_empty() || row.waiting > 0 || row.blocked.is_some()
}

fn cells(row: &BuilderRow, now: i64) -> Vec<String> {
    let state = row
        .results
        .map_or(mark::NOT_BUILT, |results| mark::of_results(Some(results)));
    let since = row.since.map(|since| time::ago(since, now)).unwrap_or_default();
    vec![
        state.coloured(),
        name::of(&row.master, &row.name),
        since,
        notes(row),
        doing(row, now),
    ]
}

/// What else is to be known, in a word each.
fn notes(row: &BuilderRow) -> String {
    let said = [
        (row.muted, "muted".to_owned()),
        (row.flaky, "flaky".to_owned()),
        (row.stale.is_some(), "stale".to_owned()),
        (
            row.claimed_by.is_some(),
            format!("{} has it", plain(row.claimed_by.as_deref().unwrap_or_default())),
        ),
    ];
    let said: Vec<String> = said.into_iter().filter(|(so, _)| *so).map(|(_, word)| word).collect();
    said.join(", ")
}

fn doing(row: &BuilderRow, now: i64) -> String {
    let Some(run) = row.running.first() else {
        return row.blocked.as_deref().map(plain).unwrap_or_default();
    };
    let elapsed = now - run.mark.started_at;
    let left = match run.expected {
        Some(expected) if expected > elapsed => format!(", about {} left", time::duration(expected - elapsed)),
        Some(expected) => format!(", {} over its usual time", time::duration(elapsed - expected)),
        None => String::new(),
    };
    let step = run.step.as_deref().map_or("starting".to_owned(), plain);
    format!(
        "{} {step} for {}{left}",
        mark::of_results(None).coloured_shape(),
        time::duration(elapsed)
    )
}

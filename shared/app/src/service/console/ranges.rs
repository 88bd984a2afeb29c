//! Which build stands in which rows of a console. Pure.
//!
//! A build has its newest change and everything before it; new in it is what came after the builder's build before.

use crate::api::console::{ConsoleBreak, ConsoleCell};
use std::collections::BTreeMap;

/// Gives every build its rows, and where builders turned red.
///
/// Of `known`, `top` is the row of the newest change that the build is known to have; `rows` is how many there are.
pub(crate) fn ranges(known: Vec<ConsoleCell>, rows: usize) -> (Vec<ConsoleCell>, Vec<ConsoleBreak>) {
    let mut columns: BTreeMap<i64, Vec<ConsoleCell>> = BTreeMap::new();
    for cell in known.into_iter().filter(|cell| cell.top < rows) {
        columns.entry(cell.builder).or_default().push(cell);
    }
    let mut cells = Vec::new();
    let mut breaks = Vec::new();
    for (builder, column) in columns {
        let column = column_of(column, rows);
        breaks.extend(breaks_of(&column).map(|(top, bottom)| ConsoleBreak { builder, top, bottom }));
        cells.extend(column);
    }
    (cells, breaks)
}

/// The builds of one builder, newest change first, without those that a later build of the same change repeats.
fn column_of(mut known: Vec<ConsoleCell>, rows: usize) -> Vec<ConsoleCell> {
    known.sort_by_key(|cell| (cell.top, std::cmp::Reverse(cell.number)));
    let mut column: Vec<ConsoleCell> = Vec::new();
    for cell in known {
        match column.last_mut().filter(|above| above.top == cell.top) {
            Some(above) => above.before += 1,
            None => column.push(cell),
        }
    }
    let mut end = rows;
    for cell in column.iter_mut().rev() {
        cell.bottom = end.saturating_sub(1).max(cell.top);
        end = cell.top;
    }
    column
}

/// Rows of the changes between the last green build and the first red one after it. Other results say nothing.
fn breaks_of(column: &[ConsoleCell]) -> impl Iterator<Item = (usize, usize)> {
    let mut green: Option<usize> = None;
    let mut found = Vec::new();
    for cell in column.iter().rev() {
        match cell.results {
            Some(0 | 1) => green = Some(cell.top),
            Some(2) => {
                // Without a green build before it nobody knows what broke it.
                if let Some(row) = green.take() {
                    found.push((cell.top, row.saturating_sub(1).max(cell.top)));
                }
            }
            _ => {}
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn build(number: i64, top: usize, results: Option<u8>) -> ConsoleCell {
        ConsoleCell {
            builder: 1,
            top,
            bottom: top,
            build: number,
            number,
            results,
            started_at: number,
            complete_at: None,
            state: String::new(),
            before: 0,
        }
    }

    fn rows(cells: &[ConsoleCell]) -> Vec<(i64, usize, usize)> {
        cells.iter().map(|cell| (cell.number, cell.top, cell.bottom)).collect()
    }

    #[test]
    fn a_build_has_what_came_after_the_build_before() {
        let (cells, breaks) = ranges(vec![build(1, 5, Some(0)), build(2, 1, Some(2))], 8);
        assert_eq!(rows(&cells), [(2, 1, 4), (1, 5, 7)]);
        assert_eq!(
            breaks,
            [ConsoleBreak {
                builder: 1,
                top: 1,
                bottom: 4
            }]
        );
    }

    #[test]
    fn a_repeated_build_counts_once() {
        let (cells, _) = ranges(vec![build(1, 2, Some(2)), build(2, 2, Some(0))], 3);
        assert_eq!(rows(&cells), [(2, 2, 2)]);
        assert_eq!((cells[0].results, cells[0].before), (Some(0), 1));
    }

    #[test]
    fn what_is_no_result_neither_breaks_nor_repairs() {
        let column = vec![
            build(1, 6, Some(0)),
            build(2, 4, Some(4)),
            build(3, 2, Some(2)),
            build(4, 1, Some(2)),
            build(5, 0, None),
        ];
        let (_, breaks) = ranges(column, 7);
        assert_eq!(breaks.iter().map(|b| (b.top, b.bottom)).collect::<Vec<_>>(), [(2, 5)]);
        let first = ranges(vec![build(1, 3, Some(2))], 4).1;
        assert!(first.is_empty(), "a first build blames nobody: {first:?}");
    }

    proptest! {
        #[test]
        fn rows_of_a_column_never_overlap(
            known in proptest::collection::vec((0i64..4, 0i64..50, 0usize..40, 0u8..8), 0..60),
            rows in 0usize..40,
        ) {
            let known = known
                .into_iter()
                .map(|(builder, number, top, results)| ConsoleCell {
                    builder,
                    ..build(number, top, (results < 7).then_some(results))
                })
                .collect();
            let (cells, breaks) = ranges(known, rows);
            for cell in &cells {
                prop_assert!(cell.top <= cell.bottom && cell.bottom < rows, "{cell:?}");
                let over = cells.iter().filter(|other| {
                    other.builder == cell.builder && other.top <= cell.bottom && cell.top <= other.bottom
                });
                prop_assert_eq!(over.count(), 1);
            }
            for one in &breaks {
                prop_assert!(one.top <= one.bottom && one.bottom < rows);
                prop_assert!(cells.iter().any(|c| c.builder == one.builder && c.top == one.top && c.results == Some(2)));
            }
        }
    }
}

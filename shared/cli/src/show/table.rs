//! Columns that line up, whatever the widths of what stands in them.

/// Rows of cells; the last column is not padded.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Adds a row.
    pub fn row<I: IntoIterator<Item = String>>(&mut self, cells: I) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines.
    pub fn lines(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| width(cell))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        self.rows
            .iter()
            .map(|row| {
                let mut line = String::new();
                for (column, cell) in row.iter().enumerate() {
                    line.push_str(cell);
                    if column + 1 < row.len() {
                        line.push_str(&" ".repeat(widths[column] - width(cell) + 2));
                    }
                }
                line.trim_end().to_owned()
            })
            .collect()
    }
}

/// Columns that a text takes, its colours not counted.
fn width(text: &str) -> usize {
    let mut columns = 0;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c == '\u{1b}' {
            characters.by_ref().find(|c| c.is_ascii_alphabetic());
        } else {
            columns += 1;
        }
    }
    columns
}

/// The beginning of a text that takes at most so many columns, its colours not counted and ended.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (mut shown, mut taken, mut coloured) = (String::new(), 0, false);
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c == '\u{1b}' {
            coloured = true;
            shown.push(c);
            for c in characters.by_ref() {
                shown.push(c);
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else if taken + 1 < columns {
            taken += 1;
            shown.push(c);
        } else {
            break;
        }
    }
    shown.push('…');
    if coloured {
        shown.push_str("\u{1b}[0m");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_line_fits_and_ends_its_colours() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        assert_eq!(cut("\u{1b}[31mlonger\u{1b}[0m", 5), "\u{1b}[31mlong…\u{1b}[0m");
    }

    #[test]
    fn columns_line_up_and_colours_take_no_room() {
        let mut table = Table::default();
        table.row(["a".to_owned(), "x".to_owned()]);
        table.row(["\u{1b}[31mlong\u{1b}[0m".to_owned(), "y".to_owned()]);
        assert_eq!(table.lines(), ["a     x", "\u{1b}[31mlong\u{1b}[0m  y"]);
    }
}

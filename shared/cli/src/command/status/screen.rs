//! A picture on the terminal that is drawn over itself, never larger than the terminal.

use crate::show::table::cut;
use crate::show::terminal;
use std::io::{self, Write};

/// Draws the lines from the upper left corner; what was there before is gone.
pub fn draw(lines: &[String]) -> io::Result<()> {
    let (rows, columns) = terminal::size(io::stdout());
    let shown = if lines.len() < rows {
        lines.len()
    } else {
        rows.saturating_sub(2)
    };
    let mut picture = String::from("\u{1b}[H");
    for line in &lines[..shown] {
        picture.push_str(&cut(line, columns));
        picture.push_str("\u{1b}[K\n");
    }
    if shown < lines.len() {
        picture.push_str(&format!("… and {} more lines\u{1b}[K\n", lines.len() - shown));
    }
    picture.push_str("\u{1b}[J");
    let mut output = io::stdout().lock();
    output.write_all(picture.as_bytes())?;
    output.flush()
}

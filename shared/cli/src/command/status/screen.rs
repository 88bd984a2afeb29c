//! A picture on the terminal that is drawn over itself, never larger than the terminal.

use crate::show::table::cut;
use rustix::termios::tcgetwinsize;
use std::io::{self, Write};

/// Where a terminal does not say how large it is.
const USUAL: (usize, usize) = (24, 80);

/// Draws the lines from the upper left corner; what was there before is gone.
pub fn draw(lines: &[String]) -> io::Result<()> {
    let (rows, columns) = size();
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

fn size() -> (usize, usize) {
    match tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_row > 0 && size.ws_col > 0 => (size.ws_row.into(), size.ws_col.into()),
        _ => USUAL,
    }
}

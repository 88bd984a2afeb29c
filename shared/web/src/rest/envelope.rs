//! The envelope of a collection (§2), written piece by piece, so that a whole table is never in memory as text.

use crate::answer::Layout;
use model::Json;
use wire::rest::text;

/// Rows that become JSON one at a time.
pub type Rows = Box<dyn Iterator<Item = Json> + Send>;

/// A piece is about so long.
const PIECE: usize = 64 * 1024;

/// The text of a collection in pieces.
pub struct Pieces {
    layout: Layout,
    rows: Rows,
    /// What comes before the next row.
    head: String,
    /// What comes after the last one; taken when it was written.
    tail: Option<Tail>,
}

struct Tail {
    without_rows: String,
    after_rows: String,
    has_rows: bool,
}

/// The collection `plural` of `rows`, which are `total` before paging. Keys are in order.
pub fn pieces(layout: Layout, plural: &str, rows: Rows, total: usize) -> Pieces {
    let (open, between, meta, after_rows, close) = match layout {
        Layout::Compact => ("{", ",", format!("\"meta\":{{\"total\":{total}}}"), "]", "}"),
        Layout::Indented => {
            let meta = format!("\"meta\": {{\n    \"total\": {total}\n  }}");
            ("{\n  ", ",\n  ", meta, "\n  ]", "\n}")
        }
    };
    let blank = if layout == Layout::Indented { " " } else { "" };
    let list = format!("\"{plural}\":{blank}[");
    let (head, end) = if plural < "meta" {
        (format!("{open}{list}"), format!("{between}{meta}{close}"))
    } else {
        (format!("{open}{meta}{between}{list}"), close.to_owned())
    };
    Pieces {
        layout,
        rows,
        head,
        tail: Some(Tail {
            without_rows: format!("]{end}"),
            after_rows: format!("{after_rows}{end}"),
            has_rows: false,
        }),
    }
}

impl Iterator for Pieces {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut tail = self.tail.take()?;
        let mut piece = std::mem::take(&mut self.head);
        while piece.len() < PIECE {
            let Some(row) = self.rows.next() else {
                piece.push_str(if tail.has_rows {
                    &tail.after_rows
                } else {
                    &tail.without_rows
                });
                return Some(piece);
            };
            if tail.has_rows {
                piece.push(',');
            }
            tail.has_rows = true;
            let row = text::sorted(row);
            match self.layout {
                Layout::Compact => piece.push_str(&text::compact(&row)),
                // No text in JSON has a line end in it.
                Layout::Indented => {
                    piece.push_str("\n    ");
                    piece.push_str(&text::indented(&row).replace('\n', "\n    "));
                }
            }
        }
        self.tail = Some(tail);
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pieces_make_the_same_text_as_the_whole() {
        let row = |n: usize| json!({"name": format!("é{n}"), "list": [1, {"b": 2, "a": null}], "empty": {}});
        for plural in ["builds", "workers"] {
            for count in [0, 1, 2, 5000] {
                let rows: Vec<Json> = (0..count).map(row).collect();
                let whole = text::sorted(json!({plural: rows, "meta": {"total": count}}));
                for (layout, expected) in [
                    (Layout::Compact, text::compact(&whole)),
                    (Layout::Indented, text::indented(&whole)),
                ] {
                    let parts: Vec<String> =
                        pieces(layout, plural, Box::new(rows.clone().into_iter()), count).collect();
                    assert!(parts.concat() == expected, "{count} {plural}, {layout:?}");
                    assert_eq!(parts.len() > 1, count == 5000);
                }
            }
        }
    }
}

//! Text of others, so that it can stand on a terminal: names, states and messages come from masters that may be hostile.

/// The text on one line, with control characters and those that turn the direction of writing made visible.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            c if c.is_control() || turns(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

/// A line of a log for a terminal: colours stay, everything else that would move, hide or rename things is made visible.
pub fn log_line(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    let mut coloured = false;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = colour(rest) {
            coloured = true;
            shown.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        match c {
            '\t' => shown.push(c),
            c if c.is_control() || turns(c) => shown.push(char::REPLACEMENT_CHARACTER),
            c => shown.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    if coloured {
        shown.push_str("\u{1b}[0m");
    }
    shown
}

/// Length of the colour sequence that a text begins with. Concealed text (8) is no colour.
fn colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    let conceals = parameters[..end]
        .split(';')
        .any(|number| number.trim_start_matches('0') == "8");
    (parameters[end..].starts_with('m') && end <= 20 && !conceals).then_some(2 + end + 1)
}

/// Whether a character changes the direction in which others are shown (Unicode's bidirectional controls).
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_move_the_cursor_or_turn_the_line() {
        assert_eq!(
            plain("a\u{1b}[2Jb\nc\u{202e}d\u{9b}e"),
            "a\u{fffd}[2Jb c\u{fffd}d\u{fffd}e"
        );
        assert_eq!(plain("größe 😀"), "größe 😀");
    }

    #[test]
    fn log_lines_keep_colours_only_and_end_them() {
        assert_eq!(log_line("\u{1b}[31mred"), "\u{1b}[31mred\u{1b}[0m");
        for hostile in [
            "\u{1b}[2J",
            "\u{1b}]0;title\u{7}",
            "\u{1b}[8mhidden",
            "\u{1b}[01;8m",
            "\u{1b}[",
            "\u{202e}",
        ] {
            assert!(
                !log_line(hostile).contains(['\u{1b}', '\u{7}', '\u{202e}']),
                "{hostile:?}"
            );
        }
        assert_eq!(log_line("a\tb"), "a\tb");
    }
}

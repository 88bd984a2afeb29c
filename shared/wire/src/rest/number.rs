//! Whole numbers as Buildbot reads them, in path elements and in query values.

/// Reads what Python's `int()` reads in base 10: blanks around it, a sign, underscores between digits.
///
/// A number beyond 64 bits becomes the nearest that fits: no id is that large, so it means "no such row" and not
/// "no such path".
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    let mut value: i64 = 0;
    for digit in digits.bytes().filter(|b| *b != b'_') {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_what_buildbot_reads() {
        for (text, value) in [
            ("0", Some(0)),
            ("17", Some(17)),
            (" +4 ", Some(4)),
            ("-1", Some(-1)),
            ("1_000", Some(1000)),
            ("99999999999999999999", Some(i64::MAX)),
            ("", None),
            ("-", None),
            ("_1", None),
            ("1__0", None),
            ("1.0", None),
            ("0x1", None),
            ("abc", None),
        ] {
            assert_eq!(parse(text), value, "{text:?}");
        }
    }
}

//! Names and paths by patterns: `*` is any text, `?` any letter.

/// Whether a text fits a pattern.
pub fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on when a `*` has to take one letter more.
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, t));
                p += 1;
            }
            Some(letter) if *letter == '?' || *letter == text[t] => (p, t) = (p + 1, t + 1),
            _ => match back {
                Some((star, taken)) => {
                    back = Some((star, taken + 1));
                    (p, t) = (star + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

/// Whether a path does. A pattern without a folder is of names anywhere.
pub fn fits_path(pattern: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    fits(pattern, path) || (!pattern.contains('/') && fits(pattern, name))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_whole_texts() {
        for (pattern, text, expected) in [
            ("linux-*", "linux-gcc", true),
            ("linux-*", "mac", false),
            ("*", "", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*.c", "src/a.c", true),
            ("*a*b", "xaxbxab", true),
            ("*a*b", "xaxbxa", false),
            ("", "a", false),
            ("plain", "plain", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}

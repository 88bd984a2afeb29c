//! Names that a system ignores by shell patterns, where its program does not say them itself.

/// Patterns for the last element of a path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ignored(Vec<Vec<u8>>);

impl Ignored {
    /// Adds the patterns of a text, white space between them; `!` alone forgets those before it, as CVS has it.
    pub(crate) fn add(&mut self, text: &[u8]) {
        for pattern in text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
            match pattern {
                b"!" => self.0.clear(),
                _ => self.0.push(pattern.to_vec()),
            }
        }
    }

    /// Whether a pattern fits the name.
    pub(crate) fn fits(&self, name: &[u8]) -> bool {
        self.0.iter().any(|pattern| fits(pattern, name))
    }
}

/// `*`, `?`, `[a-z]` and `\x`; never more than pattern times name many looks.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at + 1, place));
            at += 1;
        } else if let Some(after) = one(&pattern[at..], name[place]) {
            at += after;
            place += 1;
        } else if let Some((after, from)) = star {
            star = Some((after, from + 1));
            (at, place) = (after, from + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// How many bytes of the pattern the byte uses up, when it fits.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [b'?', ..] => Some(1),
        [b'\\', escaped, ..] => (*escaped == byte).then_some(2),
        [b'[', rest @ ..] => {
            let (negated, rest) = match rest {
                [b'!' | b'^', rest @ ..] => (true, rest),
                _ => (false, rest),
            };
            // A bracket right at the beginning stands for itself.
            let end = rest.iter().skip(1).position(|byte| *byte == b']')? + 1;
            let used = pattern.len() - rest.len() + end + 1;
            (in_set(&rest[..end], byte) != negated).then_some(used)
        }
        [literal, ..] => (*literal == byte).then_some(1),
        [] => None,
    }
}

fn in_set(set: &[u8], byte: u8) -> bool {
    let ranges = set
        .windows(3)
        .any(|three| three[1] == b'-' && (three[0]..=three[2]).contains(&byte));
    ranges || set.contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_fit_as_in_a_shell() {
        let mut ignored = Ignored::default();
        ignored.add(b"gone ! *.o .#* *~ [Tt]humbs.db *.so.[0-9]* ?x a*b*c");
        for name in [
            "a.o",
            ".#x",
            "x~",
            "thumbs.db",
            "Thumbs.db",
            "l.so.1",
            "xx",
            "abc",
            "a-b-b-c",
        ] {
            assert!(ignored.fits(name.as_bytes()), "{name}");
        }
        for name in ["gone", "a.oo", "#y", "humbs.db", "l.so.x", "x", "ab", ""] {
            assert!(!ignored.fits(name.as_bytes()), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_pattern_and_name_have_an_answer(pattern in "[a\\*\\?\\[\\]!\\\\-]{0,12}", name in "[a\\[\\]-]{0,12}") {
            let mut ignored = Ignored::default();
            ignored.add(pattern.as_bytes());
            ignored.fits(name.as_bytes());
            prop_assert!(fits(b"*", name.as_bytes()));
        }
    }
}

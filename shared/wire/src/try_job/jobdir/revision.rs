//! Revisions that Buildbot's client since 1.0 writes as Python shows bytes: `b'0123…'` (`try-and-sendchange` §2.3).

/// The revision itself.
pub(super) fn repaired(revision: String) -> String {
    let quoted = ["'", "\""].iter().find_map(|quote| {
        let inner = revision.strip_prefix('b')?.strip_prefix(quote)?;
        inner.strip_suffix(quote)
    });
    // What cannot be read so was meant as it is.
    quoted.and_then(unescaped).unwrap_or(revision)
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                16 * digit(bytes.next()?)? + digit(bytes.next()?)?
            }
            same @ (b'\\' | b'\'' | b'"') => same,
            _ => return None,
        });
    }
    String::from_utf8(out).ok()
}

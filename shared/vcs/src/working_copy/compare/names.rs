//! Paths in the lines of a patch.

/// A path for people.
pub(crate) fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// `prefix` and `path` as git writes them: in quotes with escapes where something in them is not plain.
pub(crate) fn quoted(prefix: &str, path: &[u8]) -> Vec<u8> {
    let full = [prefix.as_bytes(), path].concat();
    let is_plain = |byte: &u8| (0x20..0x7f).contains(byte) && !matches!(byte, b'"' | b'\\');
    if full.iter().all(is_plain) {
        return full;
    }
    let mut quoted = vec![b'"'];
    for byte in full {
        match byte {
            b'"' | b'\\' => quoted.extend([b'\\', byte]),
            b'\n' => quoted.extend(b"\\n"),
            b'\t' => quoted.extend(b"\\t"),
            b'\r' => quoted.extend(b"\\r"),
            plain if is_plain(&plain) => quoted.push(plain),
            other => quoted.extend(format!("\\{other:03o}").bytes()),
        }
    }
    quoted.push(b'"');
    quoted
}

/// The same for `patch`, of which not every version knows quotes.
pub(crate) fn bare(prefix: &str, path: &[u8]) -> Vec<u8> {
    [prefix.as_bytes(), path].concat()
}

/// Whether a name can stand in a patch without quotes.
pub(crate) fn has_control(path: &[u8]) -> bool {
    path.iter().any(|byte| *byte < 0x20 || *byte == 0x7f)
}

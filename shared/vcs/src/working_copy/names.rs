//! Names of files as bytes, as systems say them, and as the operating system takes them.

pub(crate) use crate::git::percent_decoded;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The bytes as the operating system's name.
#[cfg(unix)]
pub(crate) fn os(name: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(name.to_vec())
}

#[cfg(not(unix))]
pub(crate) fn os(name: &[u8]) -> OsString {
    String::from_utf8_lossy(name).into_owned().into()
}

/// A name of the operating system as bytes, `/` between elements.
#[cfg(unix)]
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

#[cfg(not(unix))]
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

/// Where `name` lies below `top`; `None` for a name that would lie elsewhere.
pub(crate) fn place(top: &Path, name: &[u8]) -> Option<PathBuf> {
    let path = PathBuf::from(os(name));
    let is_inside = path
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    (is_inside && !name.is_empty()).then(|| top.join(path))
}

/// For people.
pub(crate) fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// A few names for a sentence: `a, b and 3 more`.
pub(crate) fn some(names: &[Vec<u8>]) -> String {
    let first: Vec<String> = names.iter().take(3).map(|name| shown(name)).collect();
    match names.len() {
        0..=3 => first.join(", "),
        more => format!("{} and {} more", first.join(", "), more - 3),
    }
}

/// Joins two names.
pub(crate) fn join(above: &[u8], name: &[u8]) -> Vec<u8> {
    match above {
        b"" => name.to_vec(),
        _ => [above, b"/", name].concat(),
    }
}

/// A path in a URL: what is not plain becomes `%XX`.
pub(crate) fn percent_encoded(path: &str) -> String {
    let mut encoded = String::new();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => encoded.push(byte.into()),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

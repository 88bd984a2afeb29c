//! The differences between two contents as hunks, and the content that some of them make.

use super::names;
use super::object::{is_binary, kind_of};
use super::{Side, TakeError};
use crate::working_copy::{Hunk, Line, LineKind};
use git2::{DiffOptions, Patch};

/// Lines of context.
const CONTEXT: u32 = 3;

/// The hunks between two sides; none where one of them is not text.
pub(crate) fn of_sides(path: &[u8], old: Option<&Side>, new: Option<&Side>) -> Result<Vec<Hunk>, TakeError> {
    if [old, new].into_iter().flatten().any(is_binary) {
        return Ok(vec![]);
    }
    let bytes = |side: Option<&Side>| side.map(|side| side.bytes.clone()).unwrap_or_default();
    between(&bytes(old), &bytes(new)).map_err(|error| TakeError::Unreadable {
        path: names::shown(path),
        reason: error.message().to_owned(),
    })
}

/// Whether parts of the difference can be taken: both sides are files of text.
pub(crate) fn can_be_chosen(old: Option<&Side>, new: Option<&Side>) -> bool {
    let is_text = |side: &Side| kind_of(side.mode) == 0o100_000 && !is_binary(side);
    old.is_some_and(is_text) && new.is_some_and(is_text)
}

/// Lines added and removed.
pub(crate) fn count(hunks: &[Hunk]) -> (u32, u32) {
    let lines = || hunks.iter().flat_map(|hunk| &hunk.lines);
    let of = |kind: LineKind| u32::try_from(lines().filter(|line| line.kind == kind).count()).unwrap_or(u32::MAX);
    (of(LineKind::Added), of(LineKind::Removed))
}

/// The hunks between two contents.
pub(crate) fn between(old: &[u8], new: &[u8]) -> Result<Vec<Hunk>, git2::Error> {
    if old == new {
        return Ok(vec![]);
    }
    let mut options = DiffOptions::new();
    options.context_lines(CONTEXT).interhunk_lines(0).force_text(true);
    let patch = Patch::from_buffers(old, None, new, None, Some(&mut options))?;
    (0..patch.num_hunks()).map(|place| hunk(&patch, place)).collect()
}

fn hunk(patch: &Patch<'_>, place: usize) -> Result<Hunk, git2::Error> {
    let (shape, count) = patch.hunk(place)?;
    let mut lines = Vec::with_capacity(count);
    for at in 0..count {
        let line = patch.line_in_hunk(place, at)?;
        let kind = match line.origin() {
            ' ' => LineKind::Context,
            '+' => LineKind::Added,
            '-' => LineKind::Removed,
            // That a line has no line feed is seen at the line itself.
            _ => continue,
        };
        let content = line.content();
        lines.push(Line {
            kind,
            text: content.strip_suffix(b"\n").unwrap_or(content).to_vec(),
            unfinished: !content.ends_with(b"\n"),
        });
    }
    Ok(Hunk {
        old_start: shape.old_start(),
        old_lines: shape.old_lines(),
        new_start: shape.new_start(),
        new_lines: shape.new_lines(),
        heading: heading(shape.header()),
        lines,
    })
}

/// What stands after the second `@@`; nothing where it was cut within a character.
fn heading(header: &[u8]) -> String {
    let text = std::str::from_utf8(header).unwrap_or_default().trim_end();
    let after = text.splitn(3, "@@").nth(2).unwrap_or_default();
    after.trim_start().to_owned()
}

/// `old` with the hunks of `hunks` (all of those between it and another content) that `wanted` names.
pub(crate) fn applied(old: &[u8], hunks: &[Hunk], wanted: impl Fn(usize) -> bool) -> Vec<u8> {
    let before: Vec<&[u8]> = old.split_inclusive(|byte| *byte == b'\n').collect();
    let mut made = Vec::with_capacity(old.len());
    let mut at = 0;
    for (place, hunk) in hunks.iter().enumerate() {
        if !wanted(place) {
            continue;
        }
        // Without lines before, the number is that of the line after which it stands.
        let start = hunk.old_start as usize - usize::from(hunk.old_lines > 0);
        made.extend(before[at..start].concat());
        for line in hunk.lines.iter().filter(|line| line.kind != LineKind::Removed) {
            made.extend(&line.text);
            made.extend((!line.unfinished).then_some(b'\n'));
        }
        at = start + hunk.old_lines as usize;
    }
    made.extend(before[at..].concat());
    made
}

//! The part of a patch that is about one file.

use super::choice::{Picked, in_the_way, left};
use super::names::{self, shown};
use super::object::{GITLINK, Ids, LINK, is_binary, kind_of};
use super::{Side, hunks};
use crate::working_copy::{Carrier, Hunk, LineKind, Unfit, UnfitFile};
use git2::{DiffOptions, Patch};

/// Whether `carrier` takes everything that was picked; names what it does not.
pub(super) fn fits(picked: &[Picked<'_>], carrier: Carrier) -> Result<(), Unfit> {
    if !is_plain(carrier) {
        return Ok(());
    }
    // The tool removes files last, and so makes none where one of them was a folder or is to be one.
    let left = left(picked.iter());
    let has_no_room = |file: &Picked<'_>| file.is_new() && in_the_way(file.path, &left).is_some();
    let unfit: Vec<UnfitFile> = picked
        .iter()
        .filter_map(|file| {
            let reason = match refused(file) {
                None if has_no_room(file) => "a file becomes a folder there, or a folder a file",
                refused => refused?,
            };
            Some(UnfitFile {
                path: shown(file.path),
                reason: reason.to_owned(),
            })
        })
        .collect();
    match unfit.is_empty() {
        true => Ok(()),
        false => Err(Unfit::Kinds(unfit)),
    }
}

fn is_plain(carrier: Carrier) -> bool {
    carrier == Carrier::Patch
}

/// Why the tool `patch` cannot make this file, if so.
fn refused(file: &Picked<'_>) -> Option<&'static str> {
    let sides = || [file.old, file.new.as_ref()].into_iter().flatten();
    let mode = |side: Option<&Side>| side.map(|side| side.mode & 0o777);
    let (old, new) = (mode(file.old), mode(file.new.as_ref()));
    let mode_changes = match (old, new) {
        (None, Some(new)) => new & 0o111 != 0,
        (Some(old), Some(new)) => old != new || (file.from.is_some() && new & 0o111 != 0),
        _ => false,
    };
    let is_empty = |side: Option<&Side>| side.is_some_and(|side| side.bytes.is_empty());
    if sides().any(|side| side.mode == GITLINK) {
        Some("it is a submodule")
    } else if sides().any(|side| side.mode == LINK) {
        Some("it is a link")
    } else if sides().any(|side| side.bytes.contains(&0)) {
        Some("it is binary")
    } else if is_empty(file.new.as_ref()) || (is_empty(file.old) && (file.new.is_none() || file.from.is_some())) {
        Some("it is empty")
    } else if mode_changes {
        Some("its mode changes")
    } else if names::has_control(file.path) || file.from.is_some_and(names::has_control) {
        Some("its name has a control character")
    } else if !is_text(file) {
        Some("it is not UTF-8")
    } else {
        None
    }
}

fn is_text(file: &Picked<'_>) -> bool {
    let names = [Some(file.path), file.from].into_iter().flatten();
    let sides = [file.old, file.new.as_ref()].into_iter().flatten();
    let mut all = names.chain(sides.map(|side| side.bytes.as_slice()));
    all.all(|bytes| std::str::from_utf8(bytes).is_ok())
}

/// Adds what is to be said of one file.
pub(super) fn write(body: &mut Vec<u8>, file: &Picked<'_>, carrier: Carrier, ids: Ids) -> Result<(), Unfit> {
    let retyped = |old: &Side, new: &Side| kind_of(old.mode) != kind_of(new.mode);
    let is_retyped = matches!((file.old, &file.new), (Some(old), Some(new)) if retyped(old, new));
    let section = Section { carrier, ids };
    if is_retyped || (file.from.is_some() && is_plain(carrier)) {
        let before = Picked {
            path: file.from.unwrap_or(file.path),
            from: None,
            old: file.old,
            new: None,
        };
        let after = Picked {
            from: None,
            old: None,
            ..file.clone()
        };
        section.write(body, &before)?;
        section.write(body, &after)
    } else {
        section.write(body, file)
    }
}

struct Section {
    carrier: Carrier,
    ids: Ids,
}

impl Section {
    fn write(&self, body: &mut Vec<u8>, file: &Picked<'_>) -> Result<(), Unfit> {
        self.header(body, file);
        let bytes = |side: Option<&Side>| side.map(|side| side.bytes.clone()).unwrap_or_default();
        let (old, new) = (bytes(file.old), bytes(file.new.as_ref()));
        if old == new {
            return Ok(());
        }
        let unreadable = |error: git2::Error| Unfit::Unreadable {
            path: shown(file.path),
            reason: error.message().to_owned(),
        };
        let mut sides = [file.old, file.new.as_ref()].into_iter().flatten();
        if !sides.any(is_binary) {
            let hunks = hunks::between(&old, &new).map_err(unreadable)?;
            let text = self.text(file, &hunks);
            if self.carrier != Carrier::Git || std::str::from_utf8(&text).is_ok() {
                body.extend(text);
                return Ok(());
            }
        }
        body.extend(binary(&old, &new).map_err(unreadable)?);
        Ok(())
    }

    fn name(&self, prefix: &str, path: &[u8]) -> Vec<u8> {
        match is_plain(self.carrier) {
            true => names::bare(prefix, path),
            false => names::quoted(prefix, path),
        }
    }

    fn header(&self, body: &mut Vec<u8>, file: &Picked<'_>) {
        let mut line = |parts: &[&[u8]]| {
            body.extend(parts.concat());
            body.push(b'\n');
        };
        let before = file.from.unwrap_or(file.path);
        let (a, b) = (self.name("a/", before), self.name("b/", file.path));
        line(&[b"diff --git ", &a, b" ", &b]);
        let (old, new) = (file.old, file.new.as_ref());
        let mut mode = String::new();
        match (old, new) {
            (None, Some(new)) => line(&[format!("new file mode {:o}", new.mode).as_bytes()]),
            (Some(old), None) => line(&[format!("deleted file mode {:o}", old.mode).as_bytes()]),
            (Some(old), Some(new)) if old.mode != new.mode => {
                line(&[format!("old mode {:o}", old.mode).as_bytes()]);
                line(&[format!("new mode {:o}", new.mode).as_bytes()]);
            }
            (Some(old), _) => mode = format!(" {:o}", old.mode),
            (None, None) => {}
        }
        if let Some(from) = file.from {
            line(&[b"rename from ", &self.name("", from)]);
            line(&[b"rename to ", &self.name("", file.path)]);
        }
        let (old, new) = (self.ids.of_side(old), self.ids.of_side(new));
        if old != new {
            line(&[format!("index {old}..{new}{mode}").as_bytes()]);
        }
    }

    fn text(&self, file: &Picked<'_>, hunks: &[Hunk]) -> Vec<u8> {
        let mut text = Vec::new();
        let name = |prefix: &str, path: &[u8]| {
            let mut name = self.name(prefix, path);
            // So that what follows a blank is not taken for a time.
            name.extend((path.contains(&b' ') && !name.starts_with(b"\"")).then_some(b'\t'));
            name
        };
        let a = file.old.map(|_| name("a/", file.from.unwrap_or(file.path)));
        let b = file.new.as_ref().map(|_| name("b/", file.path));
        let nothing = || b"/dev/null".to_vec();
        text.extend([b"--- ".to_vec(), a.unwrap_or_else(nothing), b"\n".to_vec()].concat());
        text.extend([b"+++ ".to_vec(), b.unwrap_or_else(nothing), b"\n".to_vec()].concat());
        for hunk in hunks {
            write_hunk(&mut text, hunk);
        }
        text
    }
}

fn write_hunk(text: &mut Vec<u8>, hunk: &Hunk) {
    let Hunk {
        old_start,
        old_lines,
        new_start,
        new_lines,
        ..
    } = hunk;
    text.extend(format!("@@ -{old_start},{old_lines} +{new_start},{new_lines} @@").bytes());
    if !hunk.heading.is_empty() {
        text.extend(format!(" {}", hunk.heading).bytes());
    }
    text.push(b'\n');
    for line in &hunk.lines {
        text.push(match line.kind {
            LineKind::Context => b' ',
            LineKind::Added => b'+',
            LineKind::Removed => b'-',
        });
        text.extend(&line.text);
        text.push(b'\n');
        if line.unfinished {
            text.extend(b"\\ No newline at end of file\n");
        }
    }
}

/// Both contents as git's binary hunks: one for each direction.
fn binary(old: &[u8], new: &[u8]) -> Result<Vec<u8>, git2::Error> {
    const BEGINNING: &[u8] = b"GIT binary patch\n";
    let mut options = DiffOptions::new();
    options.force_binary(true).show_binary(true);
    let mut patch = Patch::from_buffers(old, None, new, None, Some(&mut options))?;
    let text = patch.to_buf()?;
    let at = text.windows(BEGINNING.len()).position(|window| window == BEGINNING);
    let at = at.ok_or_else(|| git2::Error::from_str("no binary hunk was made"))?;
    Ok(text[at..].to_vec())
}

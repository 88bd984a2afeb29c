//! A patch that was given whole, rather than taken from a working copy: its files and lines, for showing and leaving
//! out.

use super::held::{Change, Content, Given, fresh_id};
use super::look::{field, project_of, who};
use crate::api::Refusal;
use crate::api::tries::{TryDiff, TryFile, TryFileKind, TryGiven, TryHunk, TryLine, TryLook};
use crate::service::App;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use vcs::working_copy::{Carrier, Unfit, UnfitFile};

/// The longest patch that can be given, in bytes.
const LONGEST: usize = 64 << 20;

/// A change that is a given patch.
pub(super) async fn change(app: &App, look: &TryLook, diff: &TryGiven) -> Result<Change, Refusal> {
    let body = STANDARD.decode(&diff.base64);
    let body = body.map_err(|error| field("diff", format!("the patch is not in base64: {error}")))?;
    if body.len() > LONGEST {
        let words = format!("the patch has {} bytes; {LONGEST} can be given", body.len());
        return Err(field("diff", words));
    }
    let root = PathBuf::from(&look.folder);
    let given = Given {
        level: diff.level,
        body: body.into(),
        branch: look.branch.clone(),
        base: look.base.clone(),
        repository: look.repository.clone().unwrap_or_default(),
        tree: None,
    };
    Ok(Change {
        id: fresh_id(),
        system: look.system.as_deref().and_then(|word| word.parse().ok()),
        project: project_of(app, &root),
        who: who(app, &root).await,
        root,
        look: look.clone(),
        from: None,
        head: None,
        content: Content::Given(Arc::new(given)),
    })
}

/// A file's part of a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub path: String,
    pub from: Option<String>,
    pub kind: TryFileKind,
    pub binary: bool,
    pub added: u32,
    pub removed: u32,
    pub hunks: u32,
    pub bytes: Range<usize>,
}

/// The files of a patch, each with its bytes. What stands before the first file belongs to it.
pub(super) fn sections(body: &[u8]) -> Vec<Section> {
    let mut starts: Vec<usize> = Vec::new();
    let git = lines(body).any(|(_, line)| line.starts_with(b"diff --git "));
    let mut left = (0_u64, 0_u64);
    for (at, line) in lines(body) {
        if left != (0, 0) {
            count(line, &mut left);
            continue;
        }
        if let Some(hunk) = hunk_lengths(line) {
            left = hunk;
        } else if line.starts_with(if git {
            b"diff --git ".as_slice()
        } else {
            b"--- ".as_slice()
        }) {
            starts.push(at);
        }
    }
    if let Some(first) = starts.first_mut() {
        *first = 0;
    }
    let ends = starts.iter().skip(1).copied().chain([body.len()]);
    let ranges = starts.iter().copied().zip(ends);
    ranges.map(|(start, end)| section(body, start..end)).collect()
}

fn count(line: &[u8], left: &mut (u64, u64)) {
    match line.first() {
        Some(b'+') => left.1 = left.1.saturating_sub(1),
        Some(b'-') => left.0 = left.0.saturating_sub(1),
        Some(b'\\') => {}
        _ => *left = (left.0.saturating_sub(1), left.1.saturating_sub(1)),
    }
}

fn section(body: &[u8], bytes: Range<usize>) -> Section {
    let mut found = Section {
        path: String::new(),
        from: None,
        kind: TryFileKind::Modified,
        binary: false,
        added: 0,
        removed: 0,
        hunks: 0,
        bytes: bytes.clone(),
    };
    let (mut before, mut after) = (String::new(), String::new());
    let mut left = (0, 0);
    for (_, line) in lines(&body[bytes]) {
        if left != (0, 0) {
            found.added += u32::from(line.first() == Some(&b'+'));
            found.removed += u32::from(line.first() == Some(&b'-'));
            count(line, &mut left);
            continue;
        }
        if let Some(hunk) = hunk_lengths(line) {
            (left, found.hunks) = (hunk, found.hunks + 1);
            continue;
        }
        let text = String::from_utf8_lossy(line);
        let rest = |word: &str| text.strip_prefix(word).map(str::to_owned);
        if let Some(path) = rest("--- ") {
            before = name(&path);
        } else if let Some(path) = rest("+++ ") {
            after = name(&path);
        } else if let Some(path) = rest("rename to ") {
            (found.kind, found.path) = (TryFileKind::Renamed, path);
        } else if let Some(path) = rest("rename from ") {
            found.from = Some(path);
        } else if text.starts_with("new file mode") {
            found.kind = TryFileKind::Added;
        } else if text.starts_with("deleted file mode") {
            found.kind = TryFileKind::Deleted;
        } else if text.starts_with("GIT binary patch") || text.starts_with("Binary files") {
            found.binary = true;
        } else if let Some(names) = rest("diff --git ") {
            found.path = names
                .rsplit_once(" b/")
                .map_or(names.clone(), |(_, path)| path.to_owned());
        }
    }
    if before == "/dev/null" {
        found.kind = TryFileKind::Added;
    } else if after == "/dev/null" {
        found.kind = TryFileKind::Deleted;
    }
    if found.path.is_empty() {
        found.path = if after == "/dev/null" || after.is_empty() {
            before
        } else {
            after
        };
    }
    found
}

/// The name of a `---` or `+++` line, without its date.
fn name(line: &str) -> String {
    line.split('\t').next().unwrap_or(line).trim_end().to_owned()
}

/// How many lines a hunk has before and after, by its heading.
fn hunk_lengths(line: &[u8]) -> Option<(u64, u64)> {
    let (_, old, _, new, _) = heading(line)?;
    Some((old, new))
}

/// First line and number of lines, before and after, and the words behind.
fn heading(line: &[u8]) -> Option<(u64, u64, u64, u64, String)> {
    let text = std::str::from_utf8(line.strip_prefix(b"@@ -")?).ok()?;
    let (ranges, words) = text.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let range = |text: &str| -> Option<(u64, u64)> {
        match text.split_once(',') {
            Some((start, length)) => Some((start.parse().ok()?, length.parse().ok()?)),
            None => Some((text.parse().ok()?, 1)),
        }
    };
    let ((old_start, old_lines), (new_start, new_lines)) = (range(old)?, range(new)?);
    Some((old_start, old_lines, new_start, new_lines, words.trim().to_owned()))
}

/// Every line with where it begins, without its line feed.
fn lines(body: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    body.split_inclusive(|byte| *byte == b'\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.strip_suffix(b"\n").unwrap_or(line))
    })
}

/// Whether `carrier` takes a patch as it is; names the files that it does not take.
pub(super) fn fits(body: &[u8], carrier: Carrier) -> Result<(), Unfit> {
    if carrier == Carrier::Own || std::str::from_utf8(body).is_ok() {
        return Ok(());
    }
    let unfit = |path: &str| UnfitFile {
        path: path.to_owned(),
        reason: "it is not UTF-8".to_owned(),
    };
    let is_text = |section: &Section| std::str::from_utf8(&body[section.bytes.clone()]).is_ok();
    let sections = sections(body);
    let others = sections.iter().filter(|section| !is_text(section));
    let mut files: Vec<UnfitFile> = others.map(|section| unfit(&section.path)).collect();
    if files.is_empty() {
        files.push(unfit("the patch"));
    }
    Err(Unfit::Kinds(files))
}

/// The files as faces show them.
pub(super) fn files(sections: &[Section]) -> Vec<TryFile> {
    let shown = |(at, one): (usize, &Section)| TryFile {
        file: u32::try_from(at).unwrap_or(u32::MAX),
        path: one.path.clone(),
        from: one.from.clone(),
        kind: one.kind,
        mode: None,
        binary: one.binary,
        added: one.added,
        removed: one.removed,
        hunks: 0,
        size: i64::try_from(one.bytes.len()).unwrap_or(i64::MAX),
        conflict: false,
        committed: false,
    };
    sections.iter().enumerate().map(shown).collect()
}

/// A file's lines, at most `most`.
pub(super) fn diff(body: &[u8], section: &Section, most: usize) -> TryDiff {
    let mut shown = TryDiff {
        hunks: Vec::new(),
        cut: false,
        words: section.binary.then(|| "binary".to_owned()),
    };
    let mut left = (0, 0);
    for (at, (_, line)) in lines(&body[section.bytes.clone()]).enumerate() {
        if at >= most {
            shown.cut = true;
            break;
        }
        if left == (0, 0)
            && let Some((old, old_lines, new, new_lines, words)) = heading(line)
        {
            left = (old_lines, new_lines);
            shown.hunks.push(TryHunk {
                old_start: u32::try_from(old).unwrap_or(u32::MAX),
                new_start: u32::try_from(new).unwrap_or(u32::MAX),
                heading: format!("@@ -{old},{old_lines} +{new},{new_lines} @@ {words}")
                    .trim_end()
                    .to_owned(),
                lines: Vec::new(),
            });
            continue;
        }
        let Some(hunk) = shown.hunks.last_mut() else { continue };
        if line.first() == Some(&b'\\') {
            if let Some(last) = hunk.lines.last_mut() {
                last.unfinished = true;
            }
        } else if left != (0, 0) {
            hunk.lines.push(one_line(line));
            count(line, &mut left);
        }
    }
    shown
}

fn one_line(line: &[u8]) -> TryLine {
    let sign = match line.first() {
        Some(b'+') => '+',
        Some(b'-') => '-',
        _ => ' ',
    };
    TryLine {
        sign,
        text: super::show::text(line.get(1..).unwrap_or_default()),
        unfinished: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: &str = "--- a/f.c\tnow\n+++ b/f.c\tnow\n@@ -1,2 +1,2 @@ main\n-- x\n+++ y\n z\n--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n";

    #[test]
    fn a_removed_line_of_dashes_begins_no_file() {
        let found = sections(PLAIN.as_bytes());
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.path.as_str(), one.kind, one.added, one.removed))
            .collect();
        assert_eq!(
            told,
            [
                ("b/f.c", TryFileKind::Modified, 1, 1),
                ("a/g", TryFileKind::Deleted, 0, 1)
            ]
        );
        let shown = diff(PLAIN.as_bytes(), &found[0], 100);
        assert_eq!(shown.hunks[0].lines.len(), 3);
        assert_eq!(shown.hunks[0].lines[1].text, "++ y");
    }

    #[test]
    fn gits_own_headings_are_understood() {
        let body = b"diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n\
                     diff --git a/b.png b/b.png\nnew file mode 100644\nindex 0..1\nGIT binary patch\nliteral 1\nabc\n";
        let found = sections(body);
        assert_eq!((found[0].path.as_str(), found[0].kind), ("y", TryFileKind::Renamed));
        assert_eq!((found[1].kind, found[1].binary), (TryFileKind::Added, true));
        assert_eq!(found[1].bytes.end, body.len());
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole(body in proptest::collection::vec(
            prop_oneof![Just("--- a"), Just("+++ b"), Just("@@ -1,2 +1,2 @@"), Just("-x"), Just("+y"), Just(" z"),
                Just("diff --git a/x b/x"), Just("@@ -1,99999999999999999999 +1 @@"), Just("\\ No")], 0..40)) {
            let text = body.join("\n");
            let found = sections(text.as_bytes());
            let mut at = 0;
            for one in &found {
                prop_assert_eq!(one.bytes.start, at);
                at = one.bytes.end;
                diff(text.as_bytes(), one, 10);
            }
            prop_assert!(found.is_empty() || at == text.len());
        }
    }
}

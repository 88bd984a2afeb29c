//! A held change as faces show it.

use super::held::{Change, Content};
use super::{given, preset};
use crate::api::Refusal;
use crate::api::tries::{
    TryBase, TryChange, TryDiff, TryDiffQuery, TryFile, TryFileKind, TryHunk, TryLine, TryRemark, TryUntracked,
};
use crate::service::{App, clock};
use vcs::working_copy::{self, FileChange, FileKind, LineKind, Place, Taken};

/// Lines of one file that are shown.
const LINES: usize = 100_000;

/// The change with what belongs to its project.
pub(super) async fn change(app: &App, change: &Change) -> Result<TryChange, Refusal> {
    let root = change.root.to_string_lossy().into_owned();
    let kept = preset::kept(app, &root).await?;
    let (presets, trouble) = preset::all(&change.root, &kept).await;
    let mut shown = TryChange {
        change: change.id.clone(),
        taken_at: clock::now().0,
        system: change.system.map_or("none", |system| system.word()).to_owned(),
        system_name: change.system.map_or("no system", |system| system.name()).to_owned(),
        root,
        project: change.project.clone(),
        branch: change.branch().map(str::to_owned),
        repository: change.repository().to_owned(),
        base: base(change),
        files: Vec::new(),
        untracked: Vec::new(),
        remarks: trouble.into_iter().collect(),
        who: change.who.clone(),
        comment: String::new(),
        last: kept.last,
        presets,
        from: change.from.clone(),
    };
    match &change.content {
        Content::Taken(taken) => {
            shown.files = taken.files.iter().enumerate().map(|(at, one)| file(at, one)).collect();
            shown.untracked = untracked(taken);
            shown.remarks.extend(taken.remarks.iter().map(remark));
            shown.comment = taken.comment.clone();
        }
        Content::Given(patch) => shown.files = given::files(&given::sections(&patch.body)),
    }
    Ok(shown)
}

fn base(change: &Change) -> TryBase {
    match &change.content {
        Content::Taken(taken) => TryBase {
            revision: taken.base.revision.clone(),
            words: taken.base.words.clone(),
            ahead: taken.base.ahead,
            behind: taken.base.behind,
            newest: taken.base.newest.clone(),
        },
        Content::Given(patch) => TryBase {
            words: match &patch.base {
                Some(base) => format!("revision {base}"),
                None => "the newest revision".to_owned(),
            },
            revision: patch.base.clone(),
            ahead: 0,
            behind: None,
            newest: None,
        },
    }
}

fn remark(one: &working_copy::Remark) -> TryRemark {
    TryRemark {
        stops: one.stops,
        text: one.text.clone(),
        hint: one.hint.clone(),
    }
}

fn file(at: usize, one: &FileChange) -> TryFile {
    TryFile {
        file: u32::try_from(at).unwrap_or(u32::MAX),
        path: path(&one.path),
        from: one.from.as_deref().map(path),
        kind: match one.kind {
            FileKind::Added => TryFileKind::Added,
            FileKind::Modified => TryFileKind::Modified,
            FileKind::Deleted => TryFileKind::Deleted,
            FileKind::Renamed => TryFileKind::Renamed,
            FileKind::Retyped => TryFileKind::Retyped,
            FileKind::Submodule => TryFileKind::Submodule,
        },
        mode: mode(one),
        binary: one.binary,
        added: one.added,
        removed: one.removed,
        hunks: one.hunks,
        size: size(one.size),
        conflict: one.conflict,
        committed: one.committed,
    }
}

fn mode(one: &FileChange) -> Option<String> {
    let words = match (one.old_mode?, one.new_mode?) {
        (old, new) if old == new => return None,
        (_, 0o100_755) => "now executable".to_owned(),
        (0o100_755, 0o100_644) => "no longer executable".to_owned(),
        (_, 0o120_000) => "now a link".to_owned(),
        (0o120_000, _) => "no longer a link".to_owned(),
        (old, new) => format!("{old:o} before, {new:o} now"),
    };
    Some(words)
}

fn untracked(taken: &Taken) -> Vec<TryUntracked> {
    let shown = taken.untracked.iter().enumerate().map(|(at, one)| TryUntracked {
        file: u32::try_from(at).unwrap_or(u32::MAX),
        path: path(&one.path),
        size: size(one.size),
        binary: one.binary,
        large: one.large,
    });
    shown.collect()
}

fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// A path for people: bytes that are no text are replaced.
pub(super) fn path(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A line's text; a carriage return at its end is shown.
pub(super) fn text(bytes: &[u8]) -> String {
    match bytes.strip_suffix(b"\r") {
        Some(before) => format!("{}␍", String::from_utf8_lossy(before)),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

pub(crate) async fn diff(app: &App, query: TryDiffQuery) -> Result<TryDiff, Refusal> {
    let change = app.tries.inner.held.get(&query.change)?;
    let work = move || lines(&change, &query);
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Refusal::failed(format!("the file cannot be shown: {error}"))))
}

fn lines(change: &Change, query: &TryDiffQuery) -> Result<TryDiff, Refusal> {
    let no_file = || Refusal::not_found("there is no such file in the change").hint("Look at the working copy again.");
    let at = query.file as usize;
    let taken = match &change.content {
        Content::Taken(taken) => taken,
        Content::Given(patch) => {
            let sections = given::sections(&patch.body);
            let section = sections.get(at).filter(|_| !query.untracked).ok_or_else(no_file)?;
            return Ok(given::diff(&patch.body, section, LINES));
        }
    };
    let (place, binary, size) = if query.untracked {
        let one = taken.untracked.get(at).ok_or_else(no_file)?;
        (Place::Untracked(at), one.binary, one.size)
    } else {
        let one = taken.files.get(at).ok_or_else(no_file)?;
        (Place::File(at), one.binary, one.size)
    };
    let words = binary.then(|| format!("binary, {size} bytes"));
    if binary {
        return Ok(TryDiff {
            hunks: Vec::new(),
            cut: false,
            words,
        });
    }
    let found = taken.hunks(place).map_err(|error| Refusal::failed(error.to_string()))?;
    let mut left = LINES;
    let mut hunks = Vec::new();
    let mut cut = false;
    for one in &found {
        cut |= one.lines.len() > left;
        if left == 0 {
            break;
        }
        let shown = hunk(one, left);
        left -= shown.lines.len();
        hunks.push(shown);
    }
    Ok(TryDiff { hunks, cut, words })
}

fn hunk(one: &working_copy::Hunk, most: usize) -> TryHunk {
    let range = format!(
        "@@ -{},{} +{},{} @@ {}",
        one.old_start, one.old_lines, one.new_start, one.new_lines, one.heading
    );
    TryHunk {
        old_start: one.old_start,
        new_start: one.new_start,
        heading: range.trim_end().to_owned(),
        lines: one.lines.iter().take(most).map(line).collect(),
    }
}

fn line(one: &working_copy::Line) -> TryLine {
    TryLine {
        sign: match one.kind {
            LineKind::Context => ' ',
            LineKind::Added => '+',
            LineKind::Removed => '-',
        },
        text: text(&one.text),
        unfinished: one.unfinished,
    }
}

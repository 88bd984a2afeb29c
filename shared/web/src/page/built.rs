//! Reads one of the front end's files.

use super::FrontEnd;
use axum::body::Bytes;
use std::path::{Component, Path};
use std::time::SystemTime;

/// The files of `frontend/dist`: part of the program in a release, read from there while developing. There need be
/// none.
#[derive(rust_embed::RustEmbed)]
#[folder = "../../frontend/dist"]
#[allow_missing = true]
struct Built;

/// A file's contents, with a tag that changes with them.
pub struct File {
    /// All of it.
    pub bytes: Bytes,
    /// An entity tag, with its quotes.
    pub tag: String,
}

/// The file at `path` below the front end's folder, or nothing.
pub async fn read(front_end: &FrontEnd, path: &str) -> Option<File> {
    match front_end {
        FrontEnd::Absent => None,
        FrontEnd::BuiltIn => Built::get(path).map(|file| {
            let hash: String = file.metadata.sha256_hash()[..12]
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect();
            File {
                bytes: match file.data {
                    std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                    std::borrow::Cow::Owned(bytes) => bytes.into(),
                },
                tag: format!("\"{hash}\""),
            }
        }),
        FrontEnd::Folder(folder) => in_folder(folder, path).await,
    }
}

/// Only names that lead downwards.
async fn in_folder(folder: &Path, path: &str) -> Option<File> {
    let relative = Path::new(path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = folder.join(relative);
    let about = tokio::fs::metadata(&file).await.ok().filter(|about| about.is_file())?;
    let bytes = tokio::fs::read(&file).await.ok()?;
    let changed = about.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(File {
        tag: format!("\"{:x}-{:x}\"", changed.as_nanos(), bytes.len()),
        bytes: bytes.into(),
    })
}

//! Windows: in this process.

use crate::command::Context;
use crate::command::args::failure;
use crate::command::files::system_text;
use crate::command::run::Program;
use std::fs::{self, FileType};
use std::io;
use std::os::windows::fs::{FileTypeExt, symlink_dir, symlink_file};
use std::path::Path;
use tokio_util::sync::CancellationToken;
use wire::worker::Failure;

/// What masters get for a folder that was not removed or copied.
const FAILED: i64 = -1;

/// Removes a folder with all that is in it; gives a status. What is not there is fine.
pub(in crate::command) async fn remove(dir: &Path, _limits: &Program, context: &mut Context) -> Result<i64, Failure> {
    let path = dir.to_owned();
    let removed = tokio::task::spawn_blocking(move || match remove_all(&path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            // What may only be read cannot be removed either.
            make_writable(&path)?;
            remove_all(&path)
        }
        result => result,
    });
    told("rmdir", dir, removed.await, context)
}

/// Copies a folder with all that is in it; gives a status.
pub(in crate::command) async fn copy(
    from: &Path,
    to: &Path,
    _limits: &Program,
    context: &mut Context,
) -> Result<i64, Failure> {
    let (source, target, stop) = (from.to_owned(), to.to_owned(), context.interrupt.clone());
    let copied = tokio::task::spawn_blocking(move || copy_all(&source, &target, &stop));
    told("cpdir", from, copied.await, context)
}

fn told(
    command: &str,
    path: &Path,
    result: Result<io::Result<()>, tokio::task::JoinError>,
    context: &mut Context,
) -> Result<i64, Failure> {
    match result {
        Ok(Ok(())) => Ok(0),
        Ok(Err(error)) => {
            let reason = system_text(&error);
            context
                .report
                .header(&format!("{command}: {reason}: {}\n", path.display()));
            Ok(FAILED)
        }
        Err(error) => Err(failure("builtins.RuntimeError", error.to_string())),
    }
}

fn remove_all(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(metadata) if metadata.is_file() => fs::remove_file(path),
        Ok(_) => fs::remove_dir_all(path),
    }
}

#[allow(clippy::permissions_set_readonly_false)] // On Windows it is one attribute of the file, and opens it to nobody else.
fn make_writable(path: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    let mut permissions = metadata.permissions();
    if permissions.readonly() && !metadata.is_symlink() {
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions)?;
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            make_writable(&entry?.path())?;
        }
    }
    Ok(())
}

/// Into a folder that must not exist: what would be in it besides is not a copy.
fn copy_all(from: &Path, to: &Path, stop: &CancellationToken) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        if stop.is_cancelled() {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted"));
        }
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            copy_link(kind, &source, &target)?;
        } else if kind.is_dir() {
            copy_all(&source, &target, stop)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

fn copy_link(kind: FileType, source: &Path, target: &Path) -> io::Result<()> {
    let meant = fs::read_link(source)?;
    match kind.is_symlink_dir() {
        true => symlink_dir(meant, target),
        false => symlink_file(meant, target),
    }
}

//! Reading objects by their ids.

use super::{failed, text};
use crate::git::command::Git;
use crate::working_copy::TakeError;
use crate::working_copy::compare::{Huge, LONGEST_CHANGE};
use git2::{Odb, Oid};
use std::collections::HashMap;
use std::path::Path;

/// An object's bytes, where they can be held.
pub(super) type Read = Result<Vec<u8>, Huge>;

/// The objects of a repository: through libgit2, and what it cannot read through the person's own `git`.
pub(super) struct Objects {
    library: Option<Odb<'static>>,
    git: Git,
}

impl Objects {
    /// Those below the folder `objects`, which may name further ones.
    pub(super) fn new(objects: &Path, git: Git) -> Objects {
        let open = || {
            let library = Odb::new()?;
            library.add_disk_alternate(&objects.to_string_lossy())?;
            Ok::<_, git2::Error>(library)
        };
        Objects {
            library: open().ok(),
            git,
        }
    }

    /// The contents of these objects, as far as they can be held together. One that is missing is an error.
    pub(super) fn read(&self, ids: &[&str]) -> Result<HashMap<String, Read>, TakeError> {
        let mut read = HashMap::new();
        let mut left = LONGEST_CHANGE;
        let mut others: Vec<&str> = vec![];
        for id in ids.iter().filter(|id| !id.is_empty()) {
            match self.by_library(id, left) {
                Some(object) => {
                    left -= object.as_ref().map_or(0, |bytes| bytes.len() as u64);
                    read.insert((*id).to_owned(), object);
                }
                None => others.push(id),
            }
        }
        if !others.is_empty() {
            let held = self.sizes(&others)?.into_iter().filter_map(|(id, size)| {
                if size > left {
                    read.insert(id.to_owned(), Err(Huge(size)));
                    return None;
                }
                left -= size;
                Some(id)
            });
            let held: Vec<&str> = held.collect();
            self.by_program(&held, &mut read)?;
        }
        Ok(read)
    }

    /// One object.
    pub(super) fn one(&self, id: &str) -> Result<Vec<u8>, TakeError> {
        match self.read(&[id])?.into_values().next() {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(Huge(bytes))) => Err(too_much(id, bytes)),
            None => Err(missing(id)),
        }
    }

    fn by_library(&self, id: &str, left: u64) -> Option<Read> {
        let library = self.library.as_ref().filter(|_| id.len() == 40)?;
        let oid = Oid::from_str(id).ok()?;
        let (size, _) = library.read_header(oid).ok()?;
        if size as u64 > left {
            return Some(Err(Huge(size as u64)));
        }
        Some(Ok(library.read(oid).ok()?.data().to_vec()))
    }

    fn sizes<'a>(&self, ids: &[&'a str]) -> Result<Vec<(&'a str, u64)>, TakeError> {
        let input = ids.iter().map(|id| format!("{id}\n")).collect::<String>();
        let asked = ["cat-file", "--batch-check"];
        let answer = self.git.run(&asked, Some(input.into_bytes())).map_err(failed)?;
        let lines = text(&answer.out);
        let mut sizes = lines.lines().map(|line| line.rsplit(' ').next()?.parse().ok());
        ids.iter()
            .map(|id| Ok((*id, sizes.next().flatten().ok_or_else(|| missing(id))?)))
            .collect()
    }

    fn by_program(&self, ids: &[&str], read: &mut HashMap<String, Read>) -> Result<(), TakeError> {
        if ids.is_empty() {
            return Ok(());
        }
        let input = ids.iter().map(|id| format!("{id}\n")).collect::<String>();
        let answer = self
            .git
            .run(&["cat-file", "--batch"], Some(input.into_bytes()))
            .map_err(failed)?;
        let mut rest = answer.out.as_slice();
        for id in ids {
            let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(|| missing(id))?;
            let header = text(&rest[..end]);
            let size: Option<usize> = header.rsplit(' ').next().and_then(|size| size.parse().ok());
            let size = size
                .filter(|_| !header.ends_with(" missing"))
                .ok_or_else(|| missing(id))?;
            let bytes = rest.get(end + 1..end + 1 + size).ok_or_else(|| missing(id))?;
            read.insert((*id).to_owned(), Ok(bytes.to_vec()));
            rest = rest.get(end + 2 + size..).unwrap_or_default();
        }
        Ok(())
    }
}

fn missing(id: &str) -> TakeError {
    TakeError::Unreadable {
        path: format!("object {id}"),
        reason: "the repository does not have it; if its clone is partial, fetch it (`git cat-file -p` on it does)"
            .to_owned(),
    }
}

fn too_much(id: &str, bytes: u64) -> TakeError {
    TakeError::Unreadable {
        path: format!("object {id}"),
        reason: format!("it has {bytes} bytes, more than is held"),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::by_hand;
    use super::*;
    use std::time::Duration;

    fn git(folder: &Path, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&by_hand::git(folder, arguments))
            .trim()
            .to_owned()
    }

    #[test]
    fn packed_loose_and_borrowed_objects_are_read_without_a_program() {
        let folder = tempfile::tempdir().expect("folder");
        git(folder.path(), &["init", "-q", "one"]);
        let one = folder.path().join("one");
        std::fs::write(one.join("a"), "packed\n").expect("file");
        git(&one, &["add", "a"]);
        let packed = git(&one, &["write-tree"]);
        git(
            &one,
            &["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "-m", "a"],
        );
        git(&one, &["repack", "-q", "-a", "-d"]);
        git(folder.path(), &["clone", "-q", "--shared", "one", "two"]);
        let two = folder.path().join("two");
        std::fs::write(two.join("b"), "loose\n").expect("file");
        let loose = git(&two, &["hash-object", "-w", "b"]);
        let nothing = Git::new("/nonexistent/git".into(), Duration::from_secs(1));
        let objects = Objects::new(&two.join(".git/objects"), nothing);
        assert_eq!(objects.one(&loose).expect("loose"), b"loose\n");
        assert!(objects.one(&packed).expect("packed").starts_with(b"100644 a\0"));
        assert!(objects.one(&"1".repeat(40)).is_err());
    }
}

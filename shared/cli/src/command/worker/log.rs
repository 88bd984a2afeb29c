//! `worker.log`, which begins anew at a size.

use lend::basedir::Rotation;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A log file. Each write is one line.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
    size: u64,
    rotation: Option<Rotation>,
}

impl Log {
    /// Opens it at its end.
    pub fn open(path: &Path, rotation: Option<Rotation>) -> io::Result<Log> {
        let file = append(path)?;
        Ok(Log {
            path: path.to_owned(),
            size: file.metadata()?.len(),
            file,
            rotation,
        })
    }

    /// Makes `worker.log` a `worker.log.1`, that one a `worker.log.2`, and so on; the oldest goes.
    fn rotate(&mut self, count: Option<u32>) -> io::Result<()> {
        let old = |number: u32| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        let first_free = (1..).find(|number| !old(*number).exists()).unwrap_or(1);
        let last = count.map_or(first_free, |count| first_free.min(count));
        for number in (2..=last).rev() {
            std::fs::rename(old(number - 1), old(number))?;
        }
        match count {
            Some(0) => std::fs::remove_file(&self.path)?,
            _ => std::fs::rename(&self.path, old(1))?,
        }
        self.file = append(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(Rotation { size, count }) = self.rotation
            && self.size > 0
            && self.size + line.len() as u64 > size
        {
            // A log that cannot begin anew goes on.
            let _ = self.rotate(count);
        }
        self.file.write_all(line)?;
        self.size += line.len() as u64;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn append(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_begins_anew_and_keeps_so_many_old_ones() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("outpost-log-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let path = folder.join("worker.log");
        let rotation = Rotation {
            size: 10,
            count: Some(2),
        };
        let mut log = Log::open(&path, Some(rotation))?;
        for line in ["first\n", "second\n", "third\n", "fourth\n"] {
            log.write_all(line.as_bytes())?;
        }
        let text = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        assert_eq!(text("worker.log").as_deref(), Some("fourth\n"));
        assert_eq!(text("worker.log.1").as_deref(), Some("third\n"));
        assert_eq!(text("worker.log.2").as_deref(), Some("second\n"));
        assert_eq!(text("worker.log.3"), None);
        std::fs::remove_dir_all(folder)
    }
}

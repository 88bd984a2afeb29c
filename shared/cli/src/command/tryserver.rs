//! `outpost tryserver`: the far end of a change that comes by ssh (`try-and-sendchange` §2.1). It needs no resident: the
//! master sees the file.

use crate::failure::{Failure, NOT_FOUND, USAGE};
use clap::Args;
use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::BuildHasher;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use wire::try_job::jobdir::{JobError, LONGEST};

/// Which folder.
#[derive(Debug, Args)]
pub struct Tryserver {
    /// The jobdir of the master's scheduler
    #[arg(long, value_name = "DIR")]
    pub jobdir: PathBuf,
}

/// Puts what comes on standard input into the folder. It is there whole and durably, or not at all.
pub fn run(arguments: &Tryserver) -> Result<(), Failure> {
    let (tmp, new) = (arguments.jobdir.join("tmp"), arguments.jobdir.join("new"));
    for folder in [&tmp, &new] {
        if !folder.is_dir() {
            return Err(Failure::new(NOT_FOUND, format!("there is no folder {}", folder.display())).hint(
                "The master makes it: check that its configuration has schedulers.Try_Jobdir with this jobdir, and that it runs.",
            ));
        }
    }
    let mut job = Vec::new();
    std::io::stdin()
        .lock()
        .take(LONGEST as u64 + 1)
        .read_to_end(&mut job)
        .map_err(|error| Failure::other(format!("the change cannot be read: {error}")))?;
    if job.is_empty() {
        return Err(Failure::new(USAGE, JobError::Empty.to_string()));
    }
    if job.len() > LONGEST {
        return Err(Failure::new(
            USAGE,
            format!("the change has more than {LONGEST} bytes, which is the most; send less at a time"),
        ));
    }
    let name = name();
    let written = tmp.join(&name);
    deliver(&written, &new.join(&name), &new, &job).map_err(|error| {
        // What is half written is of no use to anybody, and may not be there.
        let _ = std::fs::remove_file(&written);
        Failure::other(format!("{}: {error}", arguments.jobdir.display())).hint(
            "The user of this command must be able to write there, and the master to read it: use a common group.",
        )
    })
}

fn deliver(tmp: &Path, new: &Path, folder: &Path, job: &[u8]) -> std::io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(tmp)?;
    file.write_all(job)?;
    file.sync_all()?;
    std::fs::rename(tmp, new)?;
    File::open(folder)?.sync_all()
}

/// Sorted by time, and unlike any other.
fn name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let random = RandomState::new().hash_one(std::process::id());
    format!("{}.{:06}-{random:016x}", now.as_secs(), now.subsec_micros())
}

//! Steps that carry files and work on a worker's files (B-102, B-120 to B-122).

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::config::{Compress, Download, DownloadContent, FileWork, StepKind, Upload, UploadSource};

/// Bytes in one message of an upload of one file.
const FILE_BLOCK: u64 = 256 << 10;

/// Bytes in one message of every other transfer.
const BLOCK: u64 = 16 << 10;

/// `FileUpload` and its like.
pub(super) fn upload(made: &Made, run: &Run) -> StepKind {
    let (source, block) = match made.spec.name {
        "FileUpload" => (UploadSource::File(made.render("workersrc")), FILE_BLOCK),
        "DirectoryUpload" => (UploadSource::Directory(made.render("workersrc")), BLOCK),
        _ => {
            let several = UploadSource::Several {
                sources: made.render("workersrcs"),
                glob: made.bool("glob", false),
            };
            (several, BLOCK)
        }
    };
    StepKind::Upload(Box::new(Upload {
        source,
        masterdest: made.render("masterdest"),
        max_size: size(made, "maxsize", run),
        block_size: block_size(made, block, run),
        mode: mode(made, run),
        compress: match made.text("compress") {
            Some("gz") => Compress::Gzip,
            Some("bz2") => Compress::Bzip2,
            _ => Compress::No,
        },
        keepstamp: made.bool("keepstamp", false),
        url: made.maybe_render("url"),
        url_text: made.maybe_render("urlText"),
    }))
}

/// `FileDownload` and its like.
pub(super) fn download(made: &Made, run: &Run) -> StepKind {
    StepKind::Download(Box::new(Download {
        content: match made.spec.name {
            "FileDownload" => DownloadContent::File(made.render("mastersrc")),
            "StringDownload" => DownloadContent::Text(made.render("s")),
            "JSONStringDownload" => DownloadContent::Json(made.render("o")),
            _ => DownloadContent::Properties,
        },
        workerdest: made.render("workerdest"),
        max_size: size(made, "maxsize", run),
        block_size: block_size(made, BLOCK, run),
        mode: mode(made, run),
    }))
}

/// `MakeDirectory` and its like.
pub(super) fn files(made: &Made) -> StepKind {
    StepKind::Files(Box::new(match made.spec.name {
        "MakeDirectory" => FileWork::MakeDirectory {
            dir: made.render("dir"),
        },
        "RemoveDirectory" => FileWork::RemoveDirectory {
            dir: made.render("dir"),
        },
        "CopyDirectory" => FileWork::CopyDirectory {
            src: made.render("src"),
            dest: made.render("dest"),
            timeout: match made.given("timeout") {
                Some(arg) => arg.number(),
                None => Some(120.0),
            },
            max_time: made.number("maxTime"),
        },
        _ => FileWork::FileExists {
            file: made.render("file"),
        },
    }))
}

/// `SetPropertiesFromEnv`
pub(super) fn from_environment(made: &Made) -> StepKind {
    StepKind::SetPropertiesFromEnv {
        variables: made.render("variables"),
        source: made.text("source").unwrap_or("WorkerEnvironment").to_owned(),
    }
}

fn size(made: &Made, name: &str, run: &Run) -> Option<u64> {
    let Some(Arg::Int(number)) = made.get(name) else {
        return None;
    };
    let size = u64::try_from(*number).ok();
    if size.is_none() {
        let problem = format!("{}: {name} cannot be {number}", made.spec.full_name());
        run.error(&made.location, problem, "give a number of bytes, or leave it out");
    }
    size
}

fn block_size(made: &Made, default: u64, run: &Run) -> u64 {
    match size(made, "blocksize", run) {
        Some(0) => {
            let problem = format!("{}: blocksize cannot be 0", made.spec.full_name());
            run.error(&made.location, problem, "give a number of bytes, or leave it out");
            default
        }
        given => given.unwrap_or(default),
    }
}

fn mode(made: &Made, run: &Run) -> Option<u32> {
    let Some(Arg::Int(number)) = made.get("mode") else {
        return None;
    };
    let mode = u32::try_from(*number).ok().filter(|mode| *mode <= 0o7777);
    if mode.is_none() {
        let problem = format!("{}: mode cannot be {number}", made.spec.full_name());
        run.error(
            &made.location,
            problem,
            "write permission bits as an octal number, for example mode=0o644",
        );
    }
    mode
}

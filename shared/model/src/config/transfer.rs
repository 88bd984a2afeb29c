//! Steps that carry files between worker and master, and those that work on a worker's files (B-120 to B-122).

use super::Render;

/// `FileUpload`, `DirectoryUpload`, `MultipleFileUpload`: from the worker to the master.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What is sent.
    pub source: UploadSource,
    /// A path on the master: relative to the master's folder, absolute, or with `~`.
    pub masterdest: Render,
    /// Longest file or archive, in bytes.
    pub max_size: Option<u64>,
    /// Bytes in one message.
    pub block_size: u64,
    /// Permission bits of files; the process's own when none.
    pub mode: Option<u32>,
    /// How archives are compressed on the way.
    pub compress: Compress,
    /// Files keep the times that they have on the worker.
    pub keepstamp: bool,
    /// Where what was sent can be reached afterwards.
    pub url: Option<Render>,
    /// What that link says; the last word of `masterdest` when none.
    pub url_text: Option<Render>,
}

/// What a worker is to send. Paths are relative to the step's working folder.
#[derive(Clone, Debug)]
pub enum UploadSource {
    /// One file.
    File(Render),
    /// A folder with all that is in it.
    Directory(Render),
    /// Files and folders, each into the folder `masterdest`.
    Several {
        /// A text or a list of texts.
        sources: Render,
        /// Each is a pattern.
        glob: bool,
    },
}

/// How an archive is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compress {
    /// It is not.
    #[default]
    No,
    /// `gz`
    Gzip,
    /// `bz2`
    Bzip2,
}

impl Compress {
    /// Buildbot's word for it.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Compress::No => None,
            Compress::Gzip => Some("gz"),
            Compress::Bzip2 => Some("bz2"),
        }
    }
}

/// `FileDownload`, `StringDownload`, `JSONStringDownload`, `JSONPropertiesDownload`: from the master to the worker.
#[derive(Clone, Debug)]
pub struct Download {
    /// What is sent.
    pub content: DownloadContent,
    /// Relative to the step's working folder.
    pub workerdest: Render,
    /// Longest file, in bytes; a worker ends a longer one there and fails.
    pub max_size: Option<u64>,
    /// Bytes in one message.
    pub block_size: u64,
    /// Permission bits; the worker's own when none.
    pub mode: Option<u32>,
}

/// What a worker is sent.
#[derive(Clone, Debug)]
pub enum DownloadContent {
    /// A file of the master: relative to the master's folder, absolute, or with `~`.
    File(Render),
    /// A text.
    Text(Render),
    /// A value as JSON.
    Json(Render),
    /// The build's properties and source stamps as JSON.
    Properties,
}

/// Work on a worker's files. Paths are relative to the builder's folder.
#[derive(Clone, Debug)]
pub enum FileWork {
    /// `MakeDirectory`, with those above it.
    MakeDirectory {
        /// The folder.
        dir: Render,
    },
    /// `RemoveDirectory`, with all that is in it.
    RemoveDirectory {
        /// The folder, or a list of them.
        dir: Render,
    },
    /// `CopyDirectory`
    CopyDirectory {
        /// What is copied.
        src: Render,
        /// The copy, which should not be there yet.
        dest: Render,
        /// Seconds without output before it is ended.
        timeout: Option<f64>,
        /// Seconds in all before it is ended.
        max_time: Option<f64>,
    },
    /// `FileExists`: fails unless it is there and is a file.
    FileExists {
        /// The file.
        file: Render,
    },
}
